"""Whole blocks of lines at once, where every line is like those that were examined before, but for its texts.

Ids are compared, and texts counted, as in any other line; all else was learned. Whatever is not sure to be the same is
left to the exact reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from planner.batchfiles.bills import Bill
from planner.batchfiles.columns import Node
from planner.batchfiles.crosslines import Ids
from planner.batchfiles.dialects import Dialect
from planner.batchfiles.findings import Findings, Line
from planner.batchfiles.learning import Learner, Rehearsal, Shape
from planner.batchfiles.market import Market
from planner.batchfiles.patterns import Frame, Tree, grown, structure
from planner.batchfiles.reading import Parsed
from planner.batchfiles.tokens import Fixed, measured
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
Texts = Sequence[bytes]
"""What stands in the gaps of a line."""


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
        """Takes the shape in, unless its texts stand where others have lists or objects."""
        tree = grown(self._tree, shape.gaps.paths)
        if tree is None:
            return
        known = [each for group in self._shapes.values() for each in group]
        self._tree, self._frame = tree, Frame(tree)
        self._shapes = {}
        for each in (shape, *known):
            self._shapes.setdefault(each.fit(self._frame), []).append(each)

    def takes(self, block: bytes, number: int, start: int) -> int:
        """How many lines the block has, if all of them are known and examined now; else 0, and nothing is done.

        `number` and `start` are those of its first line.
        """
        if self._frame is None or len(block) > LONGEST:
            return 0
        try:
            rows = [list(map(bytes, self._frame.read(each))) for each in self._frame.decode(block)]
            if not block.isascii():
                block.decode()
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
            return 0
        lines = self._like_the_last(block, rows) or self._told_apart(block, rows)
        if not lines or not self._examined(lines, block, number, start):
            return 0
        self._tries = min(MOST_TRIES, self._tries + PAYS)
        return len(lines)

    def _like_the_last(self, block: bytes, rows: list[list[bytes]]) -> list[tuple[Shape, Texts]]:
        """Each line with its shape and its texts, if all are of the shapes that were met last; else nothing."""
        recent = {count: shapes[0] for count, shapes in self._shapes.items()}
        lines, parts = [], []
        for row in rows:
            shape = recent.get(len(row))
            if shape is None:
                return []
            gaps = shape.pick(row)
            parts += shape.filled(gaps)
            lines.append((shape, gaps))
        return lines if b"".join(parts) == block else []

    def _told_apart(self, block: bytes, rows: list[list[bytes]]) -> list[tuple[Shape, Texts]]:
        """The same, for lines of any shape that is known."""
        lines, begin = [], 0
        for row in rows:
            end = block.find(b"\n", begin) + 1
            known = self._shapes.get(len(row), [])
            for shape in known:
                gaps = shape.pick(row)
                size = shape.size + sum(map(len, gaps))
                if size == end - begin and b"".join(shape.filled(gaps)) == block[begin:end]:
                    break
            else:
                return []
            known.remove(shape)
            known.insert(0, shape)
            lines.append((shape, gaps))
            begin = end
        return lines if begin == len(block) else []

    def _examined(self, lines: list[tuple[Shape, Texts]], block: bytes, number: int, start: int) -> bool:
        groups: dict[Shape, list[Texts]] = {}
        for shape, gaps in lines:
            groups.setdefault(shape, []).append(gaps)
        weights = {}
        for shape, group in groups.items():
            weights[shape] = self._weighed(shape, group)
            if weights[shape] is None:
                return False
        ids = [gaps[shape.id] for shape, gaps in lines if shape.id is not None]
        names = [str(each[1:-1], "utf-8") for each in ids]
        if names and not (len(ids) == len(lines) and self._good(ids, names) and self._ids.take(names, number)):
            return False
        for shape, group in groups.items():
            self._count(shape, len(group), weights[shape] or ([], []))
        if any(shape.found.faults for shape in groups):
            self._tell(lines, block, number, start, names)
        return True

    def _good(self, ids: list[bytes], names: list[str]) -> bool:
        """Whether all are texts that the service takes for an id, and stand there as they are."""
        plain = b"\\" not in b"".join(ids) and all(each[0] == QUOTE for each in ids)
        return plain and self._learner.good(names)

    def _weighed(self, shape: Shape, group: list[Texts]) -> tuple[list[int], list[int]] | None:
        """Tokens of each request, expected and on the safe side; None where one of them is not like the others."""
        others = shape.silent if shape.fixed is not None else (*shape.silent, *shape.prompts)
        longest = LONG_GAP if shape.found.faults else LONGEST
        for gaps in group:
            for position in others:
                if gaps[position][0] != QUOTE or not SHORTEST <= len(gaps[position]) <= longest:
                    return None
        return ([], []) if shape.fixed is None else self._tokens(shape, shape.fixed, group, longest)

    def _tokens(
        self, shape: Shape, fixed: Fixed, group: list[Texts], longest: int
    ) -> tuple[list[int], list[int]] | None:
        found = shape.found
        assert found.counter is not None
        exact, safe = found.counter.exact, found.counter.safe
        most = found.room
        all_expected, all_high = [], []
        for gaps in group:
            expected, high = fixed.texts
            for position in shape.prompts:
                gap = gaps[position]
                if gap[0] != QUOTE or not SHORTEST <= len(gap) <= longest:
                    return None
                if exact is not None:
                    one = two = exact(self._text(gap))
                elif b"\\" in gap:
                    one, two = measured(self._text(gap).encode())
                else:
                    one, two = measured(gap[1:-1])
                expected += one
                high += two
            high = fixed.high + safe(high)
            if most is not None and high > most:
                return None
            all_expected.append(fixed.expected + expected)
            all_high.append(high)
        return all_expected, all_high

    def _count(self, shape: Shape, number: int, tokens: tuple[list[int], list[int]]) -> None:
        found = shape.found
        self._bill.requests += number
        self.inputs += found.inputs * number
        if found.offer is not None and found.weight is not None:
            self._bill.add_alike(self._market, found.offer, found.weight, found.counted_by, number, tokens)

    def _tell(self, lines: list[tuple[Shape, Texts]], block: bytes, number: int, start: int, names: list[str]) -> None:
        """Puts the faults of every line on record."""
        begin = 0
        for position, (shape, gaps) in enumerate(lines):
            size = shape.size + sum(map(len, gaps))
            full = all(self._findings.full(fault) for fault in shape.found.faults)
            text = "" if full else block[begin : begin + size].decode()
            line = Line(number + position, start + begin, text)
            for fault in shape.found.faults:
                self._findings.add(fault, line, names[position][:LONGEST_NAME] if names else None)
            begin += size
