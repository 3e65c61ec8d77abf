"""Answers joined to their requests, whatever their order: what became of each, what it used, what may be sent again."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from planner.batchfiles.bills import ModelBill
from planner.batchfiles.dialects import Dialect, at
from planner.batchfiles.market import Market
from planner.batchfiles.reading import Parsed
from planner.batchfiles.rows import OUTCOMES, Row, key_of, row_of, spoken
from planner.batchfiles.statuses import Statuses
from planner.batchfiles.usage import NOTHING, Beside, Bought, Usage, plus
from planner.units import total

MISSING, OK = 0, 1 + OUTCOMES.index("ok")
AGAIN = 16
"""Bit beside the outcome: the request may be sent again."""
MOST_REASONS, MOST_MODELS = 200, 1000
REST = "(other reasons)"


DATED = r"([-@:]([0-9]{4}-?[0-9]{2}-?[0-9]{2}|[0-9]{3,4}|v[0-9]+(:[0-9]+)?))?"
"""What a service puts behind a model's name to say which version answered."""


class Spent(NamedTuple):
    """What the answers of the requests to one model used, beside the estimate for all of them.

    `usd` is the batch lane, exactly; None where anything is unknown, and `missing` says what. `untold` answers say
    nothing of tokens. `billed_as` are the models whose rates were taken.
    """

    asked: str
    billed_as: tuple[str, ...]
    requests: int
    answers: int
    untold: int
    usage: Usage
    usd: Decimal | None
    missing: str | None
    estimate: ModelBill | None


class Reason(NamedTuple):
    """Why requests did not succeed, how many of them, and whether they may be sent again."""

    outcome: str
    why: str
    number: int
    again: bool


class _Model:
    """The requests to one model as they are counted."""

    def __init__(self, asked: str) -> None:
        self.asked = asked
        self.requests = self.answers = self.untold = 0
        self.usage = NOTHING
        self.bought: dict[str, Bought] = {}
        self.beside: Counter[str] = Counter()


def _unpriced(market: Market, name: str, beside: Sequence[Beside]) -> Iterator[str]:
    """What of it the rates that are taken leave out."""
    facts = market.offer(name).facts
    for each in beside:
        if each.region is not None:
            if each.region != market.region:
                yield f"{each.says} (--region {each.region} has its rates)"
        elif facts is None or each.says in facts.unpriced:
            yield each.says


class Join:
    """Holds a few bytes for each request: where it begins, its model, what became of it."""

    def __init__(self, dialect: Dialect, statuses: Statuses, market: Market | None) -> None:
        self._dialect, self._results, self._market = dialect, statuses.results, market
        self._first: dict[bytes, int] = {}
        self._twins: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._open: dict[int, int] = {}
        self._succeeded: set[int] = set()
        self._starts, self._of, self._why, self._ends = array("Q"), array("H"), array("H"), bytearray()
        self._models: dict[str, int] = {}
        self._sums: list[_Model] = []
        self.unexpected = self.duplicate = 0
        self._reasons: dict[tuple[str, str, bool], int] = {("ok", "", False): 0}

    def ask(self, parsed: Parsed) -> None:
        """One request."""
        place = len(self._ends)
        key = key_of(self._dialect, parsed.value)
        before = None if key is None else self._first.get(key)
        if key is not None and before is None:
            self._first[key] = place
        elif before is not None:
            self._chain(before, place)
        self._starts.append(parsed.line.start)
        self._of.append(self._model(parsed))
        self._why.append(0)
        self._ends.append(MISSING)

    def _chain(self, first: int, twin: int) -> None:
        """Requests of one id follow each other in their order."""
        self._twins[self._last.get(first, first)] = twin
        self._last[first] = twin

    def _model(self, parsed: Parsed) -> int:
        found = at(parsed.value, self._dialect.model_at) if self._dialect.model_at else None
        asked = found if isinstance(found, str) else ""
        if asked not in self._models and len(self._models) >= MOST_MODELS:
            asked = "(more models)"
        index = self._models.setdefault(asked, len(self._models))
        if index == len(self._sums):
            self._sums.append(_Model(asked))
        self._sums[index].requests += 1
        return index

    def answer(self, parsed: Parsed) -> None:
        """One row of results."""
        row = row_of(self._dialect, self._results, parsed.value)
        first = None if row.key is None else self._first.get(row.key)
        if first is None:
            self.unexpected += 1
            return
        place = self._unanswered(first)
        if place is None:
            self.duplicate += 1
            place = self._worse(first) if row.outcome == "ok" else None
        if place is not None:
            self._end(place, row)
        if row.outcome == "ok" and first in self._twins:
            self._succeeded.add(first)

    def _unanswered(self, first: int) -> int | None:
        """The first of the requests with that id that has no answer yet, which gets one now."""
        if first not in self._twins:
            return first if self._ends[first] == MISSING else None
        place = self._open.get(first, first)
        if place < 0:
            return None
        self._open[first] = self._twins.get(place, -1)
        return place

    def _worse(self, place: int) -> int | None:
        """One of them that did not succeed, now that another row says that it did."""
        return next((each for each in self._ring(place) if self._ends[each] & ~AGAIN != OK), None)

    def _ring(self, place: int) -> Iterator[int]:
        while place >= 0:
            yield place
            place = self._twins.get(place, -1)

    def _end(self, place: int, row: Row) -> None:
        self._ends[place] = (1 + OUTCOMES.index(row.outcome)) | (AGAIN if row.again else 0)
        self._why[place] = self._reason(row)
        if row.outcome == "ok":
            self._count(self._sums[self._of[place]], row)

    def _reason(self, row: Row) -> int:
        """The number of the reason why the request did not succeed; 0 where it did."""
        if row.outcome == "ok":
            return 0
        reason = (row.outcome, spoken(row), row.again)
        if reason not in self._reasons and len(self._reasons) >= MOST_REASONS:
            reason = (row.outcome, REST, row.again)
        return self._reasons.setdefault(reason, len(self._reasons))

    def _count(self, sums: _Model, row: Row) -> None:
        sums.answers += 1
        if row.usage is None:
            sums.untold += 1
            return
        sums.usage = plus(sums.usage, row.usage)
        if self._market is not None:
            name = self._priced_as(self._market, sums.asked, row.model)
            if name not in sums.bought:
                sums.bought[name] = Bought(self._market, self._market.offer(name))
            sums.bought[name].add(row.usage)
            sums.beside.update(_unpriced(self._market, name, row.beside))

    def _priced_as(self, market: Market, asked: str, answered: str | None) -> str:
        """The model that answered; the one asked for where the answer names none or a dated version of it, or where the
        caller has said which one it is.

        A deployment may bear the name of another model than it runs, and a retired model may be served by its successor.
        One that answers and that no book knows has no price: that of another is none.
        """
        wanted = market.offer(asked)
        if not answered or wanted.mapped:
            return asked
        found = market.offer(answered)
        if found.facts is None:
            stem = asked.removesuffix("-latest")
            return asked if stem and re.fullmatch(re.escape(stem) + DATED, answered) else answered
        same = market.book.canonical(market.provider, found.model) == market.book.canonical(
            market.provider, wanted.model
        )
        return asked if same else answered

    @property
    def requests(self) -> int:
        """Requests of the input."""
        return len(self._ends)

    def counts(self) -> dict[str, int]:
        """How many requests ended in each way; they add up to the requests."""
        found = Counter(end & ~AGAIN for end in self._ends)
        return {name: found[index] for index, name in enumerate(("missing", *OUTCOMES))}

    def retries(self, missing_too: bool) -> set[int]:
        """Where in the input the requests begin that may be sent again; none of an id that succeeded."""
        done = {place for first in self._succeeded for place in self._ring(first)}
        return {
            self._starts[place]
            for place, end in enumerate(self._ends)
            if place not in done and (end & AGAIN or (missing_too and end == MISSING))
        }

    def spent(self, estimates: Mapping[str, ModelBill]) -> list[Spent]:
        """Each model's tokens and costs, in the order in which requests name them."""
        return [self._spent(sums, estimates.get(sums.asked)) for sums in self._sums]

    def _spent(self, sums: _Model, estimate: ModelBill | None) -> Spent:
        usd = (
            None
            if self._market is None or sums.untold or sums.beside
            else total(each.usd() for each in sums.bought.values())
        )
        missing = next((why for each in sums.bought.values() if (why := each.missing())), None)
        if missing is None and sums.untold and self._market is not None:
            missing = f"{sums.untold:,} of {sums.answers:,} answers do not say what they used"
        if missing is None and sums.beside:
            says, number = sums.beside.most_common(1)[0]
            missing = f"{number:,} of {sums.answers:,} answers have {says}, and no price for it is known here"
        names = tuple(self._market.offer(name).billed_as for name in sums.bought) if self._market else ()
        return Spent(sums.asked, names, sums.requests, sums.answers, sums.untold, sums.usage, usd, missing, estimate)

    def told(self) -> list[Reason]:
        """Reasons, the most frequent first."""
        numbers = Counter(self._why)
        found = [Reason(*reason[:2], numbers[index], reason[2]) for reason, index in self._reasons.items()]
        return sorted((each for each in found if each.number and each.why), key=lambda each: (-each.number, each))
