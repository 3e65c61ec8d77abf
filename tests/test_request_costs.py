"""The price of one request: the same arithmetic as a month, and nothing where nothing is published."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files, request_cost
from planner.pricebook import PriceBook
from tests.making import DAY, planned, workload

BOOK: PriceBook = files.load_price_book(
    ("list",), {"openai": {"gpt-4.1"}, "google-gemini": {"gemini-2.5-pro"}, "anthropic": {"claude-haiku-4-5"}}
)


def test_a_request_costs_its_tokens_at_their_rates() -> None:
    found = request_cost(BOOK, "openai", "gpt-4.1", DAY, 1000, 500, 100)
    assert found is not None
    assert found.usd == Decimal("0.00585")  # 900 x $2 + 100 x $0.50 + 500 x $8 per million
    assert found.rate.source
    assert found.rate.since <= DAY


def test_the_whole_request_is_priced_at_the_tier_of_its_input() -> None:
    below = request_cost(BOOK, "google-gemini", "gemini-2.5-pro", DAY, 200_000, 1000)
    above = request_cost(BOOK, "google-gemini", "gemini-2.5-pro", DAY, 200_001, 1000)
    assert below is not None
    assert above is not None
    assert below.usd == Decimal("0.26")  # 200,000 x $1.25 + 1,000 x $10 per million
    assert above.usd == Decimal("0.5150025")  # 200,001 x $2.50 + 1,000 x $15 per million


def test_what_nobody_publishes_has_no_price() -> None:
    assert request_cost(BOOK, "openai", "gpt-99", DAY, 1000, 500) is None
    assert request_cost(BOOK, "nobody", "gpt-4.1", DAY, 1000, 500) is None
    assert request_cost(BOOK, "openai", "gpt-4.1", DAY, 1000, 500, lane="express") is None
    assert request_cost(BOOK, "openai", "gpt-4.1", DAY, 1000, 500, region="moon") is None


@pytest.mark.parametrize(("given_input", "output", "cached"), [(-1, 0, 0), (10, -1, 0), (10, 0, 11), (10, 0, -1)])
def test_tokens_that_cannot_be_are_refused(given_input: int, output: int, cached: int) -> None:
    with pytest.raises(ValueError, match="tokens are not negative"):
        request_cost(BOOK, "openai", "gpt-4.1", DAY, given_input, output, cached)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 900_000), st.integers(1, 30_000), st.integers(0, 10**6), st.sampled_from(["standard", "batch"]))
def test_a_request_costs_what_a_month_of_one_request_costs(tokens: int, output: int, cached: int, lane: str) -> None:
    cached = min(cached, tokens)
    stated = {"input": tokens, "output": output, "cached_input": cached}
    one = planned(
        workload(
            model="gpt-4.1",
            volume={"requests": 1, "per": "month"},
            tokens=stated,
            batch={"cached_input": cached},
        )
    ).workloads[0]
    month = one.monthly.real_time_usd if lane == "standard" else one.monthly.batch_usd
    found = request_cost(BOOK, "openai", "gpt-4.1", DAY, tokens, output, cached, lane)
    assert found is not None
    assert month is not None
    assert abs(found.usd - month) <= Decimal("0.0000015")  # a month rounds each of its three lines to 1e-6
