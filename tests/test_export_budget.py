"""Budget rows: the plan's figures, sums that are those of the plan, limits with what is left, nothing that runs."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from planner.exports import budget, tables
from planner.report import Report
from tests import golden
from tests.exporting import added, rows_of
from tests.making import planned, workload
from tests.test_export_focus import HOSTILE, example
from tests.test_properties import quickly
from tests.test_properties import workloads as any_workloads

D = Decimal
QUICK = settings(max_examples=40, deadline=None)
FEW = settings(max_examples=10, deadline=None)


def budget_rows(report: Report) -> list[dict[str, str]]:
    """The budget rows of a plan, read back from CSV."""
    return rows_of(tables.as_csv(budget.table(report)))


def workbook(report: Report) -> Any:
    """The budget rows of a plan, read back from XLSX."""
    return openpyxl.load_workbook(io.BytesIO(tables.as_xlsx(budget.sheets(report), report.valued_on)))


def money(row: dict[str, str]) -> tuple[str, ...]:
    """Name, expected, reserve, budget."""
    return row["name"], row["expected_usd"], row["reserve_usd"], row["budget_usd"]


def test_the_rows_of_the_small_example() -> None:
    # reserves: 608,750 x 250 and 304,375 x 1,000 more reasoning tokens at $10 and $5 a million
    rows = budget_rows(example())
    assert [row["row"] for row in rows] == ["workload", "workload", "sum", "limit"]
    assert [money(row) for row in rows] == [
        ("support-chat", "3579.45", "1521.875", "5101.325"),
        ("product-descriptions", "3195.9375", "1521.875", "4717.8125"),
        ("total a month", "6775.3875", "3043.75", "9819.1375"),
        ("total", "6775.3875", "3043.75", "9819.1375"),
    ]
    limit = rows[3]
    left = limit["limit_usd"], limit["left_of_limit_expected_usd"], limit["left_of_limit_budget_usd"], limit["verdict"]
    assert left == ("5000", "-1775.3875", "-4819.1375", "exceeded")


def test_jobs_that_run_once_are_summed_apart_and_together() -> None:
    rows = budget_rows(planned(workload(), workload(id="job", volume={"requests": 500, "per": "once"})))
    assert [(row["name"], row["expected_usd"], row["once"]) for row in rows] == [
        ("w", "6", ""),
        ("job", "3", "once"),
        ("total a month", "6", ""),
        ("total of jobs that run once", "3", ""),
        ("total with these jobs", "9", ""),
    ]


def test_what_has_no_price_is_empty_and_says_why_and_no_sum_hides_it() -> None:
    rows = budget_rows(planned(workload(), workload(id="lost", model="gpt-0"), budget={"monthly_usd": 10}))
    known, lost, total, limit = rows
    assert (known["expected_usd"], lost["expected_usd"], lost["budget_usd"]) == ("6", "", "")
    assert "unknown: unknown model 'gpt-0' at openai" in lost["note"]
    assert (total["expected_usd"], total["note"]) == ("", "1 of 2 priced: 6 USD are expected of these")
    assert (limit["limit_usd"], limit["left_of_limit_expected_usd"], limit["verdict"]) == ("10", "", "unknown")


@QUICK
@given(any_workloads())
def test_sums_are_those_of_the_plan(stated: list[dict[str, Any]]) -> None:
    report = quickly([{**one, "model": one["model"].replace("gpt-0", "gpt-5")} for one in stated])
    rows = budget_rows(report)
    month = next(row for row in rows if row["name"] == "total a month")
    assert D(month["expected_usd"]) == report.totals.expected_usd
    assert D(month["budget_usd"]) == report.totals.budget_usd
    assert D(month["real_time_usd"]) == report.totals.real_time_usd
    every = [row for row in rows if row["row"] == "workload"]
    assert added(every, "expected_usd") == added([r for r in rows if r["name"].startswith("total")][:2], "expected_usd")
    for row in every:
        assert D(row["expected_usd"]) + D(row["reserve_usd"]) == D(row["budget_usd"])


@FEW
@given(any_workloads())
def test_a_workbook_has_the_same_figures_as_numbers(stated: list[dict[str, Any]]) -> None:
    report = quickly([{**one, "model": one["model"].replace("gpt-0", "gpt-5")} for one in stated])
    page = workbook(report)["Workloads"]
    head = [cell.value for cell in page[1]]
    plain = [row for row in budget_rows(report) if row["row"] != "limit"]
    assert page.max_row == len(plain) + 1
    for row, told in zip(page.iter_rows(min_row=2, values_only=True), plain, strict=True):
        shown = dict(zip(head, row, strict=True))
        assert shown["name"] == told["name"]
        for name in ("expected_usd", "reserve_usd", "budget_usd"):
            assert isinstance(shown[name], int | float)
            assert round(D(repr(shown[name])), 6) == D(told[name])


def test_a_workbook_is_laid_out_to_be_read() -> None:
    book = workbook(golden.report())
    assert book.sheetnames == ["Workloads", "Limits", "About"]
    page = book["Workloads"]
    assert (page.freeze_panes, page.auto_filter.ref) == ("B2", "A1:O5")
    head = [cell.value for cell in page[1]]
    assert page.cell(2, head.index("expected_usd") + 1).number_format == "#,##0.00;[Red]-#,##0.00"
    assert page["A1"].font.bold
    assert not page["A5"].font.bold
    assert page["A6"].font.bold
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert about["what"] == "Planned costs in US dollars a month. Not a bill."
    assert (about["valued on"], about["priced"]) == ("2026-11-24", "3 of 4 workloads")
    limits = [row[0] for row in book["Limits"].iter_rows(min_row=2, values_only=True)]
    assert limits[:2] == ["total", "'=team|`a`"]


def test_the_same_plan_makes_the_same_workbook() -> None:
    report = golden.report()
    one, two = (tables.as_xlsx(budget.sheets(report), report.valued_on) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_become_no_formula_and_break_no_row(text: str) -> None:
    report = example()
    w = report.workloads[0]._replace(id=text, owner=text, labels={text: text}, model=text, assumptions=[text])
    checks = [report.budgets[0]._replace(scope=text)]
    hostile = report._replace(name=text, workloads=[w], budgets=checks)
    cells = list(csv.reader(io.StringIO(tables.as_csv(budget.table(hostile)))))
    assert {len(row) for row in cells} == {len(budget.HEAD)}
    words = [cell for row in cells for cell, (_, kind) in zip(row, budget.HEAD, strict=True) if kind == "text"]
    assert not [cell for cell in words if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))]
    for page in workbook(hostile):
        for row in page.iter_rows():
            assert not [cell for cell in row if cell.hyperlink]
            assert all(cell.data_type in ("s", "n", "inlineStr") for cell in row if cell.value is not None)


def test_a_large_plan_keeps_what_a_spreadsheet_can_hold() -> None:
    report = planned(workload(volume={"requests": 10**12, "per": "day"}))
    assert budget_rows(report)[0]["expected_usd"] == "182625000000"
    page = workbook(report)["Workloads"]
    assert 182625000000 in [cell.value for cell in page[2]]
