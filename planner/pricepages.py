"""The page of one model: everything that the price books say of it, for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from textwrap import wrap
from typing import Any, NamedTuple

from planner.pricebook import PriceBook
from planner.pricelist import DISPUTED, LEGEND, WIDTH, amount
from planner.rates import CLASSES, LANES, Rate, day_of, entry_of, model_data
from planner.units import plain

_QUARTERS = [f"{hour:02}:{minute:02}-{hour:02}:{minute + 14:02}" for hour in range(24) for minute in (0, 15, 30, 45)]

Entry = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A rate entry with the file it stands in, the file first."""


class View(NamedTuple):
    """One model of a provider on a day, in files layered from the lowest to the one on top."""

    book: PriceBook
    files: Sequence[Mapping[str, Any]]
    provider: str
    name: str
    on: date

    def data(self, file: Mapping[str, Any]) -> dict[str, Any]:
        """What a file says of the model, by the name asked for or by the one that the books list it under."""
        return model_data(file, self.name) or model_data(file, self.book.canonical(self.provider, self.name))

    def stated(self) -> dict[str, Any]:
        """What the files together say of the model, the upper ones first."""
        found: dict[str, Any] = {}
        for file in self.files:
            found |= self.data(file)
        return found

    def billed(self) -> View:
        """The same for the model whose rates are billed."""
        return self._replace(name=self.book.billed_as(self.provider, self.name, self.on))

    def rate(self, key: tuple[str, str], input_tokens: int = 0, hours_utc: str | None = None) -> Rate | None:
        """What counts in a region and lane."""
        region, lane = key
        return self.book.rate(self.provider, region, self.name, lane, self.on, input_tokens, hours_utc)

    def entries(self) -> list[Entry]:
        """Every entry of the model, by lane, region and day."""
        found = [(file, rate) for file in self.files for rate in self.data(file).get("rates", ())]
        return sorted(found, key=lambda entry: (LANES.index(entry[1]["lane"]), _region(entry[1]), entry[1]["since"]))

    def lanes(self) -> list[tuple[str, str]]:
        """Regions and lanes that have an entry of their own and a rate on the day."""
        keys = dict.fromkeys((_region(rate) or "global", rate["lane"]) for _, rate in self.entries())
        return [key for key in keys if self.rate(key)]

    def holding(self, key: tuple[str, str]) -> Mapping[str, Any] | None:
        """The entry that counts in a region and lane."""
        found = (entry_of(self.data(file), *key, self.on)[0] for file in reversed(self.files))
        return next((entry for entry in found if entry is not None), None)


def page(view: View) -> str:
    """Everything that is known of the model, and what it costs on the day."""
    billed = view.billed()
    lanes = billed.lanes()
    parts = [
        _wrapped(f"{view.name} ({view.provider}) on {view.on} in price book {view.book.name}"),
        "\n".join(_wrapped(line, "    ", "  ") for line in _about(view)),
        _table([line for key in lanes for line in _lines(billed, key)]),
        "\n".join(_wrapped(line, "    ") for key in lanes for line in _provenance(billed, key)),
        _others("Later", [entry for entry in billed.entries() if entry[1]["since"] > view.on.isoformat()]),
        _others("Earlier, ended, or covered by a book above", _past(billed)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(view: View) -> Iterable[str]:
    """What is known of the model beside its rates."""
    stated = view.stated()
    sources = {key: source for file in view.files for key, source in file["sources"].items()}
    for label, key in (("class", "class"), ("operation", "operation"), ("released", "released")):
        if key in stated:
            yield f"{label}: {stated[key]}"
    if stated.get("aliases"):
        yield f"aliases: {', '.join(stated['aliases'])}"
    for label, key in (("context window", "context_window"), ("max output", "max_output")):
        if key in stated:
            yield f"{label}: {stated[key]:,} tokens"
    if "reasoning" in stated:
        yield _reasoning(stated["reasoning"], sources)
    if "retires" in stated:
        yield _retirement(stated["retires"], sources, view.on)
    billed = view.billed().name
    if billed != view.name:
        yield f"billed as: {billed}, whose rates stand below"
    for region, factor in stated.get("regions", {}).items():
        yield f"region {region}: {factor['multiplier']} times every global rate ({sources[factor['source']]['title']})"
    if stated.get("unpriced"):
        yield f"not priced here: {', '.join(stated['unpriced'])}"
    if "note" in stated:
        yield f"note: {stated['note'].strip()}"


def _reasoning(stated: Mapping[str, Any], sources: Mapping[str, Any]) -> str:
    parts = ["yes" if stated["supported"] else "no"]
    if "can_switch_off" in stated:
        parts.append("can be switched off" if stated["can_switch_off"] else "cannot be switched off")
    if "default_effort" in stated:
        parts.append(f"effort {stated['default_effort']} when none is asked for")
    return f"reasoning: {', '.join(parts)} ({sources[stated['source']]['title']})"


def _retirement(stated: Mapping[str, Any], sources: Mapping[str, Any], on: date) -> str:
    gone = day_of(stated["date"]) <= on
    text = f"{'gone since' if gone else 'retires'}: {stated['date']}"
    if "successor" in stated:
        text += f", successor {stated['successor']}"
    if stated.get("rerouted"):
        text += ", to which requests are re-routed silently and at whose rates they are billed"
    if stated.get("disputed"):
        text += f"; {DISPUTED} not confirmed by the provider's own page"
    return f"{text} ({sources[stated['source']]['title']})"


def _region(rate: Mapping[str, Any]) -> str:
    region = rate.get("region", "global")
    return "" if region == "global" else region


def _lines(view: View, key: tuple[str, str]) -> Iterable[tuple[str, ...]]:
    """The table's lines of one lane: base, cheaper hours, tiers."""
    region, lane = key
    yield (lane, region, "any input", *_amounts(view.rate(key)))
    if view.book.has_off_peak(view.provider, region, view.name, lane, view.on):
        yield ("", "", "off-peak", *_amounts(_off_peak(view, key)))
    for over in view.book.tier_lines(view.provider, region, view.name, lane, view.on):
        yield ("", "", f"over {over:,}", *_amounts(view.rate(key, over + 1)))


def _amounts(rate: Rate | None) -> tuple[str, ...]:
    return tuple(amount(rate, kind) for kind in CLASSES)


def _off_peak(view: View, key: tuple[str, str]) -> Rate | None:
    """The rate of the cheaper hours: the cheapest that any quarter of the day has."""
    rates = [view.rate(key, 0, quarter) for quarter in _QUARTERS]
    return min((rate for rate in rates if rate), key=lambda rate: rate.amounts["input"].usd_per_mtok, default=None)


def _table(lines: Sequence[tuple[str, ...]]) -> str:
    if not lines:
        return "No rate is published for that day."
    from tabulate import tabulate

    head = ("lane", "region", "tokens", "input", "cached", "cache write", "write 1h", "output")
    table = tabulate(lines, head, disable_numparse=True, colalign=("left",) * 3 + ("right",) * 5)
    return f"{table}\n\n{_wrapped(LEGEND)}"


def _provenance(view: View, key: tuple[str, str]) -> Iterable[str]:
    """Who says so, since when, and what is disputed or derived in one lane."""
    region, lane = key
    rate, stated = view.rate(key), view.holding(key)
    if rate is None or stated is None:
        return
    label = lane if region == "global" else f"{lane} {region}"
    until = f" until {stated['until']}" if "until" in stated else ""
    yield f"{label}: since {rate.since}{until}, verified {rate.verified}, book {rate.book}: {rate.source}"
    if "note" in stated:
        yield f"    {stated['note'].strip()}"
    for window in stated.get("off_peak", {}).get("peak_utc", ()):
        yield f"    peak {window} UTC"
    yield from (f"    {line}" for line in marks(stated))


def marks(stated: Mapping[str, Any]) -> list[str]:
    """What is disputed, derived or not published in an entry, in words."""
    found = []
    for label, part in parts(stated):
        if part.get("priced") is False:
            found.append(f"{label}no rate is published")
        found += [text for kind in CLASSES if (text := _mark(f"{label}{kind}", part.get(kind)))]
    return found


def parts(stated: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The amounts of an entry: its base, its tiers, its cheaper hours, each with what it is called."""
    tiers = [(f"over {tier['over_input_tokens']:,}: ", tier) for tier in stated.get("tiers", ())]
    cheaper = [("off-peak: ", stated["off_peak"])] if "off_peak" in stated else []
    return [("", stated), *tiers, *cheaper]


def _mark(label: str, stated: Any) -> str:
    if not isinstance(stated, dict):
        return ""
    says = []
    if "disputed" in stated:
        says.append(f"disputed, {plain_of(stated['usd_per_mtok'])} counts, {plain_of(stated['disputed'])} elsewhere")
    if stated.get("derived"):
        says.append("derived")
    if "note" in stated:
        says.append(stated["note"].strip())
    return f"{label}: {'; '.join(says)}" if says else ""


def plain_of(stated: Any) -> str:
    """A stated amount in digits."""
    return plain(stated["usd_per_mtok"] if isinstance(stated, dict) else stated)


def _past(view: View) -> list[Entry]:
    """Entries that began by the day and do not count on it."""
    counting = {id(view.holding((_region(rate) or "global", rate["lane"]))) for _, rate in view.entries()}
    return [e for e in view.entries() if e[1]["since"] <= view.on.isoformat() and id(e[1]) not in counting]


def _others(title: str, entries: Sequence[Entry]) -> str:
    """Entries of other days, one line each."""
    lines = [title + ":"]
    for file, rate in entries:
        label = " ".join(part for part in (rate["lane"], _region(rate)) if part)
        until = f" until {rate['until']}" if "until" in rate else ""
        rates = ", ".join(f"{kind} {plain_of(rate[kind])}" for kind in CLASSES if kind in rate)
        tiers = ", tiers above" if rate.get("tiers") else ""
        title = file["sources"][rate["source"]]["title"].strip()
        lines.append(_wrapped(f"{label} since {rate['since']}{until}: {rates}{tiers} ({title})", "    ", "  "))
        lines += [_wrapped(line, "      ", "    ") for line in marks(rate)]
    return "\n".join(lines) if len(lines) > 1 else ""


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    lead = text[: len(text) - len(text.lstrip())]
    lines = wrap(
        text.strip(), WIDTH, initial_indent=first + lead, subsequent_indent=indent + lead, break_on_hyphens=False
    )
    return "\n".join(lines)
