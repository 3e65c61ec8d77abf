"""Findings that are known: a file of them, so that only new or worse ones count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from planner.documents import Document
from planner.formats._words import usd
from planner.report import LEVELS, Finding, Suppressed
from planner.schema import Schema, misfits
from planner.units import Exact, plain


class Known(NamedTuple):
    """A finding as it stands in the baseline."""

    level: str
    usd_at_stake: Decimal | None


class Baseline(NamedTuple):
    """Known findings by file (named from the folder of the baseline) and fingerprint."""

    known: Mapping[tuple[str, str], Known]


def parse_baseline(document: Document, schema: Schema) -> Baseline:
    """The baseline in the document. Raises Refused with places."""
    problems = misfits(document.data, schema)
    if problems:
        raise document.refuse(problems)
    known = {}
    for one in document.data["findings"]:
        stake = one["usd_at_stake"]
        known[one["file"], one["fingerprint"]] = Known(one["level"], None if stake is None else Decimal(stake))
    return Baseline(known)


def data_of(findings: Iterable[tuple[str, Finding]]) -> dict[str, Any]:
    """What a baseline file holds of the findings, each with its file as named from the baseline's folder."""
    rows = {
        (name, finding.fingerprint): {
            "file": name,
            "rule": finding.rule,
            "workload": finding.workload,
            "level": finding.level,
            "usd_at_stake": None if finding.usd_at_stake is None else plain(finding.usd_at_stake),
            "message": finding.message,
            "fingerprint": finding.fingerprint,
        }
        for name, finding in findings
    }
    return {"baseline_version": 1, "findings": [rows[key] for key in sorted(rows)]}


def sift(
    baseline: Baseline, name: str, findings: Iterable[Finding], tolerance_percent: Exact
) -> tuple[list[Finding], list[Suppressed]]:
    """The findings of a file that are new or worse than known, and the others."""
    left, suppressed = [], []
    for finding in findings:
        known = baseline.known.get((name, finding.fingerprint))
        worse = None if known is None else _worse(known, finding, tolerance_percent)
        if known is None:
            left.append(finding)
        elif worse is None:
            suppressed.append(Suppressed(finding, "baseline", None))
        else:
            left.append(finding._replace(message=f"{finding.message} (worse than in the baseline: {worse})"))
    return left, suppressed


def _worse(known: Known, finding: Finding, tolerance_percent: Exact) -> str | None:
    """In what the finding is worse than it was known: its level, or the money at stake beyond the tolerance."""
    if LEVELS.index(finding.level) > LEVELS.index(known.level):
        return f"{finding.level}, was {known.level}"
    now, was = finding.usd_at_stake, known.usd_at_stake
    if now is not None and was is not None and now * 100 > was * (100 + Decimal(plain(tolerance_percent))):
        return f"{usd(now)} a month at stake, was {usd(was)}"
    return None
