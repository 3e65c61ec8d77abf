"""YAML text to plain data with places, in one pass over the parser's events.

YAML's traps are refused, not obeyed: two readers of one file must not see two plans.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import yaml

from planner.events import MAX_DEPTH, MAX_PROBLEMS, Builder, Stop
from planner.problems import Mark, Path, Problem, Refused, safe

_ODD_BREAK = re.compile("[\x85\u2028\u2029]")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Document:
    """Data of one YAML file, and for any path in it the line and column where it stands."""

    def __init__(self, name: str, data: Any, marks: list[int], text: str = "") -> None:
        self.name = name
        self.data = data
        self.text = text
        self._marks = marks
        self._offsets: dict[int, dict[str | int, int]] = {}
        self._sizes: dict[int, int] = {}

    def where(self, path: Path, at_key: bool = False) -> Mark:
        """Place of the value at the path, or of the nearest thing above it that exists."""
        node, position = self.data, 0
        for step, part in enumerate(path):
            offsets = self._children(node)
            if part not in offsets:
                break
            position += offsets[part]
            if at_key and step == len(path) - 1 and isinstance(node, dict):
                position -= 1
                break
            node = node[part]
        packed = self._marks[position]
        return Mark((packed >> 24) + 1, (packed & 0xFFFFFF) + 1)

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines, without their breaks."""
        return re.split("\r\n|\n|\r", self.text)

    def place(self, problem: Problem) -> Mark:
        """Where a problem is."""
        if isinstance(problem.where, Mark):
            return problem.where
        return self.where(problem.where, problem.at_key)

    def refuse(self, problems: list[Problem]) -> Refused:
        """The problems as lines with file, line and column, in the order of the text."""
        return refusal(self.name, [(self.place(problem), problem.says) for problem in problems])

    def _children(self, node: Any) -> dict[str | int, int]:
        """Distance from a container's own mark to the mark of each child."""
        if not isinstance(node, dict | list):
            return {}
        known = self._offsets.get(id(node))
        if known is None:
            known = self._offsets[id(node)] = {}
            at, step = (2, 1) if isinstance(node, dict) else (1, 0)
            for key, child in node.items() if isinstance(node, dict) else enumerate(node):
                known[key] = at
                at += self._size(child) + step
            self._sizes[id(node)] = at - step
        return known

    def _size(self, node: Any) -> int:
        """Marks of a value and all that is in it."""
        if type(node) is not dict and type(node) is not list:
            return 1
        size = self._sizes.get(id(node))
        if size is None:
            inner = [
                1 if type(child) is str else self._size(child)
                for child in (node.values() if type(node) is dict else node)
            ]
            size = self._sizes[id(node)] = 1 + sum(inner) + (len(node) if type(node) is dict else 0)
        return size


def refusal(name: str, placed: list[tuple[Mark, str]]) -> Refused:
    """A refusal of a file, one line per problem and at most MAX_PROBLEMS of them."""
    name = safe(name)
    lines = [f"{name}:{mark.line}:{mark.column}: {says}" for mark, says in sorted(set(placed))]
    more = len(lines) - MAX_PROBLEMS
    return Refused([*lines[:MAX_PROBLEMS], *([f"{name}: and {more} more problems"] if more > 0 else [])])


def read_document(raw: bytes, name: str) -> Document:
    """The one YAML document in the bytes. Raises Refused with every fault that was found."""
    return _documents(raw, name, many=False)[0]


def read_documents(raw: bytes, name: str) -> list[Document]:
    """Every YAML document in the bytes. Raises Refused with every fault that was found."""
    return _documents(raw, name, many=True)


def _documents(raw: bytes, name: str, many: bool) -> list[Document]:
    builder = Builder(many)
    text = _decoded(raw, name)
    try:
        builder.run(_Loader(text))
    except yaml.reader.ReaderError as error:
        start = _mark_at(text, error.position)
        raise refusal(name, [(start, f"not YAML: {error.reason}; remove the character")]) from None
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem):
            raise refusal(name, [(_too_deep(text), f"nested deeper than {MAX_DEPTH} levels")]) from None
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        builder.problems.append((place, f"not YAML: {error.problem or error.context}"))
    except Stop:
        pass
    if builder.problems:
        raise refusal(name, builder.problems)
    return [Document(name, root, marks, text) for root, marks in builder.finished]


def _decoded(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mark = _end_of(raw[: error.start].decode("utf-8-sig", "replace"))
        raise refusal(name, [(mark, "not UTF-8: save the file as UTF-8")]) from None
    found = _ODD_BREAK.search(text)
    if found:
        says = f"a line break to some readers only (U+{ord(found[0]):04X}): remove the character"
        raise refusal(name, [(_end_of(text[: found.start()]), says)])
    return text


def _mark_at(text: str, position: int) -> Mark:
    """The place of a byte, counted from the beginning of the text."""
    return _end_of(text.encode("utf-8")[:position].decode("utf-8", "ignore"))


def _too_deep(text: str) -> Mark:
    """Where the brackets first stand deeper than allowed, for a parser that gives up before it tells of any."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "[{") - (character in "]}")
        if depth > MAX_DEPTH:
            return _end_of(text[:position])
    return Mark(1, 1)


def _end_of(before: str) -> Mark:
    return Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
