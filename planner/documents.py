"""YAML text to plain data with places, in one pass over the parser's events.

YAML's traps are refused, not obeyed: two readers of one file must not see two plans.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import yaml

from planner.problems import Mark, Path, Problem, Refused, quoted, safe
from planner.scalars import Scalar, Trap, resolve

MAX_DEPTH = 40
MAX_ALIASED_NODES = 100_000
MAX_PROBLEMS = 50

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
    builder = _Builder()
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
    except _Stop:
        pass
    if builder.problems:
        raise refusal(name, builder.problems)
    return Document(name, builder.root, builder.marks or [0], text)


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


class _Stop(Exception):
    """Nothing after this fault can be read with sense."""


class _Builder:
    """Builds values and their places while the events pass."""

    def __init__(self) -> None:
        self.root: Any = None
        self.marks: list[int] = []
        self.problems: list[tuple[Mark, str]] = []
        self._stack: list[tuple[Any, str | None, str | None, int]] = []
        self._container: Any = None
        self._key: str | None = None
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._named: set[str] = set()
        self._aliased = 0
        self._documents = 0
        self._scalars: dict[str, Scalar] = {}

    def run(self, loader: Any) -> None:
        """Takes the events to the end of the text, or to the first fault that ends all sense."""
        get_event = loader.get_event
        mark = self.marks.append
        scalars = self._scalars
        scalar_event, mapping_start, sequence_start = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        while True:
            event = get_event()
            kind = type(event)
            if kind is scalar_event:
                start = event.start_mark
                mark((start.line << 24) | min(start.column, 0xFFFFFF))
                text = event.value
                if event.tag is None and event.anchor is None and event.implicit[0] and text in scalars:
                    value = scalars[text]
                else:
                    value = self._scalar(event)
                if self._key is not None:
                    self._container[self._key] = value
                    self._key = None
                else:
                    self._put(event, value)
            elif kind is mapping_start:
                self._begin(event, {})
            elif kind is sequence_start:
                self._begin(event, [])
            elif kind in ends:
                self._end()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                self._documents += 1
                if self._documents > 1:
                    self._stop(event, "a second document begins: one file holds one")
            elif kind is yaml.StreamEndEvent:
                return

    def _scalar(self, event: Any) -> Scalar:
        """The value of a scalar; faults are noted, and its text stands in for it."""
        text: str = event.value
        value: Scalar = text
        if event.tag is not None:
            self._note(event, f"tag {quoted(event.tag)}: tags are not read, remove it")
        elif event.implicit[0]:
            try:
                value = resolve(text)
                self._scalars[text] = value
            except Trap as trap:
                self._note(event, f"{quoted(text)} is {trap}")
        if event.anchor is not None:
            self._name(event)
            self._anchors[event.anchor] = (value, len(self.marks) - 1, len(self.marks))
        return value

    def _name(self, event: Any) -> None:
        """Takes note of an anchor. Two of one name would make an alias mean whichever stands last above it."""
        if event.anchor in self._named:
            self._note(event, f"anchor {quoted('&' + event.anchor)} is here twice: rename one")
        self._named.add(event.anchor)

    def _put(self, event: Any, value: Any) -> None:
        """The value into the open container; without a key waiting, a mapping takes it as the next key."""
        if self._key is not None:
            self._container[self._key] = value
            self._key = None
        elif self._container is None:
            self.root = value
        elif type(self._container) is dict:
            self._take_key(event, value)
        else:
            self._container.append(value)

    def _take_key(self, event: Any, key: Any) -> None:
        if key == "<<" and event.implicit[0]:
            self._stop(event, "merge key '<<': merge keys are not read, write the fields out")
        if not isinstance(key, str):
            shown = "null" if key is None else str(key).lower()
            self._note(event, f"key {quoted(shown)} is not text: quote it")
            key = shown
        if key in self._container:
            self._note(event, f"key {quoted(key)} is here twice: remove one")
        self._key = key

    def _begin(self, event: Any, container: Any) -> None:
        if type(self._container) is dict and self._key is None:
            self._stop(event, "a list or mapping as a key: keys are plain words")
        if event.tag is not None:
            self._note(event, f"tag {quoted(event.tag)}: tags are not read, remove it")
        if len(self._stack) >= MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels")
        if event.anchor is not None:
            self._name(event)
        self._stack.append((self._container, self._key, event.anchor, len(self.marks)))
        self.marks.append((event.start_mark.line << 24) | min(event.start_mark.column, 0xFFFFFF))
        self._container, self._key = container, None

    def _end(self) -> None:
        value = self._container
        self._container, self._key, anchor, start = self._stack.pop()
        self._put(None, value)
        if anchor is not None:
            self._anchors[anchor] = (value, start, len(self.marks))

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            self._stop(event, f"alias {quoted('*' + event.anchor)}: no finished anchor of that name stands above")
        if type(self._container) is dict and self._key is None:
            self._stop(event, "an alias as a key: keys are plain words")
        value, start, end = self._anchors[event.anchor]
        self._aliased += end - start
        if self._aliased > MAX_ALIASED_NODES:
            self._stop(event, f"aliases make more than {MAX_ALIASED_NODES} values: write them out")
        self.marks.extend(self.marks[start:end])
        self._put(event, value)

    def _note(self, event: Any, says: str) -> None:
        self.problems.append((Mark(event.start_mark.line + 1, event.start_mark.column + 1), says))
        if len(self.problems) > 10 * MAX_PROBLEMS:
            raise _Stop

    def _stop(self, event: Any, says: str) -> None:
        self._note(event, says)
        raise _Stop
