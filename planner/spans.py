"""Where every value of a YAML text begins and ends, for those who change it in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from planner.problems import Path

_BREAK = re.compile("\r\n|\n|\r")
_COMMENT = re.compile("#[^\r\n]*")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Span(NamedTuple):
    """A value from its first character to the one behind its last, and the column where it begins.

    `kind` is scalar, mapping, list or alias. `style` is how a scalar is quoted, or how a container is written: flow or
    block. `shared` values have an anchor or are an alias. `keys` are the spans of a mapping's keys, `inner` its values
    or a list's entries.
    """

    kind: str
    start: int
    end: int
    column: int
    style: str
    shared: bool
    value: str
    keys: tuple[Span, ...] = ()
    inner: tuple[Span, ...] = ()

    def find(self, part: str | int) -> Span | None:
        """The value at a key or index; None where there is none."""
        if self.kind == "list" and isinstance(part, int):
            return self.inner[part] if part < len(self.inner) else None
        return next((value for key, value in zip(self.keys, self.inner, strict=False) if key.value == part), None)

    def leaves(self) -> Iterator[Span]:
        """Keys, scalars and aliases in the order of the text."""
        if self.kind in ("scalar", "alias"):
            yield self
        for index, value in enumerate(self.inner):
            if self.keys:
                yield self.keys[index]
            yield from value.leaves()


class Root(NamedTuple):
    """The value of one document, and the line on which the document begins."""

    span: Span
    line: int


def roots(text: str) -> list[Root]:
    """The documents of a text that was read without a complaint."""
    loader: Any = _Loader(text)
    found = []
    event: Any = loader.get_event()
    while type(event) is not yaml.StreamEndEvent:
        line = event.start_mark.line + 1
        if type(event) is yaml.DocumentStartEvent:
            found.append(Root(_span(text, loader, loader.get_event()), line))
        event = loader.get_event()
    return found


def _span(text: str, loader: Any, event: Any) -> Span:
    kind = type(event)
    start, end, column = event.start_mark.index, event.end_mark.index, event.start_mark.column
    if kind is yaml.AliasEvent:
        return Span("alias", start, end, column, "", True, "")
    shared = event.anchor is not None
    if kind is yaml.ScalarEvent:
        if event.style in ("|", ">"):
            end = _content_end(text, start, end)
        return Span("scalar", start, end, column, event.style or "", shared, event.value)
    inner: list[Span] = []
    following = loader.get_event()
    while type(following) not in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
        inner.append(_span(text, loader, following))
        following = loader.get_event()
    end = following.end_mark.index if event.flow_style or not inner else inner[-1].end
    style = "flow" if event.flow_style else "block"
    if kind is yaml.MappingStartEvent:
        return Span("mapping", start, end, column, style, shared, "", tuple(inner[::2]), tuple(inner[1::2]))
    return Span("list", start, end, column, style, shared, "", (), tuple(inner))


def _content_end(text: str, start: int, end: int) -> int:
    """Where the last line of a block scalar ends: blank lines behind it count only where its header keeps them."""
    header = text[start : line_end(text, start)].partition("#")[0]
    if "+" not in header:
        return len(text[:end].rstrip(" \t\r\n"))
    return len(text[:end].removesuffix("\n").removesuffix("\r"))


def chain(root: Span, path: Path) -> list[Span]:
    """The values on the way to the path, as far as they exist; the root is the first."""
    found = [root]
    for part in path:
        below = found[-1].find(part)
        if below is None:
            break
        found.append(below)
    return found


def comments(text: str, start: int, span: Span, end: int) -> list[str]:
    """The comments before a value, between its parts and behind it; `start` and `end` stand outside all scalars."""
    found: list[str] = []
    at = start
    for leaf in span.leaves():
        found += _COMMENT.findall(text[at : leaf.start])
        at = max(at, leaf.end)
    return found + _COMMENT.findall(text[at:end])


def line_start(text: str, at: int) -> int:
    """The first character of the line."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_end(text: str, at: int) -> int:
    """The break at the end of the line, or the end of the text."""
    found = _BREAK.search(text, at)
    return found.start() if found else len(text)


def line_break(text: str, at: int) -> str:
    """The break that ends the line; of the last line, the first break of the text."""
    found = _BREAK.search(text, at) or _BREAK.search(text)
    return found[0] if found else "\n"
