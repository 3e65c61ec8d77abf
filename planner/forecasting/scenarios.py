"""What if: a manifest's data with some of its values changed by path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from planner.documents import Document
from planner.manifest import Manifest
from planner.parsing import parse
from planner.problems import Refused, quoted, suggestion
from planner.scalars import Trap, resolve
from planner.schema import Schema
from planner.units import plain

TIMES = re.compile(r"((?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?)x")


def changed(manifest: Manifest, name: str, changes: Mapping[str, Any], schema: Schema) -> Manifest:
    """The manifest with the values at the paths. Raises Refused where a path or a value does not fit."""
    data = deepcopy(manifest.document.data)
    for path, value in changes.items():
        _set(data, path, value, f"{name}: {quoted(path)}")
    try:
        parsed = parse(Document("manifest", data, [0] * _marks(data)), schema)
    except Refused as refused:
        raise Refused(f"{name}: {says.split(': ', 1)[1]}" for says in refused.complaints) from None
    return parsed._replace(document=manifest.document)


def read_change(text: str) -> tuple[str, Any]:
    """The path and value of workloads.ID.volume.requests=2x. Raises Refused where it is none."""
    path, sign, value = text.partition("=")
    if not sign or not path or not value:
        raise Refused([f"--set {quoted(text)}: write it as workloads.ID.volume.requests=2x"])
    try:
        return path, resolve(value)
    except Trap as trap:
        raise Refused([f"--set {quoted(text)}: {trap}"]) from None


def said(changes: Mapping[str, Any]) -> list[str]:
    """The changes as path = value."""
    return [f"{path} = {_shown(value)}" for path, value in changes.items()]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items()) + "}"
    return plain(value) if isinstance(value, Decimal) else str(value).lower() if isinstance(value, bool) else str(value)


def _set(data: dict[str, Any], path: str, value: Any, where: str) -> None:
    for node, keys, fallback in _targets(data, path, where):
        now: Any = fallback
        for key in keys:
            now = now.get(key) if isinstance(now, dict) else None
        for key in keys[:-1]:
            node = node.setdefault(key, {})
            if not isinstance(node, dict):
                raise Refused([f"{where} leads into a value that has no keys"])
        factor = TIMES.fullmatch(value) if isinstance(value, str) else None
        node[keys[-1]] = _scaled(node.get(keys[-1], now), Decimal(factor[1]), where) if factor else deepcopy(value)


def _targets(data: dict[str, Any], path: str, where: str) -> Iterator[tuple[dict[str, Any], list[str], Any]]:
    """The mappings that a path begins in, the keys from there on, and where an absent value is looked up."""
    rest = path.removeprefix("workloads.")
    if rest == path:
        yield data, path.split("."), {}
        return
    ids = {fields["id"]: fields for fields in data["workloads"]}
    if rest.startswith("*."):
        for fields in data["workloads"]:
            yield fields, rest[2:].split("."), data.get("defaults", {})
        return
    known = max((name for name in ids if rest.startswith(f"{name}.")), key=len, default=None)
    if known is None:
        raise Refused([f"{where} leads to no workload{suggestion(rest.partition('.')[0], ids)}"])
    yield ids[known], rest[len(known) + 1 :].split("."), data.get("defaults", {})


def _scaled(now: Any, factor: Decimal, where: str) -> Any:
    """A number, or every number of a range, times the factor."""
    if isinstance(now, dict) and now:
        return {key: _scaled(value, factor, where) for key, value in now.items()}
    if isinstance(now, bool) or not isinstance(now, int | Decimal):
        raise Refused([f"{where} has no number to multiply: write the value itself"])
    return now * factor


def _marks(node: Any) -> int:
    """How many places the data have; all of them are the scenario itself."""
    if isinstance(node, dict):
        return 1 + sum(1 + _marks(value) for value in node.values())
    return 1 + sum(map(_marks, node)) if isinstance(node, list) else 1
