"""Bounds on what a change may cost: read from the configuration, held against two plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from planner.budgets import EXCEEDED, UNKNOWN, WITHIN, compare
from planner.diffing.report import GateCheck
from planner.manifest import Limit, canonical_provider
from planner.report import Report
from planner.units import WIDE, cents, minus, percentage, plain

KINDS = ("max_increase_usd", "max_increase_percent", "max_total_usd")
ALREADY_ABOVE, COVERS_NOTHING = "already-above", "covers-nothing"
EVERYTHING = "all workloads"


class Gate(NamedTuple):
    """Bounds for the workloads in a scope (owner, labels, provider, model; empty is all of them), by kind."""

    name: str
    scope: Mapping[str, Any]
    bounds: Mapping[str, Decimal]


def read_gates(stated: Iterable[Mapping[str, Any]]) -> list[Gate]:
    """The gates of a configuration (diff.gates), which fits its schema."""
    return [_gate(one) for one in stated]


def _gate(stated: Mapping[str, Any]) -> Gate:
    bounds = {kind: Decimal(str(stated[kind])) for kind in KINDS if kind in stated}
    scope = {key: value for key, value in stated.items() if key not in (*KINDS, "name")}
    if "provider" in scope:
        scope["provider"] = canonical_provider(scope["provider"])
    return Gate(stated.get("name") or _spoken(scope), scope, bounds)


def _spoken(scope: Mapping[str, Any]) -> str:
    parts = [f"{key} {value}" for key, value in scope.items() if key != "labels"]
    parts += [f"label {key}={value}" for key, value in scope.get("labels", {}).items()]
    return ", ".join(parts) or EVERYTHING


def judge_gates(gates: Iterable[Gate], old: Report, new: Report) -> list[GateCheck]:
    """Every bound held against the two plans. One-off jobs count in full, as they do in budgets."""
    return [check for gate in gates for check in _judged(gate, old, new)]


def _judged(gate: Gate, old: Report, new: Report) -> Iterator[GateCheck]:
    limit = Limit(gate.name, Decimal(0), (), dict(gate.scope))
    before, after = (compare([limit], report.workloads)[0] for report in (old, new))
    for kind, bound in gate.bounds.items():
        empty = not before.workloads and not after.workloads and bool(gate.scope)
        found = _Amounts(before.expected_usd, after.expected_usd)
        verdict = COVERS_NOTHING if empty else _VERDICTS[kind](found, bound)
        yield GateCheck(
            gate.name,
            kind,
            bound,
            found.before,
            found.after,
            found.increase,
            percentage(found.increase, found.before),
            verdict,
            COVERS_NOTHING_SAYS if empty else _says(kind, found, bound, verdict),
        )


class _Amounts(NamedTuple):
    """What the workloads in a scope cost before and after; None where a part of it is not known."""

    before: Decimal | None
    after: Decimal | None

    @property
    def increase(self) -> Decimal | None:
        return minus(self.after, self.before)


def _of_increase(found: _Amounts, bound: Decimal) -> str:
    if found.increase is None:
        return UNKNOWN
    return EXCEEDED if found.increase > max(bound, Decimal(0)) else WITHIN


def _of_percent(found: _Amounts, bound: Decimal) -> str:
    """New spend on a base of 0 is more than any percentage."""
    if found.increase is None or found.before is None:
        return UNKNOWN
    return EXCEEDED if found.increase > 0 and found.increase * 100 > bound * found.before else WITHIN


def _of_total(found: _Amounts, bound: Decimal) -> str:
    """A total that crosses the bound; one that was above it before is not the fault of this change."""
    if found.after is None:
        return UNKNOWN
    if found.after <= bound:
        return WITHIN
    return ALREADY_ABOVE if found.before is not None and found.before > bound else EXCEEDED


_VERDICTS = {"max_increase_usd": _of_increase, "max_increase_percent": _of_percent, "max_total_usd": _of_total}
COVERS_NOTHING_SAYS = "no workload is in this scope, before or after"


TOLD = {
    "max_increase_usd": "the increase in dollars",
    "max_increase_percent": "the increase in percent",
    "max_total_usd": "the total",
}


def _says(kind: str, found: _Amounts, bound: Decimal, verdict: str) -> str:
    increase = found.increase
    if verdict == UNKNOWN:
        return f"{TOLD[kind]} cannot be judged: not everything in this scope is priced"
    if kind == "max_total_usd":
        was = "not crossed by this change: " if verdict == ALREADY_ABOVE else ""
        return f"{was}{_usd(found.before)} a month before, {_usd(found.after)} after; the bound is {_usd(bound)}"
    if increase is not None and increase <= 0:
        return f"{_usd(-increase)} a month less" if increase else "no change in cost"
    holds = "above" if verdict == EXCEEDED else "within"
    if kind == "max_increase_usd":
        return f"{_usd(increase)} a month more, {holds} the bound of {_usd(bound)}"
    if not found.before:
        return f"new spend of {_usd(increase)} a month on a base of 0, which is above any percentage"
    return f"{_percent(percentage(increase, found.before))} more, {holds} the bound of {plain(bound)} %"


def _usd(amount: Decimal | None) -> str:
    """$1,234.50; less than a cent in all its digits."""
    if amount is None:
        return "an unknown amount"
    shown = cents(amount)
    return f"${shown:,}" if shown or not amount else f"${plain(amount)}"


def _percent(amount: Decimal | None) -> str:
    """12.3 %; less than a tenth in all its digits."""
    shown = (amount or Decimal(0)).quantize(Decimal("0.1"), context=WIDE)
    return f"{plain(shown or amount or Decimal(0))} %"
