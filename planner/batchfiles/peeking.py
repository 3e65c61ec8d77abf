"""A quick look into a request line: its id, address and model, and an upper bound of its input tokens.

Only those fields are built; all others are skipped. The exact reading is that of `planner batch check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from json import loads
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import astuple

from planner.batchfiles.dialects import Dialect, Operation, at
from planner.batchfiles.prompts import prompt_of
from planner.batchfiles.tokens import WEIGHTS, estimated
from planner.batchfiles.weighing import counter_for

THOUSAND = 1000
_CHEAP = b" abcdefghijklmnopqrstuvwxyz"
_CHEAP_HIGH = WEIGHTS["lower"][1]
_DEAR_HIGH = max(WEIGHTS[kind][1] for kind in ("upper", "digit", "sign"))
"""Tokens per thousand characters of ASCII on the safe side."""
HUNDRED = 100
DECLARED = 121
"""Percent of a tool's or a schema's tokens that count: a tenth for its exact form, a tenth for its numbers as text."""
ESCAPED = b"\\u"
"""One character in six bytes: a bound from these would be several times too high."""
RAW = msgspec.Raw | msgspec.UnsetType


class Peek:
    """Reads lines of one dialect. What `see` returns has `id`, `url` and `body`, and the body `model`; None is absent."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        prompt = sorted({key for each in dialect.operations for key in each.prompt})
        declared = sorted({key for each in dialect.operations for key in each.declared} - set(prompt))
        self._keys = (*prompt, *declared)
        first = int(dialect.model_at is not None)
        self._texts = slice(first, first + len(prompt))
        self._tools = slice(first + len(prompt), None)
        self.see: Callable[[bytes], Any] = msgspec.json.Decoder(self._line_type()).decode
        """Reads a line. Raises msgspec.DecodeError for what is no request."""
        words = sorted({re.escape(key) for each in dialect.operations for key in each.uncounted})
        self._foreign = re.compile(f'"(?:{"|".join(words)})"'.encode() if words else b"(?!)").search
        self._counter = counter_for(dialect, "", lambda encoding: None)
        self._fixed = dialect.per_request + dialect.per_message
        self._margin = dialect.margin_percent

    def may_embed(self, url: str | None) -> bool:
        """Whether requests to the address, or any where it is None, may have several inputs."""
        if url is not None and self._dialect.url_at is not None:
            operation = self._dialect.operation(url, {})
            return operation is not None and operation.inputs is not None
        return any(each.inputs for each in self._dialect.operations)

    def inputs(self, seen: Any) -> int:
        """Inputs of an embedding request, 1 for other requests."""
        operation = None if seen.body is None else self._operation(seen)
        if operation is None or operation.inputs not in self._keys:
            return 1
        field = getattr(seen.body, f"raw{self._keys.index(operation.inputs)}")
        raw = b"" if field is UNSET else bytes(field)
        stated = msgspec.json.decode(raw, type=list[msgspec.Raw]) if raw.startswith(b"[") else None
        return len(stated) if stated and not bytes(stated[0]).lstrip(b"-").isdigit() else 1

    def tokens(self, seen: Any, raw: bytes) -> tuple[int, bool]:
        """Input tokens on the safe side, and whether something in the request is not counted, such as an image."""
        if seen.body is None:
            return 0, False
        fields = astuple(seen.body)
        thousandths = 0
        for field in fields[self._texts]:
            if field is not UNSET:
                text = bytes(field)
                if self._foreign(text) is not None or ESCAPED in text:
                    return self.read(seen, raw)
                thousandths += bound(text)
        thousandths += thousandths * self._margin // HUNDRED + 1
        for field in fields[self._tools]:
            if field is not UNSET:
                thousandths += bound(bytes(field)) * (DECLARED + self._margin * 2) // HUNDRED
        return self._fixed + -(-thousandths // THOUSAND), False

    def read(self, seen: Any, raw: bytes) -> tuple[int, bool]:
        """The same from the request's text, read whole: slower, and never more than that of `planner batch check`."""
        try:
            body = at(loads(raw), self._dialect.body_at)
        except (ValueError, RecursionError):
            return -(-bound(raw) // THOUSAND), True
        operation = self._dialect.operation(seen.url, body)
        if operation is None:
            return 0, True
        prompt = prompt_of(operation, body)
        return self._counter.tokens(prompt).high, prompt.uncounted

    def _operation(self, seen: Any) -> Operation | None:
        there = {key: None for number, key in enumerate(self._keys) if getattr(seen.body, f"raw{number}") is not UNSET}
        return self._dialect.operation(seen.url, there)

    def _line_type(self) -> Any:
        """A type with the fields that are looked at; what the dialect has not is None for every line."""
        dialect = self._dialect
        model = None if dialect.model_at is None else dialect.model_at[len(dialect.body_at) :]
        raws = {f"raw{number}": (key,) for number, key in enumerate(self._keys)}
        body = _struct({"model": (model, str | None, None)}, {name: (path, RAW, UNSET) for name, path in raws.items()})
        texts = {"id": (dialect.id_at, str | None, None), "url": (dialect.url_at, str | None, None)}
        return _struct(texts, {"body": (dialect.body_at, body | None, None)})


def _struct(*fields: dict[str, tuple[tuple[str, ...] | None, Any, Any]]) -> Any:
    """A type of fields with path, type and default; a field without a path is None of the type itself."""
    stated = {name: field for group in fields for name, field in group.items() if field[0] is not None}
    lacking = {name: None for group in fields for name, field in group.items() if field[0] is None}
    rename = {name: path[0] for name, (path, _, _) in stated.items() if path is not None}
    made = [(name, kind, default) for name, (_, kind, default) in stated.items()]
    return msgspec.defstruct("Peeked", made, rename=rename, namespace=lacking, gc=False)


def bound(raw: bytes) -> int:
    """Thousandths of a token that a text has at most by the byte estimate; of JSON, more than of its texts."""
    if raw.isascii():
        dear = len(raw.translate(None, _CHEAP))
        return _DEAR_HIGH * dear + _CHEAP_HIGH * (len(raw) - dear)
    return estimated(raw.decode("utf-8", "replace")).high * THOUSAND
