"""What a forecast finds, and that its exit code is that of a plan of the same manifest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planner import plan
from planner.forecasting.report import exit_code
from planner.report import exit_code as exit_code_of_plan
from tests.forecasting import catalog_of, price_file, report_of
from tests.making import manifest_text, read, workload


@pytest.fixture(name="own")
def own_prices(tmp_path: Path) -> Path:
    return price_file(tmp_path)


PINNED = {"lane": {"pin": "batch", "because": "agreed"}, "latency": {"max": "48h"}}
THINKING = {"reasoning": {"tokens": 1000, "tokens_are": "extra"}, "user_facing": True}

ESTATES: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "priced": (workload(model="steady"), {}, 0),
    "no model": (workload(model="never-heard-of"), {}, 3),
    "no real-time rate beside the lane that is paid": (workload(model="batch-only", **PINNED), {}, 3),
    "a pin to a lane without a rate": (workload(model="steady", **PINNED), {}, 1),
    "no rate for a reserve": (workload(model="both", **PINNED, batch={"fallback": "flex", "fallback_share": "10%"}), {}, 3),
    "over a limit": (workload(model="steady"), {"budget": {"monthly_usd": 5}}, 4),
    "unpriced and over a limit": (workload(model="batch-only", **PINNED), {"budget": {"monthly_usd": 1}}, 3),
    "a limit that guards nothing": (workload(model="steady"), {"budgets": [{"owner": "x", "monthly_usd": 5}]}, 1),
    "a pin against a required rule": (workload(model="both", user_facing=True, **PINNED), {}, 1),
    "a reserve above the limit": (workload(model="steady", **THINKING), {"budget": {"monthly_usd": Decimal("14.5")}}, 0),
}  # fmt: skip


@pytest.mark.parametrize("gate", ["expected", "high"])
@pytest.mark.parametrize("name", ESTATES)
def test_the_exit_code_is_that_of_the_plan(own: Path, name: str, gate: str) -> None:
    stated, fields, code = ESTATES[name]
    report = report_of(stated, months=1, prices=own, gate=gate, **fields)
    manifest = read(manifest_text(stated, **fields))
    planned = plan(manifest, catalog_of(manifest, own), date(2026, 12, 1), gate=gate)
    expected = 4 if gate == "high" and name == "a reserve above the limit" else code
    assert exit_code(report, "error") == expected
    assert exit_code_of_plan(planned.findings, planned.budgets, "error", gate) == expected
    about_money = {"price-unknown", "over-budget", "budget-at-risk", "budget-covers-nothing", "rules-contradict"}
    found = {(f.rule, f.level, f.path, f.line) for f in report.findings}
    assert found == {(f.rule, f.level, f.path, f.line) for f in planned.findings if f.rule in about_money}


def test_a_limit_that_growth_crosses_is_found_once_with_its_first_month(own: Path) -> None:
    growing = workload(model="steady", growth={"percent_per_month": 100})
    report = report_of(growing, prices=own, months=4, budget={"monthly_usd": 20})
    (found,) = report.findings
    assert (found.rule, found.level, found.line) == ("over-budget", "error", 3)
    assert found.message == "total: $24.00 are expected in 2027-02, above the limit of $20.00, and in 1 more month"
    assert found.usd_at_stake == 28
    assert exit_code(report, "error") == 4


def test_a_budget_that_growth_crosses_is_a_warning_that_counts_where_asked(own: Path) -> None:
    growing = workload(model="steady", growth={"percent_per_month": 100}, **THINKING)
    report = report_of(growing, prices=own, months=2, budget={"monthly_usd": 30})
    (found,) = report.findings
    assert (found.rule, found.level) == ("budget-at-risk", "warning")
    assert found.message == "total: the budget of $31.20 in 2027-01 is above the limit of $30.00"
    assert [exit_code(report, level) for level in ("error", "warning", "never")] == [0, 1, 0]


def test_the_gate_holds_the_budget_whatever_became_of_the_finding(own: Path) -> None:
    report = report_of(workload(model="steady", **THINKING), prices=own, budget={"monthly_usd": 15}, gate="high")
    assert [one.rule for one in report.findings] == ["budget-at-risk"]
    assert exit_code(report._replace(findings=[]), "error") == 4


def test_a_model_that_retires_without_a_successor_is_found_with_its_months(own: Path) -> None:
    report = report_of(workload(model="orphan"), prices=own, months=4)
    (found,) = report.findings
    assert (found.rule, found.level, found.workload) == ("price-unknown", "error", "w")
    assert found.message.endswith("names no successor; in 2 of 4 months, 2027-02 the first")
    assert exit_code(report, "error") == 3


def test_a_named_successor_with_a_price_is_no_gap(own: Path) -> None:
    report = report_of(workload(model="ending"), prices=own, months=4)
    assert (report.findings, exit_code(report, "error")) == ([], 0)
