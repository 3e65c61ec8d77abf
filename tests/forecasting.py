"""Forecasts for tests, through the same doors that a user has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from planner import files, forecastviews
from planner.catalog import Catalog
from planner.forecasting.calendar import with_successors
from planner.forecasting.forecast import Draws, Variant, forecast
from planner.forecasting.report import ForecastReport, ScenarioForecast
from planner.forecasting.scenarios import changed, scenario_source
from planner.growth import month_number
from planner.manifest import Manifest
from tests import golden
from tests.making import DAY, as_yaml, manifest_text, read

OLD = "2026-01-01"


def rate(since: str = OLD, lane: str = "standard", price: int = 2, **more: Any) -> dict[str, Any]:
    """A rate of so many dollars a million input tokens, and four times that for output."""
    return {"lane": lane, "since": since, "source": "own", "input": price, "output": 4 * price, **more}


def tier(price: int) -> dict[str, Any]:
    """The price above 4,000 input tokens."""
    return {"over_input_tokens": 4000, "input": price, "output": 4 * price}


def ends_with(successor: str) -> dict[str, Any]:
    """A model at the usual rate that retires within a month."""
    return {"retires": {"date": "2027-01-16", "successor": successor, "source": "own"}, "rates": [rate()]}


PRICES: dict[str, Any] = {
    "book": "own",
    "provider": "openai",
    "sources": {"own": {"title": "a contract", "verified": "2026-11-01"}},
    "models": {
        "steady": {"rates": [rate()]},
        "both": {"rates": [rate(), rate(lane="batch", price=1)]},
        "batch-only": {"rates": [rate(lane="batch")]},
        "tiered": {"rates": [rate(tiers=[tier(10)]), rate("2027-01-11", tiers=[tier(20)])]},
        "rerouted": {
            "retires": {"date": "2027-01-16", "successor": "dear", "rerouted": True, "source": "own"},
            "rates": [rate()],
        },
        "rising": {"rates": [rate(), rate("2027-01-11", price=3)]},
        "expiring": {"rates": [rate(until="2027-01-15")]},
        "ending": {"retires": {"date": "2027-01-16", "successor": "dear", "source": "own"}, "rates": [rate()]},
        "dear": {"rates": [rate(price=5)]},
        "orphan": {"retires": {"date": "2027-02-01", "source": "own"}, "rates": [rate()]},
        "lost": {"retires": {"date": "2027-01-16", "successor": "never-heard-of", "source": "own"}, "rates": [rate()]},
        "unthinking": {"reasoning": {"supported": False, "source": "own"}, **ends_with("thinker")},
        "mild": {"reasoning": {"supported": True, "default_effort": "low", "source": "own"}, **ends_with("thinker")},
        "musing": {"reasoning": {"supported": True, "source": "own"}, **ends_with("thinker")},
        "thinker": {
            "reasoning": {"supported": True, "default_effort": "medium", "source": "own"},
            "rates": [rate()],
        },
        "circle": {"retires": {"date": "2027-01-16", "successor": "circle", "source": "own"}, "rates": [rate()]},
    },
}
"""A request of 1,000 tokens in and 500 out costs 0.006 dollars at 2 dollars a million."""


def forecast_of(*workloads: Mapping[str, Any], **fields: Any) -> ScenarioForecast:
    """The forecast of a manifest with these workloads, without draws unless they are asked for."""
    return report_of(*workloads, **fields).scenarios[0]


def report_of(
    *workloads: Mapping[str, Any],
    months: int = 3,
    start: str = "2026-12",
    calendar: bool = False,
    draws: int = 0,
    seed: int = 0,
    prices: Path | None = None,
    gate: str = "expected",
    **fields: Any,
) -> ForecastReport:
    """The same with its findings; what is not asked for here are fields of the manifest."""
    manifest = read(manifest_text(*workloads, **fields))
    return forecast(
        manifest,
        catalog_of(manifest, prices),
        DAY,
        months,
        start=month_number(start),
        calendar=calendar,
        draws=Draws(draws, seed),
        gate=gate,
    )


def catalog_of(manifest: Manifest, prices: Path | None = None) -> Catalog:
    """The catalog of the manifest, with what follows its models."""
    chosen = (str(prices),) if prices else ()
    return with_successors(manifest, lambda one: files.load_catalog(one, chosen))


def amounts(scenario: ScenarioForecast) -> list[Decimal | None]:
    """The expected cost of each month."""
    return [month.expected_usd for month in scenario.months]


def price_file(folder: Path) -> Path:
    """The prices above as a file."""
    path = folder / "own.yaml"
    path.write_text(as_yaml(PRICES), encoding="utf-8")
    return path


GOLDEN = golden.FOLDER / "forecast.yaml"
ENDINGS = {"text": "txt", "json": "json", "markdown": "md", "csv": "csv"}


def golden_forecast() -> ForecastReport:
    """Four months of the golden manifest beside its scenarios."""
    manifest = files.load_manifest(GOLDEN)
    catalog = with_successors(manifest, files.load_catalog)
    schema = files.load_schema("manifest")
    variants = []
    for name, changes in manifest.scenarios.items():
        other = changed(manifest, changes, scenario_source(manifest.document, name), schema)
        variants.append(Variant(name, other, with_successors(other, files.load_catalog), changes))
    report = forecast(manifest, catalog, DAY, 4, draws=Draws(1024), variants=variants)
    return report._replace(findings=[one._replace(file=GOLDEN.name) for one in report.findings])


def rendered() -> dict[str, str]:
    """What every format shows, by the name of its golden file."""
    report = golden_forecast()
    shown = {f"forecast.{ENDINGS[name]}": forecastviews.forecast_format(name)(report) for name in forecastviews.names()}
    return {name: re.sub(r"sha256:[0-9a-f]+", "sha256:0", text) for name, text in shown.items()}


if __name__ == "__main__":
    for file, text in rendered().items():
        (golden.FOLDER / file).write_text(text, encoding="utf-8")
