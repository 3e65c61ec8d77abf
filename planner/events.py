"""Values and their places, built while the events of the YAML parser pass."""

from __future__ import annotations

from typing import Any

import yaml

from planner.problems import Mark, quoted
from planner.scalars import Scalar, Trap, resolve

MAX_DEPTH = 40
MAX_ALIASED_NODES = 100_000
MAX_PROBLEMS = 50


class Stop(Exception):
    """Nothing after this fault can be read with sense."""


class Builder:
    """Builds values and their places while the events pass. `many` takes more than one document."""

    def __init__(self, many: bool = False) -> None:
        self.many = many
        self.finished: list[tuple[Any, list[int]]] = []
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
                if self._documents > 1 and not self.many:
                    self._stop(event, "a second document begins: one file holds one")
                if self._documents > 1:
                    self._finish()
                    mark = self.marks.append
            elif kind is yaml.StreamEndEvent:
                self._finish()
                return

    def _finish(self) -> None:
        """Puts the document aside and begins anew; names of anchors do not reach into the next one."""
        self.finished.append((self.root, self.marks or [0]))
        self.root, self.marks = None, []
        self._anchors, self._named = {}, set()

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
            raise Stop

    def _stop(self, event: Any, says: str) -> None:
        self._note(event, says)
        raise Stop
