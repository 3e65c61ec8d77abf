"""What happens to a workload over the months: read off its parts, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from planner.forecasting.calendar import Horizon, first_day
from planner.forecasting.report import Change, Part, WorkloadForecast
from planner.forecasting.valuation import job_month
from planner.growth import month_name
from planner.manifest import Workload
from planner.units import plain

LANE, MODEL, PRICE, GAP, JOB = "lane", "model", "price", "gap", "job"


def changes_of(workload: Workload, forecast: WorkloadForecast, horizon: Horizon) -> Iterator[Change]:
    """The changes of a workload, by day."""
    if workload.volume.once:
        month = job_month(workload, horizon)
        outside = "" if month in horizon.months else ", which is none of these months: it costs nothing in them"
        yield Change(first_day(month), workload.id, JOB, f"runs once, in {month_name(month)}{outside}")
    parts = [part for month in forecast.months for part in month.parts]
    for first in parts[:1]:
        if first.model != workload.model:
            yield Change(first.since, workload.id, MODEL, f"{workload.model} is retired: {first.model} is priced")
        if first.missing:
            yield Change(first.since, workload.id, GAP, f"price unknown: {first.missing}")
    for before, after in pairwise(parts):
        yield from _between(workload.id, before, after)


def _between(workload: str, before: Part, after: Part) -> Iterator[Change]:
    if after.missing and after.missing != before.missing:
        yield Change(after.since, workload, GAP, f"price unknown: {after.missing}")
    if after.model != before.model:
        yield Change(after.since, workload, MODEL, f"{before.model} is retired: {after.model} is priced")
    if None not in (before.lane, after.lane) and after.lane != before.lane:
        why = after.decided_by or "nothing decided"
        yield Change(after.since, workload, LANE, f"{before.lane} becomes {after.lane}, decided by {why}")
    elif after.model == before.model and (moved := _prices(before, after)):
        yield Change(after.since, workload, PRICE, f"{moved} a million tokens")


def _prices(before: Part, after: Part) -> str:
    """Each price that differs, in dollars a million tokens."""
    old, new = before.usd_per_mtok, after.usd_per_mtok
    moved = [kind for kind in old if kind in new and new[kind] != old[kind]]
    return ", ".join(f"{kind} ${plain(old[kind])} becomes ${plain(new[kind])}" for kind in moved)
