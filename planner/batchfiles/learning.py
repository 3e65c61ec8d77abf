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
from planner.batchfiles.patterns import Gaps, Shape, gaps_between, replaced
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


class Learner:
    """Makes shapes for one dialect. `rehearse` examines a line without a trace."""

    def __init__(self, dialect: Dialect, rehearse: Callable[[Parsed], Rehearsal]) -> None:
        self._dialect, self._rehearse = dialect, rehearse
        self._ids = None if dialect.id_at is None else validator_of_ids(dialect, dialect.id_at)

    def good(self, ids: Sequence[object]) -> bool:
        """Whether the service takes all of them for ids, as far as their form goes."""
        return self._ids is not None and bool(self._ids.is_valid(ids))

    def shape(self, one: Parsed, found: list[Node], other: Parsed, others: list[Node]) -> Shape | None:
        """The shape of two lines of one structure; None where their verdict may depend on what differs."""
        id_at = self._dialect.id_at
        gaps = gaps_between(one.line.text, found, other.line.text, others)
        if gaps is None or not all(may_differ(self._dialect, path) for path in gaps.paths):
            return None
        own_id = at(one.value, id_at) if id_at else None
        if own_id is not None and (id_at not in gaps.paths or not self.good([own_id])):
            return None
        texts = [path for path in gaps.paths if path != id_at]
        rehearsed = self._rehearse(one)
        for text in OTHER_TEXTS:
            if self._rehearse(one._replace(value=with_text(one.value, texts, text))).said() != rehearsed.said():
                return None
        bare = with_text(one.value, gaps.paths, "")
        fixed: Fixed | None = None
        prompts: tuple[int, ...] = ()
        if rehearsed.counter is not None and rehearsed.weight is not None and rehearsed.weight.input is not None:
            read = counted(self._dialect, rehearsed.counter, bare, gaps)
            if read is None:
                return None
            fixed, prompts = read
        id_gap = gaps.paths.index(id_at) if id_at in gaps.paths else None
        return Shape(gaps, bare, rehearsed, fixed, prompts, id_gap)


def may_differ(dialect: Dialect, path: Path) -> bool:
    """Whether other texts there may leave the verdict as it is: ids, and what is in the body, but for its model."""
    depth = len(dialect.body_at)
    inside = len(path) > depth and path[:depth] == dialect.body_at
    declares = inside and any(path[depth] in each.declared for each in dialect.operations)
    return path == dialect.id_at or (inside and not declares and path not in (dialect.model_at, dialect.url_at))


def counted(dialect: Dialect, counter: Counter, bare: Any, gaps: Gaps) -> tuple[Fixed, tuple[int, ...]] | None:
    """Tokens of a line apart from its gaps, and which gaps count, told by a mark in their places."""
    body, depth = at(bare, dialect.body_at), len(dialect.body_at)
    operation = operation_of(dialect, bare)
    if operation is None or not isinstance(body, dict):
        return None
    prompts = []
    for number, path in enumerate(gaps.paths):
        marked = body if path == dialect.id_at else replaced(body, path[depth:], MARK)
        if MARK in prompt_of(operation, marked).texts:
            prompts.append(number)
    return counter.fixed(prompt_of(operation, body)), tuple(prompts)


def operation_of(dialect: Dialect, value: Any) -> Operation | None:
    """The kind of request that a line is."""
    body = at(value, dialect.body_at)
    return dialect.operation(
        at(value, dialect.url_at) if dialect.url_at else None, body if isinstance(body, dict) else {}
    )


def with_text(value: Any, paths: Sequence[Path], text: str) -> Any:
    for path in paths:
        value = replaced(value, path, text)
    return value


def validator_of_ids(dialect: Dialect, id_at: Sequence[str]) -> Any:
    """Holds a list of ids against what the dialect says of one."""
    schema: Any = dialect.line
    for key in id_at:
        schema = schema.get("properties", {}).get(key, {})
    return jsonschema_rs.validator_for({"type": "array", "items": {"allOf": [schema, {"type": "string"}]}})
