"""Figures computed by hand, to the cent: the article's own with its book, today's with the list, and other days' prices."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planner.formats import json as plan_json
from planner.report import CLEAN, UNPRICED, Report, exit_code
from tests.console import run
from tests.making import manifest_text, planned, planned_one, rules_fired, workload

ARTICLE = "article-2025-12"


def once(requests: int, input_tokens: int, output_tokens: int, **fields: Any) -> dict[str, Any]:
    """The fields of so many requests of one shape, done once; no reasoning."""
    return {
        "volume": {"requests": requests, "per": "once"},
        "tokens": {"input": input_tokens, "output": output_tokens},
        **fields,
    }


def both_ways(on: date = date(2026, 11, 24), **fields: Any) -> tuple[Decimal | None, Decimal | None]:
    """What the workload costs in real time and as a batch."""
    monthly = planned_one(on, **fields).monthly
    return monthly.real_time_usd, monthly.batch_usd


def usd(*amounts: str) -> tuple[Decimal, ...]:
    """Amounts written as text."""
    return tuple(Decimal(amount) for amount in amounts)


def code(report: Report) -> int:
    """The exit code of a plan."""
    return exit_code(report.findings, report.budgets, "error", report.gate)


# The article's book


def test_the_worked_example_costs_30_in_real_time_15_as_a_batch_and_saves_half() -> None:
    # 10M x 1.00 + 5M x 4.00 = 10 + 20; 10M x 0.50 + 5M x 2.00 = 5 + 10; (30 - 15) / 30
    monthly = planned_one(
        prices=ARTICLE, latency={"max": "24h"}, use_case="model-evaluation", **once(1000, 10_000, 5_000)
    ).monthly
    assert (monthly.real_time_usd, monthly.batch_usd) == usd("30", "15")
    assert (monthly.expected_usd, monthly.budget_usd) == usd("15", "15")
    assert (monthly.saving_usd, monthly.saving_percent) == usd("15", "50")


TABLE = [
    ("openai", "gpt-4.1", 1_000_000, "1.00", "4.00", "0.50", "2.00"),
    ("openai", "gpt-5", 400_000, "0.625", "5.00", "0.3125", "2.50"),
    ("openai", "gpt-5.2", 400_000, "0.875", "7.00", "0.4375", "3.50"),
    ("openai", "o3", 200_000, "1.00", "4.00", "0.50", "2.00"),
    ("anthropic", "claude-sonnet-4-5", 200_000, "3.00", "15.00", "1.50", "7.50"),
    ("anthropic", "claude-haiku-4-5", 200_000, "1.00", "5.00", "0.50", "2.50"),
    ("google-gemini", "gemini-2.5-pro", 200_000, "1.25", "10.00", "0.625", "5.00"),
    ("google-gemini", "gemini-2.5-flash", 200_000, "0.30", "2.50", "0.15", "1.25"),
    ("google-gemini", "gemini-2.0-flash", 1_000_000, "0.15", "0.60", "0.075", "0.30"),
    ("google-vertex", "gemini-2.5-pro", 200_000, "1.25", "10.00", "0.625", "5.00"),
    ("google-vertex", "gemini-2.5-flash", 200_000, "0.30", "2.50", "0.15", "1.25"),
    ("google-vertex", "gemini-2.0-flash", 1_000_000, "0.15", "0.60", "0.075", "0.30"),
]
"""The article's table: provider, model, context window, and its four prices per million tokens."""


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}")
def test_a_million_tokens_cost_what_the_article_s_table_says(row: tuple[str, str, int, str, str, str, str]) -> None:
    provider, model, window, *prices = row
    shape = {"provider": provider, "model": model}
    # 1,000 requests x 1,000 tokens = 1M tokens, of input only and of output only
    report = planned(
        workload(id="in", **shape, **once(1000, 1000, 0)),
        workload(id="out", **shape, **once(1000, 0, 1000)),
        prices=ARTICLE,
        trace_all=True,
    )
    inward, outward = (found.monthly for found in report.workloads)
    found = (inward.real_time_usd, outward.real_time_usd, inward.batch_usd, outward.batch_usd)
    assert found == usd(*prices)
    assert report.workloads[0].facts["context_window"] == str(window)


def test_scenario_1_of_the_article_costs_450_or_225() -> None:
    # 100,000 x 500 = 50M x 1.00 = 50; 100,000 x 1,000 = 100M x 4.00 = 400; batch 25 + 200
    assert both_ways(prices=ARTICLE, **once(100_000, 500, 1_000)) == usd("450", "225")


def test_scenario_2_of_the_article_costs_540_or_270_in_a_month_of_30_days() -> None:
    # a day 10,000 x 1,000 = 10M x 1.00 = 10 and 10,000 x 200 = 2M x 4.00 = 8; 18 x 30; batch (5 + 4) x 30
    tickets: dict[str, Any] = {"volume": {"items": 10_000, "per": "day"}, "tokens": {"input": 1_000, "output": 200}}
    assert both_ways(prices=ARTICLE, month_days=30, **tickets) == usd("540", "270")


def test_scenario_3_of_the_article_costs_36_or_18_in_four_weeks() -> None:
    # a week 1,000 x 5,000 = 5M x 1.00 = 5 and 1,000 x 1,000 = 1M x 4.00 = 4; 9 x 4; batch (2.50 + 2) x 4
    reports: dict[str, Any] = {"volume": {"reports": 1_000, "per": "week"}, "tokens": {"input": 5_000, "output": 1_000}}
    assert both_ways(prices=ARTICLE, month_days=28, **reports) == usd("36", "18")


# The list, on 2026-11-24, no reasoning

LISTED = [
    # 50M x 2 + 100M x 8 = 100 + 800; 50M x 1 + 100M x 4 = 50 + 400
    ("openai", "gpt-4.1", 100_000, 500, 1_000, "900", "450"),
    # 10M x 2 + 5M x 8 = 20 + 40; 10 + 20
    ("openai", "gpt-4.1", 1_000, 10_000, 5_000, "60", "30"),
    # 10M x 3 + 5M x 15 = 30 + 75; 15 + 37.50
    ("anthropic", "claude-sonnet-4-5", 1_000, 10_000, 5_000, "105", "52.50"),
    # 10M x 1.25 + 5M x 10 = 12.50 + 50; 6.25 + 25
    ("openai", "gpt-5", 1_000, 10_000, 5_000, "62.50", "31.25"),
    # 1M x 0.30 + 0.5M x 2.50 = 0.30 + 1.25; 0.15 + 0.625
    ("google-gemini", "gemini-2.5-flash", 1_000, 1_000, 500, "1.55", "0.775"),
    # 100M x 1.25 + 2M x 10 = 125 + 20, as each request has 100K; 100M in one sum would be 250 + 30 in the tier
    ("google-gemini", "gemini-2.5-pro", 1_000, 100_000, 2_000, "145", "72.50"),
    # over 200K the whole request: 0.25M x 2.50 + 0.002M x 15 = 0.625 + 0.03; 0.25M x 1.25 + 0.002M x 7.50
    ("google-gemini", "gemini-2.5-pro", 1, 250_000, 2_000, "0.655", "0.3275"),
]


@pytest.mark.parametrize("row", LISTED, ids=lambda row: f"{row[1]}-{row[2]}x({row[3]}+{row[4]})")
def test_a_month_at_list_prices(row: tuple[str, str, int, int, int, str, str]) -> None:
    provider, model, requests, input_tokens, output_tokens, real_time, batch = row
    tokens = {"input": input_tokens, "output": output_tokens}
    volume = {"requests": requests, "per": "month"}
    assert both_ways(provider=provider, model=model, volume=volume, tokens=tokens) == usd(real_time, batch)


def test_json_keeps_what_is_exact_and_does_not_round_it_to_cents() -> None:
    flash = workload(provider="google-gemini", model="gemini-2.5-flash")  # 1,000 x (1,000 + 500)
    monthly = json.loads(plan_json.render(planned(flash)))["workloads"][0]["monthly"]
    assert monthly["batch_usd"] == "0.775"
    assert monthly["real_time_usd"] == "1.55"


def test_json_keeps_every_digit_of_a_large_amount() -> None:
    # 999,999,999,999,999 x 999,999 tokens = 999,998,999,999,999,000,001 x 2 / 1M: more digits than a float holds
    much = workload(volume={"requests": 999_999_999_999_999, "per": "month"}, tokens={"input": 999_999, "output": 0})
    monthly = json.loads(plan_json.render(planned(much)))["workloads"][0]["monthly"]
    assert monthly["real_time_usd"] == "1999997999999998.000002"


# Other days


DATED = [
    # 1,000 x (1,000 + 500): 1M x input + 0.5M x output
    ("google-gemini", "gemini-4-argon", date(2026, 11, 30), "7", "3.50"),  # 2 + 5; 1 + 2.50
    ("google-gemini", "gemini-4-argon", date(2026, 12, 1), "14", "7"),  # 4 + 10; 2 + 5
    ("google-gemini", "gemini-3.8-flash", date(2026, 12, 31), "2.625", "1.3125"),  # 0.75 + 1.875; 0.375 + 0.9375
    ("google-gemini", "gemini-3.8-flash", date(2027, 1, 1), "5.25", "2.625"),  # 1.50 + 3.75; 0.75 + 1.875
    ("openai", "gpt-5.6-sol", date(2026, 7, 9), "20", None),  # 5 + 15; the batch table is vouched for later
    ("openai", "gpt-5.6-sol", date(2026, 8, 20), "20", None),
    ("openai", "gpt-5.6-sol", date(2026, 8, 21), "14", None),  # 4 + 10
    ("openai", "gpt-5.6-sol", date(2026, 10, 13), "14", None),
    ("openai", "gpt-5.6-sol", date(2026, 10, 14), "14", "7"),  # 2 + 5
    ("openai", "o3", date(2025, 6, 9), "30", None),  # 10 + 20
    ("openai", "o3", date(2025, 6, 10), "6", None),  # 2 + 4
]


@pytest.mark.parametrize("row", DATED, ids=lambda row: f"{row[1]}-{row[2]}")
def test_the_valuation_day_decides_which_price_counts(row: tuple[str, str, date, str, str | None]) -> None:
    provider, model, on, real_time, batch = row
    expected = (Decimal(real_time), None if batch is None else Decimal(batch))
    assert both_ways(on, provider=provider, model=model) == expected


def test_an_introduction_that_ends_takes_the_lanes_without_an_announced_rate_with_it() -> None:
    last, after = (
        planned_one(on, provider="google-gemini", model="gemini-4-argon").monthly
        for on in (date(2026, 11, 30), date(2026, 12, 1))
    )
    assert (last.flex_usd, last.priority_usd) == usd("3.50", "12.60")  # 1 + 2.50; 3.60 + 9
    assert (after.flex_usd, after.priority_usd) == (None, None)


@pytest.mark.parametrize(
    ("model", "successor", "before", "after"),
    [
        ("gemini-2.5-pro", "gemini-3.8-flash", "6.25", "2.625"),  # 1.25 + 5; then 0.75 + 1.875
        ("gemini-2.5-flash", "gemini-3.5-flash-lite", "1.55", "1.55"),  # 0.30 + 1.25, the same at the successor
    ],
)
def test_a_re_routed_model_is_billed_as_its_successor_from_that_day(
    model: str, successor: str, before: str, after: str
) -> None:
    last, first = (
        planned_one(on, provider="google-gemini", model=model) for on in (date(2026, 11, 30), date(2026, 12, 1))
    )
    assert (last.billed_as, last.monthly.real_time_usd) == (model, Decimal(before))
    assert (first.billed_as, first.monthly.real_time_usd) == (successor, Decimal(after))
    assert "model-rerouted" not in rules_fired(last)
    assert "model-rerouted" in rules_fired(first)
    assert any(successor in assumption for assumption in first.assumptions)


FIRST_DAYS = [
    ("openai", "gpt-5.6-sol", date(2026, 7, 9)),
    ("openai", "gpt-4.1", date(2025, 4, 14)),
    ("google-gemini", "gemini-4-argon", date(2026, 11, 10)),
    ("anthropic", "claude-sonnet-4-5", date(2025, 9, 29)),
]


@pytest.mark.parametrize(("provider", "model", "first"), FIRST_DAYS)
def test_a_day_before_the_first_known_rate_has_no_price_and_never_a_later_one(
    provider: str, model: str, first: date
) -> None:
    day_before = date.fromordinal(first.toordinal() - 1)
    early = planned(workload(provider=provider, model=model), on=day_before)
    monthly = early.workloads[0].monthly
    assert (monthly.real_time_usd, monthly.expected_usd, monthly.budget_usd) == (None, None, None)
    unpriced = [finding for finding in early.findings if finding.rule == "price-unknown"]
    assert any(str(first) in finding.message and str(day_before) in finding.message for finding in unpriced)
    assert code(early) == UNPRICED
    assert code(planned(workload(provider=provider, model=model), on=first)) == CLEAN


def test_the_command_line_leaves_with_3_a_day_before_the_first_known_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "workloads.yaml"
    path.write_text(manifest_text(workload(model="gpt-5.6-sol")), encoding="utf-8")
    early = run(capsys, "plan", str(path), "--on", "2026-07-08", "--format", "json")
    assert early.code == 3
    assert json.loads(early.out)["workloads"][0]["monthly"]["real_time_usd"] is None
    assert run(capsys, "plan", str(path), "--on", "2026-07-09", "--format", "json").code == 0


def test_the_article_s_book_knows_no_price_before_december_2025() -> None:
    report = planned(workload(), prices=ARTICLE, on=date(2025, 11, 30))
    assert report.workloads[0].monthly.real_time_usd is None
    assert code(report) == UNPRICED
