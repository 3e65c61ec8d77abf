"""Sums, rounding, unknown prices and limits: what a total may say, and when a plan fails."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files, plan
from planner.catalog import Catalog
from planner.formats import text
from planner.report import CLEAN, FINDINGS, OVER_BUDGET, UNPRICED, Report, WorkloadReport, exit_code
from tests.making import DAY, manifest_text, planned, read, rules_fired, workload

QUICK = settings(max_examples=60, deadline=None)
BATCH = {"use_case": "model-evaluation", "latency": {"max": "24h"}}

counts = st.integers(1, 10**7)


@cache
def catalog() -> Catalog:
    """The catalog of two models, read once for many examples."""
    return files.load_catalog(
        read(manifest_text(workload(id="a", model="gpt-4.1"), workload(id="b", model="gpt-5"))), whole=True
    )


def quickly(*workloads: dict[str, Any], gate: str = "expected", **fields: Any) -> Report:
    """The plan of workloads on these models with the catalog that is there."""
    return plan(read(manifest_text(*workloads, **fields)), catalog(), DAY, gate=gate)


def code(report: Report) -> int:
    """The exit code of a plan."""
    return exit_code(report.findings, report.budgets, "error", report.gate)


def levels(report: Report) -> dict[str, str]:
    """Findings: rule and level."""
    return {finding.rule: finding.level for finding in report.findings}


def thinking(**fields: Any) -> dict[str, Any]:
    """A month of exactly $11.25 expected and $16.25 to budget."""
    # 1M x 1.25 + 0.5M x 10 visible + 0.5M x 10 hidden; buffer 0.5M x 10
    return workload(model="gpt-5", reasoning={"effort": "low"}, **fields)


# Unknown prices


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"model": "gpt-4.1x"}, "unknown model 'gpt-4.1x' at openai, did you mean 'gpt-4.1'?"),
        ({"provider": "opena"}, "no prices for provider 'opena', did you mean 'openai'?"),
        ({"region": "mars"}, "mars"),
        ({"tokens": {"input": 1000, "output": 500, "cache_write": 10}}, "cache_write rate in the standard lane"),
        ({"lane": {"pin": "flex", "because": "a test"}}, "no published flex rate for gpt-4.1"),
    ],
)
def test_a_missing_rate_in_the_chosen_lane_is_exit_code_3_and_no_price(fields: dict[str, Any], says: str) -> None:
    report = planned(workload(**fields))
    monthly = report.workloads[0].monthly
    assert (monthly.expected_usd, monthly.budget_usd, code(report)) == (None, None, UNPRICED)
    assert any(finding.rule == "price-unknown" and says in finding.message for finding in report.findings)
    assert report.coverage.priced == 0


def test_a_missing_rate_in_another_lane_is_null_there_and_makes_batch_impossible() -> None:
    report = planned(workload(model="gpt-5.3-codex", **BATCH))  # it is not sold as a batch
    monthly = report.workloads[0].monthly
    assert (monthly.batch_usd, monthly.expected_usd) == (None, Decimal("8.75"))  # 1M x 1.75 + 0.5M x 14
    assert (report.workloads[0].mode, report.workloads[0].decided_by) == ("real-time", "batch-rate-missing")
    assert (monthly.saving_forgone_usd, code(report)) == (None, CLEAN)


def test_a_sum_with_an_unknown_part_is_unknown_and_says_how_much_is_known() -> None:
    report = planned(workload(id="known", owner="a"), workload(id="lost", model="gpt-0", owner="b"))
    totals = report.totals
    assert (totals.real_time_usd, totals.expected_usd, totals.budget_usd, totals.saving_usd) == (None, None, None, None)
    assert totals.by["owner"] == {"a": Decimal("6"), "b": None}  # 1M x 2 + 0.5M x 8
    assert totals.by["provider"] == {"openai": None}
    assert (totals.priced_usd, report.coverage.priced) == (Decimal("6"), 1)
    shown = text.render(report)
    assert "1 of 2 priced: $6.00" in shown
    assert "unknown" in next(line for line in shown.splitlines() if line.startswith("total"))


def test_an_unknown_one_off_job_leaves_the_recurring_sum_alone() -> None:
    totals = planned(workload(), workload(id="job", model="gpt-0", volume={"requests": 1, "per": "once"})).totals
    assert (totals.expected_usd, totals.one_off_usd) == (Decimal("6"), None)


@pytest.mark.parametrize(("fallback", "usd"), [("real-time", "3.6"), ("flex", None)])
def test_a_fallback_to_a_lane_without_a_rate_leaves_the_budget_unknown(fallback: str, usd: str | None) -> None:
    # gpt-4.1 has no flex rate; 3 as a batch and 10 % of 6 in real time
    report = planned(workload(**BATCH, batch={"fallback": fallback, "fallback_share": "10%"}))
    monthly = report.workloads[0].monthly
    assert (monthly.expected_usd, monthly.budget_usd) == (Decimal("3"), None if usd is None else Decimal(usd))
    assert code(report) == (UNPRICED if usd is None else CLEAN)


# Rounding


@pytest.mark.parametrize(
    ("cached", "usd"),
    [(1, "0"), (2, "0.000001"), (3, "0.000002"), (5, "0.000002"), (7, "0.000004")],
)
def test_a_line_is_rounded_to_a_millionth_half_to_even(cached: int, usd: str) -> None:
    # cached input of gpt-4.1 costs 0.50: one token is half a millionth of a dollar
    tokens = {"input": cached, "cached_input": cached, "output": 0}
    report = planned(workload(volume={"requests": 1, "per": "once"}, tokens=tokens))
    assert report.workloads[0].monthly.real_time_usd == Decimal(usd)


@QUICK
@given(st.lists(st.tuples(counts, st.integers(0, 10**5), st.integers(0, 10**5)), min_size=1, max_size=6))
def test_sums_are_sums_of_the_lines(shapes: list[tuple[int, int, int]]) -> None:
    report = quickly(
        *(
            workload(
                id=f"w{number}",
                model=("gpt-5", "gpt-4.1")[number % 2],
                volume={"requests": requests, "per": ("week", "month", "once")[number % 3]},
                tokens={"input": inward, "output": outward},
                reasoning={"effort": "low"},
            )
            for number, (requests, inward, outward) in enumerate(shapes)
        )
    )

    def lines(workloads: list[WorkloadReport], *kinds: str) -> Decimal:
        return sum((line.usd for w in workloads for line in w.lines if line.counts in kinds), Decimal(0))

    for found in report.workloads:
        assert found.monthly.expected_usd == lines([found], "expected")
        assert found.monthly.budget_usd == lines([found], "expected", "budget")
    recurring = [found for found in report.workloads if not found.one_off]
    once = [found for found in report.workloads if found.one_off]
    totals = report.totals
    assert (totals.expected_usd, totals.budget_usd) == (
        lines(recurring, "expected"),
        lines(recurring, "expected", "budget"),
    )
    assert (totals.one_off_usd, totals.priced_usd) == (lines(once, "expected"), lines(recurring, "expected"))
    assert sum(usd or 0 for usd in totals.by["model"].values()) == totals.expected_usd


def test_text_shows_cents_and_rounds_budgets_up() -> None:
    # 1,001 x 1,000 x 2.00 = 2.002
    report = planned(workload(volume={"requests": 1001, "per": "month"}, tokens={"input": 1000, "output": 0}))
    row = next(line for line in text.render(report).splitlines() if line.startswith("w "))
    assert row.split()[-2:] == ["2.00", "2.01"]


# Saving


@QUICK
@given(counts, st.integers(0, 10**5), st.integers(0, 10**5))
def test_the_saving_is_a_percentage_of_the_real_time_cost_and_unknown_where_that_is_0(
    requests: int, inward: int, outward: int
) -> None:
    volume = {"requests": requests, "per": "month"}
    report = quickly(workload(volume=volume, tokens={"input": inward, "output": outward}, **BATCH))
    monthly = report.workloads[0].monthly
    assert monthly.real_time_usd is not None
    assert monthly.expected_usd is not None
    if not monthly.real_time_usd:
        assert monthly.saving_percent is None
        return
    whole, chosen = Fraction(monthly.real_time_usd), Fraction(monthly.expected_usd)
    assert Fraction(monthly.saving_usd or 0) == whole - chosen
    assert Fraction(monthly.saving_percent or 0) == round((whole - chosen) / whole * 100, 6)
    assert Fraction(monthly.saving_percent or 0) <= 100


def test_nothing_in_real_time_has_no_saving_in_percent() -> None:
    monthly = planned(workload(volume={"requests": 0, "per": "day"})).workloads[0].monthly
    assert (monthly.real_time_usd, monthly.saving_percent) == (Decimal(0), None)


def test_a_saving_that_is_forgone_names_the_rule_that_forgoes_it() -> None:
    monthly = planned(workload(user_facing=True)).workloads[0].monthly
    assert (monthly.saving_usd, monthly.saving_percent) == (Decimal(0), Decimal(0))
    assert (monthly.saving_forgone_usd, monthly.forgone_by) == (Decimal("3"), "user-facing")  # 6 - 3
    taken = planned(workload(**BATCH)).workloads[0].monthly
    assert (taken.saving_usd, taken.saving_forgone_usd, taken.forgone_by) == (Decimal("3"), Decimal(0), None)
    cached = {"input": 1000, "cached_input": 1000, "output": 0}  # 1M x 0.50, as a batch 1M x 1.00
    dearer = planned(workload(tokens=cached, **BATCH)).workloads[0]
    assert (dearer.decided_by, dearer.monthly.real_time_usd) == ("batch-not-cheaper", Decimal("0.5"))
    assert (dearer.monthly.batch_usd, dearer.monthly.saving_forgone_usd) == (Decimal("1"), Decimal(0))
    assert dearer.monthly.forgone_by is None


# Limits


@pytest.mark.parametrize(
    ("limit", "verdict", "finding", "exit_low", "exit_high"),
    [
        ("16.25", "within", None, CLEAN, CLEAN),
        ("16.24", "at-risk", ("budget-at-risk", "warning"), CLEAN, OVER_BUDGET),
        ("11.25", "at-risk", ("budget-at-risk", "warning"), CLEAN, OVER_BUDGET),
        ("11.24", "exceeded", ("over-budget", "error"), OVER_BUDGET, OVER_BUDGET),
    ],
)
def test_expected_above_a_limit_is_exit_code_4_and_the_budget_above_it_a_warning_or_4(
    limit: str, verdict: str, finding: tuple[str, str] | None, exit_low: int, exit_high: int
) -> None:
    for gate, expected in (("expected", exit_low), ("high", exit_high)):
        report = planned(thinking(), budget={"monthly_usd": Decimal(limit)}, gate=gate)
        assert (report.budgets[0].verdict, code(report)) == (verdict, expected)
        own = {rule: level for rule, level in levels(report).items() if "budget" in rule}
        assert own == ({} if finding is None else dict([finding]))


@QUICK
@given(st.integers(0, 4000), st.integers(1, 500), st.sampled_from(["expected", "high"]))
def test_a_limit_holds_exactly_as_far_as_its_amount(limit: int, requests: int, gate: str) -> None:
    one = thinking(volume={"requests": requests * 1000, "per": "month"})
    report = quickly(one, budget={"monthly_usd": limit}, gate=gate)
    expected, budget = requests * Fraction("11.25"), requests * Fraction("16.25")
    check = report.budgets[0]
    assert (Fraction(check.expected_usd or 0), Fraction(check.budget_usd or 0)) == (expected, budget)
    assert check.verdict == ("exceeded" if expected > limit else "at-risk" if budget > limit else "within")
    assert (code(report) == OVER_BUDGET) == ((expected if gate == "expected" else budget) > limit)


def test_a_limit_counts_what_meets_its_whole_scope() -> None:
    shop, search = {"product": "shop"}, {"product": "search"}
    report = planned(
        workload(id="a", owner="ann", labels=shop),  # 6
        workload(id="b", owner="ann", labels=search, model="gpt-4.1-mini"),  # 0.40 + 0.80
        workload(id="c", owner="bob", labels=shop, **BATCH, budget={"monthly_usd": 3}),  # 1 + 2, as a batch
        workload(id="job", owner="bob", labels=search, volume={"requests": 500, "per": "once"}),  # 3
        budget={"monthly_usd": 100},
        budgets=[
            {"name": "owner", "owner": "ann", "monthly_usd": 7},
            {"name": "model", "model": "gpt-4.1", "monthly_usd": 12},
            {"name": "label", "labels": shop, "monthly_usd": 9},
            {"name": "both", "owner": "bob", "labels": shop, "monthly_usd": 2},
            {"name": "provider", "provider": "azure", "monthly_usd": 0},
        ],
    )
    checks = {
        check.scope: (str(check.expected_usd and check.expected_usd.normalize()), check.verdict)
        for check in report.budgets
    }
    assert checks == {
        "total": ("13.2", "within"),  # one-off jobs count in full
        "owner": ("7.2", "exceeded"),
        "model": ("12", "within"),
        "label": ("9", "within"),
        "both": ("3", "exceeded"),
        "provider": ("0", "within"),
        "workload c": ("3", "within"),
    }


def test_a_limit_is_exceeded_if_the_known_part_alone_is_and_else_unknown() -> None:
    lost = workload(id="lost", model="gpt-0")
    over, under = (planned(workload(), lost, budget={"monthly_usd": limit}) for limit in (5, 6))
    assert (over.budgets[0].verdict, under.budgets[0].verdict) == ("exceeded", "unknown")
    assert (over.budgets[0].expected_usd, code(over), code(under)) == (None, UNPRICED, UNPRICED)  # 3 before 4


def test_over_budget_comes_before_findings_and_findings_before_clean() -> None:
    gone = workload(model="o4-mini", reasoning={"effort": "low"})
    assert "model-retired" in rules_fired(planned(gone).workloads[0])
    assert (code(planned(gone)), code(planned(gone, budget={"monthly_usd": 1}))) == (FINDINGS, OVER_BUDGET)
    assert code(planned(workload())) == CLEAN
