"""Defects that were measured in other tools (anchors: peers), each asked of this one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.problems import Refused
from tests.console import Ran, run
from tests.making import manifest_text, planned, planned_one, read, workload

Capsys = pytest.CaptureFixture[str]
WAITS: dict[str, Any] = {"latency": {"max": "48h"}, "background": True}
NOW: dict[str, Any] = {"latency": {"max": "1s"}, "user_facing": True}
GEMINI: dict[str, Any] = {"provider": "google-gemini", "model": "gemini-2.5-pro", **NOW}
PINNED: dict[str, Any] = {**WAITS, "lane": {"pin": "batch", "because": "we say so"}}
MONEY = ("real_time_usd", "batch_usd", "expected_usd", "budget_usd", "saving_usd")


def ran(capsys: Capsys, folder: Path, *workloads: Mapping[str, Any], **fields: Any) -> Ran:
    """The command on a manifest with these workloads, as JSON."""
    (folder / "m.yaml").write_text(manifest_text(*workloads, **fields), encoding="utf-8")
    return run(capsys, "plan", str(folder / "m.yaml"), "--on", "2026-11-24", "--format", "json")


def complaints(text: str) -> str:
    with pytest.raises(Refused) as caught:
        read(text)
    return "\n".join(caught.value.complaints)


@pytest.mark.parametrize(
    "model", ["gpt-99", "gpt-4o-mini-foo", "gpt-4", "gpt", "4o", "GPT-4O", "gpt-4o ", "openai/gpt-4o"]
)
def test_an_unknown_model_is_three_and_null_and_never_money(capsys: Capsys, tmp_path: Path, model: str) -> None:
    """Tokenable, pretia and four more print $0 and exit 0; forecost prices any unknown model at $5/$15."""
    shown = ran(capsys, tmp_path, workload(model=model), workload(id="known", model="gpt-4o"))
    data = json.loads(shown.out)
    unknown, known = (entry["monthly"] for entry in data["workloads"])
    assert shown.code == 3
    assert [unknown[name] for name in MONEY] == [None] * 5
    assert Decimal(known["real_time_usd"]) == Decimal("7.5")
    assert [data["totals"][name] for name in ("real_time_usd", "expected_usd", "budget_usd")] == [None] * 3
    assert data["coverage"]["priced"] == 1
    assert [f["level"] for f in data["findings"] if f["rule"] == "price-unknown"] == ["error"]
    assert "$0" not in run(capsys, "plan", str(tmp_path / "m.yaml"), "--on", "2026-11-24").out


@pytest.mark.parametrize("form", ["text", "markdown", "csv"])
def test_no_format_shows_an_unknown_price_as_zero(capsys: Capsys, tmp_path: Path, form: str) -> None:
    """litellm: an unknown batch model costs $0.00."""
    (tmp_path / "m.yaml").write_text(manifest_text(workload(model="gpt-99", **PINNED)), encoding="utf-8")
    shown = run(capsys, "plan", str(tmp_path / "m.yaml"), "--on", "2026-11-24", "--format", form)
    assert shown.code == 3
    assert "0.00" not in shown.out
    assert ",,,,,,,,," in shown.out if form == "csv" else shown.out.count("unknown") > 4


@pytest.mark.parametrize("model", ["gpt-99", "gpt-5.5-foo"])
def test_an_unknown_model_in_batch_has_no_price_in_any_lane(model: str) -> None:
    """litellm: an unknown batch model costs $0.00."""
    monthly = planned_one(model=model, **PINNED).monthly
    assert set(monthly) - {monthly.forgone_by} <= {None}


def test_a_months_tokens_do_not_reach_the_tier_of_one_request() -> None:
    """litellm: 10,000 requests of 10,000 tokens fall into the tier above 200K: $280 instead of $145."""
    volume = {"requests": 10_000, "per": "month"}
    told = planned_one(**GEMINI, volume=volume, tokens={"input": 10_000, "output": 200})
    assert told.monthly.real_time_usd == Decimal(145)
    long = planned_one(**GEMINI, volume=volume, tokens={"input": 200_001, "output": 0})
    assert long.monthly.real_time_usd == Decimal("2000.01") * Decimal("2.5")


def test_a_request_in_the_dear_tier_is_dear_as_a_whole() -> None:
    """Tokentoll ignores the tier above 200K tokens."""
    volume = {"requests": 1, "per": "month"}
    at, above = (planned_one(**GEMINI, volume=volume, tokens={"input": n, "output": 1000}) for n in (200_000, 200_001))
    assert at.monthly.real_time_usd == Decimal("0.26")
    assert above.monthly.real_time_usd == Decimal("0.515002")


@pytest.mark.parametrize(
    "fields",
    [
        {"tokens": {"input": -1, "output": 1}},
        {"tokens": {"input": 1, "output": Decimal("-0.5")}},
        {"tokens": {"input": {"mean": 1, "p95": -1}, "output": 1}},
        {"tokens": {"input": 1, "output": 1, "cached_input": -1}},
        {"tokens": {"input": 1, "output": 1, "max_output": -1}},
        {"reasoning": {"tokens": -1, "tokens_are": "extra"}},
        {"volume": {"requests": -1, "per": "day"}},
        {"budget": {"monthly_usd": -1}},
        {"batch": {"cached_input": -1}},
    ],
)
def test_negative_amounts_are_refused(fields: dict[str, Any]) -> None:
    """litellm: negative tokens have a negative cost."""
    assert "is too small: at least 0" in complaints(manifest_text(workload(**fields)))


def test_names_that_contain_each_other_are_different_models() -> None:
    """Costscope matches by substring: gpt-4o-mini is priced as gpt-4o, 16.7 times too dear."""
    names = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano")
    costs = [planned_one(model=name).monthly.real_time_usd for name in names]
    assert costs[:2] == [Decimal("7.5"), Decimal("0.45")]
    assert len(set(costs)) == len(names)
    assert planned_one(model="gpt-4o-2024-05-13").monthly.real_time_usd == Decimal("12.5")


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("requests: 1000", "request: 1000"),
        ("output: 500", "ouput: 500"),
        ("effort: none", "efort: none"),
        ("per: month", "per: mouth"),
        ("model: gpt-4.1", "modle: gpt-4.1"),
        ("workloads:", "budgett: {monthly_usd: 5}\nworkloads:"),
        ("workloads:", "budget: {monthly: 5}\nworkloads:"),
        ("workloads:", "accounts: {openai: {teir: tier-4}}\nworkloads:"),
    ],
)
def test_a_misspelt_key_is_an_error_and_not_its_default(capsys: Capsys, tmp_path: Path, find: str, put: str) -> None:
    """Costgate takes the default ($135 instead of $900); Infracost warns and goes on."""
    text = manifest_text()
    assert find in text
    (tmp_path / "m.yaml").write_text(text.replace(find, put, 1), encoding="utf-8")
    shown = run(capsys, "plan", str(tmp_path / "m.yaml"))
    assert (shown.code, shown.out) == (2, "")
    assert "did you mean '" in shown.err


def test_a_misspelt_rule_in_the_configuration_is_an_error(capsys: Capsys, tmp_path: Path) -> None:
    """cfn-lint and cloud-custodian: a misspelt key turned 117 keys into 0."""
    (tmp_path / "m.yaml").write_text(manifest_text(), encoding="utf-8")
    for text in ("rules: {price-stal: none}", "params: {price-stale: {dys: 5}}", "fail-on: note", "gate: hihg"):
        (tmp_path / "planner.yaml").write_text(text, encoding="utf-8")
        shown = run(capsys, "lint", str(tmp_path / "m.yaml"), "--config", str(tmp_path / "planner.yaml"))
        assert (shown.code, shown.out) == (2, ""), text
        assert f"{tmp_path / 'planner.yaml'}:1:" in shown.err


MODELS = [("openai", "gpt-4.1"), ("openai", "gpt-6-luna"), ("anthropic", "claude-haiku-4-5"), ("xai", "grok-4.7")]
MODELS += [("google-gemini", "gemini-3.8-flash"), ("google-gemini", "gemini-2.5-pro"), ("groq", "openai/gpt-oss-20b")]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(MODELS), st.integers(0, 10**9), st.integers(0, 300_000), st.integers(0, 30_000), st.booleans()
)  # fmt: skip
def test_a_batch_never_saves_more_than_is_spent(
    which: tuple[str, str], requests: int, tokens: int, output: int, waits: bool
) -> None:
    """Tokenable: the batch saves $48,576 on a spend of $3,238."""
    monthly = planned_one(
        provider=which[0],
        model=which[1],
        volume={"requests": requests, "per": "month"},
        tokens={"input": tokens, "output": output},
        **(WAITS if waits else NOW),
    ).monthly
    assert monthly.real_time_usd is not None
    assert monthly.expected_usd is not None
    assert monthly.saving_usd == monthly.real_time_usd - monthly.expected_usd
    assert monthly.saving_usd <= monthly.real_time_usd
    assert monthly.saving_percent is None or monthly.saving_percent <= 100


def test_a_lane_without_a_rate_is_not_quietly_another_one() -> None:
    """genai-prices: an unknown lane is silently real-time."""
    for pin in ("flex", "priority", "batch"):
        lane = {"pin": pin, "because": "we say so"}
        report = planned(workload(provider="xai", model="grok-4.6", **WAITS | {"lane": lane}))
        (told,) = report.workloads
        assert getattr(told.monthly, f"{pin}_usd") is None
        assert {"price-unknown", "rules-contradict"} & {finding.rule for finding in report.findings}
        assert told.monthly.expected_usd is None or told.lane == "standard"
    assert "did you mean 'batch'?" in complaints(manifest_text(workload(lane={"pin": "bach", "because": "why"})))


@pytest.mark.parametrize("effort", ["low", "medium", "high"])
def test_the_budget_is_not_below_the_cost_with_much_reasoning(effort: str) -> None:
    """Pretia: a "conservative upper bound" 2.4 times below the true cost, hidden reasoning left out."""
    visible, most = 500, {"low": 2, "medium": 6, "high": 8}[effort]
    fields: dict[str, Any] = {"model": "gpt-6-luna", **NOW}
    told = planned_one(**fields, reasoning={"effort": effort}, tokens={"input": 1000, "output": visible})
    true = planned_one(**fields, reasoning={"effort": "none"}, tokens={"input": 1000, "output": visible * (1 + most)})
    assert told.monthly.budget_usd == true.monthly.expected_usd
    assert told.monthly.expected_usd is not None
    assert told.monthly.budget_usd is not None
    assert told.monthly.expected_usd < told.monthly.budget_usd
    measured = planned_one(**fields, reasoning={"tokens": visible * most, "tokens_are": "extra"})
    assert measured.monthly.expected_usd == true.monthly.expected_usd


def test_what_a_plan_needs_is_stated_and_never_assumed() -> None:
    """Tokentoll assumes 1,000 calls a month and 25 % of the largest output."""
    for field, says in [("volume", "'volume' is missing"), ("tokens", "'tokens.input' is missing")]:
        fields = {name: value for name, value in workload().items() if name != field}
        assert says in complaints(manifest_text(fields))
    assert "'per' is missing" in complaints(manifest_text(workload(volume={"requests": 5})))
    assert "'tokens.output' is missing" in complaints(
        manifest_text(workload(tokens={"input": 5, "max_output": 4000}))
    )  # fmt: skip


def test_a_batch_has_its_own_rate_and_is_never_half_by_guess() -> None:
    """Peers halve: xAI's batch costs 80 %, and some models have none."""
    grok = planned_one(provider="xai", model="grok-4.7", **NOW).monthly
    assert grok.real_time_usd is not None
    assert grok.batch_usd == grok.real_time_usd * Decimal("0.8")
    assert planned_one(provider="xai", model="grok-4.6", **WAITS).monthly.batch_usd is None
    assert planned_one(provider="deepseek", model="deepseek-flash", **WAITS).monthly.batch_usd is None


def test_a_cached_token_has_its_own_rate_and_no_discount_is_guessed() -> None:
    """Peers take half, or a tenth, off cached tokens of any model and lane."""
    cached: dict[str, Any] = {"tokens": {"input": 1000, "output": 0, "cached_input": 1000}}
    for model, rate in (("gpt-4o", "1.25"), ("gpt-4.1", "0.5"), ("gpt-4o-2024-05-13", None)):
        usd = planned_one(model=model, **NOW, **cached).monthly.real_time_usd
        assert usd == (None if rate is None else Decimal(rate)), model
    full, none = (
        planned_one(**PINNED, tokens={"input": 1000, "output": 0, **part}) for part in ({}, {"cached_input": 0})
    )
    assert (
        planned_one(**PINNED, **cached).monthly.expected_usd == full.monthly.expected_usd == none.monthly.expected_usd
    )


def test_a_price_counts_from_its_day_and_each_line_says_whose_word_it_is() -> None:
    """genai-prices once overwrote a price and so re-billed the past; Infracost has no dates."""
    assert planned_one(on=date(2020, 1, 1)).monthly.real_time_usd is None
    days = (date(2026, 7, 8), date(2026, 7, 9), date(2026, 8, 20), date(2026, 8, 21))
    none, first, last, cut = (planned_one(on=day, model="gpt-5.6-sol", **NOW).monthly.real_time_usd for day in days)
    assert (none, first, last, cut) == (None, Decimal(20), Decimal(20), Decimal(14))
    told = planned_one(**NOW)
    for line in told.lines:
        assert line.source
        assert line.verified is not None
        assert line.since is not None
        assert line.since <= date(2026, 11, 24)
    assert sum((line.usd for line in told.lines if line.counts == "expected"), Decimal(0)) == told.monthly.expected_usd


def test_a_threshold_is_dollars_and_another_currency_is_refused() -> None:
    """Infracost: a threshold of 2001 fires for $ and EUR alike."""
    assert "unknown key 'monthly_eur'" in complaints(manifest_text(budget={"monthly_eur": 2001}))
    assert "is not a number" in complaints(manifest_text(budget={"monthly_usd": "2001 EUR"}))


def test_an_over_budget_plan_fails_and_an_unpriced_one_is_not_within(capsys: Capsys, tmp_path: Path) -> None:
    """Spendlint has no prices; tokenable passes what it cannot price."""
    assert ran(capsys, tmp_path, workload(**NOW), budget={"monthly_usd": Decimal("5.99")}).code == 4
    assert ran(capsys, tmp_path, workload(**NOW), budget={"monthly_usd": 6}).code == 0
    shown = ran(capsys, tmp_path, workload(model="gpt-99"), budget={"monthly_usd": 10**9})
    assert (shown.code, json.loads(shown.out)["budgets"][0]["verdict"]) == (3, "unknown")


@pytest.mark.parametrize("option", ["--frmat", "--batch", "--currency", "-x"])
def test_an_unknown_option_is_two_and_nothing_is_printed(capsys: Capsys, tmp_path: Path, option: str) -> None:
    """Law 1: an unknown option is an error with its own exit code."""
    (tmp_path / "m.yaml").write_text(manifest_text(), encoding="utf-8")
    shown = run(capsys, "plan", str(tmp_path / "m.yaml"), option, "json")
    assert (shown.code, shown.out) == (2, "")
    assert "No such option" in shown.err
