"""A price book of one day as JSON values: what model-catalog.json holds, and what the page prices with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from planner.pricebook import PriceBook
from planner.rates import LANES, Amount, Model, Rate

VERSION = 1


class Packing:
    """Packs the rates of a book on a day; every source is listed once."""

    def __init__(self, book: PriceBook, on: date) -> None:
        self._book = book
        self._on = on
        self.sources: list[dict[str, str]] = []
        self._index: dict[tuple[str, date], int] = {}

    def _source(self, title: str, verified: date) -> int:
        key = (title, verified)
        if key not in self._index:
            self._index[key] = len(self.sources)
            self.sources.append({"title": title, "verified": verified.isoformat()})
        return self._index[key]

    def models(self) -> Iterator[dict[str, Any]]:
        """A row for each model of each provider."""
        for provider in self._book.loaded():
            names = {self._book.canonical(provider, name) for name in self._book.names(provider)}
            for name in sorted(names):
                yield self._row(provider, name)

    def _row(self, provider: str, name: str) -> dict[str, Any]:
        book, on = self._book, self._on
        model = book.model(provider, name)
        assert model is not None
        regions = book.regions(provider, name, on)
        everywhere = sorted({*regions, "global"})
        rates = self._rates(provider, name, everywhere, on)
        days = sorted({day for region in everywhere for day in book.days_ahead(provider, region, name, "standard", on)})
        later = {
            f"{region} {lane}": first.isoformat()
            for region in everywhere
            for lane in LANES
            if f"{region} {lane}" not in rates and (first := book.first_day(provider, region, name, lane)) is not None
        }
        return _without_nothing(
            {
                "provider": provider,
                "model": name,
                "aliases": book.aliases(provider, name),
                "tier": model.tier,
                "price_refreshed": max(map(self._verified, rates.values()), default=None),
                "retires": self._retires(model),
                **_abilities(model),
                "billed_as": billed if (billed := book.billed_as(provider, name, on)) != name else None,
                "regions": regions,
                "rates": rates,
                "later": later,
                "ahead": {day.isoformat(): self._rates(provider, name, everywhere, day, ("standard",)) for day in days},
            }
        )

    def _verified(self, packed: Mapping[str, Any]) -> str:
        number: int = packed["source"]
        return self.sources[number]["verified"]

    def _retires(self, model: Model) -> dict[str, Any] | None:
        end = model.retirement
        if end is None:
            return None
        stated = {
            "date": end.day.isoformat(),
            "successor": end.successor,
            "rerouted": end.rerouted,
            "disputed": end.disputed,
            "source": self._source(end.source, end.verified),
        }
        return {name: value for name, value in stated.items() if value is not None}

    def _rates(
        self, provider: str, name: str, regions: Iterable[str], on: date, lanes: Iterable[str] = LANES
    ) -> dict[str, Any]:
        """By region and lane, as far as there is a rate."""
        return {
            f"{region} {lane}": packed
            for region in regions
            for lane in lanes
            if (packed := self._schedule(provider, region, name, lane, on)) is not None
        }

    def _schedule(self, provider: str, region: str, name: str, lane: str, on: date) -> dict[str, Any] | None:
        book = self._book
        base = book.rate(provider, region, name, lane, on, 0)
        if base is None:
            return None
        tiers = [
            {"over": over, "rate": None if rate is None else self._rate(rate)}
            for over in book.tier_lines(provider, region, name, lane, on)
            for rate in (book.rate(provider, region, name, lane, on, over + 1),)
        ]
        off_peak = book.has_off_peak(provider, region, name, lane, on) or None
        return _without_nothing({**self._rate(base), "tiers": tiers, "off_peak": off_peak})

    def _rate(self, rate: Rate) -> dict[str, Any]:
        return {
            "usd_per_mtok": {kind: _amount(amount) for kind, amount in rate.amounts.items()},
            "since": rate.since.isoformat(),
            "book": rate.book,
            "source": self._source(rate.source, rate.verified),
        }


def _amount(amount: Amount) -> Any:
    if amount.disputed is None and not amount.derived:
        return _decimal(amount.usd_per_mtok)
    disputed = None if amount.disputed is None else _decimal(amount.disputed)
    stated = {"amount": _decimal(amount.usd_per_mtok), "disputed": disputed, "derived": amount.derived or None}
    return _without_nothing(stated)


def _decimal(amount: Decimal) -> str:
    """All its digits, without trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _abilities(model: Model) -> dict[str, Any]:
    return {
        "operation": model.operation,
        "context_window": model.context_window,
        "max_output": model.max_output,
        "reasons": model.reasons,
        "can_switch_off": model.can_switch_off,
        "default_effort": model.default_effort,
    }


def _without_nothing(stated: dict[str, Any]) -> dict[str, Any]:
    """The mapping without what is not known and without empty parts."""
    return {name: value for name, value in stated.items() if value is not None and value not in ([], {})}


def prices(book: PriceBook, on: date) -> dict[str, Any]:
    """The models of a book with their rates on a day: what model-catalog.json holds."""
    packing = Packing(book, on)
    models = list(packing.models())
    return {
        "catalog_version": VERSION,
        "on": on.isoformat(),
        "book": {"name": book.name, "digest": book.digest},
        "unit": "US dollars per million tokens",
        "sources": packing.sources,
        "models": models,
    }
