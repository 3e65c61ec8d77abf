"""The changes of a file's text that mend its findings."""

from __future__ import annotations

from collections.abc import Iterable

from planner.edits import Edit
from planner.problems import Path
from planner.report import Finding
from planner.spans import roots


def edits_of(text: str, findings: Iterable[Finding], unsafe: bool = False) -> list[Edit]:
    """The changes that mend the findings of a file with this text; `unsafe` ones too, or the safe ones only."""
    fixes = [(one.line, one.fix) for one in findings if one.fix and one.fix.path and (unsafe or one.fix.safe)]
    if not fixes:
        return []
    starts = [root.line for root in roots(text)]
    return [
        Edit(_path(fix.path or ""), fix.to, max(0, sum(start <= line for start in starts) - 1)) for line, fix in fixes
    ]


def _path(text: str) -> Path:
    """The path that a JSON pointer to a field of a workload stands for."""
    _, head, index, *rest = (part.replace("~1", "/").replace("~0", "~") for part in text.split("/"))
    return (head, int(index), *rest)
