"""From text to a manifest: defaults, names, units, and each contradiction with its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.manifest import PROVIDER_ALIASES, Account, Limit, Pin, Spread, canonical_provider
from planner.problems import Refused
from planner.units import seconds, total
from tests.making import manifest_text, planned, read, workload

TEXT = """\
version: 1
accounts:
  openai: {tier: tier-4}
  ours: {provider: azure, subscription: enterprise}
workloads:
  - id: w
    provider: openai
    model: gpt-4.1
    volume: {requests: 1000, per: day}
    tokens: {input: 1000, output: 500}
    reasoning: {effort: none}
"""


def complaints(text: str) -> list[str]:
    with pytest.raises(Refused) as caught:
        read(text)
    return list(caught.value.complaints)


def test_a_plain_manifest_is_read_with_nothing_made_up() -> None:
    manifest = read(TEXT)
    (w,) = manifest.workloads
    assert (w.id, w.provider, w.model, w.input, w.output) == ("w", "openai", "gpt-4.1", Spread(1000), Spread(500))
    assert (manifest.prices, manifest.month_days, manifest.limits) == (("list",), Fraction("30.4375"), ())
    not_said = [w.cached_input_tokens, w.max_output_tokens, w.latency_max_seconds, w.user_facing, w.background, w.pin]
    assert not_said == [None] * 6
    assert [manifest.name, w.owner, w.use_case, w.reasoning, w.budget_usd] == [None] * 5


def test_a_workload_states_its_own_over_the_defaults_and_mappings_join_key_by_key() -> None:
    defaults = {
        "provider": "anthropic",
        "model": "claude-haiku-4-5",
        "owner": "platform",
        "labels": {"product": "shop", "stage": "live"},
        "tokens": {"input": 10, "max_output": 99},
        "batch": {"expires_after": "14d", "fallback": "flex"},
        "reasoning": {"effort": "low"},
        "streaming": True,
    }
    own = {"provider": "openai", "owner": "team", "labels": {"stage": "test"}, "batch": {"fallback": "none"}}
    manifest = read(
        manifest_text(
            {"id": "a", "volume": {"items": 1, "per": "day"}, "tokens": {"output": 5}},
            {"id": "b", "volume": {"items": 1, "per": "day"}, "tokens": {"input": 7, "output": 5}}
            | own
            | {"reasoning": {"tokens": 3, "tokens_are": "extra"}, "streaming": False},
            defaults=defaults,
        )
    )
    a, b = manifest.workloads
    assert (a.provider, a.owner, a.labels, a.effort) == ("anthropic", "platform", defaults["labels"], "low")
    assert (a.input, a.output, a.max_output_tokens, a.streaming) == (Spread(10), Spread(5), 99, True)
    assert (b.provider, b.model, b.owner) == ("openai", "claude-haiku-4-5", "team")
    assert (b.labels, b.streaming) == ({"product": "shop", "stage": "test"}, False)
    assert (b.input, b.max_output_tokens) == (Spread(7), 99)
    assert (b.batch.expires_after_seconds, b.batch.fallback) == (14 * 86400, "none")
    assert (b.effort, b.reasoning) == (None, Spread(3))


@pytest.mark.parametrize(
    ("meant", "names"),
    [
        ("azure-openai", ["azure.ai.openai", "az.ai.openai", "azure", "azure-openai"]),
        ("google-gemini", ["gcp.gemini", "gemini", "google-gemini"]),
        ("google-vertex", ["gcp.vertex_ai", "vertex_ai", "google-vertex"]),
        ("aws-bedrock", ["aws.bedrock", "bedrock"]),
        ("mistral", ["mistral_ai", "mistral"]),
        ("xai", ["x_ai", "xai"]),
        ("openai", ["openai"]),
    ],
)
def test_a_provider_has_its_opentelemetry_name_and_its_common_ones(meant: str, names: list[str]) -> None:
    for name in names:
        fields = {"accounts": {"mine": {"provider": name}}, "budgets": [{"provider": name, "monthly_usd": 5}]}
        manifest = read(manifest_text(workload(provider=name), **fields))
        assert manifest.workloads[0].provider == manifest.accounts["mine"].provider == meant
        assert manifest.limits[0].scope == {"provider": meant}


def test_every_alias_leads_to_a_provider() -> None:
    assert all(canonical_provider(name) not in PROVIDER_ALIASES for name in PROVIDER_ALIASES)


def test_an_account_under_an_alias_of_its_provider_is_not_ignored() -> None:
    for written in ("azure", "azure-openai", "azure.ai.openai"):
        fields = {"accounts": {written: {"subscription": "enterprise"}}}
        manifest = read(manifest_text(workload(provider="azure-openai"), **fields))
        assert manifest.account_of(manifest.workloads[0]).subscription == "enterprise"


@given(st.integers(0, 999_999_999), st.integers(0, 999_999), st.sampled_from(["ms", "s", "m", "h", "d", "w"]))
def test_a_duration_is_exact_seconds(whole: int, millionths: int, unit: str) -> None:
    factor = Fraction({"ms": "0.001", "s": "1", "m": "60", "h": "3600", "d": "86400", "w": "604800"}[unit])
    assert seconds(f"{whole}.{millionths:06}{unit}") == (whole + Fraction(millionths, 10**6)) * factor


@pytest.mark.parametrize(
    "text", ["24", "1.h", ".5h", "01h", "1 h", "-1h", "1H", "1h30m", "1y", "", "1e3s", "٢h", "1h\n"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    assert seconds(text) is None
    (said,) = complaints(manifest_text(workload(latency={"max": text})))
    assert "write a duration such as 500ms, 5s, 10m, 24h or 14d" in said


@pytest.mark.parametrize(
    ("stated", "a_day", "a_month"),
    [
        ({"requests": 30, "per": "day"}, 30, Fraction("913.125")),
        ({"reports": 7, "per": "week"}, 1, Fraction("30.4375")),
        ({"images": 10, "per": "week"}, Fraction(10, 7), Fraction("304.375") / 7),
        ({"items": 2, "per": "hour"}, 48, 1461),
        ({"requests": 1, "per": "minute"}, 1440, 43830),
        ({"requests": 1, "per": "second"}, 86400, 2629800),
        ({"requests": 487, "per": "month"}, 16, 487),
        ({"items": Decimal("100.1"), "per": "once"}, None, Fraction("100.1")),
    ],
)
def test_a_volume_is_requests_in_its_period(stated: dict[str, Any], a_day: Any, a_month: Any) -> None:
    volume = read(manifest_text(workload(volume=stated))).workloads[0].volume
    assert volume.unit in stated
    assert volume.a_month(Fraction("30.4375")) == a_month
    assert volume.a_day(Fraction("30.4375")) == a_day


def test_limits_stand_in_the_order_whole_then_scopes_then_workloads_each_with_its_path() -> None:
    manifest = read(
        manifest_text(
            workload(id="a"),
            workload(id="b", budget={"monthly_usd": Decimal("0.5")}),
            budget={"monthly_usd": 12000},
            budgets=[
                {"owner": "team", "provider": "azure", "monthly_usd": 1},
                {"labels": {"product": "shop", "stage": "live"}, "monthly_usd": 2},
                {"name": "nano", "model": "gpt-4.1-nano", "monthly_usd": 3},
            ],
        )
    )
    assert manifest.limits == (
        Limit("total", Decimal(12000), ("budget",), {}),
        Limit(
            "owner team, provider azure-openai",
            Decimal(1),
            ("budgets", 0),
            {"owner": "team", "provider": "azure-openai"},
        ),
        Limit("product=shop stage=live", Decimal(2), ("budgets", 1), {"labels": {"product": "shop", "stage": "live"}}),
        Limit("nano", Decimal(3), ("budgets", 2), {"model": "gpt-4.1-nano"}),
        Limit("workload b", Decimal("0.5"), ("workloads", 1, "budget"), {"workload": "b"}),
    )


def test_each_scope_counts_the_workloads_that_meet_all_that_it_states() -> None:
    report = planned(
        workload(id="a", owner="team", labels={"p": "x", "q": "v"}),
        workload(id="b", owner="team", labels={"p": "x"}, model="gpt-4.1-mini"),
        workload(id="c", labels={"p": "z"}, budget={"monthly_usd": 100}),
        budget={"monthly_usd": 100},
        budgets=[
            {"owner": "team", "monthly_usd": 100},
            {"labels": {"p": "x", "q": "v"}, "monthly_usd": 100},
            {"owner": "team", "model": "gpt-4.1-mini", "monthly_usd": 100},
            {"owner": "nobody", "monthly_usd": 100},
        ],
    )
    a, b, c = (w.monthly.expected_usd for w in report.workloads)
    assert None not in (a, b, c)
    expected = [total([a, b, c]), total([a, b]), a, b, Decimal(0), c]
    assert [check.expected_usd for check in report.budgets] == expected


def test_an_account_is_the_providers_or_the_one_that_is_named() -> None:
    ours = Account("ours", "azure-openai", None, "enterprise", {})
    assert read(TEXT).accounts["ours"] == ours
    manifest = read(TEXT.replace("provider: openai", "provider: azure\n    account: ours"))
    assert manifest.account_of(manifest.workloads[0]) == ours
    plain = read(TEXT)
    assert plain.account_of(plain.workloads[0]).tier == "tier-4"
    alone = read(TEXT.replace("provider: openai", "provider: groq"))
    assert alone.account_of(alone.workloads[0]) == Account("groq", "groq")


def test_a_pin_and_a_batch_plan_are_read_with_their_units() -> None:
    text = TEXT + "    lane: {pin: flex, because: the auditors, until: 2027-06-30}\n"
    text += "    batch: {every: 7d, retry_share: 2.5%, fallback_share: 1%, poll_until: [failed]}\n"
    (w,) = read(text).workloads
    assert w.pin == Pin("flex", "the auditors", date(2027, 6, 30))
    assert (w.batch.every_seconds, w.batch.poll_until) == (7 * 86400, ("failed",))
    assert (w.batch.retry_share_percent, w.batch.fallback_share_percent) == (Fraction("2.5"), 1)


FAULTS = {
    "no provider": ("    provider: openai\n", "", "6:5: 'provider' is missing: state it here or in defaults"),
    "no model": ("    model: gpt-4.1\n", "", "6:5: 'model' is missing: state it here or in defaults"),
    "no input": ("input: 1000, ", "", "6:5: 'tokens.input' is missing: state it here or in defaults"),
    "no output": (", output: 500", "", "6:5: 'tokens.output' is missing: state it here or in defaults"),
    "no volume": ("    volume: {requests: 1000, per: day}\n", "", "6:5: 'volume' is missing: add it"),
    "cached > input": (
        "500}",
        "500, cached_input: 1001}",
        "10:13: cached_input and cache writes add up to 1001 tokens",
    ),
    "cached + writes": (
        "500}",
        "500, cached_input: 600, cache_write: 300, cache_write_1h: 101}",
        "more than the input",
    ),
    "cached in a batch": (
        "none}",
        "none}\n    batch: {cached_input: 1001}",
        "12:27: 1001 tokens are more than the input",
    ),
    "included > output": ("effort: none", "tokens: 501, tokens_are: included", "11:25: 501 reasoning tokens cannot"),
    "unknown account": ("id: w", "id: w\n    account: opnai", "7:14: no account 'opnai', did you mean 'openai'?"),
    "foreign account": (
        "id: w",
        "id: w\n    account: ours",
        "7:14: account 'ours' is at azure-openai, the workload at",
    ),
    "no such day": (
        "id: w",
        "id: w\n    lane: {pin: flex, because: why, until: 2026-02-29}",
        "7:44: there is no day 2026-",
    ),
    "hours past 24": ("per: day", 'per: day, hours_utc: "10:00-24:30"', "9:51: '10:00-24:30' is no part of a day"),
    "no hours": ("per: day", 'per: day, hours_utc: "10:00-10:00"', "9:51: '10:00-10:00' is no part of a day"),
    "p95 over means": ("input: 1000", "input: {mean: 100, p95: 2001}", "10:21: a 95th percentile of 2001 tokens"),
    "share over all": ("none}", "none}\n    batch: {retry_share: 100.1%}", "100.1% is more than all requests"),
    "runs at once": (
        "none}",
        "none}\n    batch: {every: 0.0h}",
        "12:20: runs cannot follow each other without any time",
    ),
    "id twice": (
        "workloads:\n",
        "workloads:\n  - {id: w, volume: {items: 1, per: day}}\n",
        "id 'w' is taken by workload 1",
    ),
}


@pytest.mark.parametrize(("find", "put", "says"), FAULTS.values(), ids=FAULTS)
def test_each_contradiction_is_refused_with_its_place(find: str, put: str, says: str) -> None:
    assert TEXT.count(find) == 1
    said = complaints(TEXT.replace(find, put))
    assert any(says in line for line in said), said
    assert all(line.startswith("workloads.yaml:") for line in said)


def test_what_is_just_possible_is_read() -> None:
    for find, put in [
        ("500}", "500, cached_input: 600, cache_write: 400}"),
        ("effort: none", "tokens: 500, tokens_are: included"),
        ("id: w", "id: w\n    lane: {pin: flex, because: why, until: 2028-02-29}"),
        ("per: day", 'per: day, hours_utc: "00:00-24:00"'),
        ("per: day", 'per: day, hours_utc: "18:00-10:00"'),
        ("none}", "none}\n    batch: {every: 1ms}"),
        (", output: 500}", "}\n    use_case: embedding"),
    ]:
        assert len(read(TEXT.replace(find, put)).workloads) == 1


def test_a_fault_that_comes_from_the_defaults_is_placed_in_the_defaults() -> None:
    text = TEXT.replace(
        "workloads:\n", "defaults: {batch: {every: 0s, cached_input: 2000}, account: opnai}\nworkloads:\n"
    )
    assert sorted(line.split(": ")[0] for line in complaints(text)) == [
        f"workloads.yaml:5:{column}" for column in (27, 45, 61)
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_text() -> None:
    text = TEXT.replace("input: 1000, ", "").replace("    model: gpt-4.1\n", "")
    text += text[text.index("  - id") :].replace("    provider: openai\n", "")
    said = complaints(text)
    assert len(said) == 6
    assert said == sorted(said, key=lambda line: [int(part) for part in line.split(":")[1:3]])
