"""The verdict on a line, learned from two lines that were read exactly, for every line like them but for its texts.

Two lines of one structure that differ in some texts only make a pattern. If the verdict does not change when other texts
stand there, it holds for every line of the pattern. Ids are left out of it, and so are the tokens of the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jsonschema_rs

from planner.batchfiles.bills import Weight
from planner.batchfiles.columns import Node
from planner.batchfiles.dialects import Dialect, Operation, at
from planner.batchfiles.findings import Fault
from planner.batchfiles.market import Offer
from planner.batchfiles.patterns import Frame, Gaps, gaps_between, replaced
from planner.batchfiles.prompts import prompt_of
from planner.batchfiles.reading import Parsed
from planner.batchfiles.tokens import Counter, Fixed
from planner.problems import Path

OTHER_TEXTS = ("x", "Other words, and 12 numbers. " * 40, "\u6f22\u5b57 \u00e9")
MARK = "\x00"


class Rehearsal(NamedTuple):
    """What a line is found to be, apart from its id and its tokens: faults, and what would be put on the bill.

    `room` is what the context window leaves for the input, None where that is not known.
    """

    faults: tuple[Fault, ...]
    offer: Offer | None = None
    weight: Weight | None = None
    counter: Counter | None = None
    counted_by: str = ""
    room: int | None = None
    inputs: int = 0

    def said(self) -> tuple[Any, ...]:
        """All but the tokens of the input."""
        weight = self.weight
        rest = None if weight is None else (weight.input is None, weight.capped, weight.expected, weight.uncapped)
        return (self.faults, self.offer, rest, self.counted_by, self.room, self.inputs)


class Shape:
    """A pattern with its verdict. Positions are those of the gaps, in the order of the text.

    `prompts` are the gaps whose tokens count beside the `fixed` ones, `id` is that of the id; `bare` is the line's value
    with empty texts.
    """

    def __init__(
        self, gaps: Gaps, bare: Any, found: Rehearsal, fixed: Fixed | None, prompts: tuple[int, ...], id_: int | None
    ) -> None:
        self.gaps, self.bare, self.found, self.fixed, self.prompts, self.id = gaps, bare, found, fixed, prompts, id_
        self.silent = tuple(n for n in range(len(gaps.paths)) if n != id_ and n not in prompts)
        self.columns: tuple[int, ...] = ()

    def fit(self, frame: Frame) -> int:
        """Finds the gaps among the columns of lines like this; how many columns these have."""
        places = {path: number for number, path in enumerate(frame.places(self.bare))}
        self.columns = tuple(places[path] for path in self.gaps.paths)
        return len(places)

    def joined(self, texts: Sequence[Sequence[bytes]], lines: int) -> bytes:
        """So many lines with these texts, a column for each gap."""
        pieces = self.gaps.pieces
        step = 2 * len(pieces) - 1
        parts = [b""] * (step * lines)
        for number, piece in enumerate(pieces):
            parts[2 * number :: step] = [piece] * lines
        for number, column in enumerate(texts):
            parts[2 * number + 1 :: step] = column
        return b"".join(parts)


class Learner:
    """Makes shapes for one dialect. `rehearse` examines a line without a trace."""

    def __init__(self, dialect: Dialect, rehearse: Callable[[Parsed], Rehearsal]) -> None:
        self._dialect, self._rehearse = dialect, rehearse
        self._depth = len(dialect.body_at)
        self._declared = {key for each in dialect.operations for key in each.declared}
        self._ids = None if dialect.id_at is None else validator_of_ids(dialect, dialect.id_at)

    def good(self, ids: Sequence[object]) -> bool:
        """Whether the service takes all of them for ids, as far as their form goes."""
        return self._ids is not None and bool(self._ids.is_valid(ids))

    def shape(self, one: Parsed, found: list[Node], other: Parsed, others: list[Node]) -> Shape | None:
        """The shape of two lines of one structure; None where their verdict may depend on what differs."""
        id_at = self._dialect.id_at
        gaps = gaps_between(one.line.text, found, other.line.text, others)
        if gaps is None or not gaps.paths or not all(self._may_differ(path) for path in gaps.paths):
            return None
        own_id = at(one.value, id_at) if id_at else None
        if own_id is not None and (id_at not in gaps.paths or not self.good([own_id])):
            return None
        texts = [path for path in gaps.paths if path != id_at]
        rehearsed = self._rehearse(one)
        for text in OTHER_TEXTS:
            if self._rehearse(one._replace(value=_with(one.value, texts, text))).said() != rehearsed.said():
                return None
        fixed, counting = self._counted(_with(one.value, texts, ""), texts, rehearsed)
        prompts = tuple(number for number, path in enumerate(gaps.paths) if path in counting)
        id_gap = gaps.paths.index(id_at) if id_at in gaps.paths else None
        return Shape(gaps, _with(one.value, gaps.paths, ""), rehearsed, fixed, prompts, id_gap)

    def _may_differ(self, path: Path) -> bool:
        """Whether other texts there may leave the verdict as it is: ids, and what is in the body, but for its model."""
        dialect, depth = self._dialect, self._depth
        inside = len(path) > depth and path[:depth] == dialect.body_at and path[depth] not in self._declared
        return path == dialect.id_at or (inside and path not in (dialect.model_at, dialect.url_at))

    def _counted(self, bare: Any, texts: Sequence[Path], rehearsed: Rehearsal) -> tuple[Fixed | None, set[Path]]:
        """Tokens of all but the texts, and which of these count, told by a mark in their places."""
        counter = rehearsed.counter
        if rehearsed.weight is None or rehearsed.weight.input is None or counter is None:
            return None, set()
        operation = self._operation(bare)
        if operation is None:
            return None, set()
        body = at(bare, self._dialect.body_at)
        marked = {path: prompt_of(operation, replaced(body, path[self._depth :], MARK)) for path in texts}
        return counter.fixed(prompt_of(operation, body)), {path for path in texts if MARK in marked[path].texts}

    def _operation(self, value: Any) -> Operation | None:
        dialect = self._dialect
        return dialect.operation(at(value, dialect.url_at) if dialect.url_at else None, at(value, dialect.body_at))


def _with(value: Any, paths: Sequence[Path], text: str) -> Any:
    for path in paths:
        value = replaced(value, path, text)
    return value


def validator_of_ids(dialect: Dialect, id_at: Sequence[str]) -> Any:
    """Holds a list of ids against what the dialect says of one."""
    schema: Any = dialect.line
    for key in id_at:
        schema = schema.get("properties", {}).get(key, {})
    return jsonschema_rs.validator_for({"type": "array", "items": {"allOf": [schema, {"type": "string"}]}})
