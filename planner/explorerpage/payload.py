"""What a page knows: prices of one day, limits, reasoning ratios and rules, as JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from planner.catalog import Catalog
from planner.facts import USE_CASES, VOCABULARY
from planner.operators import NUMERIC, Value
from planner.pricebook import PriceBook
from planner.rates import LANES, Amount, Model, Rate
from planner.rulelogic import Formula, formula, leaves_of
from planner.rules import SLOT, Rule

VERSION = 1
_ROW = re.compile(r"matrix: ([^;]+), ([^,;]+), ([^,;]+)")
_WAIT = re.compile(r"(\d+) ?(ms|s|m|h|d)")


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


def payload(
    catalog: Catalog, whens: Mapping[str, Any], limits: Mapping[str, Any], policy: str, on: date
) -> dict[str, Any]:
    """All that a page computes with. `whens` are the conditions of the rules as their files state them, by id;
    `limits` the limit files by provider."""
    return {
        "version": VERSION,
        "on": on.isoformat(),
        "prices": prices(catalog.book, on),
        "limits": {provider: _limits(file) for provider, file in limits.items()},
        "words": [
            {"provider": provider, "condition": condition, "words": words}
            for provider in limits
            for condition in ("tier", "subscription")
            if (words := catalog.limits.words(provider, condition))
        ],
        "reasoning": {
            policy: {
                effort: {level: str(ratio[level]) for level in ("low", "expected", "high")}
                for effort, ratio in ratios.items()
            }
            for policy, ratios in catalog.reasoning.items()
        },
        "measured_high": str(catalog.measured_high),
        "reasoning_policy": policy,
        "rules": [rule_data(rule, whens[rule.id]) for rule in catalog.rules],
        "facts": sorted(facts_of(catalog.rules, whens)),
        "use_cases": USE_CASES,
        "matrix": [row for rule in catalog.rules if (row := _matrix_row(rule, whens[rule.id])) is not None],
    }


def _limits(file: Mapping[str, Any]) -> dict[str, Any]:
    """Values with their conditions; numbers as text, so that no reader rounds them."""
    kept = ("limit", "models", "tier", "subscription", "region", "min_input_tokens", "source")
    entries = []
    for entry in file["limits"]:
        stated = {name: entry[name] for name in kept if name in entry}
        value = entry["value"]
        number = isinstance(value, int) and not isinstance(value, bool)
        entries.append({**stated, **({"number": str(value)} if number else {"value": value})})
    sources = {
        name: {"title": source["title"], "verified": str(source["verified"])}
        for name, source in file["sources"].items()
    }
    return {"sources": sources, "limits": entries}


def rule_data(rule: Rule, when: Any) -> dict[str, Any]:
    """A rule with its condition as a tree."""
    return {
        "id": rule.id,
        "kind": rule.kind,
        "family": rule.family,
        "summary": rule.summary,
        "why": rule.why,
        "remedy": rule.remedy,
        "source": rule.source,
        "message": rule.message,
        "assign": rule.assign,
        "strength": rule.strength,
        "weight": rule.weight,
        "level": rule.level,
        "marks": rule.marks,
        "values": [
            {"name": name, "kind": kind, "value": _value(value, kind)} for name, (value, kind) in rule.values.items()
        ],
        "when": _tree(formula(when, rule.values)),
    }


def _tree(part: Formula) -> dict[str, Any]:
    if part.leaf is None:
        return {"word": {"none": "not"}.get(part.kind, part.kind), "parts": [_tree(inner) for inner in part.parts]}
    leaf = part.leaf
    stated: dict[str, Any] = {"fact": leaf.name, "verb": leaf.verb}
    if leaf.takes == "word":
        return {**stated, "known": (leaf.operand == "known") is (leaf.verb == "is")}
    if leaf.takes == "fact":
        return {**stated, "other": leaf.operand}
    return {**stated, "value": _value(leaf.operand, VOCABULARY[leaf.name].kind)}


def _value(value: Value, kind: str) -> Any:
    """A number as text of a fraction; words as they are."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if kind in NUMERIC else value


def facts_of(rules: Iterable[Rule], whens: Mapping[str, Any]) -> set[str]:
    """The facts that the rules read or speak of."""
    named = {slot for rule in rules for slot in SLOT.findall(rule.message)}
    read = {name for rule in rules for leaf in leaves_of(formula(whens[rule.id], rule.values)) for name in leaf.reads}
    return (named | read) & VOCABULARY.keys()


def _wait(latency: str) -> str | None:
    """A wait that meets what a row asks for: 24 h ok is 24 h; under 5 s is a tenth less."""
    found = _WAIT.search(latency)
    if found is None:
        return None
    length, unit = int(found[1]), found[2]
    if "<" not in latency:
        return f"{length}{unit}"
    tenths = length * 9
    return f"{tenths // 10}.{tenths % 10}{unit}".replace(".0", "")


def _matrix_row(rule: Rule, when: Any) -> dict[str, Any] | None:
    """A row of the use-case matrix: what the rule's source says of it, and the wait that it speaks of."""
    found = _ROW.search(rule.source)
    if rule.family != "matrix" or found is None:
        return None
    uses = [
        leaf.operand
        for leaf in leaves_of(formula(when, rule.values))
        if leaf.name == "use_case" and leaf.verb in ("is", "in")
    ]
    names = list(uses[0]) if uses and isinstance(uses[0], tuple) else uses
    return {
        "rule": rule.id,
        "use_cases": names,
        "label": found[1],
        "volume": found[2],
        "latency": found[3],
        "wait": _wait(found[3]),
        "assign": rule.assign,
    }
