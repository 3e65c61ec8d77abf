"""What one request costs, for callers that price many: one look-up, three products, and who says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from planner.pricebook import PriceBook
from planner.rates import Rate

_MILLIONTH = Decimal("0.000001")


class RequestCost(NamedTuple):
    """US dollars of one request, exactly, and the rate (tier, source, day) that it was priced with."""

    usd: Decimal
    rate: Rate


def request_cost(
    book: PriceBook,
    provider: str,
    model: str,
    on: date,
    input_tokens: int,
    output_tokens: int = 0,
    cached_input_tokens: int = 0,
    lane: str = "standard",
    region: str = "global",
) -> RequestCost | None:
    """The cost of a request with so many tokens; `input_tokens` include the cached ones, output includes reasoning.

    None where no rate is published for it: an unknown model, lane or tier, or cached tokens without a rate of their
    own. Raises ValueError for tokens that cannot be.
    """
    if output_tokens < 0 or not 0 <= cached_input_tokens <= input_tokens:
        raise ValueError("tokens are not negative, and cached input is a part of the input")
    rate = book.rate(provider, region, model, lane, on, input_tokens)
    if rate is None:
        return None
    try:
        usd = rate.amounts["input"].usd_per_mtok * (input_tokens - cached_input_tokens)
        if output_tokens:
            usd += rate.amounts["output"].usd_per_mtok * output_tokens
        if cached_input_tokens:
            usd += rate.amounts["cached_input"].usd_per_mtok * cached_input_tokens
    except KeyError:
        return None
    return RequestCost(usd * _MILLIONTH, rate)
