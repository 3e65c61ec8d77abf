"""What happens to a workload over the months: read off its parts, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from planner.costs import Reasoning
from planner.forecasting.calendar import Horizon, first_day
from planner.forecasting.report import Change, Part, WorkloadForecast
from planner.forecasting.valuation import job_month
from planner.growth import month_name
from planner.manifest import Workload
from planner.units import plain

LANE, MODEL, PRICE, GAP, JOB = "lane", "model", "price", "gap", "job"


EFFORTS = {"declared": "at effort {}", "default": "at its default effort {}", "assumed": "at effort {}, assumed"}
"""What an estimate of reasoning rests on, by its basis."""

Reasons = Callable[[date], Reasoning]
"""How the model that answers on a day reasons."""


def changes_of(workload: Workload, forecast: WorkloadForecast, horizon: Horizon, reasons: Reasons) -> Iterator[Change]:
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
        yield from _between(workload.id, before, after, reasons)


def _between(workload: str, before: Part, after: Part, reasons: Reasons) -> Iterator[Change]:
    if after.missing and after.missing != before.missing:
        yield Change(after.since, workload, GAP, f"price unknown: {after.missing}")
    if after.model != before.model:
        priced = f"{before.model} is retired: {after.model} is priced"
        thinks = "" if after.expected_usd is None else _thinks(reasons(before.since), reasons(after.since))
        yield Change(after.since, workload, MODEL, priced + thinks)
    if None not in (before.lane, after.lane) and after.lane != before.lane:
        why = after.decided_by or "nothing decided"
        yield Change(after.since, workload, LANE, f"{before.lane} becomes {after.lane}, decided by {why}")
    elif after.model == before.model and (moved := _prices(before, after)):
        yield Change(after.since, workload, PRICE, f"{moved} a million tokens")


def _thinks(before: Reasoning, after: Reasoning) -> str:
    """What is taken anew for the reasoning of the next model; nothing where it stays as it was."""
    if (before.expected, before.basis, before.effort) == (after.expected, after.basis, after.effort):
        return ""
    if not after.expected:
        return ", without reasoning"
    return f", with {plain(after.expected)} tokens of reasoning a request {EFFORTS[after.basis].format(after.effort)}"


def _prices(before: Part, after: Part) -> str:
    """Each price that differs, in dollars a million tokens."""
    old, new = before.usd_per_mtok, after.usd_per_mtok
    moved = [kind for kind in old if kind in new and new[kind] != old[kind]]
    return ", ".join(f"{kind} ${plain(old[kind])} becomes ${plain(new[kind])}" for kind in moved)
