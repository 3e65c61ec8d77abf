"""Changes of single values in a YAML text that leave every other byte as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from planner import spans
from planner.documents import Document, read_document, read_documents
from planner.problems import Path, Refused
from planner.scalars import Trap, resolve
from planner.spans import Span

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/%+-]*[A-Za-z0-9._/%+-])?")

Splice = tuple[int, int, str]
"""What stands from one place to another, and what is to stand there."""


class Edit(NamedTuple):
    """A value that is to stand at a path, as YAML text; None where nothing is to stand there.

    `document` counts the documents of the text.
    """

    path: Path
    to: str | None
    document: int = 0


class Edited(NamedTuple):
    """The changed text, the edits that are in it, and why each of the others is not."""

    text: str
    done: list[Edit]
    refused: list[tuple[Edit, str]]


class _Unfit(Exception):
    """Says why an edit cannot be made."""


def apply(text: str, edits: Iterable[Edit]) -> Edited:
    """The text with the edits, each made only if the text then reads as meant.

    Edits that touch one place are made one after another, so that none has to know of the others.
    """
    waiting = list({(edit.document, edit.path): edit for edit in edits}.values())
    done: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    alone = False
    while waiting:
        roots = spans.roots(text)
        taken: list[Edit] = []
        later: list[Edit] = []
        splices: list[Splice] = []
        for edit in waiting:
            try:
                own = _splices(text, roots[edit.document].span, edit)
            except _Unfit as unfit:
                refused.append((edit, str(unfit)))
                continue
            if (alone and taken) or any(_touch(one, other) for one in own for other in splices):
                later.append(edit)
            else:
                taken.append(edit)
                splices += own
        changed = _spliced(text, splices)
        if _reads_as_meant(text, changed, taken):
            text, waiting = changed, later
            done += taken
        elif len(taken) == 1:
            refused.append((taken[0], "it is written in a way that cannot be changed safely: change it by hand"))
            waiting = later
        else:
            alone, waiting = True, [*taken, *later]
    return Edited(text, done, refused)


def data_with(data: Any, path: Path, to: str | None) -> Any:
    """A copy of the data with the value at the path, or without what is there; missing mappings come into being."""
    if not path:
        return read_document((to or "").encode(), "").data
    head, *rest = path
    if isinstance(data, list):
        return [data_with(one, tuple(rest), to) if index == head else one for index, one in enumerate(data)]
    if to is None and not rest:
        return {key: value for key, value in data.items() if key != head}
    return {**data, head: data_with(data.get(head, {}), tuple(rest), to)}


def _reads_as_meant(text: str, changed: str, edits: Sequence[Edit]) -> bool:
    before = [one.data for one in _documents(text)]
    for edit in edits:
        before[edit.document] = data_with(before[edit.document], edit.path, edit.to)
    try:
        return before == [one.data for one in _documents(changed)]
    except Refused:
        return False


def _documents(text: str) -> list[Document]:
    return read_documents(text.encode(), "")


def _touch(one: Splice, other: Splice) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _spliced(text: str, splices: Sequence[Splice]) -> str:
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _splices(text: str, root: Span, edit: Edit) -> list[Splice]:
    found = spans.chain(root, edit.path)
    if any(span.shared for span in found):
        raise _Unfit("an anchor or alias shares it with other places: change it by hand")
    missing = edit.path[len(found) - 1 :]
    if edit.to is None:
        if missing:
            raise _Unfit("it is not there any more")
        return _removed(text, found[-2], edit.path[-1])
    if missing:
        return _inserted(text, found, missing, edit.to)
    return _replaced(text, found[-1], edit.to)


def _replaced(text: str, old: Span, to: str) -> list[Splice]:
    value = read_document(to.encode(), "").data
    if old.style in ("|", ">"):
        raise _Unfit("it is written as a block of text: change it by hand")
    if old.kind == "list" and isinstance(value, list):
        more = value[len(old.inner) :]
        if more and old.inner and [one.value for one in old.inner] == value[: len(old.inner)]:
            return _longer(text, old, more)
    if old.style == "block" or spans.comments(text, old.start, old, old.end):
        raise _Unfit("its parts stand on lines of their own: change it by hand")
    return [(old.start, old.end, _written(value, old.style))]


def _longer(text: str, old: Span, more: Sequence[Any]) -> list[Splice]:
    """New entries behind the last one of a list, written as that is."""
    last = old.inner[-1]
    entries = [_written(one, last.style) for one in more]
    if old.style == "flow":
        return _behind(text, old, last.start, ", ".join(entries))
    at = spans.line_end(text, old.end)
    new = spans.line_break(text, at) + " " * old.column + "- "
    return [(at, at, "".join(new + entry for entry in entries))]


def _inserted(text: str, found: Sequence[Span], missing: Path, to: str) -> list[Splice]:
    """A new key behind the last one of a mapping, with all that is missing below it."""
    into = found[-1]
    if into.kind != "mapping":
        raise _Unfit("what stands above it is no mapping: change it by hand")
    quote = next((key.style for span in reversed(found) for key in span.keys[:1]), "")
    value = _written(read_document(to.encode(), "").data, quote)
    keys = [_written(str(part), quote) for part in missing]
    if into.style == "flow":
        if text[into.end - 1] != "}":
            raise _Unfit("it is a pair without braces: change it by hand")
        pair = _pair(keys, value)
        if not into.inner:
            return [(into.start + 1, into.start + 1, pair)]
        return _behind(text, into, into.keys[-1].start, pair)
    at = spans.line_end(text, into.end)
    new = spans.line_break(text, at) + " " * into.column
    step = _block_step(into) if len(keys) > 1 else 0
    if step:
        return [(at, at, f"{new}{keys[0]}:{new}{' ' * step}{_pair(keys[1:], value)}")]
    return [(at, at, new + _pair(keys, value))]


def _pair(keys: Sequence[str], value: str) -> str:
    first, *rest = keys
    return f"{first}: {{{_pair(rest, value)}}}" if rest else f"{first}: {value}"


def _block_step(into: Span) -> int:
    """How far mappings below this one are indented, if most are written as blocks; else 0."""
    inner = [value for value in into.inner if value.kind == "mapping"]
    steps = [value.column - into.column for value in inner if value.style == "block"]
    return steps[0] if 2 * len(steps) > len(inner) else 0


def _behind(text: str, into: Span, last_start: int, piece: str) -> list[Splice]:
    """The piece behind the last part of a flow container; on a line of its own where that part has one."""
    last_end = into.inner[-1].end
    gap = text[last_end : into.end - 1]
    indent = text[spans.line_start(text, last_start) : last_start]
    if indent.strip() or not re.search("[\r\n]", gap):
        return [(last_end, last_end, f", {piece}")]
    at = spans.line_end(text, last_end)
    ended = "," in re.sub("#[^\r\n]*", "", gap)
    new = spans.line_break(text, at) + indent + piece
    if ended:
        return [(at, at, new + ",")]
    return [(last_end, at, "," + text[last_end:at] + new)]


def _removed(text: str, out_of: Span, key: str | int) -> list[Splice]:
    """Without the key and its value; the comments on their lines stay."""
    index = next((i for i, one in enumerate(out_of.keys) if one.value == key), None)
    if index is None:
        raise _Unfit("it is an entry of a list: change it by hand")
    name, value = out_of.keys[index], out_of.inner[index]
    following = out_of.keys[index + 1].start if index + 1 < len(out_of.keys) else None
    if out_of.style == "flow":
        if following is not None:
            return [_gone(text, name.start, following)]
        return [_gone(text, out_of.inner[index - 1].end if index else name.start, value.end)]
    start = spans.line_start(text, name.start)
    if text[start : name.start].strip():
        if following is None:
            raise _Unfit("nothing else is stated there: change it by hand")
        return [_gone(text, name.start, following)]
    end = spans.line_end(text, value.end)
    kept = spans.comments(text, name.end, value, end)
    new = spans.line_break(text, start)
    before = len(text[:start].removesuffix("\n").removesuffix("\r"))
    if not start:
        raise _Unfit("it stands on the first line: change it by hand")
    return [(before, end, "".join(f"{new}{' ' * name.column}{comment}" for comment in kept))]


def _gone(text: str, start: int, end: int) -> Splice:
    if re.search(r"#.*[\r\n]", text[start:end]):
        raise _Unfit("a comment stands in it: change it by hand")
    return start, end, ""


def _written(value: Any, style: str) -> str:
    """The value as YAML in one line, text quoted in the style where it is one."""
    if isinstance(value, list):
        return "[" + ", ".join(_written(one, style) for one in value) + "]"
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == '"' or not _is_plain(value):
        return json.dumps(value, ensure_ascii=False)
    return value


def _is_plain(value: str) -> bool:
    try:
        return _PLAIN.fullmatch(value) is not None and resolve(value) == value
    except Trap:
        return False
