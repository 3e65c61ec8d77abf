"""Schedules of waves: the same number and end as the rules of a plan reckon with, and the smallest quota that is enough."""

from __future__ import annotations

import math
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.batchfiles.schedule import AT_RISK, HOLDS, MISSED, Pace, lasting, pace_of, schedule
from planner.batchfiles.scheduleviews import WIDTH, text
from planner.queues import Load, waves, waves_of
from planner.units import Exact

HOUR, DAY = 3600, 86400
QUICK = settings(max_examples=100, deadline=None)

requests = st.one_of(st.integers(0, 10**6), st.fractions(min_value=0, max_value=10**5, max_denominator=100))
totals = st.one_of(st.integers(0, 10**10), st.fractions(min_value=0, max_value=10**9, max_denominator=100))
quotas = st.one_of(st.none(), st.integers(0, 10**10))
windows = st.integers(1, 10 * DAY)
deadlines = st.integers(1, 100 * DAY)


def load(
    asked: Exact = 1000,
    tokens: Exact | None = 100_000,
    queue_tokens: int | None = 10_000,
    queue_requests: int | None = None,
    window: Exact | None = DAY,
    deadline: Exact | None = None,
) -> Load:
    """A load of 1,000 requests with 100 tokens each, of which the queue holds 100."""
    return Load("openai, gpt-4.1", (), asked, tokens, queue_tokens, queue_requests, window, deadline)


def bound(seconds: Exact = DAY) -> Pace:
    """A whole window for each wave."""
    return pace_of((), seconds)


# The same as the rules reckon with


@QUICK
@given(requests, totals, quotas, quotas, windows)
def test_schedule_and_waves_agree_on_number_and_end(
    asked: Exact, tokens: Exact, quota: int | None, at_once: int | None, window: int
) -> None:
    one = load(asked, tokens, quota, at_once, window)
    made, found = schedule(one, bound(window)), waves_of(one)
    if quota is None and at_once is None:
        assert (found, made.number, made.never) == (None, None, False)
        return
    assert found == waves(asked, one.mean_tokens or 0, quota, at_once, window)
    assert found is not None
    assert (made.number, made.end_latest) == found
    assert made.never is (found.number is None)


@QUICK
@given(requests, totals, st.integers(1, 10**10), quotas, windows)
def test_the_waves_take_every_request_in_turn_and_none_is_larger_than_the_queue(
    asked: Exact, tokens: Exact, quota: int, at_once: int | None, window: int
) -> None:
    made = schedule(load(asked, tokens, quota, at_once, window), bound(window))
    if made.number is None or made.number > 2000:
        return
    all_of_them = list(made.waves(2000))
    assert sum(wave.requests for wave in all_of_them) == math.ceil(asked)
    assert all(wave.input_tokens <= quota and wave.requests <= made.fit for wave in all_of_them)
    for before, after in pairwise(all_of_them):
        assert after.submit_latest == before.end_latest
    assert all_of_them[-1].end_latest == made.end_latest


@QUICK
@given(requests, totals, st.integers(0, 10**9), st.integers(0, 10**9), quotas, windows)
def test_raising_the_quota_never_delays_the_end(
    asked: Exact, tokens: Exact, quota: int, more: int, at_once: int | None, window: int
) -> None:
    low, high = (schedule(load(asked, tokens, each, at_once, window), bound(window)) for each in (quota, quota + more))
    if low.end_latest is not None:
        assert high.end_latest is not None
        assert high.end_latest <= low.end_latest


@QUICK
@given(requests, totals, windows, deadlines)
def test_the_named_quota_is_enough_and_one_less_is_not(asked: Exact, tokens: Exact, window: int, deadline: int) -> None:
    made = schedule(load(asked, tokens, 1, None, window, deadline), bound(window))
    if made.needed is None:
        assert window > deadline
        return
    enough = schedule(made.load._replace(queue_tokens=made.needed.tokens), made.pace)
    assert enough.verdict == HOLDS
    if made.needed.tokens:
        short = schedule(made.load._replace(queue_tokens=made.needed.tokens - 1), made.pace)
        assert short.verdict in (AT_RISK, MISSED)


@QUICK
@given(requests, windows, deadlines)
def test_the_same_of_a_queue_that_counts_requests(asked: Exact, window: int, deadline: int) -> None:
    made = schedule(load(asked, 10, None, 1, window, deadline), bound(window))
    if made.needed is None:
        return
    assert schedule(made.load._replace(queue_requests=made.needed.requests), made.pace).verdict == HOLDS
    short = schedule(made.load._replace(queue_requests=made.needed.requests - 1), made.pace)
    assert short.verdict != HOLDS


@QUICK
@given(requests, totals, quotas, quotas, windows, st.one_of(st.none(), deadlines), st.booleans())
def test_every_chart_is_plain_and_narrow(
    asked: Exact, tokens: Exact, quota: int | None, at_once: int | None, window: int, deadline: int | None, dated: bool
) -> None:
    made = schedule(load(asked, tokens, quota, at_once, window, deadline), pace_of((HOUR, window), None))
    chart = text([made], datetime(2026, 11, 24, 2) if dated else None)
    assert chart.isascii()
    assert all(len(line) <= WIDTH for line in chart.splitlines())


# By hand


def test_ten_waves_by_the_window() -> None:
    made = schedule(load(deadline=5 * DAY), bound())
    assert (made.number, made.fit, made.end_latest, made.end_usual) == (10, 100, 10 * DAY, None)
    assert made.verdict == AT_RISK  # a wave may end long before its window
    assert made.needed == (20_000, 200)  # five waves of 200 requests with 100 tokens


def test_measured_times_say_what_is_usual_and_what_is_worst() -> None:
    pace = pace_of([9 * HOUR, 2 * HOUR, 5 * HOUR, 4 * HOUR], DAY)
    assert (pace.usual, pace.latest, pace.basis) == (5 * HOUR, 9 * HOUR, "measured")
    assert "median 4 h 30 min, mean 5 h, worst 9 h" in pace.says
    made = schedule(load(deadline=60 * HOUR), pace)
    assert (made.end_usual, made.end_latest, made.verdict) == (50 * HOUR, 90 * HOUR, AT_RISK)
    assert schedule(load(deadline=90 * HOUR), pace).verdict == HOLDS
    assert schedule(load(deadline=49 * HOUR), pace).verdict == MISSED


def test_a_published_time_is_marked_and_never_the_bound() -> None:
    pace = pace_of((), DAY, (HOUR, "most end within an hour"))
    assert (pace.usual, pace.latest, pace.basis) == (HOUR, DAY, "published")
    assert "published, not measured by you" in pace.says


def test_a_request_larger_than_the_queue_is_never_submitted() -> None:
    made = schedule(load(queue_tokens=99, deadline=DAY), bound())
    assert (made.number, made.never, made.verdict) == (None, True, MISSED)
    assert made.why is not None
    assert "larger than the queue" in made.why
    assert made.needed == (100_000, 1000)


def test_what_is_not_known_is_said() -> None:
    assert "quota is not known" in str(schedule(load(queue_tokens=None), bound()).why)
    uncounted = schedule(load(tokens=None), bound())
    assert "cannot be counted" in str(uncounted.why)
    assert uncounted.unknown
    assert schedule(load(tokens=None, queue_tokens=None, queue_requests=10), bound()).number == 100
    no_window = schedule(load(window=None, deadline=DAY), pace_of((), None))
    assert (no_window.number, no_window.end_latest, no_window.verdict, no_window.unknown) == (10, None, None, True)


def test_a_deadline_before_the_first_wave_ends_has_no_quota() -> None:
    made = schedule(load(deadline=HOUR), bound())
    assert made.needed is None
    assert "no queue is large enough" in text([made], None)


def test_of_many_waves_the_first_and_the_last_are_shown() -> None:
    made = schedule(load(10**9, 10**11, 10**5), bound())
    assert made.number == 10**6
    assert [wave.number for wave in made.waves(4)] == [1, 2, 3, 10**6]
    assert [wave.number for wave in made.waves(1)] == [10**6]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (239, "239 s"), (3600, "1 h"), (19200, "5 h 20 min"), (86400, "24 h"), (172800, "2 d"),
     (100_000, "27 h 46 min"), (180_000, "2 d 2 h"), (Fraction(1201, 2), "10 min 1 s"), (86400 * 400, "400 d")],
)  # fmt: skip
def test_times_are_said_in_their_two_largest_units(seconds: Exact, shown: str) -> None:
    assert lasting(seconds) == shown
