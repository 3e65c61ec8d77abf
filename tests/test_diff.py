"""Comparisons: what changed, by how much, and which cause has which part."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from planner.diffing.comparison import compare, nothing
from planner.diffing.report import CAUSES
from planner.diffing.shapley import rounded, shares
from tests.comparing import changed, parts, side
from tests.making import ROOT, workload

D = Decimal


def by_hand(**fields: Any) -> dict[str, Any]:
    """A workload of $6 a month: 1,000 requests of 1,000 input tokens at $2 and 500 output tokens at $8."""
    return {"latency": {"max": "1s"}, **fields}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"volume": {"requests": 2000, "per": "month"}}, {"volume": D(6)}),
        ({}, {"tokens": {"input": 2000, "output": 500}}, {"tokens": D(2)}),
        ({}, {"tokens": {"input": 1000, "cached_input": 1000, "output": 500}}, {"tokens": D("-1.5")}),
        ({}, {"model": "gpt-4.1-mini"}, {"model": D("-4.8")}),
        ({"model": "gpt-5"}, {"model": "gpt-5", "reasoning": {"effort": "low"}}, {"reasoning": D(5)}),
        ({"model": "gpt-5"}, {"model": "gpt-5", "lane": {"pin": "flex", "because": "agreed"}}, {"lane": D("-3.125")}),
    ],
)
def test_one_cause_has_the_whole_change(before: dict[str, Any], after: dict[str, Any], expected: dict[str, D]) -> None:
    before, after = by_hand(**before), by_hand(**after)
    diff = changed(before, after)
    assert parts(diff.workloads[0].causes) == expected
    assert diff.totals.causes is not None
    assert parts(diff.totals.causes) == expected


def test_two_causes_share_what_only_both_together_bring() -> None:
    # 6 -> 16: the volume alone brings 6, the tokens alone 2, both together 2 more, of which each has half.
    diff = changed(by_hand(), by_hand(volume={"requests": 2000, "per": "month"}, tokens={"input": 2000, "output": 500}))
    assert parts(diff.workloads[0].causes) == {"volume": D(7), "tokens": D(3)}


def test_three_causes_by_the_formula() -> None:
    # f(v, t, m) with v 1 -> 2, t 6 -> 8 at the old model, 1.2 -> 1.6 at the new one
    diff = changed(
        by_hand(),
        by_hand(volume={"requests": 2000, "per": "month"}, tokens={"input": 2000, "output": 500}, model="gpt-4.1-mini"),
    )
    assert parts(diff.workloads[0].causes) == {
        "volume": D("4.066666"),
        "tokens": D("1.666667"),
        "model": D("-8.533333"),
    }


def test_parts_that_do_not_come_out_even_add_up_all_the_same() -> None:
    def value(subset: frozenset[str]) -> Any:
        from fractions import Fraction

        return Fraction(1, 10**6) if len(subset) == 3 else Fraction(0)

    found = rounded(shares(value, "abc"), D("0.000001"))
    assert found == {"a": D("0.000001"), "b": D(0), "c": D(0)}


def test_a_volume_said_in_another_way_is_no_change() -> None:
    diff = changed({"volume": {"requests": 100, "per": "day"}}, {"volume": {"requests": D("3043.75"), "per": "month"}})
    assert diff.workloads == []
    assert diff.unchanged == 1


def test_reasoning_included_or_extra_is_the_same_where_it_is_the_same() -> None:
    diff = changed(
        {
            "model": "gpt-5",
            "tokens": {"input": 10, "output": 800},
            "reasoning": {"tokens": 300, "tokens_are": "included"},
        },
        {"model": "gpt-5", "tokens": {"input": 10, "output": 500}, "reasoning": {"tokens": 300, "tokens_are": "extra"}},
    )
    assert diff.workloads == []


def test_a_cost_that_stays_while_its_causes_cancel_is_a_change() -> None:
    diff = changed(
        by_hand(tokens={"input": 1000, "output": 0}),
        by_hand(tokens={"input": 500, "output": 0}, volume={"requests": 2000, "per": "month"}),
    )
    (one,) = diff.workloads
    assert (one.delta_usd, parts(one.causes)) == (D(0), {"volume": D("1.5"), "tokens": D("-1.5")})


def test_another_book_is_the_cause_price() -> None:
    old = side(workload(**by_hand()), prices=("list", str(ROOT / "examples" / "negotiated.yaml")))
    (one,) = compare(old, side(workload(**by_hand()))).workloads
    assert one.delta_usd
    assert parts(one.causes) == {"price": one.delta_usd}


def test_what_is_added_and_removed_counts_whole() -> None:
    diff = compare(side(workload(id="a")), side(workload(id="b", volume={"requests": 2000, "per": "month"})))
    assert [(one.id, one.status, one.delta_usd) for one in diff.workloads] == [
        ("b", "added", D(12)),
        ("a", "removed", D(-6)),
    ]
    assert diff.totals.causes is not None
    assert parts(diff.totals.causes) == {"added": 12, "removed": -6}


def test_a_new_name_changes_nothing_else() -> None:
    diff = compare(side(workload(id="a"), workload(id="c")), side(workload(id="b"), workload(id="c")))
    assert diff.totals.delta_usd == 0
    assert {one.id for one in diff.workloads} == {"a", "b"}


def test_one_off_jobs_stand_apart() -> None:
    job = {"volume": {"requests": 1000, "per": "once"}}
    diff = compare(side(workload(id="a"), workload(id="j", **job)), side(workload(id="a")))
    assert diff.totals.delta_usd == 0
    assert diff.one_off.delta_usd == -6


def test_a_job_that_becomes_recurring_leaves_the_one_sum_and_enters_the_other() -> None:
    diff = changed({"volume": {"requests": 1000, "per": "once"}}, {"volume": {"requests": 1000, "per": "month"}})
    assert (diff.totals.delta_usd, diff.one_off.delta_usd) == (D(6), D(-6))
    assert [(one.status, one.one_off) for one in diff.workloads] == [("added", False), ("removed", True)]


def test_an_unknown_cost_is_never_0() -> None:
    old = side(workload(id="a"), workload(id="m", model="gpt-99"))
    new = side(workload(id="a", volume={"requests": 3000, "per": "month"}), workload(id="m", model="gpt-99"))
    diff = compare(old, new)
    totals = diff.totals
    assert (totals.before_usd, totals.after_usd, totals.delta_usd, totals.delta_percent) == (None,) * 4
    assert totals.causes is None
    assert (totals.known_before_usd, totals.known_after_usd, totals.known_delta_usd) == (D(6), D(18), D(12))
    assert parts(totals.known_causes) == {"volume": 12}


def test_a_cost_that_is_not_known_any_more_is_a_change_without_a_split() -> None:
    (one,) = changed({}, {"model": "gpt-99"}).workloads
    assert (one.before_usd, one.after_usd, one.delta_usd, one.causes) == (D(6), None, None, None)
    assert one.not_split == "its cost is not known in one of the plans"


def test_a_mixture_without_a_rate_leaves_the_change_and_not_the_split() -> None:
    pin = {"lane": {"pin": "priority", "because": "agreed"}}
    (one,) = changed({"model": "gpt-4.1", **pin}, {"model": "gpt-5.4-nano"}).workloads
    assert one.delta_usd is not None
    assert one.causes is None
    assert one.not_split is not None
    assert "no published priority rate" in one.not_split


def test_new_spend_has_no_percentage() -> None:
    diff = compare(side(workload(volume={"requests": 0, "per": "month"})), side(workload()))
    (one,) = diff.workloads
    assert (one.delta_usd, one.delta_percent, one.new_spend) == (D(6), None, True)
    assert parts(one.causes) == {"volume": 6}


def test_a_plan_without_workloads_is_compared_too() -> None:
    new = side(workload())
    diff = compare(new._replace(report=nothing(new.report), manifest=None, catalog=None), new)
    assert (diff.totals.before_usd, diff.totals.delta_usd, diff.totals.new_spend) == (D(0), D(6), True)


def test_budgets_are_told_before_and_after() -> None:
    old = side(workload(), budget={"monthly_usd": 10})
    new = side(workload(volume={"requests": 9000, "per": "month"}), budget={"monthly_usd": 10})
    (one,) = compare(old, new).budgets
    assert one.before is not None
    assert one.after is not None
    assert (one.before.verdict, one.after.verdict) == ("within", "exceeded")


def test_only_new_findings_are_new_wherever_they_stand() -> None:
    old = side(workload(id="w", labels={"a": "b"}))
    new = side(
        workload(id="first", tokens={"input": 1, "output": 1, "max_output": 5}), workload(id="w", labels={"a": "b"})
    )
    found = compare(old, new).findings
    assert {finding.workload for finding in found.new} == {"first"}
    assert found.gone == []


def test_every_cause_is_there_in_the_same_order() -> None:
    (one,) = changed({}, {"volume": {"requests": 1, "per": "month"}}).workloads
    assert one.causes is not None
    assert tuple(one.causes) == CAUSES
