"""Blocks of lines that are known: each line equals a shape that was learned, with its own texts in the gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from planner.batchfiles.columns import Node
from planner.batchfiles.patterns import Frame, Shape, Tree, Uneven, grown, structure
from planner.batchfiles.reading import Parsed
from planner.batchfiles.streaming import lines_of
from planner.problems import Path

MOST_SHAPES = 64
MOST_TRIES = 256
"""Lines that are looked at to learn from, unless what was learned pays."""
PAYS = 8
"""Lines that may be looked at again for each block that was known."""
LONGEST_SAMPLE = 1 << 16
"""Characters of a line from which something is learned."""
LONGEST = 1 << 20
"""Bytes of a block; a longer one is one long line."""
QUOTE = 34


class Batch(NamedTuple):
    """Lines of one shape: the texts in their gaps, a column for each, and where the lines stand in their block."""

    shape: Shape
    texts: Sequence[Sequence[bytes]]
    positions: Sequence[int]

    def holds_texts(self, shortest: int, longest: int) -> bool:
        """Whether the gaps hold texts, of so many bytes with their quotes."""
        return all(
            min(map(len, column)) >= shortest and max(map(len, column)) <= longest and {text[0] for text in column} == {QUOTE}
            for column in self.texts
        )  # fmt: skip


class Known(NamedTuple):
    """A block that is known. `plain` is one in ASCII without escapes."""

    batches: list[Batch]
    lines: int
    plain: bool

    def ids(self) -> list[str] | None:
        """The ids in the order of the lines, empty where lines have none; None where one is not as it should be."""
        ids: list[bytes] = [b""] * self.lines
        for batch in self.batches:
            if batch.shape.id is not None:
                for position, text in zip(batch.positions, batch.texts[batch.shape.id], strict=True):
                    ids[position] = text
        if not any(ids):
            return []
        joined = b"".join(ids)
        if b"" in ids or b"\\" in joined:
            return None
        names = joined[1:-1].decode().split('""')
        return names if len(names) == self.lines else None


class Familiar:
    """What is known of one file's lines. `learn` makes a shape of two lines of one structure, where it can."""

    def __init__(self, learn: Callable[[Parsed, list[Node], Parsed, list[Node]], Shape | None]) -> None:
        self._learn = learn
        self._tree: Tree = {}
        self._frame: Frame | None = None
        self._shapes: dict[int, list[Shape]] = {}
        self._waiting: dict[tuple[Path, ...], tuple[Parsed, list[Node]]] = {}
        self._tries = MOST_TRIES

    def wants(self, size: int) -> bool:
        """Whether something may be learned from a line of so many characters."""
        return self._tries > 0 and size <= LONGEST_SAMPLE

    def saw(self, parsed: Parsed) -> None:
        """Learns from a line that was read exactly."""
        if not parsed.clean or not self.wants(len(parsed.line.text)):
            return
        self._tries -= 1
        found = structure(parsed.line.text)
        key = tuple(node.path for node in found)
        before = self._waiting.get(key)
        if len(self._waiting) >= MOST_SHAPES:
            self._waiting.clear()
        self._waiting[key] = (parsed, found)
        if before is not None and sum(map(len, self._shapes.values())) < MOST_SHAPES:
            shape = self._learn(parsed, found, *before)
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

    def read(self, block: bytes) -> Known | None:
        """The block, if every line of it is known."""
        if self._frame is None or len(block) > LONGEST:
            return None
        try:
            seen = self._frame.decode(block)
            plain = block.isascii()
            if not plain:
                block.decode()
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
            return None
        batches = self._alike(self._frame, block, seen) or self._mixed(self._frame, block, seen)
        return Known(batches, len(seen), plain and b"\\" not in block) if batches else None

    def pays(self) -> None:
        """To be told when a known block was of use."""
        self._tries = min(MOST_TRIES, self._tries + PAYS)

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
        for position, (line, row) in enumerate(zip(lines, _rows(frame, seen), strict=True)):
            met = _met(self._shapes.get(len(row), []), row, line)
            if met is None:
                return []
            shape, texts = met
            rows, positions = found.setdefault(shape, ([], []))
            rows.append(texts)
            positions.append(position)
        return [Batch(shape, list(zip(*rows, strict=True)), positions) for shape, (rows, positions) in found.items()]


def _met(known: list[Shape], row: Sequence[bytes], line: bytes) -> tuple[Shape, list[bytes]] | None:
    """The shape of a line, and its texts; the shape is the first to be looked at for the next line."""
    for place, shape in enumerate(known):
        texts = [row[number] for number in shape.columns]
        if shape.size + sum(map(len, texts)) == len(line) and shape.line(texts) == line:
            if place:
                known.insert(0, known.pop(place))
            return shape, texts
    return None


def _rows(frame: Frame, seen: list[Any]) -> Iterable[Sequence[bytes]]:
    """What stands at the places of each line."""
    try:
        columns = frame.columns(seen)
    except Uneven:
        return ([bytes(column[0]) for column in frame.columns([one])] for one in seen)
    return zip(*(map(bytes, column) for column in columns), strict=True) if columns else iter([()] * len(seen))
