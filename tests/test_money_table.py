"""What the numbers mean, row by row of docs/formulas.md. A plain workload is 1,000 requests of 1,000 + 500 tokens."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planner import files
from planner.problems import Refused
from planner.report import CLEAN, UNPRICED, Report, WorkloadReport, exit_code
from tests.making import manifest_text, planned, planned_one, read, rules_fired, workload

BATCH = {"use_case": "model-evaluation", "latency": {"max": "24h"}}
"""Fields with which a workload goes to batch at any volume."""
FLEX = {"pin": "flex", "because": "a test of the lane"}
SONNET = {"provider": "anthropic", "model": "claude-sonnet-4-5"}
UNSAID: Any = {}
"""In place of reasoning: the manifest says nothing of it."""


def one(**fields: Any) -> WorkloadReport:
    """The report of one plain workload with these fields, every fact in it."""
    own = workload(**{key: value for key, value in fields.items() if key not in ("reasoning_policy", "month_days")})
    if own["reasoning"] is UNSAID:
        del own["reasoning"]
    rest = {key: fields[key] for key in ("reasoning_policy", "month_days") if key in fields}
    return planned(own, trace_all=True, **rest).workloads[0]


def bill(report: WorkloadReport) -> dict[str, str]:
    """The lines of the bill: class and dollars, in plain digits."""
    return {line.token_class: f"{line.usd.normalize():f}" for line in report.lines}


def hidden(report: WorkloadReport) -> tuple[int, int]:
    """Reasoning tokens of one of a thousand requests: expected, and what the buffer adds."""
    tokens = {line.token_class: int(line.tokens or 0) // 1000 for line in report.lines}
    return tokens.get("reasoning_output", 0), tokens.get("reasoning_buffer", 0)


def code(report: Report) -> int:
    """The exit code of a plan."""
    return exit_code(report.findings, report.budgets, "error", report.gate)


def found(report: Report) -> dict[str, str]:
    """Findings: rule and level."""
    return {finding.rule: finding.level for finding in report.findings}


# Output and reasoning


@pytest.mark.parametrize(
    ("model", "reasoning", "basis", "tokens"),
    [
        ("gpt-5", {"tokens": 100, "tokens_are": "extra", "effort": "high"}, "measured", 100),
        ("gpt-5", {"effort": "low"}, "declared", 500),
        ("gpt-5", UNSAID, "default", 1250),  # the model's default is medium
        ("gpt-5-pro", UNSAID, "default", 3250),  # the model's default is high
        ("gpt-6.1-sol", UNSAID, "assumed", 1250),  # its default is not known: medium
        ("gpt-4.1", UNSAID, "none", 0),
        ("gpt-4.1", {"effort": "high"}, "none", 0),
    ],
)
def test_measured_beats_declared_beats_the_model_s_default_beats_medium(
    model: str, reasoning: Any, basis: str, tokens: int
) -> None:
    report = one(model=model, reasoning=reasoning)
    assert (report.facts["reasoning_basis"], hidden(report)[0]) == (basis, tokens)
    assert ("reasoning-assumed" in rules_fired(report)) == (basis == "assumed")
    assert any("assumed" in assumption for assumption in report.assumptions) == (basis == "assumed")


def test_assumed_reasoning_is_a_warning() -> None:
    own = {key: value for key, value in workload(model="gpt-6.1-sol").items() if key != "reasoning"}
    assert found(planned(own))["reasoning-assumed"] == "warning"


def test_included_reasoning_leaves_the_rest_visible_and_extra_comes_on_top() -> None:
    included = one(model="gpt-5", reasoning={"tokens": 300, "tokens_are": "included"})
    extra = one(model="gpt-5", reasoning={"tokens": 300, "tokens_are": "extra"})
    # 1M x 1.25; visible 200K or 500K x 10, reasoning 300K x 10, buffer 60K x 10
    rest = {"input": "1.25", "reasoning_output": "3", "reasoning_buffer": "0.6"}
    assert bill(included) == {**rest, "output": "2"}
    assert bill(extra) == {**rest, "output": "5"}
    with pytest.raises(Refused, match="501 reasoning tokens cannot be included in an output of 500"):
        one(model="gpt-5", reasoning={"tokens": 501, "tokens_are": "included"})


def test_efforts_are_these_multiples_of_the_visible_output() -> None:
    policies = files.load_catalog(read(manifest_text())).reasoning
    levels = ("low", "expected", "high")
    multiples = {effort: [str(row[level]) for level in levels] for effort, row in policies["effort"].items()}
    assert multiples == {
        "none": ["0", "0", "0"],
        "low": ["0.5", "1", "2"],
        "medium": ["1", "2.5", "6"],
        "high": ["5", "6.5", "8"],
    }
    reports = {effort: one(model="gpt-5", reasoning={"effort": effort}) for effort in multiples}
    added = {effort: hidden(report) for effort, report in reports.items()}
    assert added == {"none": (0, 0), "low": (500, 500), "medium": (1250, 1750), "high": (3250, 750)}


@pytest.mark.parametrize("effort", ["low", "medium", "high"])
def test_the_article_s_policy_adds_15_percent_and_a_buffer_up_to_20(effort: str) -> None:
    report = one(model="gpt-5", reasoning={"effort": effort}, reasoning_policy="article")
    assert hidden(report) == (75, 25)  # 15 % and 20 % of 500
    low = files.load_catalog(read(manifest_text())).reasoning["article"][effort]["low"]
    assert low == Decimal("0.10")
    assert hidden(one(model="gpt-5", reasoning={"effort": "none"}, reasoning_policy="article")) == (0, 0)


@pytest.mark.parametrize(
    ("reasoning", "cap", "expected"),
    [
        ({"effort": "high"}, 4500, (3250, 750)),  # room for 4,000: all of it
        ({"effort": "high"}, 3900, (3250, 150)),  # room for 3,400: the high end is cut
        ({"effort": "high"}, 2000, (1500, 0)),  # room for 1,500: both ends are cut
        ({"effort": "high"}, 500, (0, 0)),  # no room
        ({"effort": "high"}, 400, (0, 0)),
        ({"tokens": 1000, "tokens_are": "extra"}, 9999, (1000, 200)),  # measured: 1.2 times at the high end
        ({"tokens": 1000, "tokens_are": "extra"}, 1600, (1000, 100)),
        ({"tokens": 1000, "tokens_are": "extra"}, 1400, (1000, 0)),  # what was measured is never cut
    ],
)
def test_reasoning_fits_between_the_visible_output_and_its_cap(
    reasoning: dict[str, Any], cap: int, expected: tuple[int, int]
) -> None:
    tokens = {"input": 1000, "output": 500, "max_output": cap}
    assert hidden(one(model="gpt-5", reasoning=reasoning, tokens=tokens)) == expected


def test_the_model_s_own_cap_counts_where_the_request_states_none() -> None:
    tokens = {"input": 1000, "output": 50_000}  # medium would be 125,000 and 300,000; gpt-5 writes 128,000 at most
    assert hidden(one(model="gpt-5", reasoning={"effort": "medium"}, tokens=tokens)) == (78_000, 0)


def test_effort_none_is_legal_with_a_warning_where_thinking_cannot_be_off() -> None:
    always = planned(workload(model="gpt-5"))
    assert (found(always)["reasoning-cannot-be-off"], code(always)) == ("warning", CLEAN)
    assert hidden(always.workloads[0]) == (0, 0)
    assert "reasoning-cannot-be-off" not in found(planned(workload(model="gpt-6-luna")))


# Lanes, expected and budget


def test_every_lane_has_its_month_feasible_or_not_and_null_without_a_published_rate() -> None:
    monthly = one(model="gpt-5", user_facing=True, reasoning={"effort": "low"}).monthly
    # 1M x 1.25 + 1M x 10 (500K visible, 500K hidden); half in batch and flex, double in priority
    assert [str(usd.normalize()) for usd in monthly[:4] if usd is not None] == ["11.25", "5.625", "5.625", "22.5"]
    plain, seek = one().monthly, one(provider="deepseek", model="deepseek-flash").monthly
    assert (plain.flex_usd, plain.priority_usd) == (None, Decimal("10.5"))  # 3.50 + 7
    assert (seek.batch_usd, seek.flex_usd, seek.priority_usd) == (None, None, None)


def test_the_budget_is_the_expected_cost_and_its_reserves_each_on_a_line() -> None:
    report = one(
        **BATCH, model="gpt-5", reasoning={"effort": "low"}, batch={"fallback_share": "10%", "retry_share": "4%"}
    )
    # batch 0.625 + 2.50 + 2.50; buffer 500K x 5; fallback 10 % of 11.25 in real time; retries 4 % of 5.625
    reserves = {"reasoning_buffer": "2.5", "fallback_share": "1.125", "retry_share": "0.225"}
    assert bill(report) == {"input": "0.625", "output": "2.5", "reasoning_output": "2.5", **reserves}
    assert {line.token_class for line in report.lines if line.counts == "budget"} == set(reserves)
    assert (report.monthly.expected_usd, report.monthly.budget_usd) == (Decimal("5.625"), Decimal("9.475"))


def test_without_reasoning_spread_or_shares_the_budget_is_the_expected_cost() -> None:
    for report in (one(), one(batch={"fallback_share": "10%", "retry_share": "5%"})):  # the shares are those of a batch
        assert (report.lane, report.monthly.budget_usd) == ("standard", report.monthly.expected_usd)


def long_requests(mean: int, p95: int | None, **fields: Any) -> WorkloadReport:
    """Ten requests of 1,000 output tokens to a model with another price from 272,000 input tokens on."""
    spread = mean if p95 is None else {"mean": mean, "p95": p95}
    return one(
        model="gpt-6.1-sol", volume={"requests": 10, "per": "month"}, tokens={"input": spread, "output": 1000}, **fields
    )


def test_expected_uses_the_tier_of_the_mean_and_the_budget_the_dearest_that_p95_reaches() -> None:
    # 2M x 2 + 10K x 10 = 4.10; at the tier, with the mean's tokens, 2M x 4 + 10K x 15 = 8.15
    report = long_requests(200_000, 300_000)
    assert (report.monthly.expected_usd, report.monthly.budget_usd) == (Decimal("4.1"), Decimal("8.15"))
    assert bill(report) == {"input": "4", "output": "0.1", "tier_reserve": "4.05"}
    assert "tier-crossed-at-p95" in rules_fired(report)
    # with effort low: 4 + 0.10 + 0.10, buffer 0.10; at the tier 2M x 4 + 30K x 15 = 8.45
    thinking = long_requests(200_000, 300_000, reasoning={"effort": "low"})
    assert (thinking.monthly.expected_usd, thinking.monthly.budget_usd) == (Decimal("4.2"), Decimal("8.45"))
    assert bill(thinking)["tier_reserve"] == "4.15"


def test_a_tier_begins_above_its_line_and_reprices_the_whole_request() -> None:
    below, above = long_requests(272_000, 272_000), long_requests(272_001, 900_000)
    assert below.monthly.budget_usd == below.monthly.expected_usd == Decimal("5.54")  # 2.72M x 2 + 0.10
    assert above.monthly.budget_usd == above.monthly.expected_usd == Decimal("11.03004")  # 2.72001M x 4 + 0.15
    at_the_line = long_requests(272_000, 300_000).monthly
    assert (at_the_line.expected_usd, at_the_line.budget_usd) == (Decimal("5.54"), Decimal("11.03"))  # 2.72M x 4 + 0.15
    assert any("272000" in assumption for assumption in long_requests(272_000, None).assumptions)


def test_a_tier_without_a_rate_in_a_lane_has_no_price_and_never_the_base_rate() -> None:
    gemini = {"provider": "google-gemini", "model": "gemini-2.5-pro"}

    def flex(mean: int, p95: int, **fields: Any) -> Report:
        return planned(workload(**gemini, tokens={"input": {"mean": mean, "p95": p95}, "output": 500}, **fields))

    assert flex(200_000, 200_000).workloads[0].monthly.flex_usd == Decimal("127.5")  # 200M x 0.625 + 0.5M x 5
    assert flex(200_001, 200_001).workloads[0].monthly.flex_usd is None
    assert code(flex(200_001, 200_001)) == CLEAN  # the lane is not the chosen one
    reached = flex(100_000, 200_001, lane=FLEX)
    assert reached.workloads[0].monthly.expected_usd == Decimal("65")  # 100M x 0.625 + 0.5M x 5
    assert (reached.workloads[0].monthly.budget_usd, code(reached)) == (None, UNPRICED)


# Caches, hours, disputes


def test_an_unknown_cached_share_gets_no_discount_and_is_listed() -> None:
    unsaid = one(**SONNET)
    said = one(**SONNET, tokens={"input": 1000, "output": 500, "cached_input": 0})
    assert unsaid.monthly == said.monthly
    listed = "cached input is not stated: no cache discount"
    assert (listed in unsaid.assumptions, listed in said.assumptions) == (True, False)


def test_cached_input_counts_in_a_batch_only_as_far_as_the_batch_states_it() -> None:
    tokens = {"input": 1000, "output": 500, "cached_input": 800}
    plain = one(**SONNET, **BATCH, tokens=tokens)
    assert plain.monthly.real_time_usd == Decimal("8.34")  # 0.2M x 3 + 0.8M x 0.30 + 0.5M x 15
    assert plain.monthly.batch_usd == Decimal("5.25")  # 1M x 1.50 + 0.5M x 7.50
    assert any("best effort" in assumption for assumption in plain.assumptions)
    stated = one(**SONNET, **BATCH, tokens=tokens, batch={"cached_input": 800})
    assert stated.monthly.batch_usd == Decimal("4.17")  # 0.2M x 1.50 + 0.8M x 0.15 + 0.5M x 7.50


def test_where_sources_dispute_a_rate_the_dearer_counts_and_is_marked() -> None:
    report = planned(workload(**BATCH, batch={"cached_input": 1000}))
    cached = next(line for line in report.workloads[0].lines if line.token_class == "cached_input")
    assert (cached.usd_per_mtok, cached.disputed) == (Decimal("1"), True)  # 1.00 against 0.50
    assert report.workloads[0].monthly.batch_usd == Decimal("3")  # 1M x 1.00 + 0.5M x 4
    assert (report.coverage.disputed, found(report)["price-disputed"]) == (1, "note")
    assert planned(workload(**BATCH)).coverage.disputed == 0


def test_cache_writes_are_a_part_of_the_input_each_at_its_rate() -> None:
    parts = {"cached_input": 500, "cache_write": 200, "cache_write_1h": 100}
    report = one(**SONNET, tokens={"input": 1000, "output": 500, **parts})
    # 0.2M x 3; 0.5M x 0.30; 0.2M x 3.75; 0.1M x 6; 0.5M x 15
    rates = {"input": "0.6", "cached_input": "0.15", "cache_write": "0.75", "cache_write_1h": "0.6", "output": "7.5"}
    assert bill(report) == rates
    with pytest.raises(Refused, match="more than the input of 1000"):
        one(**SONNET, tokens={"input": 1000, "output": 500, **parts, "cached_input": 701})


@pytest.mark.parametrize(
    ("hours", "usd"),
    [
        (None, "0.9"),
        ("10:00-18:00", "0.45"),
        ("04:00-06:00", "0.45"),
        ("09:59-18:00", "0.9"),
        ("02:00-03:00", "0.9"),
        ("18:00-01:00", "0.45"),
        ("18:00-01:01", "0.9"),
    ],
)
def test_the_peak_rate_counts_unless_all_hours_lie_outside_the_peak(hours: str | None, usd: str) -> None:
    volume = {"requests": 1000, "per": "month", **({"hours_utc": hours} if hours else {})}
    report = one(provider="deepseek", model="deepseek-flash", volume=volume)
    assert report.monthly.real_time_usd == Decimal(usd)  # 0.30 + 0.60 at the peak, else half
    assert any("peak rates" in assumption for assumption in report.assumptions) == (hours is None)


def test_an_alias_of_a_model_is_priced_by_the_company_s_own_file_too(tmp_path: Path) -> None:
    own = (
        "book: own\nprovider: openai\nsources: {c: {title: Contract, verified: 2026-09-30}}\n"
        "discounts: [{percent: 20, models: [gpt-4o], since: 2026-10-01, source: c}]\n"
        "models: {gpt-4.1: {rates: [{lane: standard, since: 2026-10-01, source: c, input: 1, output: 1}]}}\n"
    )
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    for names, usd in (("gpt-4.1 gpt-4.1-2025-04-14", "1.5"), ("gpt-4o gpt-4o-2024-11-20", "6")):
        for name in names.split():
            found_usd = planned_one(model=name, prices=[str(tmp_path / "own.yaml")]).monthly.real_time_usd
            assert found_usd == Decimal(usd), name
