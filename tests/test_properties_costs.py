"""Laws of the cost formulas: additive, scaling, monotone in tokens and rates, and budget above expected."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files, plan
from planner.catalog import Catalog
from planner.report import Monthly, WorkloadReport
from tests.making import DAY, as_yaml, manifest_text, planned, read, workload

QUICK = settings(max_examples=60, deadline=None)
FEW = settings(max_examples=25, deadline=None)

LANES = ("real_time_usd", "batch_usd", "flex_usd", "priority_usd")
TIERED = {"provider": "openai", "model": "gpt-6-sol"}
"""Four lanes, a tier over 272,000 input tokens, rates for cache reads and writes."""
SONNET = {"provider": "anthropic", "model": "claude-sonnet-4-5"}
MODELS = (
    TIERED,
    SONNET,
    {"provider": "openai", "model": "gpt-5"},
    {"provider": "google-gemini", "model": "gemini-2.5-pro"},
)

models = st.sampled_from(MODELS)
requests = st.integers(0, 10**7)
inputs = st.one_of(st.integers(0, 5_000), st.integers(190_000, 290_000))
outputs = st.integers(0, 4_000)
efforts = st.sampled_from(["none", "low", "medium", "high"])
policies = st.sampled_from(["effort", "article"])
periods = st.sampled_from(["second", "minute", "hour", "day", "week", "month", "once"])
spread = st.tuples(inputs, inputs).map(lambda pair: {"mean": min(pair), "p95": min(max(pair), 20 * min(pair))})
"""A 95th percentile above 20 times the mean cannot be, and is refused."""


@cache
def catalog() -> Catalog:
    """The catalog of the three providers, read once for many examples."""
    return files.load_catalog(
        read(manifest_text(*(workload(id=f"w{n}", **who) for n, who in enumerate(MODELS)))), whole=True
    )


def reported(*, policy: str = "effort", **fields: Any) -> WorkloadReport:
    """The report of one workload; no reasoning unless the fields say so."""
    manifest = read(manifest_text(workload(**fields), reasoning_policy=policy))
    return plan(manifest, catalog(), DAY).workloads[0]


def month(**fields: Any) -> Monthly:
    """The money of one workload."""
    return reported(**fields).monthly


def known(before: Monthly, after: Monthly) -> list[tuple[Fraction, Fraction]]:
    """Every lane that is priced in both, real time at the least."""
    pairs = [(getattr(before, lane), getattr(after, lane)) for lane in LANES]
    assert None not in pairs[0]
    return [(Fraction(a), Fraction(b)) for a, b in pairs if a is not None and b is not None]


# Additive and scaling


@QUICK
@given(models, requests, requests, inputs, outputs, efforts, periods)
def test_requests_of_two_workloads_cost_what_they_cost_as_one(
    who: dict[str, str], few: int, many: int, inward: int, outward: int, effort: str, per: str
) -> None:
    shape = {**who, "tokens": {"input": inward, "output": outward}, "reasoning": {"effort": effort}}
    one, other, both = (month(**shape, volume={"requests": n, "per": per}) for n in (few, many, few + many))
    for lane in LANES:
        parts = [getattr(part, lane) for part in (one, other, both)]
        assert parts.count(None) in (0, 3)
        if None not in parts:  # three lines, each of the three rounded by half a millionth at most
            assert abs(parts[0] + parts[1] - parts[2]) <= 9 * Decimal("0.0000005")


@QUICK
@given(models, st.integers(0, 500), st.integers(0, 500), inputs, outputs, efforts)
def test_where_no_line_is_rounded_the_cost_of_requests_adds_up_exactly(
    who: dict[str, str], few: int, many: int, inward: int, outward: int, effort: str
) -> None:
    shape = {**who, "tokens": {"input": inward, "output": outward}, "reasoning": {"effort": effort}}
    one, other, both = (
        month(**shape, volume={"requests": n * 100_000, "per": "month"}) for n in (few, many, few + many)
    )
    for (a, total), (b, _) in zip(known(one, both), known(other, both), strict=True):
        assert a + b == total


@QUICK
@given(models, st.integers(0, 100), st.integers(0, 50), inputs, outputs, efforts)
def test_so_many_times_the_requests_cost_so_many_times_as_much(
    who: dict[str, str], base: int, times: int, inward: int, outward: int, effort: str
) -> None:
    shape = {**who, "tokens": {"input": inward, "output": outward}, "reasoning": {"effort": effort}}
    one, more = (month(**shape, volume={"requests": n * 100_000, "per": "month"}) for n in (base, base * times))
    assert all(b == a * times for a, b in known(one, more))
    assert (one.budget_usd or 0) * times == more.budget_usd


@QUICK
@given(models, st.integers(0, 2_000), st.integers(0, 1_000), st.integers(0, 9), efforts)
def test_a_request_of_so_many_times_the_tokens_costs_so_many_times_as_much_within_its_tier(
    who: dict[str, str], inward: int, outward: int, times: int, effort: str
) -> None:
    shape = {**who, "volume": {"requests": 100_000, "per": "month"}, "reasoning": {"effort": effort}}
    one, more = (month(**shape, tokens={"input": n * inward, "output": n * outward}) for n in (1, times))
    assert all(b == a * times for a, b in known(one, more))


# Monotone in tokens


@QUICK
@given(st.integers(0, 300_000), outputs, st.integers(1, 10_000), st.sampled_from(["input", "output", "reasoning"]))
def test_more_tokens_of_a_class_always_cost_more_across_the_tier_too(
    inward: int, outward: int, more: int, kind: str
) -> None:
    def priced(counts: dict[str, int]) -> Monthly:
        hidden = {"tokens": counts["reasoning"], "tokens_are": "extra"}
        tokens = {"input": counts["input"], "output": counts["output"]}
        return month(**TIERED, tokens=tokens, reasoning=hidden)

    base = {"input": inward, "output": outward, "reasoning": 100}
    before, after = priced(base), priced({**base, kind: base[kind] + more})
    pairs = known(before, after)
    assert len(pairs) == len(LANES)
    assert all(a < b for a, b in pairs)


@QUICK
@given(st.integers(0, 100_000), st.integers(1, 100_000), st.integers(0, 300_000))
def test_more_cached_input_costs_less_but_in_a_batch_only_what_the_batch_states(few: int, more: int, rest: int) -> None:
    def priced(cached: int, **fields: Any) -> Monthly:
        tokens = {"input": few + more + rest, "output": 500, "cached_input": cached}
        return month(**TIERED, tokens=tokens, **fields)

    before, after = priced(few), priced(few + more)
    pairs = known(before, after)
    assert (after.batch_usd, len(pairs)) == (before.batch_usd, len(LANES))
    assert all(b < a for lane, (a, b) in zip(LANES, pairs, strict=True) if lane != "batch_usd")
    stated = priced(few, batch={"cached_input": few + more})
    assert (stated.real_time_usd, stated.flex_usd) == (before.real_time_usd, before.flex_usd)
    assert stated.batch_usd is not None
    assert before.batch_usd is not None
    assert stated.batch_usd < before.batch_usd


@QUICK
@given(st.integers(0, 1_000), st.integers(1, 1_000), st.sampled_from(["cache_write", "cache_write_1h"]))
def test_more_tokens_written_to_a_cache_cost_more_and_an_hour_costs_most(few: int, more: int, kind: str) -> None:
    def priced(**written: int) -> Monthly:
        return month(**SONNET, tokens={"input": few + more, "output": 500, **written})

    assert all(a < b for a, b in known(priced(**{kind: few}), priced(**{kind: few + more})))
    assert all(a < b for a, b in known(priced(cache_write=more), priced(cache_write_1h=more)))


# A price file of one's own

RATES = ("input", "cached_input", "cache_write", "output")
usd = st.integers(1, 10**6).map(lambda number: Decimal(number).scaleb(-4))
rates = st.fixed_dictionaries(dict.fromkeys(RATES, usd))


Prices = tuple[dict[str, Decimal], dict[str, Decimal]]
"""Rates of the standard and of the batch lane."""
WEIGHTS = {"input": 500, "cached_input": 400, "cache_write": 100, "output": 500}
"""Tokens of a request by class; there are 1,000 requests."""


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Monthly]]:
    """Costs of the same request at several prices, each a model in a price file of the company's own."""
    path = tmp_path_factory.mktemp("prices") / "own.yaml"

    def costs(*prices: Prices, **fields: Any) -> list[Monthly]:
        lanes = [zip(("standard", "batch"), pair, strict=True) for pair in prices]
        common = {"since": "2026-01-01", "source": "own"}
        listed = {f"m{n}": {"rates": [{"lane": k, **common, **own} for k, own in pair]} for n, pair in enumerate(lanes)}
        sources = {"own": {"title": "A contract", "verified": "2026-01-01"}}
        book = {"book": "own", "provider": "openai", "sources": sources, "models": listed}
        path.write_text(as_yaml(book), encoding="utf-8")
        tokens = {"input": 1000, "cached_input": 400, "cache_write": 100, "output": 500}
        shape = {"tokens": tokens, "batch": {"cached_input": 400}, **fields}
        report = planned(*(workload(id=name, model=name, **shape) for name in listed), prices=[str(path)])
        return [found.monthly for found in report.workloads]

    return costs


@FEW
@given(rates, st.sampled_from(RATES), usd)
def test_a_dearer_rate_makes_its_own_lane_dearer_and_no_other(
    priced: Callable[..., list[Monthly]], low: dict[str, Decimal], kind: str, more: Decimal
) -> None:
    high = {**low, kind: low[kind] + more}
    base, standard, batch = priced((low, low), (high, low), (low, high))
    cost = base.real_time_usd
    assert cost is not None
    dearer = cost + more * WEIGHTS[kind] / 1000
    assert (base.real_time_usd, base.batch_usd) == (cost, cost)
    assert (standard.real_time_usd, standard.batch_usd) == (dearer, cost)
    assert (batch.real_time_usd, batch.batch_usd) == (cost, dearer)


@FEW
@given(rates, rates)
def test_the_saving_of_a_batch_is_its_share_of_the_real_time_cost_and_never_above_100_percent(
    priced: Callable[..., list[Monthly]], standard: dict[str, Decimal], batch: dict[str, Decimal]
) -> None:
    pin = {"pin": "batch", "because": "to see the saving"}
    found = priced((standard, batch), lane=pin, latency={"max": "24h"})[0]
    real_time, as_batch = (
        sum(own[kind] * WEIGHTS[kind] for kind in RATES) / Decimal(1000) for own in (standard, batch)
    )
    assert (found.real_time_usd, found.batch_usd) == (real_time, as_batch)
    assert (found.expected_usd, found.saving_usd) == (as_batch, real_time - as_batch)
    share = (Fraction(real_time) - Fraction(as_batch)) / Fraction(real_time) * 100
    assert found.saving_percent is not None
    assert Fraction(found.saving_percent) == round(share, 6)
    assert found.saving_percent <= 100


# Expected and budget


@QUICK
@given(models, spread, outputs, efforts, policies, periods)
def test_the_budget_is_never_below_expected_nor_expected_below_the_cost_without_reasoning(
    who: dict[str, str], inward: dict[str, int], outward: int, effort: str, policy: str, per: str
) -> None:
    shape: dict[str, Any] = {**who, "policy": policy, "volume": {"requests": 997, "per": per}}
    shape["batch"] = {"fallback_share": "7.5%", "retry_share": "2%"}
    with_reasoning = month(**shape, tokens={"input": inward, "output": outward}, reasoning={"effort": effort})
    without = month(**shape, tokens={"input": inward["mean"], "output": outward})
    assert with_reasoning.budget_usd is not None
    assert with_reasoning.expected_usd is not None
    assert without.expected_usd is not None
    assert with_reasoning.budget_usd >= with_reasoning.expected_usd >= without.expected_usd
    assert without.expected_usd == without.budget_usd


@QUICK
@given(models, inputs, outputs, periods, policies)
def test_a_reasoning_buffer_of_0_changes_nothing(
    who: dict[str, str], inward: int, outward: int, per: str, policy: str
) -> None:
    shape: dict[str, Any] = {**who, "policy": policy, "tokens": {"input": inward, "output": outward}}
    shape["volume"] = {"requests": 997, "per": per}
    none = reported(**shape, reasoning={"effort": "none"})
    measured = reported(**shape, reasoning={"tokens": 0, "tokens_are": "extra"})
    full = reported(**{**shape, "tokens": {**shape["tokens"], "max_output": outward}}, reasoning={"effort": "high"})
    for found in (none, measured, full):
        assert found.monthly == none.monthly
        assert found.lines == none.lines
        assert found.monthly.budget_usd == found.monthly.expected_usd


@QUICK
@given(models, inputs, outputs, efforts)
def test_more_effort_never_costs_less(who: dict[str, str], inward: int, outward: int, effort: str) -> None:
    order = ["none", "low", "medium", "high"]
    shape = {**who, "tokens": {"input": inward, "output": outward}}
    less, more = (
        month(**shape, reasoning={"effort": name}) for name in (effort, order[min(3, order.index(effort) + 1)])
    )
    assert all(a <= b for a, b in known(less, more))
    assert (less.budget_usd or 0) <= (more.budget_usd or 0)
