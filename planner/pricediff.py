"""Our rates beside those that another data set prints, figure by figure, with the reason for every difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from planner.rates import CLASSES, day_of, entry_of

FIRM = ("disputed", "dated", "embedding", "noted", "gone")
"""Reasons for which the book keeps its figure whatever the other set prints."""


class Printed(NamedTuple):
    """What another set prints for a lane of one of our models from a day on; undated where `since` is None.

    Where there is `off_peak`, the amounts are those of the peak hours.
    """

    model: str
    region: str
    lane: str
    since: date | None
    amounts: Mapping[str, Decimal]
    tiers: Mapping[int, Mapping[str, Decimal]]
    off_peak: Mapping[str, Decimal]


class Difference(NamedTuple):
    """A figure that is not the same in both. `part` is the tier or the hours, empty for the base."""

    model: str
    region: str
    lane: str
    day: date
    part: str
    token_class: str
    ours: Decimal
    theirs: Decimal
    reason: str
    says: str

    @property
    def firm(self) -> bool:
        """Whether the book keeps its figure for that reason."""
        return self.reason in FIRM


class Changed(NamedTuple):
    """A lane whose rates differ on a day: our entry at a position, theirs, and how the figures differ."""

    position: int
    theirs: Printed
    day: date
    differences: tuple[Difference, ...]


class Comparison(NamedTuple):
    """How the rates of one provider compare: figures in both, equal ones, lanes that we lack on the day."""

    provider: str
    compared: int
    changed: tuple[Changed, ...]
    lacking: tuple[str, ...]

    def differences(self) -> list[Difference]:
        """Every figure that differs."""
        return [difference for changed in self.changed for difference in changed.differences]

    def equal(self) -> int:
        """How many figures are the same."""
        return self.compared - len(self.differences())


def compared(file: Mapping[str, Any], printed: Sequence[Printed], on: date) -> Comparison:
    """The file's rates on the day, and on each later day from which the other set prints new ones."""
    lanes: dict[tuple[str, str, str], list[Printed]] = {}
    for entry in printed:
        lanes.setdefault((entry.model, entry.region, entry.lane), []).append(entry)
    count, changed, lacking = 0, [], []
    for (model, region, lane), entries in lanes.items():
        for day, theirs in _days(entries, on):
            data = file["models"][model]
            ours = entry_of(data, region, lane, day)[0]
            if ours is None or ours.get("region", "global") != region:
                lacking.append(" ".join((model, lane, region, f"from {theirs.since or day}")))
                continue
            figures = list(_figures(ours, theirs))
            count += len(figures)
            differing = [figure for figure in figures if _usd(figure[2]) != figure[3]]
            found = tuple(_difference(data, ours, theirs, day, *figure) for figure in differing)
            if found:
                position = next(i for i, rate in enumerate(data["rates"]) if rate is ours)
                changed.append(Changed(position, theirs, day, found))
    return Comparison(file["provider"], count, tuple(changed), tuple(lacking))


def _days(entries: Sequence[Printed], on: date) -> Iterator[tuple[date, Printed]]:
    """The day itself and the later days on which their rates change, with what they print then."""
    order = sorted(entries, key=lambda entry: entry.since or date.min)
    holding = [entry for entry in order if (entry.since or date.min) <= on]
    if holding:
        yield on, holding[-1]
    yield from ((entry.since, entry) for entry in order if entry.since is not None and entry.since > on)


def _figures(ours: Mapping[str, Any], theirs: Printed) -> Iterator[tuple[str, str, Any, Decimal]]:
    """Part, token class, our figure and theirs, for every figure that both state."""
    tiers = {tier["over_input_tokens"]: tier for tier in ours.get("tiers", ())}
    sides = [("", ours, theirs.amounts), ("off-peak", ours.get("off_peak", {}), theirs.off_peak)]
    sides += [(part_of(over), tiers.get(over, {}), amounts) for over, amounts in sorted(theirs.tiers.items())]
    for part, mine, other in sides:
        yield from ((part, kind, mine[kind], other[kind]) for kind in CLASSES if kind in mine and kind in other)


def part_of(over_input_tokens: int) -> str:
    """What a tier is called."""
    return f"over {over_input_tokens}"


def _usd(stated: Any) -> Decimal:
    return Decimal(stated["usd_per_mtok"] if isinstance(stated, dict) else stated)


def _difference(
    data: Mapping[str, Any],
    entry: Mapping[str, Any],
    theirs: Printed,
    day: date,
    part: str,
    kind: str,
    stated: Any,
    other: Decimal,
) -> Difference:
    place = (theirs.model, theirs.region, theirs.lane, day, part, kind, _usd(stated), other)
    reasons = _reasons(data, entry, theirs, day, part, kind, stated, other)
    return Difference(*place, *next(iter(reasons), ("", "")))


def _reasons(
    data: Mapping[str, Any],
    entry: Mapping[str, Any],
    theirs: Printed,
    day: date,
    part: str,
    kind: str,
    stated: Any,
    other: Decimal,
) -> Iterator[tuple[str, str]]:
    """Why ours may differ, the best reason first: its kind, and in words."""
    amount = stated if isinstance(stated, dict) else {}
    noted = next((str(known["note"]).strip() for known in (amount, entry, data) if "note" in known), "")
    if "disputed" in amount and Decimal(amount["disputed"]) == other:
        yield "disputed", noted or "sources disagree; the dearer counts"
    for rate in data["rates"]:
        same = (rate["lane"], rate.get("region", "global")) == (theirs.lane, theirs.region)
        if same and rate is not entry and other in _values(rate, part, kind):
            yield "dated", f"they print our rate since {rate['since']}. {entry.get('note', '')}".strip()
    if kind == "output" and data.get("operation") == "embeddings":
        yield "embedding", "an embedding has no output, hence 0"
    if "note" in amount and not amount.get("derived"):
        yield "noted", noted
    if "retires" in data and day_of(data["retires"]["date"]) <= day:
        yield "gone", f"since {data['retires']['date']}. {noted}".strip()
    if amount.get("derived"):
        yield "derived", noted or "follows from a printed rule"
    if noted:
        yield "remark", noted


def _values(rate: Mapping[str, Any], part: str, kind: str) -> list[Decimal]:
    """The figure of an entry that stands in the same part, if it has one."""
    tiers = {part_of(tier["over_input_tokens"]): tier for tier in rate.get("tiers", ())}
    found = {"": rate, "off-peak": rate.get("off_peak", {}), **tiers}.get(part, {})
    return [_usd(found[kind])] if kind in found else []


def report(comparisons: Iterable[Comparison], version: str, on: date) -> str:
    """How many figures agree by provider, and every difference with both figures and the reason."""
    lines = [f"The book list beside {version}, on {on} and on the days of later changes that it prints."]
    for found in comparisons:
        lines += ["", f"{found.provider}: {found.equal()} of {found.compared} figures equal"]
        lines += [f"  {told(difference)}" for difference in found.differences()]
    return "\n".join(lines) + "\n"


def told(difference: Difference) -> str:
    """A difference in one line."""
    d = difference
    place = " ".join(part for part in (d.model, d.lane, d.region, d.part, d.token_class) if part)
    because = f"{d.reason}: {' '.join(d.says.split())}" if d.reason else "no reason is known"
    return f"{place}: ours {d.ours:f}, theirs {d.theirs:f} from {d.day} ({because})"
