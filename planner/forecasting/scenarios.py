"""What if: a manifest's data with some of its values changed by path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from planner.documents import Document
from planner.manifest import Manifest
from planner.parsing import parse
from planner.problems import Mark, Path, Problem, Refused, quoted, safe, suggestion
from planner.scalars import Trap, resolve
from planner.schema import Schema
from planner.units import plain

TIMES = re.compile(r"((?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?)x")

Source = Callable[[str | None, bool], str]
"""Where a change is stated, and what it is called, by its path (None is all changes together); at its key or value."""


class Changed(Document):
    """A manifest's data after changes. What is wrong in it is said of the change that brought it."""

    def __init__(self, stated: Document, data: Any, changes: Mapping[Path, str], source: Source) -> None:
        super().__init__(stated.name, data, [0] * _marks(data), stated.text)
        self._changes, self._source = changes, source

    def refuse(self, problems: list[Problem]) -> Refused:
        """The problems as lines, each at the change that it comes from."""
        return Refused(dict.fromkeys(f"{self._blamed(problem)}: {problem.says}" for problem in problems))

    def _blamed(self, problem: Problem) -> str:
        where = () if isinstance(problem.where, Mark) else problem.where
        near = [path for at, path in self._changes.items() if at[: len(where)] == where or where[: len(at)] == at]
        return self._source(near[-1] if near else None, problem.at_key)


def changed(manifest: Manifest, changes: Mapping[str, Any], source: Source, schema: Schema) -> Manifest:
    """The manifest with the values at the paths. Raises Refused where a path or a value does not fit."""
    data = deepcopy(manifest.document.data)
    reached = {at: path for path, value in changes.items() for at in _set(data, path, value, source)}
    return parse(Changed(manifest.document, data, reached, source), schema)


def scenario_source(document: Document, name: str) -> Source:
    """Where the changes of a scenario stand in the manifest."""

    def source(path: str | None, at_key: bool) -> str:
        at: Path = ("scenarios", name) if path is None else ("scenarios", name, "set", path)
        mark = document.where(at, at_key or path is None)
        return f"{safe(document.name)}:{mark.line}:{mark.column}: scenario {name}"

    return source


def option_source(path: str | None, at_key: bool) -> str:
    """What the changes of the options --set are called."""
    return "--set" if path is None else f"--set {safe(path)}"


def read_change(text: str) -> tuple[str, Any]:
    """The path and value of workloads.ID.volume.requests=2x. Raises Refused where it is none."""
    path, sign, value = text.partition("=")
    if not sign or not path or not value:
        raise Refused([f"--set {quoted(text)}: write it as workloads.ID.volume.requests=2x"])
    try:
        return path, resolve(value)
    except Trap as trap:
        raise Refused([f"--set {quoted(text)}: {trap}"]) from None


def read_changes(texts: Iterable[str]) -> dict[str, Any]:
    """The value of each path. Raises Refused where one is none, or a path is given twice."""
    changes: dict[str, Any] = {}
    for path, value in map(read_change, texts):
        if path in changes:
            raise Refused([f"--set {safe(path)} is given twice: keep one of the values"])
        changes[path] = value
    return changes


def said(changes: Mapping[str, Any]) -> list[str]:
    """The changes as path = value."""
    return [f"{path} = {_shown(value)}" for path, value in changes.items()]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items()) + "}"
    return plain(value) if isinstance(value, Decimal) else str(value).lower() if isinstance(value, bool) else str(value)


def _set(data: dict[str, Any], path: str, value: Any, source: Source) -> Iterator[Path]:
    """Sets the value wherever the path leads, and tells where that is."""
    for root, keys, fallback in _targets(data, path, source):
        now: Any = fallback
        for key in keys:
            now = now.get(key) if isinstance(now, dict) else None
        node = _reach(data, root)
        for key in keys[:-1]:
            node = node.setdefault(key, {})
            if not isinstance(node, dict):
                says = f"{quoted(path)} leads into a value that has no keys"
                raise Refused([f"{source(path, True)}: {says}"])
        factor = TIMES.fullmatch(value) if isinstance(value, str) else None
        last = keys[-1]
        if factor is None:
            node[last] = deepcopy(value)
        else:
            node[last] = _scaled(node.get(last, now), Decimal(factor[1]), source(path, False))
        yield (*root, *keys)


def _reach(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _targets(data: dict[str, Any], path: str, source: Source) -> Iterator[tuple[Path, Sequence[str], Any]]:
    """The mappings that a path begins in, the keys from there on, and where an absent value is looked up."""
    rest = path.removeprefix("workloads.")
    if rest == path:
        yield (), path.split("."), {}
        return
    ids = {fields["id"]: index for index, fields in enumerate(data["workloads"])}
    if rest.startswith("*."):
        for index in ids.values():
            yield ("workloads", index), rest[2:].split("."), data.get("defaults", {})
        return
    known = max((name for name in ids if rest.startswith(f"{name}.")), key=len, default=None)
    if known is None:
        says = f"{quoted(path)} leads to no workload{suggestion(rest.partition('.')[0], ids)}"
        raise Refused([f"{source(path, True)}: {says}"])
    yield ("workloads", ids[known]), rest[len(known) + 1 :].split("."), data.get("defaults", {})


def _scaled(now: Any, factor: Decimal, where: str) -> Any:
    """A number, or every number of a range, times the factor."""
    if isinstance(now, dict) and now:
        return {key: _scaled(value, factor, where) for key, value in now.items()}
    if isinstance(now, bool) or not isinstance(now, int | Decimal):
        raise Refused([f"{where}: there is no number to multiply: write the value itself"])
    return now * factor


def _marks(node: Any) -> int:
    """How many places the data have: none of them stands in a text."""
    if isinstance(node, dict):
        return 1 + sum(1 + _marks(value) for value in node.values())
    return 1 + sum(map(_marks, node)) if isinstance(node, list) else 1
