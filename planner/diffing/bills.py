"""The split of a change between two saved plans: from the lines of their bills alone."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from planner.costs import RATE_OF
from planner.diffing.report import SPLIT
from planner.report import BillLine, BookName, WorkloadReport
from planner.units import decimal6, known_total

REASONING = "reasoning_output"
MEGA = 1_000_000
HALF = Fraction(1, 2 * MEGA)
"""By so much a number of a plan may be rounded."""
MANIFESTS_TELL = "compare the manifests, with which every mixture can be priced"


class Bill(NamedTuple):
    """What a plan holds of a workload's expected cost: requests a month, tokens of one by class, and rates.

    `entry` tells from where and since when the rates are, `tier` for which size of request; `valued` is the day and
    the book of the plan.
    """

    requests: Fraction
    tokens: Mapping[str, Fraction]
    rates: Mapping[str, Decimal]
    model: tuple[str, str, str]
    lane: str
    valued: Hashable
    entry: Hashable
    tier: Hashable


class Causes(NamedTuple):
    """The causes in which two bills differ, and the one that the rates go with; None where they are the same."""

    names: tuple[str, ...]
    rated: str | None


def bill_of(workload: WorkloadReport, valued: tuple[Hashable, BookName]) -> Bill | str:
    """The bill of a workload that is priced; a sentence where it cannot be taken apart."""
    lines = [line for line in workload.lines if line.counts == "expected"]
    requests = Fraction(workload.requests_per_month)
    if known_total(line.usd for line in lines) != workload.monthly.expected_usd:
        return "the lines of a plan do not add up to its expected cost"
    if not requests:
        return "a plan has no requests, so it does not say how many tokens one has"
    tokens: dict[str, Fraction] = {}
    rates: dict[str, Decimal] = {}
    for line in lines:
        if line.tokens is None or line.usd_per_mtok is None or not _multiplies(line.tokens, line.usd_per_mtok, line):
            return f"a plan's line for {line.token_class} is not its tokens times its rate"
        tokens[line.token_class] = per_request(line.tokens, workload.requests_per_month)
        rates[RATE_OF.get(line.token_class, line.token_class)] = line.usd_per_mtok
    return Bill(
        requests,
        tokens,
        rates,
        (workload.provider, workload.canonical, workload.region),
        workload.lane,
        valued,
        frozenset((line.since, line.source) for line in lines),
        frozenset(_tier(line) for line in lines),
    )


def per_request(tokens: Decimal, requests: Decimal) -> Fraction:
    """Tokens of one request: of all numbers that a plan's rounding to 1e-6 allows, the one that is simplest to write.

    So 1.6 billion tokens in 4.348214 requests, which were 30.4375 / 7, are as many a request as people stated.
    """
    month, number = Fraction(tokens), Fraction(requests)
    if number <= HALF:
        return month / number
    return _simplest((month - HALF) / (number + HALF), (month + HALF) / (number - HALF))


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The number of the smallest denominator between the two."""
    if ceil(low) <= high:
        return Fraction(ceil(low))
    whole = floor(low)
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))


def _multiplies(tokens: Decimal, rate: Decimal, line: BillLine) -> bool:
    return abs(Fraction(tokens) * Fraction(rate) / MEGA - Fraction(line.usd)) <= Fraction(1, MEGA)


def _tier(line: BillLine) -> str:
    return "".join(part for part in (line.note or "").split("; ") if part.startswith("tier "))


def differing(old: Bill, new: Bill) -> Causes | str:
    """The causes in which the bills differ; a sentence where the plans cannot tell them apart."""
    tokens, hidden = _per_request(old), _per_request(new)
    rated = _rated(old, new)
    if rated is not None and rated not in SPLIT:
        return rated
    differ = {
        "volume": old.requests != new.requests,
        "tokens": {**tokens, REASONING: None} != {**hidden, REASONING: None},
        "reasoning": tokens.get(REASONING) != hidden.get(REASONING),
        "model": old.model != new.model,
        "lane": old.lane != new.lane,
    }
    names = tuple(cause for cause in SPLIT if differ.get(cause) or cause == rated)
    lone = sorted(old.rates.keys() ^ new.rates.keys())
    if rated is not None and lone:
        return f"the rates differ, and only one of the plans has one for {lone[0]}: {MANIFESTS_TELL}"
    return Causes(names, rated)


def _per_request(bill: Bill) -> dict[str, Decimal | None]:
    return {name: decimal6(amount) for name, amount in bill.tokens.items()}


def _rated(old: Bill, new: Bill) -> str | None:
    """The one cause that the rates go with, None where they are the same, else why it cannot be told."""
    suspects = [name for name in ("model", "lane") if getattr(old, name) != getattr(new, name)]
    same = all(new.rates.get(name, rate) == rate for name, rate in old.rates.items())
    if not suspects and same and (old.valued == new.valued or old.entry == new.entry) and old.tier == new.tier:
        return None
    suspects += ["price"] * (old.valued != new.valued) + ["tokens"] * (old.tier != new.tier)
    if not suspects:
        return "the rates differ on one day in one book, by the hours of the requests: " + MANIFESTS_TELL
    if len(suspects) == 1:
        return suspects[0]
    return f"{' and '.join(map(_spoken, suspects))} may each have changed the rates: {MANIFESTS_TELL}"


def _spoken(suspect: str) -> str:
    return {"price": "the day or book of the prices", "tokens": "the tier of the tokens"}.get(suspect, f"the {suspect}")


def mixed(old: Bill, new: Bill, rated: str | None, changed: frozenset[str]) -> Fraction:
    """The cost with the new terms of those causes that changed: requests x tokens of a request x rate."""
    rates = {**old.rates, **new.rates} if rated is None else (new if rated in changed else old).rates
    tokens = {**(new if "tokens" in changed else old).tokens}
    tokens.pop(REASONING, None)
    hidden = (new if "reasoning" in changed else old).tokens.get(REASONING)
    if hidden is not None:
        tokens[REASONING] = hidden
    requests = (new if "volume" in changed else old).requests
    lines = (requests * amount * Fraction(rates[RATE_OF.get(name, name)]) / MEGA for name, amount in tokens.items())
    return sum((Fraction(decimal6(line)) for line in lines), Fraction(0))
