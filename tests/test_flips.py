"""What would flip a decision: exact points, held against walking there one unit at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files
from planner.flips import flips
from planner.report import Flip
from tests.making import DAY, manifest_text, planned_one, read, workload

BATCH_WORK: dict[str, Any] = {"volume": {"requests": 10000, "per": "day"}, "latency": {"max": "48h"}}


def found(accounts: dict[str, Any] | None = None, **fields: Any) -> dict[str, Flip]:
    """The flips of one workload, by dimension."""
    manifest = read(manifest_text(workload(**fields), **({"accounts": accounts} if accounts else {})))
    return {flip.dimension: flip for flip in flips(manifest, files.load_catalog(manifest), DAY, manifest.workloads[0])}


def test_the_volume_flips_at_the_first_request_beyond_the_line() -> None:
    # 1,500 tokens a request: 66 a day are 99,000 tokens, 67 are 100,500
    flip = found(volume={"requests": 10, "per": "day"}, latency={"max": "24h"})["volume"]
    assert (flip.now, flip.at, flip.mode, flip.decided_by) == (Decimal(10), Decimal(67), "batch", "non-urgent")
    flip = found(**BATCH_WORK)["volume"]
    assert (flip.at, flip.mode, flip.decided_by) == (Decimal(66), "real-time", "low-volume")


def test_the_costs_at_the_point_are_those_of_both_lanes_there() -> None:
    flip = found(volume={"requests": 10, "per": "day"}, latency={"max": "24h"})["volume"]
    there = planned_one(volume={"requests": 67, "per": "day"}, latency={"max": "24h"}).monthly
    assert (flip.expected_usd, flip.instead_of_usd) == (there.batch_usd, there.real_time_usd)


def test_the_wait_flips_at_the_window() -> None:
    assert found(**{**BATCH_WORK, "latency": {"max": "30m"}})["latency"].at == 86400
    assert found(**BATCH_WORK)["latency"].at == Decimal("86399.999")


def test_a_wait_that_is_not_stated_is_told_how_long_it_must_be() -> None:
    flip = found(volume={"requests": 10000, "per": "day"})["latency"]
    assert (flip.now, flip.at, flip.mode) == (None, Decimal(86400), "batch")


def test_the_queue_flips_where_it_needs_one_wave_too_many() -> None:
    # 10M input tokens a run, two windows of time: 5M fit in two waves, one token less needs three
    flip = found(accounts={"openai": {"enqueued_tokens": 10**9}}, **BATCH_WORK)["batch queue"]
    assert (flip.at, flip.mode, flip.decided_by) == (Decimal(4_999_999), "real-time", "queue-misses-deadline")


def test_the_batch_price_flips_where_it_is_no_longer_cheaper() -> None:
    # gpt-4.1: batch is half, so at 200 % of its price it costs as much
    assert found(**BATCH_WORK)["batch price"].at == 2


def test_the_cached_share_flips_where_real_time_gets_cheaper() -> None:
    # gemini-3.8-flash, 40,000 + 150 tokens: real time 0.75 (40,000 - c) + 0.075 c + 3.75 x 150, batch half of 0 cached:
    # equal where 0.675 c = 30,562.5 - 15,281.25, c = 22,638.9
    flip = found(
        provider="google-gemini",
        model="gemini-3.8-flash",
        **{**BATCH_WORK, "tokens": {"input": 40000, "cached_input": 0, "output": 150}},
    )["cached input"]
    assert (flip.at, flip.mode, flip.decided_by) == (Decimal(22_639), "real-time", "batch-not-cheaper")


@pytest.mark.parametrize("fields", [{"user_facing": True}, {"lane": {"pin": "real-time", "because": "a trial"}}])
def test_what_a_person_waits_for_or_people_pinned_is_flipped_by_nothing(fields: dict[str, Any]) -> None:
    assert all(flip.at is None for flip in found(**BATCH_WORK, **fields).values())


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(1, 20000),
    st.sampled_from(["other", "data-analysis", "report-summarization", "model-evaluation"]),
    st.sampled_from(["hour", "day", "week", "once"]),
)
def test_one_unit_before_the_point_nothing_has_changed(requests: int, tokens: int, use_case: str, per: str) -> None:
    fields: dict[str, Any] = {
        "use_case": use_case,
        "tokens": {"input": tokens, "output": 10},
        "latency": {"max": "24h"},
    }
    now = planned_one(volume={"requests": requests, "per": per}, **fields).mode
    flip = found(volume={"requests": requests, "per": per}, **fields)["volume"]
    if flip.at is None:
        assert planned_one(volume={"requests": 10**12, "per": per}, **fields).mode == now
        return
    step = 1 if flip.at > requests else -1
    there = planned_one(volume={"requests": int(flip.at), "per": per}, **fields)
    before = planned_one(volume={"requests": int(flip.at) - step, "per": per}, **fields)
    assert (there.mode, there.decided_by) == (flip.mode, flip.decided_by)
    assert there.mode != now
    assert before.mode == now
