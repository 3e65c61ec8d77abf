"""What is known of the models that a file names: windows, caps, ends, rates, limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from planner.limits import Limits
from planner.manifest import Account
from planner.pricebook import PriceBook
from planner.problems import quoted, suggestion
from planner.rates import Model, Rate

LANES = ("standard", "batch")
FEW_MODELS = 8
"""So many models of a file are looked up one by one; for more, all of the provider's are read at once."""
MOST_MODELS = 1000
"""Models that are told apart; a file that names more is no file of a service."""


class Offer(NamedTuple):
    """A model as a request names it, and what the books know of it. `missing` says why it cannot be priced."""

    asked: str
    model: str
    mapped: bool
    facts: Model | None
    billed_as: str
    lines: tuple[int, ...]
    missing: str | None
    near: str


class Stock(NamedTuple):
    """The price book and the limits, as far as they were read."""

    book: PriceBook
    limits: Limits


class Market:
    """Looks models up as a file names them. `load` reads the books for so many models, all of them for None.

    `mapping` says which model a name stands for; under the empty name, that of lines without one, and with
    `deployments` of every name that is not in it.
    """

    def __init__(
        self,
        provider: str,
        load: Callable[[frozenset[str] | None], Stock],
        on: date,
        account: Account,
        region: str = "global",
        mapping: Mapping[str, str] | None = None,
        deployments: bool = False,
    ) -> None:
        self.provider, self.on, self.account, self.region = provider, on, account, region
        self._load, self._mapping = load, mapping or {}
        self._any = self._mapping.get("") if deployments else None
        self._names: set[str] = set()
        self._stock = load(frozenset())
        self._offers: dict[str, Offer] = {}

    @property
    def book(self) -> PriceBook:
        """The price book as far as it was read."""
        return self._stock.book

    def offer(self, asked: str) -> Offer:
        """What is known of the model; looked up once."""
        found = self._offers.get(asked)
        if found is None:
            if len(self._offers) >= MOST_MODELS:
                return Offer("(more models)", "", False, None, "", (), f"more than {MOST_MODELS} models are named", "")
            found = self._offers[asked] = self._look_up(asked)
        return found

    def limit(self, name: str, model: str = "") -> Any:
        """A limit for the account and the model; None where it is not known."""
        return self._stock.limits.value(name, self.account, self.book.canonical(self.provider, model), self.region)

    def words(self, condition: str) -> tuple[str, ...]:
        """The tiers or subscriptions that the provider's limits speak of."""
        return self._stock.limits.words(self.provider, condition) or ()

    def rate(self, offer: Offer, lane: str, tier: int) -> Rate | None:
        """The rate of a request in the lane whose input lies above so many of the offer's lines."""
        tokens = offer.lines[tier - 1] + 1 if tier else 0
        return self.book.rate(self.provider, self.region, offer.model, lane, self.on, tokens)

    def tier(self, offer: Offer, input_tokens: int) -> int:
        """How many of the lines, above which a whole request is priced anew, the request lies above."""
        return sum(input_tokens > line for line in offer.lines)

    def _read(self, model: str) -> None:
        """Reads what concerns the model, unless that was read before."""
        if model in self._names or len(self._names) > FEW_MODELS:
            return
        self._names.add(model)
        self._stock = self._load(frozenset(self._names) if len(self._names) <= FEW_MODELS else None)

    def _look_up(self, asked: str) -> Offer:
        model = self._mapping.get(asked) or self._any or asked
        self._read(model)
        facts = self.book.model(self.provider, model)
        lines = {
            line for lane in LANES for line in self.book.tier_lines(self.provider, self.region, model, lane, self.on)
        }
        return Offer(
            asked=asked,
            model=model,
            mapped=model != asked,
            facts=facts,
            billed_as=self.book.billed_as(self.provider, model, self.on) if facts else model,
            lines=tuple(sorted(lines)),
            missing=self._missing(model, facts),
            near=suggestion(model, self.book.names(self.provider)),
        )

    def _missing(self, model: str, facts: Model | None) -> str | None:
        """Why the model cannot be priced in both lanes; None where it can."""
        if not model:
            return "the model is not named"
        if self.provider not in self.book.providers():
            return f"no prices for provider {self.provider}"
        if facts is None:
            return f"no price book lists {quoted(model)} at {self.provider}"
        lacking = [
            lane for lane in LANES if self.book.rate(self.provider, self.region, model, lane, self.on, 0) is None
        ]
        if not lacking:
            return None
        named = " and ".join("real-time" if lane == "standard" else lane for lane in lacking)
        place = "" if self.region == "global" else f" in region {quoted(self.region)}"
        return f"no {named} rate is published for {quoted(model)}{place} on {self.on}"


def rate_of(rate: Rate | None, token_class: str) -> Decimal | None:
    """US dollars per million tokens of the class; None where the rate is not known."""
    amount = None if rate is None else rate.amounts.get(token_class)
    return None if amount is None else amount.usd_per_mtok
