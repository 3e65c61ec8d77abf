"""Rates and models as a price file states them, read into values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """What a book knows of a model beside its rates; None is what it does not know.

    `tier` is general, balanced or throughput.
    """

    name: str
    operation: str
    context_window: int | None
    max_output: int | None
    reasons: bool | None
    can_switch_off: bool | None
    default_effort: str | None
    retirement: Retirement | None
    unpriced: tuple[str, ...]
    tier: str | None = None


class Schedule(NamedTuple):
    """The rates of one lane on one day: the base, the tiers above it, the cheaper hours."""

    base: Rate
    tiers: tuple[tuple[int, Rate | None], ...]
    peak_utc: tuple[str, ...]
    off_peak: Rate | None


def model_data(file: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the file says of the model, by its name or an alias; empty where it says nothing."""
    models: dict[str, dict[str, Any]] = file["models"]
    if name in models:
        return models[name]
    for data in models.values():
        if name in data.get("aliases", ()):
            return data
    return {}


def entry_of(data: Mapping[str, Any], region: str, lane: str, on: date) -> tuple[Any, Decimal]:
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


def discounts(file: Mapping[str, Any], names: Sequence[str], lane: str, on: date) -> list[tuple[Decimal, str]]:
    """The negotiated discounts of a layer on the rates below it: what is left of a rate, and by which contract."""
    day = on.isoformat()
    found = []
    for discount in file.get("discounts", ()):
        covered = any(name in discount.get("models", names) for name in names) and lane in discount.get(
            "lanes", (lane,)
        )
        if covered and discount["since"] <= day <= discount.get("until", day):
            percent = Decimal(discount["percent"])
            left = 1 - WIDE.divide(percent, Decimal(100))
            found.append((left, f"less {percent} % ({file['sources'][discount['source']]['title']})"))
    return found


def schedule_of(
    stated: Mapping[str, Any], file: Mapping[str, Any], multiplier: Decimal, agreed: Sequence[tuple[Decimal, str]]
) -> Schedule:
    """The entry's rates, with the region's multiplier and the negotiated discounts on them."""
    source = file["sources"][stated["source"]]
    factor = multiplier
    for left, _ in agreed:
        factor = WIDE.multiply(factor, left)
    title = ", ".join([source["title"], *(contract for _, contract in agreed)])

    def rate(part: Mapping[str, Any], over: int) -> Rate:
        amounts = {kind: _amount(part[kind], factor) for kind in CLASSES if kind in part}
        day, verified = day_of(stated["since"]), day_of(source["verified"])
        return Rate(stated["lane"], amounts, over, day, file["book"], title, verified)

    tiers = sorted(stated.get("tiers", ()), key=lambda tier: tier["over_input_tokens"])
    off_peak = stated.get("off_peak")
    return Schedule(
        base=rate(stated, 0),
        tiers=tuple(
            (tier["over_input_tokens"], None if tier.get("priced") is False else rate(tier, tier["over_input_tokens"]))
            for tier in tiers
        ),
        peak_utc=tuple(off_peak["peak_utc"]) if off_peak else (),
        off_peak=rate(off_peak, 0) if off_peak else None,
    )


def _amount(stated: Any, factor: Decimal) -> Amount:
    derived = factor != 1
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
        day_of(stated["date"]),
        stated.get("successor"),
        stated.get("rerouted", False),
        stated.get("disputed", False),
        source["title"],
        day_of(source["verified"]),
    )


def overlaps(hours: str, windows: tuple[str, ...]) -> bool:
    """Whether hours such as 10:00-18:00 touch any of the windows."""
    peaks = [part for window in windows for part in _within_a_day(window)]
    return any(start < peak_end and peak < end for start, end in _within_a_day(hours) for peak, peak_end in peaks)


def _within_a_day(hours: str) -> list[tuple[str, str]]:
    """The hours as parts that do not cross midnight."""
    start, end = hours[:5], hours[6:]
    return [(start, end)] if start < end else [(start, "24:00"), ("00:00", end)]


def day_of(text: str) -> date:
    """The day that 2026-11-24 names."""
    return date.fromisoformat(text)


def model_of(name: str, known: Mapping[str, Any], sources: Mapping[str, Any]) -> Model:
    """What the data say of a model beside its rates."""
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
        tier=known.get("class"),
    )
