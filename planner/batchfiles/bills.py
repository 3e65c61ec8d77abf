"""What a file costs: each request is priced by its own size, then they are added up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from planner.batchfiles.market import LANES, Market, Offer, rate_of
from planner.batchfiles.tokens import Tokens
from planner.units import WIDE, total


class Cost(NamedTuple):
    """US dollars in one lane, exactly; None is unknown.

    `input_usd` is the input alone, `expected_usd` with the output that was said to be expected, `most_usd` with the
    safe side of the input and every output up to its cap. `known_usd` is the input of those requests that are counted.
    """

    input_usd: Decimal | None
    expected_usd: Decimal | None
    most_usd: Decimal | None
    known_usd: Decimal | None


class ModelBill(NamedTuple):
    """The requests to one model: tokens and costs. `missing` says why something is unknown.

    `uncounted` requests have images or the like and are in no sum; `uncapped` ones count with the model's own maximum. The largest input is that of one request.
    """

    provider: str
    asked: str
    model: str
    billed_as: str
    counted_by: str
    requests: int
    uncounted: int
    uncapped: int
    input_tokens: int
    input_tokens_high: int
    largest_input_tokens_high: int
    capped_output_tokens: int | None
    expected_output_tokens: int | None
    real_time: Cost
    batch: Cost
    missing: str | None


class Weight(NamedTuple):
    """Tokens of one request; None is unknown. `input` is None where it cannot be counted."""

    input: Tokens | None
    capped: int | None
    expected: int | None
    uncapped: bool


class _Sums:
    """What the requests to one model add up to; `tiers` by the size of each request."""

    def __init__(self, market: Market, offer: Offer, counted_by: str) -> None:
        self.market, self.offer, self.counted_by = market, offer, counted_by
        self.requests = self.uncounted = self.uncapped = 0
        self.input = self.high = self.largest = 0
        self.capped: int | None = 0
        self.expected: int | None = 0
        self.expected_tiers: dict[int, list[int]] = {}
        self.most_tiers: dict[int, list[int]] = {}


class Bill:
    """Adds requests up by model."""

    def __init__(self) -> None:
        self.requests = 0
        self.room: int | None = None
        self._sums: dict[tuple[str, str], _Sums] = {}

    def _of(self, market: Market, offer: Offer, counted_by: str) -> _Sums:
        key = (market.provider, offer.asked)
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = _Sums(market, offer, counted_by)
        return sums

    def add(self, market: Market, offer: Offer, weight: Weight, counted_by: str) -> None:
        """One request."""
        sums = self._of(market, offer, counted_by)
        sums.requests += 1
        sums.uncapped += weight.uncapped
        if weight.input is None:
            sums.uncounted += 1
            return
        sums.input += weight.input.expected
        sums.high += weight.input.high
        sums.largest = max(sums.largest, weight.input.high)
        sums.capped = _plus(sums.capped, weight.capped)
        sums.expected = _plus(sums.expected, weight.expected)
        _count(sums.expected_tiers, market.tier(offer, weight.input.expected), weight.input.expected, weight.expected)
        _count(sums.most_tiers, market.tier(offer, weight.input.high), weight.input.high, weight.capped)

    def add_alike(
        self,
        market: Market,
        offer: Offer,
        weight: Weight,
        counted_by: str,
        number: int,
        tokens: tuple[Sequence[int], Sequence[int]],
    ) -> None:
        """So many requests that differ in their input alone: `tokens` of each, expected and on the safe side."""
        if number and (offer.lines and max(tokens[1], default=0) > offer.lines[0]):
            for expected, high in zip(*tokens, strict=True):
                self.add(market, offer, weight._replace(input=Tokens(expected, high)), counted_by)
            return
        sums = self._of(market, offer, counted_by)
        sums.requests += number
        sums.uncapped += weight.uncapped * number
        if weight.input is None:
            sums.uncounted += number
            return
        expected, high = sum(tokens[0]), sum(tokens[1])
        sums.input += expected
        sums.high += high
        sums.largest = max(sums.largest, max(tokens[1], default=0))
        capped, answered = _times(number, weight.capped), _times(number, weight.expected)
        sums.capped, sums.expected = _plus(sums.capped, capped), _plus(sums.expected, answered)
        _count(sums.expected_tiers, 0, expected, answered)
        _count(sums.most_tiers, 0, high, capped)

    def input_of(self, market: Market, offer: Offer) -> Tokens:
        """Input tokens of all requests to the model so far."""
        sums = self._sums.get((market.provider, offer.asked))
        return Tokens(0, 0) if sums is None else Tokens(sums.input, sums.high)

    def most_in_batch(self, market: Market) -> Decimal | None:
        """The most that the requests to a provider may cost in a batch; None where a part is unknown."""
        return total(_cost(sums, "batch").most_usd for sums in self._sums.values() if sums.market is market)

    def models(self) -> list[ModelBill]:
        """One bill per model, in the order in which they were named."""
        return [_bill(sums) for sums in self._sums.values()]


def _times(number: int, part: int | None) -> int | None:
    return None if part is None else number * part


def _plus(sum_: int | None, part: int | None) -> int | None:
    return None if sum_ is None or part is None else sum_ + part


def _count(tiers: dict[int, list[int]], tier: int, input_tokens: int, output_tokens: int | None) -> None:
    counts = tiers.setdefault(tier, [0, 0])
    counts[0] += input_tokens
    counts[1] += output_tokens or 0


def _bill(sums: _Sums) -> ModelBill:
    market, offer = sums.market, sums.offer
    real_time, batch = (_cost(sums, lane) for lane in LANES)
    hole = None in (real_time.known_usd, batch.known_usd) and sums.uncounted < sums.requests
    return ModelBill(
        provider=market.provider,
        asked=offer.asked,
        model=offer.model,
        billed_as=offer.billed_as,
        counted_by=sums.counted_by,
        requests=sums.requests,
        uncounted=sums.uncounted,
        uncapped=sums.uncapped,
        input_tokens=sums.input,
        input_tokens_high=sums.high,
        largest_input_tokens_high=sums.largest,
        capped_output_tokens=sums.capped,
        expected_output_tokens=sums.expected,
        real_time=real_time,
        batch=batch,
        missing=offer.missing or ("no rate is published for requests of this size" if hole else None),
    )


def _cost(sums: _Sums, lane: str) -> Cost:
    known = _usd(sums, sums.expected_tiers, lane, with_output=False)
    if sums.uncounted:
        return Cost(None, None, None, known)
    expected = None if sums.expected is None else _usd(sums, sums.expected_tiers, lane)
    most = None if sums.capped is None else _usd(sums, sums.most_tiers, lane)
    return Cost(known, expected, most, known)


def _usd(sums: _Sums, tiers: dict[int, list[int]], lane: str, with_output: bool = True) -> Decimal | None:
    """The exact sum over the sizes of requests; None where one of them has no rate, or none was counted."""
    if sums.offer.facts is None or not tiers:
        return None
    parts: list[Decimal | None] = []
    for tier, (input_tokens, output_tokens) in tiers.items():
        rate = sums.market.rate(sums.offer, lane, tier)
        parts.append(_priced(input_tokens, rate_of(rate, "input")))
        if with_output:
            parts.append(_priced(output_tokens, rate_of(rate, "output")))
    return total(parts)


def _priced(tokens: int, usd_per_mtok: Decimal | None) -> Decimal | None:
    if usd_per_mtok is None:
        return None if tokens else Decimal(0)
    return WIDE.scaleb(WIDE.multiply(Decimal(tokens), usd_per_mtok), -6)
