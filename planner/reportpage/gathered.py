"""What the page gathers from a plan: workloads by cost, sums with shares, findings of one kind, prices and sources."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from planner.report import BillLine, Finding, Report, WorkloadReport

SHOWN = 40
"""Rows of a long table that are seen without opening the rest."""
LEVELS = ("error", "warning", "note")
CLASSES = ("input", "cached_input", "cache_write", "cache_write_1h", "output", "reasoning_output")
NOT_STATED = "not stated"


class Placed(NamedTuple):
    """A workload and where it stands in the plan."""

    at: int
    workload: WorkloadReport


class Sum(NamedTuple):
    """A part of the planned cost: whose it is, and how much; None where it is not known."""

    name: str
    usd: Decimal | None


class Sums(NamedTuple):
    """The planned cost split one way, the largest part first. `whole` says whether the parts make up the total."""

    by: str
    parts: list[Sum]
    longest: Decimal
    whole: bool


class Group(NamedTuple):
    """Findings of one rule that are mended the same way."""

    level: str
    rule: str
    summary: str
    remedy: str
    findings: list[Finding]


class Rate(NamedTuple):
    """What a million tokens of a class cost, in US dollars."""

    token_class: str
    usd_per_mtok: Decimal
    disputed: bool


class Price(NamedTuple):
    """The rates of a model in a lane that were used; `source` counts from 1 in the list of sources."""

    provider: str
    model: str
    region: str
    lane: str
    since: str
    verified: str
    source: int
    rates: list[Rate]


def by_cost(report: Report) -> list[Placed]:
    """The workloads, those without a price first, then the dearest; of the same cost as the manifest has them."""
    return sorted(
        (Placed(at, workload) for at, workload in enumerate(report.workloads)),
        key=lambda one: (one.workload.monthly.expected_usd is not None, -(one.workload.monthly.expected_usd or 0)),
    )


def sums(report: Report) -> list[Sums]:
    """Each way to split the planned cost that says something: more than one part, or one that has a name."""
    found = []
    for by, parts in report.totals.by.items():
        named = [Sum(name, usd) for name, usd in parts.items()]
        if not named or [part.name for part in named] == ["(none)"]:
            continue
        named.sort(key=lambda part: (part.usd is not None, -(part.usd or 0), part.name))
        longest = max((part.usd for part in named if part.usd is not None), default=Decimal(0))
        found.append(Sums(by, named, longest, by != "label"))
    return found


def groups(report: Report, summaries: dict[str, str]) -> list[Group]:
    """Findings by rule and remedy, the gravest first, then those with most money at stake."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in report.findings:
        found.setdefault((finding.level, finding.rule, finding.remedy), []).append(finding)
    made = [
        Group(level, rule, summaries.get(rule, ""), remedy, sorted(own, key=lambda one: -(one.usd_at_stake or 0)))
        for (level, rule, remedy), own in found.items()
    ]
    return sorted(made, key=lambda group: (LEVELS.index(group.level), -_stake(group.findings), group.rule))


def _stake(findings: Sequence[Finding]) -> Decimal:
    return sum((finding.usd_at_stake or Decimal(0) for finding in findings), Decimal(0))


def sources(report: Report) -> list[str]:
    """Where the prices come from, in the order of the alphabet."""
    return sorted({line.source for w in report.workloads for line in w.lines if line.source})


def prices(report: Report) -> list[Price]:
    """Every rate that was used, once; those of one model, lane and source together."""
    number = {source: at for at, source in enumerate(sources(report), 1)}
    found: dict[tuple[str, str, str, str, str, str, int], dict[Rate, None]] = {}
    for w in report.workloads:
        for line in w.lines:
            if line.usd_per_mtok is not None and line.source:
                days = str(line.since or NOT_STATED), str(line.verified or NOT_STATED)
                key = (w.provider, w.billed_as, w.region, line.lane, *days, number[line.source])
                found.setdefault(key, {})[_rate(line, line.usd_per_mtok)] = None
    return [Price(*key, sorted(rates, key=_rank)) for key, rates in sorted(found.items())]


def _rate(line: BillLine, usd: Decimal) -> Rate:
    return Rate("reasoning_output" if line.token_class == "reasoning_buffer" else line.token_class, usd, line.disputed)


def _rank(rate: Rate) -> tuple[int, str, Decimal]:
    """Input before output, as bills have it."""
    known = rate.token_class in CLASSES
    return CLASSES.index(rate.token_class) if known else len(CLASSES), rate.token_class, rate.usd_per_mtok
