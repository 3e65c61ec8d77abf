"""What the splitter has to know of a request line: its id, address and model, its inputs, its input tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from planner.batchfiles.columns import Node
from planner.batchfiles.dialects import Dialect, at
from planner.batchfiles.learning import counted, may_differ, operation_of, with_text
from planner.batchfiles.patterns import Shape, gaps_between
from planner.batchfiles.prompts import inputs_of, prompt_of
from planner.batchfiles.reading import Parsed
from planner.batchfiles.weighing import counter_for

Key = tuple[str | None, str | None]
"""Model and address, each None where a line states none."""


class Seen(NamedTuple):
    """A request. `inputs` are those of embeddings, 1 for others; `tokens` are input tokens on the safe side.

    `uncounted` says whether something is not in the tokens, such as an image.
    """

    id: str | None
    key: Key
    inputs: int
    tokens: int
    uncounted: bool


class Peek:
    """Reads lines of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.head: Callable[[bytes], Any] = msgspec.json.Decoder(self._line_type()).decode
        """Id, url and body.model of a line alone; None is absent. Raises msgspec.DecodeError for what is no request."""
        self.counter = counter_for(dialect, "", lambda encoding: None)

    def see(self, raw: bytes) -> Seen:
        """Reads a line. Raises ValueError (msgspec's too) or RecursionError for what is no request."""
        head = self.head(raw)
        return self.seen(head.id, (head.body and head.body.model, head.url), msgspec.json.decode(raw))

    def seen(self, own_id: str | None, key: Key, value: Any) -> Seen:
        """The same of a line that was parsed."""
        operation, body = operation_of(self._dialect, value), at(value, self._dialect.body_at)
        if operation is None or not isinstance(body, dict):
            return Seen(own_id, key, 1, 0, isinstance(body, dict))
        prompt = prompt_of(operation, body)
        inputs = max(1, inputs_of(operation, body))
        return Seen(own_id, key, inputs, self.counter.tokens(prompt).high, prompt.uncounted)

    def shape(self, one: Parsed, found: list[Node], other: Parsed, others: list[Node]) -> Shape | None:
        """The shape of two lines of one structure that differ in texts only; what was found of it is as of empty texts."""
        dialect, id_at = self._dialect, self._dialect.id_at
        gaps = gaps_between(one.line.text, found, other.line.text, others)
        if gaps is None or not all(may_differ(dialect, path) for path in gaps.paths):
            return None
        if id_at is not None and at(one.value, id_at) is not None and id_at not in gaps.paths:
            return None
        bare = with_text(one.value, gaps.paths, "")
        read = counted(dialect, self.counter, bare, gaps)
        if read is None:
            return None
        model: str | None = at(bare, dialect.model_at) if dialect.model_at else None
        url: str | None = at(bare, dialect.url_at) if dialect.url_at else None
        id_gap = gaps.paths.index(id_at) if id_at in gaps.paths else None
        return Shape(gaps, bare, self.seen(None, (model, url), bare), *read, id_gap)

    def _line_type(self) -> Any:
        """A type with the fields that are looked at; what the dialect has not is None for every line."""
        dialect = self._dialect
        model = None if dialect.model_at is None else dialect.model_at[len(dialect.body_at) :]
        body = _struct({"model": (model, str | None)})
        return _struct(
            {"id": (dialect.id_at, str | None), "url": (dialect.url_at, str | None), "body": (dialect.body_at, body | None)}
        )  # fmt: skip


def _struct(fields: dict[str, tuple[tuple[str, ...] | None, Any]]) -> Any:
    """A type of fields with path and type, None where absent; a field without a path is None of the type itself."""
    stated = {name: (path, kind) for name, (path, kind) in fields.items() if path is not None}
    lacking = {name: None for name, (path, _) in fields.items() if path is None}
    made = [(name, kind, None) for name, (_, kind) in stated.items()]
    rename = {name: path[0] for name, (path, _) in stated.items()}
    return msgspec.defstruct("Peeked", made, rename=rename, namespace=lacking, gc=False)
