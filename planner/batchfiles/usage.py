"""What answers really used: each provider's way of counting brought to one, and priced in the batch lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from planner.batchfiles.dialects import at
from planner.batchfiles.market import Market, Offer, rate_of
from planner.units import WIDE, total

Data = Mapping[str, Any]
NO_PATHS: tuple[Sequence[str], ...] = ()
LANE = "batch"
TOLD = ("input", "input_beside", "output", "total", "cached", "cache_write", "cache_write_1h", "reasoning")
MOST_TOKENS = 10**12
"""Of one answer; more is no count of tokens."""


class Usage(NamedTuple):
    """Tokens of one answer. `input` has cache reads and writes in it, `output` has reasoning in it."""

    input: int
    cached: int
    cache_write: int
    cache_write_1h: int
    output: int
    reasoning: int


NOTHING = Usage(0, 0, 0, 0, 0, 0)


def first(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    """What stands at the first of the paths that leads somewhere; None where none does."""
    for path in paths:
        found = at(value, tuple(path))
        if found is not None:
            return found
    return None


def usage_of(row: Data, countings: Data | Sequence[Data]) -> Usage | None:
    """The tokens of an answer, by the provider's way of counting; None where they are not told, or cannot be.

    Of several ways the first counts whose tokens are there: one service may run models of several makers.
    """
    found = _stated(row, countings)
    return None if found is None else _counted(*found)


def _stated(row: Data, countings: Data | Sequence[Data]) -> tuple[Data, Data] | None:
    """What an answer says of its tokens, and how that is counted."""
    for counting in (countings,) if isinstance(countings, Mapping) else countings:
        stated = first(row, counting.get("at", NO_PATHS))
        if isinstance(stated, dict) and first(stated, counting["input"]) is not None:
            return stated, counting
    return None


class Beside(NamedTuple):
    """What an answer used that tokens alone do not price, or a region whose rates it has."""

    says: str
    region: str | None


def beside_of(row: Data, countings: Data | Sequence[Data]) -> tuple[Beside, ...]:
    """What stands in an answer's usage and has no token class of its own."""
    found = _stated(row, countings)
    if found is None:
        return ()
    stated, counting = found
    return tuple(
        Beside(each["says"], each.get("region"))
        for each in counting.get("beside", ())
        if _there(first(stated, each["paths"]), each.get("is", ()))
    )


def _there(value: Any, words: Sequence[str]) -> bool:
    """Whether a count is above 0, a word is one of those, or a list of modalities has one of them."""
    if isinstance(value, list):
        return any(
            isinstance(each, dict) and each.get("modality") in words and each.get("tokenCount") != 0 for each in value
        )
    return value in words if isinstance(value, str) else _is_count(value) and value > 0


def _counted(stated: Data, counting: Data) -> Usage | None:
    told = {name: first(stated, paths) for name, paths in counting.items() if name in TOLD}
    if any(value is not None and not _is_count(value) for value in told.values()):
        return None
    input_tokens = told["input"]
    number = {name: value or 0 for name, value in told.items()}
    input_tokens += number.get("input_beside", 0)
    cached, written, hour = (number.get(name, 0) for name in ("cached", "cache_write", "cache_write_1h"))
    if counting.get("input_excludes_cache"):
        input_tokens += cached + written
    output = _output(told, number, input_tokens, bool(counting.get("output_excludes_reasoning")))
    if output is None or hour > written or cached + written > input_tokens:
        return None
    return Usage(input_tokens, cached, written - hour, hour, output, number.get("reasoning", 0))


def _output(told: Data, number: Mapping[str, int], input_tokens: int, beside: bool) -> int | None:
    """Output with reasoning. Where it is left out, what the total leaves; None where nothing says."""
    reasoning = number.get("reasoning", 0) if beside else 0
    if told["output"] is not None:
        return number["output"] + reasoning
    rest = None if told.get("total") is None else number["total"] - input_tokens
    return rest if rest is not None and rest >= reasoning else None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS


def plus(one: Usage, other: Usage) -> Usage:
    """Both together."""
    return Usage(*(a + b for a, b in zip(one, other, strict=True)))


class Bought:
    """What the answers of one model used, by the tier in which each is priced."""

    def __init__(self, market: Market, offer: Offer) -> None:
        self._market, self._offer = market, offer
        self._tiers: dict[int, Usage] = {}

    def add(self, usage: Usage) -> None:
        """One answer."""
        tier = self._market.tier(self._offer, usage.input)
        self._tiers[tier] = plus(self._tiers.get(tier, NOTHING), usage)

    def usd(self) -> Decimal | None:
        """US dollars in the batch lane, exactly; None where a rate is not known."""
        return total(self._parts())

    def missing(self) -> str | None:
        """Why there is no price; None where there is one."""
        if self.usd() is not None:
            return None
        rates = [self._market.rate(self._offer, LANE, tier) for tier in self._tiers]
        if self._offer.facts is None or None in rates:
            return self._offer.missing or f"no batch rate is published for requests of this size to {self._offer.model}"
        return f"the batch lane of {self._offer.model} has no rate for tokens of a cache"

    def _parts(self) -> list[Decimal | None]:
        if self._offer.facts is None:
            return [None]
        parts: list[Decimal | None] = []
        for tier, used in self._tiers.items():
            rate = self._market.rate(self._offer, LANE, tier)
            fresh = used.input - used.cached - used.cache_write - used.cache_write_1h
            classes = {"input": fresh, "cached_input": used.cached, "cache_write": used.cache_write}
            classes |= {"cache_write_1h": used.cache_write_1h, "output": used.output}
            parts += [_priced(tokens, rate_of(rate, name)) for name, tokens in classes.items()]
        return parts


def _priced(tokens: int, usd_per_mtok: Decimal | None) -> Decimal | None:
    if not tokens:
        return Decimal(0)
    return None if usd_per_mtok is None else WIDE.scaleb(WIDE.multiply(Decimal(tokens), usd_per_mtok), -6)
