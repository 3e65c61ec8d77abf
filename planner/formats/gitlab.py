"""A code quality report for GitLab: findings in the merge request, new ones told from old by their fingerprints."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any

from planner.formats._words import about, in_cell, one_line, slashed
from planner.jsontext import as_json
from planner.report import Finding, LintReport

SEVERITIES = {"error": "critical", "warning": "minor", "note": "info"}


def render_findings(lint: LintReport) -> str:
    """A list with an entry for each finding. What is allowed is left out: the format has no word for it."""
    before: Counter[tuple[str, str]] = Counter()
    entries = []
    for finding in lint.findings:
        path = one_line(slashed(finding.file))
        entries.append(_entry(finding, path, before[path, finding.fingerprint]))
        before[path, finding.fingerprint] += 1
    return as_json(entries)


def _entry(finding: Finding, path: str, before: int) -> dict[str, Any]:
    """The finding, before which so many of the same file had the same fingerprint."""
    return {
        "description": in_cell(f"{about(finding)} -> {one_line(finding.remedy)}"),
        "check_name": one_line(finding.rule),
        "fingerprint": _fingerprint(path, finding.fingerprint, before),
        "severity": SEVERITIES[finding.level],
        "location": {"path": path, "lines": {"begin": finding.line}},
    }


def _fingerprint(path: str, mark: str, before: int) -> str:
    """Unique in the report; the first of several that are equal keeps its own when others come."""
    parts = (path, mark, *([str(before)] if before else []))
    return sha256("\0".join(parts).encode()).hexdigest()[:32]
