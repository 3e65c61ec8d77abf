"""The forecast as JSON (schemas/forecast.schema.json): amounts as decimal strings, null for what is not known."""

from __future__ import annotations

from planner.forecasting.report import ForecastReport
from planner.jsontext import as_json


def render(report: ForecastReport) -> str:
    """The whole forecast."""
    return as_json(report)
