"""What is the same on line after line, with gaps for the texts that differ: how most lines are known without parsing.

A line that equals its pattern's pieces with JSON texts in the gaps has the structure of the lines that the pattern was
learned from: the same keys, none of them twice, the same numbers. Only the texts in the gaps are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from planner.batchfiles.columns import Node, nodes
from planner.batchfiles.tokens import Fixed
from planner.problems import Path

Tree = dict[str | None, Any]
"""Where texts are looked for: keys of objects, None for the entries of a list, an empty tree for the text itself."""
EACH = None
QUOTE = '"'
NOTHING = msgspec.Raw(b"")
MISSING = object()


class Gaps(NamedTuple):
    """Where two lines differ, in the order of the text, and the bytes around."""

    paths: tuple[Path, ...]
    pieces: tuple[bytes, ...]


def gaps_between(one: str, found: list[Node], other: str, others: list[Node]) -> Gaps | None:
    """The texts in which two lines of one structure differ; None where they differ in anything else."""
    paths, pieces, theirs = [], [], []
    end = other_end = 0
    for node, twin in zip(found, others, strict=True):
        if node.token == twin.token:
            continue
        if not node.token.startswith(QUOTE) or not twin.token.startswith(QUOTE):
            return None
        paths.append(node.path)
        pieces.append(one[end : node.at])
        theirs.append(other[other_end : twin.at])
        end, other_end = node.at + len(node.token), twin.at + len(twin.token)
    pieces.append(one[end:])
    theirs.append(other[other_end:])
    same = bool(paths) and pieces == theirs
    return Gaps(tuple(paths), tuple(piece.encode() for piece in pieces)) if same else None


def structure(text: str) -> list[Node]:
    """The values of a line, by which two lines may be compared."""
    return list(nodes(text))


def grown(tree: Tree, paths: Iterable[Path]) -> Tree | None:
    """The tree with these paths too; None where one would lead through a text."""
    found: Tree = _copied(tree)
    for path in paths:
        below, fresh = found, not found
        for step in path:
            key = EACH if isinstance(step, int) else step
            if not below and not fresh:
                return None
            if below and (EACH in below) != (key is EACH):
                return None
            fresh = key not in below
            below = below.setdefault(key, {})
        if below:
            return None
    return found


def _copied(tree: Tree) -> Tree:
    return {key: _copied(below) for key, below in tree.items()}


class Uneven(ValueError):
    """Lines of different structure, which have no columns in common."""


class Frame:
    """Reads the texts at the tree's places out of whole lines at once; all else is skipped, but held to be JSON."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.decode: Callable[[bytes], list[Any]] = msgspec.json.Decoder(_type(tree)).decode_lines
        """Raises msgspec.DecodeError for what is no JSON, or has something else at the places."""

    def columns(self, lines: list[Any]) -> list[list[Any]]:
        """For each place the raw values of all lines, empty where there is none. Raises Uneven."""
        return _columns(self._tree, lines, len(lines))

    def places(self, value: Any) -> list[Path]:
        """The places of the columns in a line of this structure. Raises Uneven where the line cannot be read."""
        return _places(self._tree, [((), value)])


def _type(tree: Tree) -> Any:
    if not tree:
        return msgspec.Raw
    if EACH in tree:
        return list[_type(tree[EACH])]  # type: ignore[misc]
    fields = []
    for number, below in enumerate(tree.values()):
        kind = _type(below)
        fields.append((f"f{number}", kind, _default(below, kind)))
    rename = {f"f{number}": str(key) for number, key in enumerate(tree)}
    return msgspec.defstruct("Framed", fields, rename=rename, frozen=True, gc=False)


def _default(tree: Tree, kind: Any) -> Any:
    if not tree:
        return NOTHING
    return msgspec.field(default_factory=list) if EACH in tree else kind()


def _columns(tree: Tree, values: list[Any], lines: int) -> list[list[Any]]:
    """`values` has equally many entries of each line, line after line."""
    width = len(values) // lines
    if not tree:
        return [values[number::width] for number in range(width)]
    if EACH in tree:
        lengths = list(map(len, values))
        if lengths != lengths[:width] * lines:
            raise Uneven
        return _columns(tree[EACH], list(chain.from_iterable(values)), lines)
    found: list[list[Any]] = []
    for number, below in enumerate(tree.values()):
        found += _columns(below, list(map(attrgetter(f"f{number}"), values)), lines)
    return found


def _places(tree: Tree, values: list[tuple[Path, Any]]) -> list[Path]:
    """The same of one line, for the places instead of what stands there."""
    if not tree:
        return [path for path, _ in values]
    if EACH in tree:
        lists = [(path, _stated(value, list, ())) for path, value in values]
        entries = [((*path, n), one) for path, value in lists for n, one in enumerate(value)]
        return _places(tree[EACH], entries)
    found: list[Path] = []
    for key, below in tree.items():
        objects = [(path, _stated(value, dict, {})) for path, value in values]
        found += _places(below, [((*path, str(key)), value.get(key, MISSING)) for path, value in objects])
    return found


def _stated(value: Any, kind: type, empty: Any) -> Any:
    if value is MISSING:
        return empty
    if not isinstance(value, kind):
        raise Uneven
    return value


class Shape:
    """A pattern, and what was `found` of its lines. Positions are those of the gaps, in the order of the text.

    `prompts` are the gaps whose tokens count beside the `fixed` ones, `id` is that of the id; `bare` is the line's value
    with empty texts.
    """

    def __init__(
        self, gaps: Gaps, bare: Any, found: Any, fixed: Fixed | None, prompts: tuple[int, ...], id_: int | None
    ) -> None:
        self.gaps, self.bare, self.found, self.fixed, self.prompts, self.id = gaps, bare, found, fixed, prompts, id_
        self.columns: tuple[int, ...] = ()
        self.size = sum(map(len, gaps.pieces))
        self._template = [b""] * (2 * len(gaps.pieces) - 1)
        self._template[::2] = gaps.pieces

    def fit(self, frame: Frame) -> int:
        """Finds the gaps among the columns of lines like this; how many columns these have."""
        places = {path: number for number, path in enumerate(frame.places(self.bare))}
        self.columns = tuple(places[path] for path in self.gaps.paths)
        return len(places)

    def line(self, texts: Sequence[bytes]) -> bytes:
        """One line with these texts."""
        parts = self._template.copy()
        parts[1::2] = texts
        return b"".join(parts)

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


def replaced(value: Any, path: Path, text: str) -> Any:
    """A copy of the value with another text at the path; what the path does not touch is shared."""
    if not path:
        return text
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], text)
    return copy
