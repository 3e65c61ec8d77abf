"""Whole blocks of lines at once, where every line is like those that were examined before, but for its texts.

Ids are compared, and texts counted, as in any other line; all else was learned. Whatever is not sure to be the same is
left to the exact reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import add
from typing import Any, NamedTuple

import msgspec

from planner.batchfiles.bills import Bill
from planner.batchfiles.columns import Node
from planner.batchfiles.crosslines import Ids
from planner.batchfiles.dialects import Dialect
from planner.batchfiles.findings import Findings, Line
from planner.batchfiles.learning import Learner, Rehearsal, Shape
from planner.batchfiles.market import Market
from planner.batchfiles.patterns import Frame, Tree, Uneven, grown, structure
from planner.batchfiles.reading import Parsed
from planner.batchfiles.streaming import lines_of
from planner.batchfiles.tokens import Count, measured, measured_in_quotes
from planner.problems import Path

MOST_SHAPES = 64
MOST_TRIES = 256
"""Lines that are looked at to learn from, unless what was learned pays."""
PAYS = 8
"""Lines that may be looked at again for each block that was taken."""
LONGEST_SAMPLE = 1 << 16
"""Characters of a line from which something is learned."""
LONGEST = 1 << 20
"""Bytes of a block; a longer one is one long line."""
LONG_GAP = 100_000
"""Bytes of a text from which faults of a line are looked for differently."""
QUOTE = 34
SHORTEST = 3
"""Bytes of a text that is not empty, with its quotes."""
LONGEST_NAME = 256


class Batch(NamedTuple):
    """Lines of one shape: the texts in their gaps, a column for each, and where the lines stand in their block."""

    shape: Shape
    texts: Sequence[Sequence[bytes]]
    positions: Sequence[int]

    def is_sound(self) -> bool:
        """Whether the gaps hold texts that are not empty, nor so long that faults are looked for differently."""
        longest = LONG_GAP if self.shape.found.faults else LONGEST
        return all(
            min(map(len, column)) >= SHORTEST and max(map(len, column)) <= longest and {text[0] for text in column} == {QUOTE}
            for column in self.texts
        )  # fmt: skip


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
        self._tree: Tree = {}
        self._frame: Frame | None = None
        self._shapes: dict[int, list[Shape]] = {}
        self._waiting: dict[tuple[Path, ...], tuple[Parsed, list[Node]]] = {}
        self._tries = MOST_TRIES
        self._text: Callable[[bytes], str] = msgspec.json.Decoder(str).decode
        self.inputs = 0
        """Inputs of embeddings in the lines that were taken."""

    def saw(self, parsed: Parsed) -> None:
        """Learns from a line that was examined."""
        if self._tries <= 0 or not parsed.clean or len(parsed.line.text) > LONGEST_SAMPLE:
            return
        self._tries -= 1
        found = structure(parsed.line.text)
        key = tuple(node.path for node in found)
        before = self._waiting.get(key)
        if len(self._waiting) >= MOST_SHAPES:
            self._waiting.clear()
        self._waiting[key] = (parsed, found)
        if before is not None and sum(map(len, self._shapes.values())) < MOST_SHAPES:
            shape = self._learner.shape(parsed, found, *before)
            if shape is not None:
                self._add(shape)

    def _add(self, shape: Shape) -> None:
        """Takes the shape in; in place of the others, if lines of both cannot be read in one way."""
        known = [each for group in self._shapes.values() for each in group]
        if not self._refit(grown(self._tree, shape.gaps.paths), [shape, *known]):
            self._tries //= 2
            if not self._refit(grown({}, shape.gaps.paths), [shape]):
                self._frame, self._shapes = None, {}

    def _refit(self, tree: Tree | None, shapes: list[Shape]) -> bool:
        """Reads lines by the tree from now on, if lines of all the shapes can be."""
        if tree is None:
            return False
        frame = Frame(tree)
        found: dict[int, list[Shape]] = {}
        try:
            for shape in shapes:
                found.setdefault(shape.fit(frame), []).append(shape)
        except Uneven:
            return False
        self._tree, self._frame, self._shapes = tree, frame, found
        return True

    def takes(self, block: bytes, number: int, start: int) -> int:
        """How many lines the block has, if all of them are known and examined now; else 0, and nothing is done.

        `number` and `start` are those of its first line.
        """
        if self._frame is None or len(block) > LONGEST:
            return 0
        try:
            seen = self._frame.decode(block)
            plain = block.isascii()
            if not plain:
                block.decode()
            plain = plain and b"\\" not in block
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
            return 0
        batches = self._alike(self._frame, block, seen) or self._mixed(self._frame, block, seen)
        if not batches or not self._examined(batches, len(seen), number, plain):
            return 0
        if any(batch.shape.found.faults for batch in batches):
            self._tell(batches, block, number, start)
        self._tries = min(MOST_TRIES, self._tries + PAYS)
        return len(seen)

    def _alike(self, frame: Frame, block: bytes, seen: list[Any]) -> list[Batch]:
        """All lines as one batch, if they are of the shape that was met last; else nothing."""
        try:
            columns = frame.columns(seen) if seen else []
        except Uneven:
            return []
        for shape in self._shapes.get(len(columns), ())[:1]:
            texts = [list(map(bytes, columns[number])) for number in shape.columns]
            if shape.joined(texts, len(seen)) == block:
                return [Batch(shape, texts, range(len(seen)))]
        return []

    def _mixed(self, frame: Frame, block: bytes, seen: list[Any]) -> list[Batch]:
        """A batch for each shape, if all lines are of shapes that are known; else nothing."""
        lines = list(lines_of(block))
        if len(lines) != len(seen):
            return []
        found: dict[Shape, tuple[list[list[bytes]], list[int]]] = {}
        for position, (line, one) in enumerate(zip(lines, seen, strict=True)):
            row = [column[0] for column in frame.columns([one])]
            known = self._shapes.get(len(row), [])
            for shape in known:
                texts = [bytes(row[number]) for number in shape.columns]
                if shape.joined([[text] for text in texts], 1) == line:
                    break
            else:
                return []
            known.remove(shape)
            known.insert(0, shape)
            rows, positions = found.setdefault(shape, ([], []))
            rows.append(texts)
            positions.append(position)
        return [Batch(shape, list(zip(*rows, strict=True)), positions) for shape, (rows, positions) in found.items()]

    def _examined(self, batches: list[Batch], number_of_lines: int, number: int, plain: bool) -> bool:
        """Whether all lines are as their shapes say, with ids that are new; what they add up to is kept then."""
        tokens = []
        for batch in batches:
            if not batch.is_sound():
                return False
            weighed = self._weighed(batch, plain)
            if weighed is None:
                return False
            tokens.append(weighed)
        names = self._names(batches, number_of_lines)
        if names is None or (names and not self._ids.take(names, number)):
            return False
        for batch, weighed in zip(batches, tokens, strict=True):
            self._count(batch.shape.found, len(batch.positions), weighed)
        return True

    def _names(self, batches: list[Batch], number_of_lines: int) -> list[str] | None:
        """The ids in the order of the lines, empty where lines have none; None where one is not as it should be."""
        ids: list[bytes] = [b""] * number_of_lines
        for batch in batches:
            if batch.shape.id is not None:
                for position, text in zip(batch.positions, batch.texts[batch.shape.id], strict=True):
                    ids[position] = text
        if not any(ids):
            return []
        joined = b"".join(ids)
        if b"" in ids or b"\\" in joined:
            return None
        names = joined[1:-1].decode().split('""')
        return names if len(names) == number_of_lines and self._learner.good(names) else None

    def _weighed(self, batch: Batch, plain: bool) -> tuple[list[int], list[int]] | None:
        """Tokens of each request, expected and on the safe side; None where one may be more than its model reads."""
        found, fixed, lines = batch.shape.found, batch.shape.fixed, len(batch.positions)
        if fixed is None or found.counter is None:
            return [], []
        expected, high = [fixed.texts.expected] * lines, [fixed.texts.high] * lines
        for number in batch.shape.prompts:
            one, two = self._tokens(found.counter.exact, batch.texts[number], plain)
            expected, high = list(map(add, expected, one)), list(map(add, high, two))
        safe, more = found.counter.safe, fixed.high
        high = [more + safe(each) for each in high]
        if found.room is not None and max(high) > found.room:
            return None
        return [fixed.expected + each for each in expected], high

    def _tokens(self, exact: Count | None, texts: Sequence[bytes], plain: bool) -> tuple[Sequence[int], Sequence[int]]:
        """Tokens of texts as they stand in JSON; `plain` ones are ASCII without escapes."""
        if exact is not None:
            counted = [exact(self._text(text)) for text in texts]
            return counted, counted
        read = self._text
        if plain:
            pairs = list(map(measured_in_quotes, texts))
        else:
            pairs = [measured(text[1:-1] if b"\\" not in text else read(text).encode()) for text in texts]
        expected, high = zip(*pairs, strict=True)
        return expected, high

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
