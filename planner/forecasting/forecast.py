"""The straight line: from a manifest and what may be changed in it to a forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from planner.batchfiles.probe import RequestFile
from planner.catalog import Catalog
from planner.forecasting.calendar import Horizon
from planner.forecasting.changes import changes_of
from planner.forecasting.findings import findings_of
from planner.forecasting.inputs import Factor, factors, reasoning_on
from planner.forecasting.report import AS_STATED, ForecastReport, Input, ScenarioForecast, Simulated
from planner.forecasting.scenarios import said
from planner.forecasting.sums import grouped, limits, sums
from planner.forecasting.undrawn import not_drawn
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
    """A manifest under a name, with what was changed in it, the catalog that knows its models, its request files."""

    name: str
    manifest: Manifest
    catalog: Catalog
    changes: Mapping[str, Any] = {}
    request_files: Mapping[str, RequestFile] = {}


def forecast(
    manifest: Manifest,
    catalog: Catalog,
    on: date,
    months: int = 12,
    start: int | None = None,
    calendar: bool = False,
    draws: Draws = Draws(),  # noqa: B008
    request_files: Mapping[str, RequestFile] | None = None,
    gate: str = "expected",
    variants: Sequence[Variant] = (),
) -> ForecastReport:
    """The forecast of a manifest for so many months, with variants of it beside.

    `catalog` also knows the models that succeed those of the manifest (`with_successors`). The first month is `start`
    (counted from year 0), or the one after the day `on`; `calendar` gives months their real days. `gate` is expected
    or high: what a limit is held against. Raises Refused where growth leads beyond what a manifest may state, or where
    draws are asked for and numpy or scipy is not installed.
    """
    horizon = Horizon(on.year * 12 + on.month if start is None else start, months, calendar)
    stated = Variant(AS_STATED, manifest, catalog, {}, request_files or {})
    scenarios = [_of(variant, horizon, draws) for variant in (stated, *variants)]
    return ForecastReport(
        forecast_version=1,
        name=manifest.name,
        start=month_name(horizon.first),
        calendar=horizon.calendar,
        gate=gate,
        price_book=BookName(catalog.book.name, catalog.book.digest),
        scenarios=scenarios,
        findings=findings_of(manifest, scenarios[0].workloads, scenarios[0].limits),
    )


def _of(variant: Variant, horizon: Horizon, draws: Draws) -> ScenarioForecast:
    manifest, catalog = variant.manifest, variant.catalog
    terms = terms_of(manifest, catalog, horizon, variant.request_files)
    workloads = [value(terms, workload) for workload in manifest.workloads]
    months = sums(horizon.names, workloads)
    uncertain = list(factors(manifest, catalog, workloads))
    pairs = zip(manifest.workloads, workloads, strict=True)
    events = [
        change
        for workload, own in pairs
        for change in changes_of(workload, own, horizon, partial(reasoning_on, manifest, catalog, workload))
    ]
    exact = ScenarioForecast(
        name=variant.name,
        changes=said(variant.changes),
        workloads=workloads,
        months=months,
        by=grouped(manifest, workloads),
        expected_usd=total(month.expected_usd for month in months),
        budget_usd=total(month.budget_usd for month in months),
        priced_usd=known_total(month.priced_usd for month in months),
        limits=limits(manifest, catalog.book, workloads),
        events=sorted(events, key=lambda change: (change.day, change.workload, change.kind)),
        uncertain=[Input(manifest.workloads[one.workload].id, one.number, one.taken, None) for one in uncertain],
        not_drawn=not_drawn(manifest, catalog, workloads),
        simulated=None,
    )
    if not uncertain or exact.not_drawn or not draws.least:
        return exact
    return exact._replace(simulated=_drawn(manifest, exact, uncertain, draws))


def _drawn(manifest: Manifest, exact: ScenarioForecast, uncertain: list[Factor], draws: Draws) -> Simulated:
    """What the draws say. Raises Refused where the libraries for them are not installed."""
    try:
        from planner.forecasting.simulation import simulate
    except ModuleNotFoundError:
        raise Refused([MISSING]) from None
    return simulate(manifest, exact, uncertain, draws.least, draws.seed)
