"""Volumes, and waves through a queue: enough of them, no more than needed, none where a request is larger than it."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.queues import Waves, waves
from planner.report import Report, WorkloadReport
from planner.units import Exact
from tests.making import planned, rules_fired, workload

QUICK = settings(max_examples=100, deadline=None)
DAY = 86400

requests = st.one_of(st.integers(0, 10**7), st.fractions(min_value=0, max_value=10**6, max_denominator=1000))
sizes = st.one_of(st.integers(1, 10**6), st.fractions(min_value=Fraction(1, 8), max_value=10**6, max_denominator=8))
quotas = st.one_of(st.none(), st.integers(0, 10**10))
windows = st.integers(1, 30 * DAY)


def held(size: Exact, tokens: int | None, at_once: int | None) -> float:
    """Requests that the queue holds at once, counted by hand."""
    limits = [] if tokens is None else [math.floor(Fraction(tokens) / Fraction(size))]
    return min([*limits, *([] if at_once is None else [at_once])], default=math.inf)


@QUICK
@given(requests, sizes, quotas, quotas, windows)
def test_the_waves_take_every_request_and_one_wave_less_does_not(
    run: Exact, size: Exact, tokens: int | None, at_once: int | None, window: int
) -> None:
    fit = held(size, tokens, at_once)
    found = waves(run, size, tokens, at_once, window)
    if fit < 1:
        assert found == Waves(None, None)
        return
    assert found.number is not None
    assert found.number >= 1
    assert found.number * fit >= run
    assert found.number == 1 or (found.number - 1) * fit < math.ceil(run)


@QUICK
@given(requests, sizes, quotas, quotas, windows)
def test_every_wave_takes_a_whole_window(
    run: Exact, size: Exact, tokens: int | None, at_once: int | None, window: int
) -> None:
    found = waves(run, size, tokens, at_once, window)
    assert found.finish_seconds == (None if found.number is None else found.number * window)


@QUICK
@given(requests, sizes, st.integers(0, 10**9), st.integers(0, 10**9), windows)
def test_a_larger_quota_never_needs_more_waves(run: Exact, size: Exact, tokens: int, more: int, window: int) -> None:
    small, large = (waves(run, size, quota, None, window) for quota in (tokens, tokens + more))
    if small.number is not None:
        assert large.number is not None
        assert large.number <= small.number


@QUICK
@given(requests, requests, sizes, st.integers(10**6, 10**9), windows)
def test_more_requests_never_need_fewer_waves(run: Exact, more: Exact, size: Exact, tokens: int, window: int) -> None:
    few = waves(run, size, tokens, None, window)
    many = waves(Fraction(run) + more, size, tokens, None, window)
    assert few.number is not None
    assert many.number is not None
    assert few.number <= many.number


@QUICK
@given(requests, st.integers(1, 10**6), st.integers(1, 10**6), windows)
def test_a_request_larger_than_the_queue_never_finishes(run: Exact, quota: int, over: int, window: int) -> None:
    assert waves(run, quota + over, quota, None, window) == Waves(None, None)
    assert waves(1, quota, quota, None, window) == Waves(1, window)


@QUICK
@given(requests, sizes, windows)
def test_without_a_quota_everything_goes_in_one_wave(run: Exact, size: Exact, window: int) -> None:
    assert waves(run, size, None, None, window) == Waves(1, window)


@QUICK
@given(requests, sizes, st.integers(1, 10**9), st.integers(1, 10**6), windows)
def test_of_two_quotas_the_tighter_one_counts(run: Exact, size: Exact, tokens: int, at_once: int, window: int) -> None:
    both = waves(run, size, tokens, at_once, window).number
    apart = [waves(run, size, tokens, None, window).number, waves(run, size, None, at_once, window).number]
    assert both == (None if None in apart else max(number for number in apart if number is not None))


@pytest.mark.parametrize(
    ("run", "size", "tokens", "at_once", "expected"),
    [
        (100_000, 500, 10_000_000, None, 5),  # 10M / 500 = 20,000 at once; 100,000 / 20,000 = 5
        (100_001, 500, 10_000_000, None, 6),  # one request over five full waves
        (1_000, 0, 1, None, 1),  # requests without input take no room
        (1_000, 300, 1_000, None, 334),  # 3 at once, rounded down; 1,000 / 3 rounded up
        (1_000, 1, None, 400, 3),  # a quota of requests
        (Fraction(1001, 10), 1, None, 50, 3),  # 100.1 requests are 101
        (0, 10, 100, None, 1),
        (5, 10, 0, None, None),
        (5, 0, None, 0, None),
    ],
)
def test_waves_counted_by_hand(
    run: Exact, size: Exact, tokens: int | None, at_once: int | None, expected: int | None
) -> None:
    assert waves(run, size, tokens, at_once, DAY).number == expected


def evaluation(**fields: Any) -> dict[str, Any]:
    """A workload that goes to batch at any volume: 10,000 requests of 1,000 input tokens a day."""
    own = {"use_case": "model-evaluation", "volume": {"requests": 10_000, "per": "day"}, "latency": {"max": "72h"}}
    return workload(**{**own, **fields})


def facts_of(tokens: int, **fields: Any) -> tuple[dict[str, str], str, set[str]]:
    """The facts, the mode and the fired rules of an evaluation through a queue of so many tokens."""
    report = planned(evaluation(**fields), accounts={"openai": {"enqueued_tokens": tokens}}, trace_all=True)
    found = report.workloads[0]
    return found.facts, found.mode, rules_fired(found)


def test_a_plan_counts_the_waves_of_a_day_and_when_the_last_one_ends() -> None:
    # 10,000 requests x 1,000 = 10M tokens; 4M hold 4,000 requests; 3 waves of 24 h
    facts, mode, _ = facts_of(4_000_000)
    assert (facts["enqueued_tokens_per_run"], facts["queue_waves"]) == ("10000000", "3")
    assert facts["queue_finish_seconds"] == str(3 * DAY)
    assert mode == "batch"


def test_waves_that_end_after_the_caller_s_time_keep_the_work_in_real_time() -> None:
    facts, mode, fired = facts_of(3_000_000)  # 3,000 at once: 4 waves, 96 h, against 72 h
    assert facts["queue_waves"] == "4"
    assert mode == "real-time"
    assert "queue-misses-deadline" in fired


def test_a_run_of_a_week_is_seven_days_of_requests() -> None:
    facts, _, _ = facts_of(70_000_000, batch={"every": "7d"})
    assert facts["requests_per_run"] == "70000"
    assert (facts["enqueued_tokens_per_run"], facts["queue_waves"]) == ("70000000", "1")


def test_one_request_larger_than_the_queue_keeps_the_work_in_real_time() -> None:
    facts, mode, fired = facts_of(999)
    assert facts["request_exceeds_queue"] == "true"
    assert "queue_waves" not in facts
    assert mode == "real-time"
    assert "request-exceeds-queue" in fired
    assert facts_of(1_000)[0]["request_exceeds_queue"] == "false"


# Queues that workloads share


def shared(*workloads: dict[str, Any], **accounts: Any) -> dict[str, tuple[str | None, bool]]:
    """By workload: what its queue is asked to hold in all, and whether that is too much."""
    report = planned(*workloads, accounts=accounts or {"openai": {"enqueued_tokens": 15_000_000}}, trace_all=True)
    return {
        w.id: (w.facts.get("account_enqueued_tokens"), "queue-overbooked" in rules_fired(w)) for w in report.workloads
    }


def test_batches_of_one_account_and_model_are_added_up_and_held_against_the_queue() -> None:
    both = shared(evaluation(id="a"), evaluation(id="b", volume={"requests": 5_001, "per": "day"}))
    assert both == dict.fromkeys("ab", ("15001000", True))
    fits = shared(evaluation(id="a"), evaluation(id="b", volume={"requests": 5_000, "per": "day"}))
    assert fits == dict.fromkeys("ab", ("15000000", False))


def test_what_stays_in_real_time_or_on_another_model_takes_no_room_in_the_queue() -> None:
    others = evaluation(id="b", user_facing=True), evaluation(id="c", model="gpt-4.1-mini")
    found = shared(evaluation(id="a"), *others)
    assert found["a"] == ("10000000", False)
    assert found["c"] == ("10000000", False)
    assert found["b"][1] is False


def test_another_account_at_the_same_provider_has_a_queue_of_its_own() -> None:
    own = {"enqueued_tokens": 15_000_000}
    found = shared(
        evaluation(id="a"), evaluation(id="b", account="other"), openai=own, other={"provider": "openai", **own}
    )
    assert found == dict.fromkeys("ab", ("10000000", False))


def test_an_alias_of_a_model_waits_in_the_model_s_queue() -> None:
    both = shared(evaluation(id="a"), evaluation(id="b", model="gpt-4.1-2025-04-14"))
    assert both == dict.fromkeys("ab", ("20000000", True))


def test_an_alias_of_a_model_has_the_model_s_limits() -> None:
    names = ("gpt-4.1", "gpt-4.1-2025-04-14")
    report = planned(
        *(evaluation(id=f"w{number}", model=name) for number, name in enumerate(names)),
        accounts={"openai": {"tier": "tier-4"}},
        trace_all=True,
    )
    assert [w.facts.get("queue_limit_tokens") for w in report.workloads] == ["200000000", "200000000"]


# Volumes


def volume(requests: Any, per: str, **fields: Any) -> WorkloadReport:
    """A plain workload with this volume."""
    manifest = {key: fields.pop(key) for key in ("month_days",) if key in fields}
    return planned(workload(volume={"requests": requests, "per": per}, **fields), trace_all=True, **manifest).workloads[
        0
    ]


@pytest.mark.parametrize(
    ("per", "requests", "a_month", "in_30_days"),
    [
        ("second", 1, "2629800", "2592000"),  # 86,400 x 30.4375; x 30
        ("minute", 1, "43830", "43200"),  # 1,440 x 30.4375; x 30
        ("hour", 1, "730.5", "720"),  # 24 x 30.4375; x 30
        ("day", 1, "30.4375", "30"),
        ("week", 7, "30.4375", "30"),
        ("week", 1000, "4348.214286", "4285.714286"),  # 1,000 x 30.4375 / 7; x 30 / 7
        ("month", 12, "12", "12"),
        ("once", 12, "12", "12"),
    ],
)
def test_a_day_counts_30_4375_times_a_week_a_seventh_of_that_and_a_month_as_stated(
    per: str, requests: int, a_month: str, in_30_days: str
) -> None:
    assert volume(requests, per).requests_per_month == Decimal(a_month)
    assert volume(requests, per, month_days=30).requests_per_month == Decimal(in_30_days)


def test_weeks_are_priced_exactly_and_rounded_once_per_line() -> None:
    # 1,000 x 30.4375 / 7 requests: 4.348214... M x 2 = 8.696429, 2.174107... M x 8 = 17.392857
    lines = [(line.token_class, line.usd) for line in volume(1000, "week").lines]
    assert lines == [("input", Decimal("8.696429")), ("output", Decimal("17.392857"))]
    assert volume(1000, "week").monthly.expected_usd == Decimal("26.089286")


def test_a_one_off_job_costs_once_and_stands_apart_from_what_recurs() -> None:
    def mixed(**fields: Any) -> Report:
        job = workload(id="job", volume={"requests": 1000, "per": "once"})
        return planned(workload(id="daily", volume={"requests": 1000, "per": "day"}), job, **fields)

    totals = mixed(month_days=30).totals
    assert (totals.expected_usd, totals.one_off_usd) == (Decimal("180"), Decimal("6"))  # (2 + 4) x 30; 2 + 4
    assert totals.by["lane"] == {"standard": Decimal("180")}


@pytest.mark.parametrize(
    ("latency", "a_day"),
    [("24h", "150000000"), ("1h", "150000000"), ("72h", "50000000"), ("36h", "100000000"), (None, None)],
)
def test_the_tokens_per_day_of_a_one_off_job_are_spread_over_the_days_it_may_take(
    latency: str | None, a_day: str | None
) -> None:
    fields = {} if latency is None else {"latency": {"max": latency}}
    found = volume(100_000, "once", **fields).tokens_per_day  # 100,000 x (1,000 + 500) / days
    assert found == (None if a_day is None else Decimal(a_day))


def test_tokens_per_day_are_those_that_are_billed() -> None:
    cached = {"input": 1000, "output": 500, "cached_input": 900}
    assert volume(100, "day", tokens=cached).tokens_per_day == 150_000
    # 100 x (1,000 + 500 + 2.5 x 500)
    assert volume(100, "day", model="gpt-5", reasoning={"effort": "medium"}).tokens_per_day == 275_000
    # 100 x (1,000 + 200 visible + 300 hidden)
    included = {"tokens": 300, "tokens_are": "included"}
    assert volume(100, "day", model="gpt-5", reasoning=included).tokens_per_day == 150_000
    assert volume(3043.75, "month").tokens_per_day == 150_000
