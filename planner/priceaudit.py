"""What is weak in a price file on a day: old, ending, changing, disputed, derived or absent figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from planner.documents import Document
from planner.pricebook import PriceBook
from planner.problems import Path
from planner.rates import CLASSES, LANES, day_of, entry_of
from planner.units import plain

KINDS = {
    "gone": ("error", "the model's end has come; its last rates stand"),
    "rerouted": ("warning", "requests go on to the successor and are billed at its rates"),
    "stale": ("warning", "the source was verified too long ago"),
    "retiring": ("warning", "the model ends within the horizon"),
    "scheduled": ("warning", "a rate begins or ends within the horizon"),
    "disputed": ("note", "sources disagree; the dearer counts"),
    "derived": ("note", "no source prints the rate; it follows from a printed rule"),
    "uncovered": ("note", "a lane, tier or region without a published rate"),
}
"""What a check names, how grave it is and what it means, the gravest first."""
LEVELS = ("error", "warning", "note")


class Weakness(NamedTuple):
    """Something about one model that a maintainer should know, and where it stands."""

    kind: str
    file: str
    line: int
    model: str
    says: str

    @property
    def level(self) -> str:
        """How grave it is."""
        return KINDS[self.kind][0]


class Audit(NamedTuple):
    """One price file under a day, a horizon and an age; `book` is what it is layered in."""

    document: Document
    book: PriceBook
    on: date
    horizon: int
    stale: int

    def weaknesses(self) -> list[Weakness]:
        """Everything weak in the file, the gravest kind first, then in the order of the text."""
        found = [weak for name, model in self.document.data["models"].items() for weak in self._model(name, model)]
        found += self._discounts()
        return sorted(found, key=lambda weak: (list(KINDS).index(weak.kind), weak.line))

    def _discounts(self) -> Iterator[Weakness]:
        """Negotiated discounts that have ended or end within the horizon."""
        for index, discount in enumerate(self.document.data.get("discounts", ())):
            if "until" in discount and day_of(discount["until"]) < self._last():
                ends = "ended" if day_of(discount["until"]) < self.on else "ends"
                says = f"the discount of {plain(discount['percent'])} % {ends} after {discount['until']}"
                line = self.document.where(("discounts", index)).line
                yield Weakness("scheduled", self.document.name, line, str(self.document.data["provider"]), says)

    def _model(self, name: str, model: Mapping[str, Any]) -> Iterator[Weakness]:
        end = model.get("retires")
        if end is not None:
            yield from self._end(name, end)
        if end is not None and day_of(end["date"]) <= self.on:
            return
        for index, rate in enumerate(model["rates"]):
            yield from self._entry(name, model, index, rate)
        yield from self._lanes(name, model)
        if model.get("regions"):
            says = f"no rates of their own, only multipliers, in {', '.join(model['regions'])}"
            yield self._weak("uncovered", name, says, ("regions",))

    def _end(self, name: str, end: Mapping[str, Any]) -> Iterator[Weakness]:
        day, after = day_of(end["date"]), f", successor {end['successor']}" if "successor" in end else ""
        if day <= self.on:
            kind, says = ("rerouted", "re-routed") if end.get("rerouted") else ("gone", "gone")
            yield self._weak(kind, name, f"{says} since {day}{after}", ("retires",))
        elif day <= self._last():
            yield self._weak("retiring", name, f"retires on {day}, in {(day - self.on).days} days{after}", ("retires",))
        if end.get("disputed"):
            yield self._weak("disputed", name, f"the provider's page does not confirm the end on {day}", ("retires",))

    def _entry(self, name: str, model: Mapping[str, Any], index: int, rate: Mapping[str, Any]) -> Iterator[Weakness]:
        label, where = _label(rate), ("rates", index)
        counts = rate is entry_of(dict(model), rate.get("region", "global"), rate["lane"], self.on)[0]
        later = self.on < day_of(rate["since"]) <= self._last()
        if later:
            yield self._weak("scheduled", name, f"{label}: new rates from {rate['since']}", where)
        if counts and "until" in rate and day_of(rate["until"]) < self._last():
            yield self._weak("scheduled", name, f"{label}: ends after {rate['until']}", where)
        if not (counts or later):
            return
        verified = day_of(self.document.data["sources"][rate["source"]]["verified"])
        if (self.on - verified).days > self.stale:
            yield self._weak(
                "stale", name, f"{label}: verified {verified}, {(self.on - verified).days} days ago", where
            )
        for kind in ("disputed", "derived"):
            classes = list(_marked(rate, kind))
            if classes:
                yield self._weak(kind, name, f"{label}: {', '.join(classes)}", where)
        for tier in rate.get("tiers", ()):
            if tier.get("priced") is False:
                yield self._weak(
                    "uncovered", name, f"{label}: no rate over {tier['over_input_tokens']:,} tokens", where
                )

    def _lanes(self, name: str, model: Mapping[str, Any]) -> Iterator[Weakness]:
        """Lanes and tiers that others have and this model lacks."""
        if self._rate(name, "standard") is None:
            yield self._weak("uncovered", name, f"no standard rate on {self.on}", ())
        batch_elsewhere = any(
            rate["lane"] == "batch" for other in self.document.data["models"].values() for rate in other["rates"]
        )
        if batch_elsewhere and self._rate(name, "batch") is None:
            yield self._weak("uncovered", name, "no batch rate, though the provider has batch for other models", ())
        here = {lane: set(self._tiers(name, lane)) for lane in LANES if self._rate(name, lane)}
        for lane, tiers in here.items():
            for over in sorted(here.get("standard", set()) - tiers):
                yield self._weak(
                    "uncovered", name, f"{lane}: no tier over {over:,} tokens, though standard has one", ()
                )

    def _rate(self, name: str, lane: str) -> object:
        return self.book.rate(self._provider(), self._region(name), name, lane, self.on, 0)

    def _tiers(self, name: str, lane: str) -> Sequence[int]:
        return self.book.tier_lines(self._provider(), self._region(name), name, lane, self.on)

    def _provider(self) -> str:
        return str(self.document.data["provider"])

    def _region(self, name: str) -> str:
        """The region in which the model is looked at: the global one, else the first that it has rates in."""
        rates = self.document.data["models"][name]["rates"]
        regions = [rate.get("region", "global") for rate in rates]
        return "global" if "global" in regions or not regions else str(regions[0])

    def _last(self) -> date:
        return self.on + timedelta(days=self.horizon)

    def _weak(self, kind: str, name: str, says: str, where: Path) -> Weakness:
        mark = self.document.where(("models", name, *where), at_key=not where or isinstance(where[-1], str))
        return Weakness(kind, self.document.name, mark.line, name, says)


def _label(rate: Mapping[str, Any]) -> str:
    return f"{rate['lane']} {rate['region']}" if "region" in rate else str(rate["lane"])


def _marked(rate: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Token classes of an entry that are disputed or derived, with both values of a disputed one."""
    tiers = [(f" over {tier['over_input_tokens']:,}", tier) for tier in rate.get("tiers", ())]
    cheaper = [(" off-peak", rate["off_peak"])] if "off_peak" in rate else []
    for label, part in (("", rate), *tiers, *cheaper):
        for name in CLASSES:
            stated = part.get(name)
            if isinstance(stated, dict) and stated.get(kind):
                other = f" or {plain(stated['disputed'])}" if kind == "disputed" else ""
                yield f"{name}{label} {plain(stated['usd_per_mtok'])}{other}"


def report(found: Sequence[Weakness]) -> str:
    """The weaknesses by kind, one line each, and their number."""
    parts = []
    for kind, (level, says) in KINDS.items():
        lines = [f"{w.file}:{w.line}: {w.level}: {w.model}: {w.says}" for w in found if w.kind == kind]
        if lines:
            parts.append("\n".join([f"{kind} ({len(lines)}, {level}): {says}", *lines]))
    count = [(level, sum(weak.level == level for weak in found)) for level in LEVELS]
    total = ", ".join(f"{number} {level}{'' if number == 1 else 's'}" for level, number in count)
    return "\n\n".join([*parts, f"{total}."]) + "\n"


def fails(found: Sequence[Weakness], fail_on: str) -> bool:
    """Whether anything is as grave as the level, or graver."""
    return fail_on in LEVELS and any(LEVELS.index(weak.level) <= LEVELS.index(fail_on) for weak in found)
