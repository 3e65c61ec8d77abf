"""New dated entries written into the text of a price file. No line that stands there is changed or removed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import unified_diff
from typing import Any, NamedTuple

from planner.documents import Document
from planner.pricediff import Changed, part_of
from planner.rates import CLASSES, day_of
from planner.units import plain


class Source(NamedTuple):
    """Where new entries come from: a key for the table of sources, and what it says."""

    key: str
    title: str
    url: str | None
    verified: date


class Patched(NamedTuple):
    """The new text, how many entries it has more, and the lanes for which there is no day to begin on."""

    text: str
    entries: int
    stuck: tuple[str, ...]


def source_for(document: Document, name: str, version: str, url: str | None, on: date) -> Source:
    """The source of what a version of another set printed on a day, under a key that the file does not use."""
    key = f"{name}-{version}"
    if key in document.data["sources"]:
        key = f"{key}-{on.isoformat()}"
    return Source(key, f"{name} {version}, read {on.isoformat()} by planner prices diff", url, on)


def patched(document: Document, text: str, changed: Sequence[Changed], source: Source) -> Patched:
    """The text with a new entry behind each of ours that differs without a firm reason."""
    lines = text.splitlines(keepends=True)
    added: dict[int, list[str]] = {}
    stuck, count = [], 0
    for change in sorted(changed, key=lambda change: change.day):
        if all(difference.firm for difference in change.differences):
            continue
        rates = document.data["models"][change.theirs.model]["rates"]
        since = _since(rates, change)
        if since is None:
            stuck.append(f"{change.theirs.model} {change.theirs.lane} {change.theirs.region}")
            continue
        start = document.where(("models", change.theirs.model, "rates", change.position)).line
        added.setdefault(_end(lines, start, 8), []).extend(_entry(rates[change.position], change, since, source))
        count += 1
    if count and source.key not in document.data["sources"]:
        last = document.where(("sources", list(document.data["sources"])[-1])).line
        added.setdefault(_end(lines, last, 4), []).extend(_source(source))
    return Patched("".join(_woven(lines, added)), count, tuple(stuck))


def difference(before: str, after: str, name: str) -> str:
    """The two texts as a unified diff that `patch -p1` and `git apply` take."""
    return "".join(
        unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}")
    )


def _since(rates: Sequence[Mapping[str, Any]], change: Changed) -> date | None:
    """The first day of the new entry: theirs where it is later than ours, else the day of the comparison.

    None where an entry of ours begins on it.
    """
    ours = rates[change.position]
    theirs = change.theirs.since
    since = theirs if theirs is not None and theirs > day_of(ours["since"]) else change.day
    same = [r for r in rates if (r["lane"], r.get("region")) == (ours["lane"], ours.get("region"))]
    return None if since.isoformat() in {rate["since"] for rate in same} else since


def _end(lines: Sequence[str], start: int, indent: int) -> int:
    """How many lines stand before the end of what begins on a line and is indented so far."""
    for number in range(start, len(lines)):
        line = lines[number]
        if not line.strip() or len(line) - len(line.lstrip()) < indent:
            return number
    return len(lines)


def _woven(lines: Sequence[str], added: Mapping[int, Sequence[str]]) -> list[str]:
    """The lines with those added behind so many of them."""
    woven: list[str] = []
    for number in range(len(lines) + 1):
        if number in added and woven and not woven[-1].endswith("\n"):
            woven[-1] += "\n"
        woven += added.get(number, ())
        woven += lines[number : number + 1]
    return woven


def _source(source: Source) -> list[str]:
    url = [f"    url: {source.url}\n"] if source.url else []
    return [
        f"  {source.key}:\n",
        f"    title: {json.dumps(source.title)}\n",
        *url,
        f"    verified: {source.verified.isoformat()}\n",
    ]


def _entry(ours: Mapping[str, Any], change: Changed, since: date, source: Source) -> list[str]:
    """A whole entry: their figures, and ours for what they do not print or where we keep ours for a reason."""
    kept = {(d.part, d.token_class) for d in change.differences if d.firm}
    theirs = change.theirs
    base, carried = _side(ours, theirs.amounts, {kind for part, kind in kept if not part})
    lines = [f"      - lane: {theirs.lane}\n"]
    lines += [f"        region: {theirs.region}\n"] if theirs.region != "global" else []
    lines += [f"        since: {since.isoformat()}\n", f"        source: {source.key}\n"]
    lines += _note(ours, since, source, carried)
    lines += [f"        {kind}: {_written(value)}\n" for kind, value in base.items()]
    return lines + _tiers(ours, change, base, kept) + _off_peak(ours, change, kept)


def _side(ours: Mapping[str, Any], theirs: Mapping[str, Decimal], kept: set[str]) -> tuple[dict[str, Any], list[str]]:
    """Amounts by token class, and the classes in which ours are carried over."""
    carried = [kind for kind in CLASSES if kind in ours and (kind in kept or kind not in theirs)]
    return {k: ours[k] if k in carried else theirs[k] for k in CLASSES if k in carried or k in theirs}, carried


def _note(ours: Mapping[str, Any], since: date, source: Source, carried: Sequence[str]) -> list[str]:
    says = ["Announced."] if since > source.verified else []
    if carried:
        says.append(f"Carried over from {ours['since']}: {', '.join(carried)}.")
    return [f"        note: {json.dumps(' '.join(says))}\n"] if says else []


def _tiers(ours: Mapping[str, Any], change: Changed, base: Mapping[str, Any], kept: set[tuple[str, str]]) -> list[str]:
    """Their tiers and ours; a tier prices every class of the entry."""
    mine = {tier["over_input_tokens"]: tier for tier in ours.get("tiers", ())}
    lines = []
    for over in sorted(mine.keys() | change.theirs.tiers.keys()):
        theirs = change.theirs.tiers.get(over, {})
        if not theirs and mine[over].get("priced") is False:
            lines.append(f"          - {{over_input_tokens: {over}, priced: false}}\n")
            continue
        side, _ = _side(mine.get(over, {}), theirs, {kind for part, kind in kept if part == part_of(over)})
        whole = {kind: side.get(kind, value) for kind, value in base.items()}
        lines += [f"          - over_input_tokens: {over}\n"]
        lines += [f"            {kind}: {_written(value)}\n" for kind, value in whole.items()]
    return ["        tiers:\n", *lines] if lines else []


def _off_peak(ours: Mapping[str, Any], change: Changed, kept: set[tuple[str, str]]) -> list[str]:
    if "off_peak" not in ours:
        return []
    side, _ = _side(ours["off_peak"], change.theirs.off_peak, {kind for part, kind in kept if part == "off-peak"})
    windows = ", ".join(json.dumps(window) for window in ours["off_peak"]["peak_utc"])
    lines = ["        off_peak:\n", f"          peak_utc: [{windows}]\n"]
    return lines + [f"          {kind}: {_written(value)}\n" for kind, value in side.items()]


def _written(value: Any) -> str:
    """An amount as the files write it."""
    if not isinstance(value, dict):
        return plain(value)
    words = {True: "true", False: "false"}
    fields = [
        f"{key}: {words[part] if isinstance(part, bool) else json.dumps(part, ensure_ascii=False) if isinstance(part, str) else plain(part)}"
        for key, part in value.items()
    ]
    return "{" + ", ".join(fields) + "}"
