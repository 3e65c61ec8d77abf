"""Renderings of a forecast. A module that lies here is a format: render(forecast) -> str."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from planner.forecasting.report import ForecastReport
from planner.problems import Refused, quoted, suggestion


@cache
def names() -> tuple[str, ...]:
    """The formats that lie in this folder."""
    return tuple(sorted(p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("_")))


def forecast_format(name: str) -> Callable[[ForecastReport], str]:
    """How the format shows a forecast. Raises Refused for an unknown format."""
    if name not in names():
        raise Refused([f"no format {quoted(name)}{suggestion(name, names())}; there are: {', '.join(names())}"])
    found: Callable[[ForecastReport], str] = import_module(f"planner.forecastviews.{name}").render
    return found
