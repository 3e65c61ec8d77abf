"""Price books: dated, sourced rates by provider, region, model and lane. None where a rate is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from planner.units import WIDE

LANES = ("standard", "batch", "flex", "priority")
CLASSES = ("input", "cached_input", "cache_write", "cache_write_1h", "output")


class Amount(NamedTuple):
    """US dollars per one million tokens. `disputed` is what another source says."""

    usd_per_mtok: Decimal
    disputed: Decimal | None = None
    derived: bool = False


class Rate(NamedTuple):
    """What one request costs in a lane, by token class, and who says so."""

    lane: str
    amounts: dict[str, Amount]
    over_input_tokens: int
    since: date
    book: str
    source: str
    verified: date


class Retirement(NamedTuple):
    """The end of a model: the first day without it, and what follows."""

    day: date
    successor: str | None
    rerouted: bool
    disputed: bool
    source: str
    verified: date


class Model(NamedTuple):
    """What a book knows of a model beside its rates; None is what it does not know."""

    name: str
    operation: str
    context_window: int | None
    max_output: int | None
    reasons: bool | None
    can_switch_off: bool | None
    default_effort: str | None
    retirement: Retirement | None
    unpriced: tuple[str, ...]


class _Schedule(NamedTuple):
    """The rates of one lane on one day: the base, the tiers above it, the cheaper hours."""

    base: Rate
    tiers: tuple[tuple[int, Rate | None], ...]
    peak_utc: tuple[str, ...]
    off_peak: Rate | None


class PriceBook:
    """Layers of price files, the last on top. Each layer maps a provider to the data of its file."""

    def __init__(
        self, name: str, layers: Sequence[Mapping[str, Any]], digest: str, known_providers: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.digest = digest
        self._known_providers = set(known_providers)
        self._layers = tuple(reversed(layers))
        self._schedules: dict[tuple[str, str, str, str, date], _Schedule | None] = {}
        self._models: dict[tuple[str, str], Model | None] = {}

    def providers(self) -> list[str]:
        """Providers for which the books have a file, loaded or not."""
        return sorted({provider for layer in self._layers for provider in layer} | self._known_providers)

    def names(self, provider: str) -> list[str]:
        """Models of a provider."""
        return sorted({name for file in self._files(provider) for name in file["models"]})

    def canonical(self, provider: str, name: str) -> str:
        """The name that the books list a model under, where the name is an alias of it."""
        for file in self._files(provider):
            for listed, data in file["models"].items():
                if name == listed or name in data.get("aliases", ()):
                    return str(listed)
        return name

    def model(self, provider: str, name: str) -> Model | None:
        """What is known of the model itself, the upper layers first."""
        key = (provider, name)
        if key not in self._models:
            self._models[key] = self._read_model(provider, name)
        return self._models[key]

    def billed_as(self, provider: str, name: str, on: date) -> str:
        """The model whose rates are billed on that day: the successor of one that is silently re-routed."""
        seen = {name}
        while True:
            model = self.model(provider, name)
            end = model.retirement if model else None
            if end is None or not end.rerouted or end.successor is None or on < end.day or end.successor in seen:
                return name
            name = end.successor
            seen.add(name)

    def rate(
        self,
        provider: str,
        region: str,
        model: str,
        lane: str,
        on: date,
        input_tokens: Any,
        hours_utc: str | None = None,
    ) -> Rate | None:
        """The rate of a request with so many input tokens; None where none is published for it."""
        schedule = self._schedule(provider, region, model, lane, on)
        if schedule is None:
            return None
        found: Rate | None = schedule.base
        for over, tier in schedule.tiers:
            if input_tokens > over:
                found = tier
        if found is schedule.base and schedule.off_peak and hours_utc and not _overlaps(hours_utc, schedule.peak_utc):
            return schedule.off_peak
        return found

    def tier_lines(self, provider: str, region: str, model: str, lane: str, on: date) -> tuple[int, ...]:
        """Input sizes above which a whole request is priced anew."""
        schedule = self._schedule(provider, region, model, lane, on)
        return tuple(over for over, _ in schedule.tiers) if schedule else ()

    def has_off_peak(self, provider: str, region: str, model: str, lane: str, on: date) -> bool:
        """True where the lane has cheaper hours."""
        schedule = self._schedule(provider, region, model, lane, on)
        return schedule is not None and schedule.off_peak is not None

    def first_day(self, provider: str, region: str, model: str, lane: str) -> date | None:
        """The first day from which the lane has any rate; None if it never has."""
        days = [
            _date(rate["since"])
            for file in self._files(provider)
            for rate in _model_data(file, model).get("rates", ())
            if rate["lane"] == lane and rate.get("region", "global") in (region, "global")
        ]
        return min(days, default=None)

    def _files(self, provider: str) -> Iterator[Any]:
        return (layer[provider] for layer in self._layers if provider in layer)

    def _read_model(self, provider: str, name: str) -> Model | None:
        known: dict[str, Any] = {}
        sources: dict[str, Any] = {}
        found = False
        for file in self._files(provider):
            data = _model_data(file, name)
            if data:
                found = True
                sources = {**file["sources"], **sources}
                known = {**data, **known}
        if not found:
            return None
        reasoning = known.get("reasoning", {})
        return Model(
            name=name,
            operation=known.get("operation", "chat"),
            context_window=known.get("context_window"),
            max_output=known.get("max_output"),
            reasons=reasoning.get("supported"),
            can_switch_off=reasoning.get("can_switch_off"),
            default_effort=reasoning.get("default_effort"),
            retirement=_retirement(known["retires"], sources) if "retires" in known else None,
            unpriced=tuple(known.get("unpriced", ())),
        )

    def _schedule(self, provider: str, region: str, model: str, lane: str, on: date) -> _Schedule | None:
        key = (provider, region, model, lane, on)
        if key not in self._schedules:
            self._schedules[key] = self._read_schedule(provider, region, self.billed_as(provider, model, on), lane, on)
        return self._schedules[key]

    def _read_schedule(self, provider: str, region: str, model: str, lane: str, on: date) -> _Schedule | None:
        discount = Decimal(1)
        for file in self._files(provider):
            data = _model_data(file, model)
            entry, factor = _entry(data, region, lane, on)
            if entry is not None:
                return _compiled(entry, file, WIDE.multiply(discount, factor), derived=factor != 1)
            discount = WIDE.multiply(discount, _kept(file, model, lane, on))
        return None


def _model_data(file: Mapping[str, Any], name: str) -> dict[str, Any]:
    models: dict[str, dict[str, Any]] = file["models"]
    if name in models:
        return models[name]
    for data in models.values():
        if name in data.get("aliases", ()):
            return data
    return {}


def _entry(data: Mapping[str, Any], region: str, lane: str, on: date) -> tuple[Any, Decimal]:
    """The entry that holds on the day and the factor of the region on it."""
    day = on.isoformat()
    for wanted, factor in ((region, Decimal(1)), ("global", _multiplier(data, region))):
        if factor is None:
            continue
        holding = [
            rate
            for rate in data.get("rates", ())
            if rate["lane"] == lane and rate.get("region", "global") == wanted and rate["since"] <= day
        ]
        newest = max(holding, key=lambda rate: rate["since"], default=None)
        if newest is not None and day <= newest.get("until", day):
            return newest, factor
    return None, Decimal(1)


def _multiplier(data: Mapping[str, Any], region: str) -> Decimal | None:
    stated = data.get("regions", {}).get(region)
    return Decimal(stated["multiplier"]) if stated else None


def _kept(file: Mapping[str, Any], model: str, lane: str, on: date) -> Decimal:
    """What a layer's negotiated discount leaves of the rates below it."""
    kept, day = Decimal(1), on.isoformat()
    for discount in file.get("discounts", ()):
        covered = model in discount.get("models", (model,)) and lane in discount.get("lanes", (lane,))
        if covered and discount["since"] <= day <= discount.get("until", day):
            kept = WIDE.multiply(kept, 1 - WIDE.divide(Decimal(discount["percent"]), Decimal(100)))
    return kept


def _compiled(entry: Mapping[str, Any], file: Mapping[str, Any], factor: Decimal, derived: bool) -> _Schedule:
    source = file["sources"][entry["source"]]

    def rate(stated: Mapping[str, Any], over: int) -> Rate:
        amounts = {kind: _amount(stated[kind], factor, derived or factor != 1) for kind in CLASSES if kind in stated}
        return Rate(
            entry["lane"],
            amounts,
            over,
            _date(entry["since"]),
            file["book"],
            source["title"],
            _date(source["verified"]),
        )

    tiers = sorted(entry.get("tiers", ()), key=lambda tier: tier["over_input_tokens"])
    off_peak = entry.get("off_peak")
    return _Schedule(
        base=rate(entry, 0),
        tiers=tuple(
            (tier["over_input_tokens"], None if tier.get("priced") is False else rate(tier, tier["over_input_tokens"]))
            for tier in tiers
        ),
        peak_utc=tuple(off_peak["peak_utc"]) if off_peak else (),
        off_peak=rate(off_peak, 0) if off_peak else None,
    )


def _amount(stated: Any, factor: Decimal, derived: bool) -> Amount:
    if not isinstance(stated, dict):
        return Amount(WIDE.multiply(Decimal(stated), factor), None, derived)
    disputed = stated.get("disputed")
    return Amount(
        WIDE.multiply(Decimal(stated["usd_per_mtok"]), factor),
        None if disputed is None else WIDE.multiply(Decimal(disputed), factor),
        derived or stated.get("derived", False),
    )


def _retirement(stated: Mapping[str, Any], sources: Mapping[str, Any]) -> Retirement:
    source = sources[stated["source"]]
    return Retirement(
        _date(stated["date"]),
        stated.get("successor"),
        stated.get("rerouted", False),
        stated.get("disputed", False),
        source["title"],
        _date(source["verified"]),
    )


def _overlaps(hours: str, windows: tuple[str, ...]) -> bool:
    return any(hours[:5] < window[6:] and window[:5] < hours[6:] for window in windows)


def _date(text: str) -> date:
    return date.fromisoformat(text)
