"""What the price books say of models, for a reader: one row per model, and the page of one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from textwrap import wrap
from typing import Any, NamedTuple

from planner.pricebook import PriceBook
from planner.rates import CLASSES, LANES, Rate, day_of, entry_of, model_data, overlaps
from planner.units import plain

WIDTH = 100
DISPUTED, DERIVED = "!", "~"
LEGEND = (
    "US dollars per million tokens. !: sources disagree and the dearer counts, ~: derived from a printed rule, "
    "-: no published rate."
)
_QUARTERS = [f"{hour:02}:{minute:02}-{hour:02}:{minute + 14:02}" for hour in range(24) for minute in (0, 15, 30, 45)]


class Row(NamedTuple):
    """A model in one line: rates of the global region on one day, None where none is published."""

    provider: str
    model: str
    model_class: str | None
    standard: Rate | None
    batch: Rate | None
    context_window: int | None
    retires: date | None
    verified: date | None


def row(book: PriceBook, stated: Mapping[str, Any], provider: str, name: str, on: date) -> Row:
    """The model's row. `stated` is what the files say of it."""
    rates = {lane: book.rate(provider, "global", name, lane, on, 0) for lane in LANES}
    model = book.model(provider, name)
    return Row(
        provider,
        name,
        stated.get("class"),
        rates["standard"],
        rates["batch"],
        model.context_window if model else None,
        model.retirement.day if model and model.retirement else None,
        max((rate.verified for rate in rates.values() if rate), default=None),
    )


def cells(found: Row) -> tuple[str, ...]:
    """The row without its provider, for a table."""
    return (
        found.model,
        found.model_class or "-",
        _pair(found.standard),
        _pair(found.batch),
        str(found.context_window or "-"),
        str(found.retires or "-"),
        str(found.verified or "-"),
    )


HEAD = ("model", "class", "standard", "batch", "context", "retires", "verified")


def _pair(rate: Rate | None) -> str:
    return "-" if rate is None else " / ".join(amount(rate, kind) for kind in ("input", "output"))


def amount(rate: Rate | None, kind: str) -> str:
    """The rate of one token class with its marks; a dash where it has none."""
    found = rate.amounts.get(kind) if rate else None
    if found is None:
        return "-"
    marks = (DISPUTED if found.disputed is not None else "") + (DERIVED if found.derived else "")
    return plain(found.usd_per_mtok) + marks


def layered(files: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """What the files together say of a model, the later ones first."""
    found: dict[str, Any] = {}
    for file in files:
        found |= model_data(file, name)
    return found


def page(book: PriceBook, files: Sequence[Mapping[str, Any]], provider: str, name: str, on: date) -> str:
    """Everything that the files of a provider, in the order of their layers, say of a model on a day."""
    billed = book.canonical(provider, book.billed_as(provider, name, on))
    lanes = [key for key in _lanes(files, billed) if book.rate(provider, key[0], billed, key[1], on, 0)]
    parts = [
        _wrapped(f"{name} ({provider}) on {on} in price book {book.name}"),
        "\n".join(_wrapped(line, "  ", "  ") for line in _about(book, files, provider, name, on)),
        _table([line for key in lanes for line in _lines(book, provider, billed, key, on)]),
        "\n".join(_wrapped(line, "    ") for key in lanes for line in _provenance(book, files, provider, billed, key, on)),
        _others("Later", [r for r in _entries(files, billed) if r[1]["since"] > on.isoformat()]),
        _others("Earlier or ended", _past(files, billed, on)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(
    book: PriceBook, files: Sequence[Mapping[str, Any]], provider: str, name: str, on: date
) -> Iterable[str]:
    """What is known of the model beside its rates."""
    stated = layered(files, name)
    sources = {key: source for file in files for key, source in file["sources"].items()}
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
        yield _retirement(stated["retires"], sources, on)
    billed = book.billed_as(provider, name, on)
    if billed != name:
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


def _entries(files: Sequence[Mapping[str, Any]], name: str) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every entry of the model with the file it stands in, by lane and day."""
    found = [(file, rate) for file in files for rate in model_data(file, name).get("rates", ())]
    return sorted(found, key=lambda entry: (LANES.index(entry[1]["lane"]), _region(entry[1]), entry[1]["since"]))


def _region(rate: Mapping[str, Any]) -> str:
    region = rate.get("region", "global")
    return "" if region == "global" else region


def _lanes(files: Sequence[Mapping[str, Any]], name: str) -> list[tuple[str, str]]:
    """Regions and lanes for which there is an entry of its own."""
    return list(dict.fromkeys((_region(rate) or "global", rate["lane"]) for _, rate in _entries(files, name)))


def _lines(book: PriceBook, provider: str, name: str, key: tuple[str, str], on: date) -> Iterable[tuple[str, ...]]:
    """The table's lines of one lane: base, cheaper hours, tiers."""
    region, lane = key
    yield (lane, region, "any input", *_amounts(book.rate(provider, region, name, lane, on, 0)))
    if book.has_off_peak(provider, region, name, lane, on):
        yield ("", "", "off-peak", *_amounts(_off_peak(book, provider, name, key, on)))
    for over in book.tier_lines(provider, region, name, lane, on):
        yield ("", "", f"over {over:,}", *_amounts(book.rate(provider, region, name, lane, on, over + 1)))


def _amounts(rate: Rate | None) -> tuple[str, ...]:
    return tuple(amount(rate, kind) for kind in CLASSES)


def _off_peak(book: PriceBook, provider: str, name: str, key: tuple[str, str], on: date) -> Rate | None:
    """The rate of the cheaper hours: the cheapest that any quarter of the day has."""
    rates = [book.rate(provider, key[0], name, key[1], on, 0, quarter) for quarter in _QUARTERS]
    return min((rate for rate in rates if rate), key=lambda rate: rate.amounts["input"].usd_per_mtok, default=None)


def _table(lines: Sequence[tuple[str, ...]]) -> str:
    if not lines:
        return "No rate is published for that day."
    from tabulate import tabulate

    head = ("lane", "region", "tokens", "input", "cached", "cache write", "write 1h", "output")
    table = tabulate(lines, head, disable_numparse=True, colalign=("left",) * 3 + ("right",) * 5)
    return f"{table}\n\n{_wrapped(LEGEND)}"


def _provenance(
    book: PriceBook, files: Sequence[Mapping[str, Any]], provider: str, name: str, key: tuple[str, str], on: date
) -> Iterable[str]:
    """Who says so, since when, and what is disputed or derived in one lane."""
    region, lane = key
    rate = book.rate(provider, region, name, lane, on, 0)
    stated = next((e for e in (entry_of(model_data(f, name), *key, on)[0] for f in reversed(files)) if e), None)
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


def _past(files: Sequence[Mapping[str, Any]], name: str, on: date) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Entries that held before the day and hold no longer, or are covered by a book above."""
    holding = {
        id(entry_of(model_data(file, name), _region(rate) or "global", rate["lane"], on)[0])
        for file, rate in _entries(files, name)
    }
    return [(f, r) for f, r in _entries(files, name) if r["since"] <= on.isoformat() and id(r) not in holding]


def _others(title: str, entries: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> str:
    """Entries of other days, one line each."""
    lines = [title + ":"]
    for file, rate in entries:
        label = " ".join(part for part in (rate["lane"], _region(rate)) if part)
        until = f" until {rate['until']}" if "until" in rate else ""
        rates = ", ".join(f"{kind} {plain_of(rate[kind])}" for kind in CLASSES if kind in rate)
        tiers = f", {len(rate['tiers'])} tier(s) above" if rate.get("tiers") else ""
        title = file["sources"][rate["source"]]["title"].strip()
        lines.append(_wrapped(f"{label} since {rate['since']}{until}: {rates}{tiers} ({title})", "    ", "  "))
        lines += [_wrapped(line, "      ", "    ") for line in marks(rate)]
    return "\n".join(lines) if len(lines) > 1 else ""


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    lead = text[: len(text) - len(text.lstrip())]
    lines = wrap(text.strip(), WIDTH, initial_indent=first + lead, subsequent_indent=indent + lead, break_on_hyphens=False)
    return "\n".join(lines)
