"""The package genai-prices, an optional extra, read into rates that can stand beside ours. No other module knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any, NamedTuple

from planner.pricediff import Printed
from planner.problems import Refused

PROVIDERS = {
    "anthropic": "anthropic",
    "aws-bedrock": "aws",
    "azure-openai": "azure",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google-gemini": "google",
    "google-vertex": "google",
    "groq": "groq",
    "mistral": "mistral",
    "openai": "openai",
    "together": "together",
    "xai": "x-ai",
}
"""Our providers and what the package calls them."""
_CLASSES = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_mtok": "output",
}
_LANES = {("processing", "batch"): "batch", ("service_tier", "flex"): "flex", ("service_tier", "priority"): "priority"}
_STANDARD_ONLY = frozenset({"google-vertex"})
"""The package knows one Google; its other lanes are those of the Gemini API."""
_INFERENCE = {"global": ("global.", "global."), "us": ("us.", "regional."), "eu": ("eu.", "regional.")}
"""Prefixes by which Bedrock's model names carry the region, and by which the package's ids do."""


class Package(NamedTuple):
    """The version that is installed, and its providers."""

    version: str
    providers: Sequence[Any]

    def provider(self, ours: str) -> Any:
        """The package's record of one of our providers; None where it has none."""
        return next((p for p in self.providers if p.id == PROVIDERS.get(ours)), None)

    def pricing_urls(self, ours: str) -> list[str]:
        """Pages that the package names for the prices of one of our providers."""
        found = self.provider(ours)
        return list(found.pricing_urls or ()) if found else []


def installed() -> Package:
    """The package. Raises Refused, saying what to install, where it is absent."""
    from importlib.metadata import version

    try:
        providers = import_module("genai_prices.data").providers
    except ModuleNotFoundError:
        raise Refused(["prices diff compares with genai-prices: run pip install genai-prices"]) from None
    return Package(version("genai-prices"), providers)


class Read(NamedTuple):
    """What the package prints for the models of one of our files, and the ids of theirs that it was found under."""

    printed: tuple[Printed, ...]
    matched: frozenset[str]


def read(package: Package, file: Mapping[str, Any]) -> Read:
    """Their rates for every model of the file that they know."""
    provider = package.provider(file["provider"])
    printed: list[Printed] = []
    matched = set()
    for name, data in file["models"].items() if provider else ():
        for region in _regions(file["provider"], data):
            theirs = _found(provider, [name, *data.get("aliases", ())], region)
            if theirs is not None:
                matched.add(theirs.id)
                rates = _rates(theirs, name, region)
                printed += [r for r in rates if r.lane == "standard" or file["provider"] not in _STANDARD_ONLY]
    return Read(tuple(printed), frozenset(matched))


def _regions(provider: str, data: Mapping[str, Any]) -> list[str]:
    if provider != "aws-bedrock":
        return ["global"]
    return sorted({rate.get("region", "global") for rate in data["rates"]} & _INFERENCE.keys())


def _found(provider: Any, names: Sequence[str], region: str) -> Any:
    """Their model by its id, else the first that answers to one of the names."""
    models = provider.models
    if provider.id == PROVIDERS["aws-bedrock"]:
        prefix, theirs = _INFERENCE[region]
        names = [prefix + name for name in names]
        models = [model for model in models if model.id.startswith(theirs)]
    exact = (model for name in names for model in models if model.id == name)
    alike = (model for name in names for model in models if model.is_match(name.lower()))
    return next(exact, None) or next(alike, None)


def _rates(model: Any, name: str, region: str) -> Iterator[Printed]:
    """Every dated rate of a model. Rates bound to hours of the day are those of the peak."""
    dated, peak = [], None
    for priced in model.prices if isinstance(model.prices, list) else [model.prices]:
        constraint = getattr(priced, "constraint", None)
        prices = getattr(priced, "prices", priced)
        if hasattr(constraint, "start_time"):
            peak = peak or prices
        else:
            dated.append((getattr(constraint, "start_date", None), prices))
    for since, prices in dated:
        base, tiers = _amounts(prices)
        if peak is not None:
            yield Printed(name, region, "standard", since, *_amounts(peak), off_peak=base)
        else:
            yield Printed(name, region, "standard", since, base, tiers, {})
    for variant in model.price_variants or ():
        lane = next((_LANES[pair] for pair in variant.when.items() if pair in _LANES), None)
        if lane is not None:
            yield Printed(name, region, lane, _since(variant.constraint), *_amounts(variant.prices), off_peak={})


def _since(constraint: Any) -> date | None:
    found: date | None = getattr(constraint, "start_date", None)
    return found


def _amounts(prices: Any) -> tuple[dict[str, Decimal], dict[int, dict[str, Decimal]]]:
    """Amounts by token class, and by tier where a class is tiered."""
    base: dict[str, Decimal] = {}
    tiers: dict[int, dict[str, Decimal]] = {}
    for field, kind in _CLASSES.items():
        value = getattr(prices, field, None)
        if value is None:
            continue
        base[kind] = Decimal(getattr(value, "base", value))
        for tier in getattr(value, "tiers", ()):
            tiers.setdefault(tier.start, {})[kind] = Decimal(tier.price)
    return base, tiers


def missing(package: Package, reads: Mapping[str, Read]) -> dict[str, list[str]]:
    """Models of theirs that no file of ours has, by our providers' records of them."""
    known: dict[str, set[str]] = {}
    for ours, found in reads.items():
        known.setdefault(PROVIDERS.get(ours, ours), set()).update(found.matched)
    return {
        theirs.id: [model.id for model in theirs.models if model.id not in known[theirs.id]]
        for theirs in package.providers
        if theirs.id in known
    }
