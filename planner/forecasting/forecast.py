"""The straight line: from a manifest and what may be changed in it to a forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from planner.batchfiles.probe import RequestFile
from planner.catalog import Catalog
from planner.forecasting.calendar import Horizon
from planner.forecasting.changes import changes_of
from planner.forecasting.inputs import Factor, factors
from planner.forecasting.report import ForecastReport, Input, ScenarioForecast, Simulated
from planner.forecasting.scenarios import said
from planner.forecasting.sums import limits, sums
from planner.forecasting.valuation import terms_of, value
from planner.growth import month_name
from planner.manifest import Manifest
from planner.problems import Refused
from planner.report import BookName
from planner.units import known_total, total

MISSING = (
    "the manifest states uncertain numbers, and to draw from them needs numpy and scipy: "
    "pip install 'llm-workload-planner[forecast]', or ask for the expected cost alone with --draws 0"
)


class Draws(NamedTuple):
    """How many draws are asked for, at least (0 for none), and the seed that makes them the same again."""

    least: int = 8192
    seed: int = 0


class Variant(NamedTuple):
    """A manifest under a name, with what was changed in it and the catalog that knows its models."""

    name: str
    manifest: Manifest
    catalog: Catalog
    changes: Mapping[str, Any]


def forecast(
    variants: Sequence[Variant],
    horizon: Horizon,
    draws: Draws,
    request_files: Mapping[str, RequestFile] | None = None,
) -> ForecastReport:
    """The forecast of each variant; the first is the manifest as stated."""
    stated = variants[0]
    return ForecastReport(
        forecast_version=1,
        name=stated.manifest.name,
        start=month_name(horizon.first),
        calendar=horizon.calendar,
        price_book=BookName(stated.catalog.book.name, stated.catalog.book.digest),
        scenarios=[_of(variant, horizon, draws, request_files or {}) for variant in variants],
    )


def _of(variant: Variant, horizon: Horizon, draws: Draws, request_files: Mapping[str, RequestFile]) -> ScenarioForecast:
    manifest, catalog = variant.manifest, variant.catalog
    terms = terms_of(manifest, catalog, horizon, request_files)
    workloads = [value(terms, workload) for workload in manifest.workloads]
    months = sums(horizon.names, workloads)
    uncertain = list(factors(manifest, catalog, horizon, workloads))
    pairs = zip(manifest.workloads, workloads, strict=True)
    events = [change for workload, own in pairs for change in changes_of(workload, own, horizon)]
    exact = ScenarioForecast(
        name=variant.name,
        changes=said(variant.changes),
        workloads=workloads,
        months=months,
        expected_usd=total(month.expected_usd for month in months),
        budget_usd=total(month.budget_usd for month in months),
        priced_usd=known_total(month.priced_usd for month in months),
        limits=limits(manifest, catalog.book, workloads),
        events=sorted(events, key=lambda change: (change.day, change.workload, change.kind)),
        uncertain=[Input(manifest.workloads[one.workload].id, one.number, one.taken, None) for one in uncertain],
        simulated=None,
    )
    return exact._replace(simulated=_drawn(manifest, exact, uncertain, draws)) if uncertain and draws.least else exact


def _drawn(manifest: Manifest, exact: ScenarioForecast, uncertain: list[Factor], draws: Draws) -> Simulated:
    """What the draws say. Raises Refused where the libraries for them are not installed."""
    try:
        from planner.forecasting.simulation import simulate
    except ModuleNotFoundError:
        raise Refused([MISSING]) from None
    return simulate(manifest, exact, uncertain, draws.least, draws.seed)
