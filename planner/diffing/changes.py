"""What differs between the two plans of a workload, in words: the causes made visible."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from planner.diffing.bills import per_request
from planner.diffing.report import Change
from planner.report import WorkloadReport
from planner.units import decimal6, plain

NONE = "none"
TOLD = {
    "input": "input tokens",
    "cached_input": "cached input tokens",
    "cache_write": "cache write tokens",
    "cache_write_1h": "cache write tokens kept for an hour",
    "output": "output tokens",
    "reasoning_output": "reasoning tokens",
}


def changes_of(old: WorkloadReport, new: WorkloadReport) -> list[Change]:
    """Every difference that bears on the expected cost, in the order of the causes."""
    return list(_changes(old, new))


def _changes(old: WorkloadReport, new: WorkloadReport) -> Iterator[Change]:
    what = "requests" if new.one_off else "requests a month"
    yield from _unequal("volume", what, _number(old.requests_per_month), _number(new.requests_per_month))
    before, after = _tokens(old), _tokens(new)
    if not before or not after:
        before = after = {}
    for name, told in TOLD.items():
        cause = "reasoning" if name == "reasoning_output" else "tokens"
        yield from _unequal(cause, told, before.get(name, NONE), after.get(name, NONE))
    for what in ("provider", "model", "region"):
        yield from _unequal("model", what, getattr(old, what), getattr(new, what))
    if (old.canonical, old.provider, old.lane) == (new.canonical, new.provider, new.lane):
        was, now = _rates(old), _rates(new)
        for name in was.keys() & now.keys():
            yield from _unequal("price", f"usd per million {TOLD[name]}", was[name], now[name])
    yield from _unequal("lane", "lane", old.lane, new.lane)
    if old.lane != new.lane:
        yield from _unequal("lane", "decided by", old.decided_by or NONE, new.decided_by or NONE)


def _unequal(cause: str, what: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(cause, what, before, after)


def _tokens(workload: WorkloadReport) -> dict[str, str]:
    """Tokens of one request by class, of a plan that has requests."""
    requests = workload.requests_per_month
    return {
        line.token_class: _number(decimal6(per_request(line.tokens, requests)))
        for line in workload.lines
        if line.token_class in TOLD and line.tokens is not None and requests
    }


def _rates(workload: WorkloadReport) -> dict[str, str]:
    return {
        line.token_class: plain(line.usd_per_mtok)
        for line in sorted(workload.lines, key=lambda line: line.token_class)
        if line.token_class in TOLD and line.usd_per_mtok is not None
    }


def _number(amount: Decimal) -> str:
    """1,234.5, in digits."""
    return f"{Decimal(plain(amount)):,f}"
