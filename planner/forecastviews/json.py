"""The forecast as JSON (schemas/forecast.schema.json): amounts as decimal strings, null for what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from planner.forecasting.report import ForecastReport
from planner.formats._words import as_json
from planner.units import plain


def render(report: ForecastReport) -> str:
    """The whole forecast."""
    return as_json(_data(report))


def _data(value: object) -> Any:
    match value:
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case dict():
            return {key: _data(inner) for key, inner in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return _data(value._asdict())
        case list() | tuple():
            return [_data(inner) for inner in value]
    return value
