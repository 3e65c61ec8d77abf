"""A team's own workloads for the page: what the plan says of each, and how it would be chosen there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from planner.explorerpage.desk import FLAGS
from planner.formats._words import budget_usd, usd
from planner.manifest import MEAN_MONTH_DAYS, Account, BatchPlan, Manifest, Workload
from planner.report import Report, WorkloadReport
from planner.units import Exact, plain

NUMBERS = ("requests_per_minute", "tokens_per_minute", "batch_requests_per_file", "batch_window_seconds")


def rows(manifest: Manifest, report: Report) -> list[dict[str, Any]]:
    """A row for each workload of the manifest, in its order."""
    return [_row(manifest, workload, told) for workload, told in zip(manifest.workloads, report.workloads, strict=True)]


def _row(manifest: Manifest, w: Workload, told: WorkloadReport) -> dict[str, Any]:
    month = told.monthly
    return {
        "id": w.id,
        "use_case": w.use_case,
        "owner": w.owner,
        "provider": w.provider,
        "model": w.model,
        "mode": told.mode,
        "lane": told.lane,
        "decided_by": told.decided_by,
        "reason": told.reason,
        "one_off": told.one_off,
        "expected_usd": None if month.expected_usd is None else plain(month.expected_usd),
        "shown": {
            "expected_usd": usd(month.expected_usd),
            "budget_usd": budget_usd(month.budget_usd),
            "saving_usd": usd(month.saving_usd),
            "saving_forgone_usd": usd(month.saving_forgone_usd),
        },
        "state": state_of(w, manifest.account_of(w)),
        "left_out": list(_left_out(manifest, w)),
    }


def state_of(w: Workload, account: Account) -> dict[str, str | None]:
    """The workload as the page's form would have it; what the form has no field for is left out."""
    quota = account.stated.get("enqueued_tokens")
    if isinstance(quota, dict):
        quota = quota.get(w.model)
    flags = {name: getattr(w, name) for name in FLAGS}
    return {
        "use_case": w.use_case,
        "provider": w.provider,
        "model": w.model,
        "region": w.region,
        "requests": _whole(w.volume.requests),
        "per": w.volume.per,
        "input": _whole(w.input.mean),
        "output": _whole(w.visible_output_tokens),
        "cached_percent": _share(w),
        "cached_input": _plain(w.cached_input_tokens),
        "max_output": None if w.max_output_tokens is None else _whole(w.max_output_tokens),
        "effort": w.effort,
        "latency_max": None if w.latency_max_seconds is None else _duration(w.latency_max_seconds),
        "tier": account.tier,
        "subscription": account.subscription,
        "enqueued_tokens": None if quota is None else str(quota),
        **{name: {True: "yes", False: "no", None: None}[value] for name, value in flags.items()},
    }


def _plain(number: Exact | None) -> str | None:
    return None if number is None else plain(number)


def _whole(number: Exact) -> str:
    return str(round(number))


def _share(w: Workload) -> str | None:
    """Cached input in percent of the input, to a hundredth."""
    if w.cached_input_tokens is None or not w.input.mean:
        return None
    return plain(round(Fraction(w.cached_input_tokens * 100) / w.input.mean, 2))


def _duration(seconds: Exact) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{plain(seconds * 1000)}ms"


def _left_out(manifest: Manifest, w: Workload) -> Iterator[str]:
    """What the manifest says of the workload and the form cannot."""
    account = manifest.account_of(w)
    said = {
        "95th percentiles and ranges": any(
            one is not None and not one.is_plain for one in (w.input, w.output, w.volume.spread)
        ),
        "parts of a request or token": any(
            n.denominator != 1 for n in (w.volume.requests, w.input.mean, w.output.mean)
        ),
        "cache writes": bool(w.cache_write_tokens or w.cache_write_1h_tokens),
        "measured reasoning": w.reasoning is not None,
        "the endpoint": w.endpoint is not None,
        "the pinned lane": w.pin is not None,
        "batch settings": w.batch != BatchPlan(),
        "hours of the day": w.volume.hours_utc is not None,
        "the month of a job that runs once": w.volume.month is not None,
        "other limits of the account": any(name != "enqueued_tokens" for name in account.stated),
        "month_days": manifest.month_days != MEAN_MONTH_DAYS,
    }
    return (what for what, is_said in said.items() if is_said)
