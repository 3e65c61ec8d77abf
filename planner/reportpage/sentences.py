"""What the page says in words of a plan as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from planner.formats._words import counted
from planner.report import Report, WorkloadReport
from planner.units import known_total

BAD, WARN, GOOD = "bad", "warn", "good"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
VERDICTS = {
    "within": (GOOD, "within"),
    "at-risk": (WARN, "at risk"),
    "exceeded": (BAD, "exceeded"),
    "unknown": (WARN, "unknown"),
}
LANES = {"standard": "real time", "batch": "batch", "flex": "real time, flex", "priority": "real time, priority"}


class State(NamedTuple):
    """A judgement in words, and how grave it is: good, warn or bad."""

    grade: str
    says: str


def state(report: Report) -> State:
    """How the plan stands, the gravest thing first."""
    verdicts = [check.verdict for check in report.budgets]
    unpriced = report.coverage.workloads - report.coverage.priced
    if unpriced:
        return State(BAD, f"{counted(unpriced, 'workload')} cannot be priced")
    if "exceeded" in verdicts:
        return State(BAD, f"{counted(verdicts.count('exceeded'), 'budget')} exceeded")
    if any(finding.level == "error" for finding in report.findings):
        return State(BAD, f"{counted(_number(report, 'error'), 'error')} found")
    if "at-risk" in verdicts:
        return State(WARN, f"{counted(verdicts.count('at-risk'), 'budget')} at risk")
    if not verdicts:
        return State(WARN, "No budget stated")
    return State(GOOD, "The budget holds" if len(verdicts) == 1 else "All budgets hold")


def state_of(verdict: str) -> State:
    """The verdict on one budget."""
    return State(*VERDICTS[verdict])


def lane(name: str) -> str:
    """A lane by the name that readers know."""
    return LANES.get(name, name)


def kind(workload: WorkloadReport) -> str:
    """How a workload runs: real time, queue or batch, and the lane where it says more."""
    name = "queue" if workload.pattern == "queue" else lane(workload.lane)
    return name if name != "queue" or workload.lane == "standard" else f"queue, {workload.lane}"


def day(of: object) -> str:
    """24 November 2026, from a day or from its text."""
    year, month, number = str(of).split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"


def forgone_usd(report: Report) -> Decimal:
    """What rules that need real time leave of the saving, over the recurring workloads."""
    return known_total(w.monthly.saving_forgone_usd or Decimal(0) for w in report.workloads if not w.one_off)


def numbers(report: Report) -> str:
    """`1 error, 4 warnings, 30 notes`."""
    return ", ".join(counted(_number(report, level), level) for level in ("error", "warning", "note"))


def _number(report: Report, level: str) -> int:
    return sum(finding.level == level for finding in report.findings)
