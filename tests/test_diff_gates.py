"""Gates: bounds on what a change may cost, and the exit code that follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from planner.diffgates import judge_gates, read_gates
from planner.diffing.comparison import compare
from planner.diffing.report import GateCheck
from planner.diffing.splitting import Side
from planner.diffing.verdict import exit_code_of
from planner.report import CLEAN, FINDINGS, OVER_BUDGET, UNPRICED
from tests.comparing import side
from tests.making import workload


def costing(usd: int, **fields: Any) -> dict[str, Any]:
    """A workload of so many dollars a month: one million input tokens at $2, so many half times."""
    volume = {"requests": usd * 500, "per": "month"}
    return workload(volume=volume, tokens={"input": 1000, "output": 0}, latency={"max": "1s"}, **fields)


def judged(before: Side, after: Side, **gate: Any) -> GateCheck:
    """The one check of one gate."""
    (check,) = judge_gates(read_gates([gate]), before.report, after.report)
    return check


@pytest.mark.parametrize(
    ("before", "after", "gate", "verdict"),
    [
        (100, 150, {"max_increase_usd": 50}, "within"),
        (100, 151, {"max_increase_usd": 50}, "exceeded"),
        (100, 50, {"max_increase_usd": 0}, "within"),
        (100, 112, {"max_increase_percent": 12}, "within"),
        (100, 113, {"max_increase_percent": 12}, "exceeded"),
        (100, 113, {"max_increase_percent": Decimal("12.999")}, "exceeded"),
        (0, 1, {"max_increase_percent": 1000000}, "exceeded"),
        (0, 0, {"max_increase_percent": 0}, "within"),
        (90, 100, {"max_total_usd": 100}, "within"),
        (100, 101, {"max_total_usd": 100}, "exceeded"),
        (101, 200, {"max_total_usd": 100}, "already-above"),
        (101, 99, {"max_total_usd": 100}, "within"),
    ],
)
def test_a_bound_holds_or_does_not(before: int, after: int, gate: dict[str, Any], verdict: str) -> None:
    assert judged(side(costing(before)), side(costing(after)), **gate).verdict == verdict


def test_new_spend_is_above_any_percentage_in_words() -> None:
    check = judged(side(costing(0)), side(costing(7)), max_increase_percent=1000)
    assert check.increase_percent is None
    assert check.says == "new spend of $7.00 a month on a base of 0, which is above any percentage"


@pytest.mark.parametrize("gate", [{"max_increase_usd": 1}, {"max_increase_percent": 1}, {"max_total_usd": 1}])
def test_what_is_not_priced_cannot_be_judged(gate: dict[str, Any]) -> None:
    before, after = side(costing(1)), side(costing(1), workload(id="m", model="gpt-99"))
    check = judged(before, after, **gate)
    assert check.verdict == "unknown"
    assert "cannot be judged" in check.says


@pytest.mark.parametrize(
    ("scope", "increase"),
    [
        ({"owner": "a"}, 5),
        ({"owner": "b"}, 20),
        ({"labels": {"team": "x"}}, 20),
        ({"provider": "openai"}, 25),
        ({"model": "gpt-4.1"}, 25),
        ({}, 25),
    ],
)
def test_a_gate_sees_its_scope_alone(scope: dict[str, Any], increase: int) -> None:
    before = side(costing(10, id="a", owner="a"), costing(10, id="b", owner="b", labels={"team": "x"}))
    after = side(costing(15, id="a", owner="a"), costing(30, id="b", owner="b", labels={"team": "x"}))
    assert judged(before, after, max_increase_usd=1, **scope).increase_usd == increase


def test_a_workload_that_moves_to_another_owner_counts_there_as_an_increase() -> None:
    before, after = side(costing(10, owner="a")), side(costing(10, owner="b"))
    assert judged(before, after, owner="b", max_increase_usd=5).verdict == "exceeded"
    assert judged(before, after, owner="a", max_increase_usd=5).increase_usd == -10


def test_a_one_off_job_counts_in_full() -> None:
    job = workload(id="j", volume={"requests": 1000, "per": "once"}, latency={"max": "1s"})
    assert judged(side(costing(1)), side(costing(1), job), max_increase_usd=5).increase_usd == 6


def test_a_scope_without_workloads_guards_nothing_and_says_so() -> None:
    check = judged(side(costing(1)), side(costing(2)), owner="nobody", max_increase_usd=0)
    assert (check.verdict, check.says) == ("covers-nothing", "no workload is in this scope, before or after")


def test_every_bound_of_a_gate_is_judged_by_itself() -> None:
    gates = read_gates([{"name": "both", "max_increase_usd": 1, "max_total_usd": 1000}])
    checks = judge_gates(gates, side(costing(1)).report, side(costing(9)).report)
    assert [(one.scope, one.verdict) for one in checks] == [("both", "exceeded"), ("both", "within")]


def code(before: Side, after: Side, fail_on: str = "error", **gate: Any) -> int:
    """The exit code of a comparison with one gate, or none."""
    gates = read_gates([gate] if gate else [])
    diff = compare(before, after)._replace(gates=judge_gates(gates, before.report, after.report))
    return exit_code_of(diff, after.report, fail_on)


MYSTERY = {"id": "m", "model": "gpt-99"}


@pytest.mark.parametrize(
    ("before", "after", "options", "expected"),
    [
        ([costing(1)], [costing(9)], {}, CLEAN),
        ([costing(1)], [costing(9)], {"max_increase_usd": 1}, OVER_BUDGET),
        ([costing(1)], [costing(9, budget={"monthly_usd": 5})], {}, OVER_BUDGET),
        ([costing(1)], [costing(1), workload(**MYSTERY)], {"max_increase_usd": 0}, UNPRICED),
        ([costing(1), workload(**MYSTERY)], [costing(1)], {}, CLEAN),
        ([costing(1), workload(**MYSTERY)], [costing(1)], {"max_increase_usd": 5}, UNPRICED),
        ([costing(1), workload(**MYSTERY)], [costing(1), workload(**MYSTERY)], {}, UNPRICED),
        ([costing(1)], [costing(1)], {"fail_on": "note"}, CLEAN),
        ([costing(1)], [costing(1), costing(1, id="new")], {"fail_on": "note"}, FINDINGS),
        ([costing(1)], [costing(1), costing(1, id="new")], {"fail_on": "never"}, CLEAN),
    ],
)
def test_the_exit_code_counts_new_findings_and_what_the_later_plan_is(
    before: list[Any], after: list[Any], options: dict[str, Any], expected: int
) -> None:
    assert code(side(*before), side(*after), **options) == expected
