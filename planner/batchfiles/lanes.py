"""Whole blocks of lines at once, where every line is like those that were examined before, but for its texts.

Ids are compared, and texts counted, as in any other line; all else was learned. Whatever is not sure to be the same is
left to the exact reading.
"""

from __future__ import annotations

from collections.abc import Callable

from planner.batchfiles.bills import Bill
from planner.batchfiles.crosslines import Ids
from planner.batchfiles.dialects import Dialect
from planner.batchfiles.familiar import LONGEST, Batch, Familiar, Known
from planner.batchfiles.findings import Findings, Line
from planner.batchfiles.gauging import weighed
from planner.batchfiles.learning import Learner, Rehearsal
from planner.batchfiles.market import Market
from planner.batchfiles.reading import Parsed
from planner.batchfiles.streaming import lines_of

LONG_GAP = 100_000
"""Bytes of a text from which faults of a line are looked for differently."""
SHORTEST = 3
"""Bytes of a text that is not empty, with its quotes."""
LONGEST_NAME = 256


class Lane:
    """Takes blocks of lines of one file. `rehearse` examines a line without a trace."""

    def __init__(
        self,
        dialect: Dialect,
        market: Market,
        findings: Findings,
        ids: Ids,
        bill: Bill,
        rehearse: Callable[[Parsed], Rehearsal],
    ) -> None:
        self._market, self._findings, self._ids, self._bill = market, findings, ids, bill
        self._learner = Learner(dialect, rehearse)
        self._familiar = Familiar(self._learner.shape)
        self.saw = self._familiar.saw
        """Learns from a line that was examined."""
        self.inputs = 0
        """Inputs of embeddings in the lines that were taken."""

    def takes(self, block: bytes, number: int, start: int) -> int:
        """How many lines the block has, if all of them are known and examined now; else 0, and nothing is done.

        `number` and `start` are those of its first line.
        """
        known = self._familiar.read(block)
        if known is None or not self._examined(known, number):
            return 0
        if any(batch.shape.found.faults for batch in known.batches):
            self._tell(known.batches, block, number, start)
        self._familiar.pays()
        return known.lines

    def _examined(self, known: Known, number: int) -> bool:
        """Whether all lines are as their shapes say, with ids that are new; what they add up to is kept then."""
        tokens = []
        for batch in known.batches:
            longest = LONG_GAP if batch.shape.found.faults else LONGEST
            weighed = self._weighed(batch, known.plain) if batch.holds_texts(SHORTEST, longest) else None
            if weighed is None:
                return False
            tokens.append(weighed)
        names = known.ids()
        if names is None or (names and not (self._learner.good(names) and self._ids.take(names, number))):
            return False
        for batch, weighed in zip(known.batches, tokens, strict=True):
            self._count(batch.shape.found, len(batch.positions), weighed)
        return True

    def _weighed(self, batch: Batch, plain: bool) -> tuple[list[int], list[int]] | None:
        """Tokens of each request, expected and on the safe side; None where one may be more than its model reads."""
        found, fixed = batch.shape.found, batch.shape.fixed
        if fixed is None or found.counter is None:
            return [], []
        expected, high = weighed(batch, fixed, found.counter, plain)
        return None if found.room is not None and max(high) > found.room else (expected, high)

    def _count(self, found: Rehearsal, number: int, tokens: tuple[list[int], list[int]]) -> None:
        self._bill.requests += number
        self.inputs += found.inputs * number
        if found.offer is not None and found.weight is not None:
            self._bill.add_alike(self._market, found.offer, found.weight, found.counted_by, number, tokens)

    def _tell(self, batches: list[Batch], block: bytes, number: int, start: int) -> None:
        """Puts the faults of every line on record."""
        ordered = sorted(
            (position, batch.shape, None if batch.shape.id is None else batch.texts[batch.shape.id][row])
            for batch in batches
            for row, position in enumerate(batch.positions)
        )
        for (position, shape, name), raw in zip(ordered, lines_of(block), strict=True):
            full = all(self._findings.full(fault) for fault in shape.found.faults)
            line = Line(number + position, start, "" if full else raw.decode())
            start += len(raw)
            for fault in shape.found.faults:
                self._findings.add(fault, line, name[1:-1].decode()[:LONGEST_NAME] if name else None)
