"""Where in a manifest a finding points: its line, its width, and a mark that survives edits above it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from planner.digests import sha256
from planner.documents import Document
from planner.manifest import Manifest
from planner.problems import Path, pointer
from planner.report import Finding

_TOKEN = re.compile(
    r""""(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[\[{]|[^\s,\]}#:](?:[^,\]}#:\s]|:(?!\s|$)|\s(?=[^\s#,\]}]))*"""
)
_WORD = re.compile(r"[^\s:,\]}]+")
_LONGEST = 200


class Place(NamedTuple):
    """A key or value of a file. `path` is a JSON pointer; `end_column` is the first column behind it."""

    file: str
    path: str
    line: int
    column: int
    end_column: int
    excerpt: str


def place_of(document: Document, path: Path, at_key: bool = False) -> Place:
    """The place of the value at the path, or of its key, or of the nearest thing above it that exists."""
    mark = document.where(path, at_key)
    text = document.lines[mark.line - 1] if mark.line <= len(document.lines) else ""
    token = (_WORD if at_key else _TOKEN).match(text, mark.column - 1)
    width = len(token[0].rstrip()) if token else 1
    return Place(document.name, pointer(path), mark.line, mark.column, mark.column + max(width, 1), _cut(text))


def finding_at(
    place: Place,
    rule: str,
    level: str,
    says: str,
    remedy: str,
    mark: str,
    workload: str | None = None,
    stake: Decimal | None = None,
) -> Finding:
    """A finding at a place; `mark` is its fingerprint."""
    return Finding(
        rule=rule,
        level=level,
        workload=workload,
        **place._asdict(),
        message=says,
        remedy=" ".join(remedy.split()),
        fingerprint=mark,
        usd_at_stake=stake,
        fix=None,
    )


def fingerprint(rule: str, subject: str | None, path: Path) -> str:
    """What tells a finding from the others of its file, whatever stands above it: 16 hexadecimal digits.

    `subject` names the workload, limit or account, so that the path below it need not say its number.
    """
    inner = path[2:] if subject is not None else path
    mark: str = sha256("\0".join((rule, subject or "", pointer(inner))).encode()).hexdigest()[:16]
    return mark


class WorkloadPlaces:
    """Where the fields of one workload stand: in it, in the defaults, or nowhere."""

    def __init__(self, manifest: Manifest, position: int) -> None:
        self._data = manifest.document.data
        self._position = position
        self.own: Path = ("workloads", position)

    def of_fields(self, fields: list[str]) -> Path:
        """The first of the fields that is stated, else the workload's id."""
        stated = (path for field in fields if (path := self._stated(field)) is not None)
        return next(stated, (*self.own, "id"))

    def _stated(self, field: str) -> Path | None:
        """The path of the field, or of the part above it, in the workload or else in the defaults."""
        parts = tuple(field.split("."))
        for root, prefix in (
            (self._data["workloads"][self._position], self.own),
            (self._data.get("defaults", {}), ("defaults",)),
        ):
            found = _depth(root, parts)
            if found:
                return (*prefix, *parts[:found])
        return None


def _depth(node: Any, parts: Path) -> int:
    depth = 0
    while depth < len(parts) and isinstance(node, dict) and parts[depth] in node:
        node = node[parts[depth]]
        depth += 1
    return depth


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
