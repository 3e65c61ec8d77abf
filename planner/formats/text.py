"""Tables for a terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from planner.formats._words import (
    budget_money,
    coverage,
    decided_by,
    headline,
    money,
    one_line,
    saving,
)
from planner.report import BudgetCheck, Finding, LintReport, Report, WorkloadReport

WIDTH = 100
EXCERPT = 90
"""Columns of a source line that are shown."""
ONCE = " (once)"
LEAST_ROOM = 20
"""For the two names; where amounts leave less, batch goes first, then real-time: both are in every other format."""
HEAD = ("workload", "mode", "decided by", "real-time", "batch", "expected", "budget")


def render(report: Report) -> str:
    """The plan: one row per workload, a total, the limits, and what to act on."""
    parts = [
        _wrapped(headline(report)),
        _table(report),
        _wrapped(_legend(report)),
        _wrapped(saving(report)),
        _wrapped(coverage(report)),
    ]
    if report.budgets:
        parts.append(_budgets(report.budgets))
    shown = [finding for finding in report.findings if finding.level != "note"]
    if shown:
        parts.append("\n".join(_finding(finding) for finding in shown))
    parts.append(_wrapped(_count(report.findings) + _hidden(report.findings)))
    return "\n\n".join(parts) + "\n"


def render_findings(lint: LintReport) -> str:
    """Each finding with its place, the line that it points at and what to do; then how many files and findings."""
    lines = [part for finding in lint.findings for part in (_headed(finding), *_pointed(finding), "")]
    files = f"{len(lint.files)} file{'s' if len(lint.files) != 1 else ''} checked: "
    allowed = f" {len(lint.suppressed)} allowed." if lint.suppressed else ""
    return "\n".join([*lines, files + _count(lint.findings) + allowed]) + "\n"


def _headed(finding: Finding) -> str:
    return f"{_place(finding)} {finding.level}: {_about(finding)} [{finding.rule}]"


def _pointed(finding: Finding) -> list[str]:
    """The source line with a caret, and the remedy; a long line is cut around the place."""
    start = max(0, min(finding.column - 1, finding.end_column - 1 - EXCERPT))
    shown = one_line(finding.excerpt)[start : start + EXCERPT]
    number = str(finding.line)
    caret = " " * (finding.column - 1 - start) + "^" * max(
        1, min(finding.end_column, start + EXCERPT + 1) - finding.column
    )
    gap = " " * len(number)
    return [f"{number} | {shown}", f"{gap} | {caret}", f"{gap} = {finding.remedy}"]


def _table(report: Report) -> str:
    rows = [_row(workload) for workload in report.workloads]
    totals = report.totals
    rows.append(
        ("total", "", "", money(totals.real_time_usd), "", money(totals.expected_usd), budget_money(totals.budget_usd))
    )
    if any(workload.one_off for workload in report.workloads):
        rows.append(("one-off", "", "", "", "", money(totals.one_off_usd), budget_money(totals.one_off_budget_usd)))
    rows = [HEAD, *rows]
    while _room(rows) < LEAST_ROOM and len(rows[0]) > 5:
        rows = [(*row[:3], *row[-3:]) if len(row) == 7 else (*row[:3], *row[-2:]) for row in rows]
    head, *rest = _fitted(rows)
    return _tabulated(rest, head, 3)


def _legend(report: Report) -> str:
    """The unit, and what those marks mean that stand in the table."""
    marks = ["US dollars a month."]
    if any(workload.one_off for workload in report.workloads):
        marks.append("(once): a one-off job, costs once.")
    if any(workload.pattern == "queue" for workload in report.workloads):
        marks.append("queue: real time, buffered and worked off in off-peak hours.")
    if any(workload.monthly.batch_usd is None for workload in report.workloads):
        marks.append("-: no published rate.")
    return " ".join(marks)


def _row(workload: WorkloadReport) -> tuple[str, ...]:
    month = workload.monthly
    return (
        workload.id + (ONCE if workload.one_off else ""),
        workload.pattern,
        decided_by(workload),
        money(month.real_time_usd),
        "-" if month.batch_usd is None else money(month.batch_usd),
        money(month.expected_usd),
        budget_money(month.budget_usd),
    )


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]


def _room(rows: Sequence[Sequence[str]]) -> int:
    """What the mode and the amounts leave of the width for the names of workload and rule."""
    widths = _widths(rows)
    return WIDTH - 2 * (len(widths) - 1) - widths[1] - sum(widths[3:])


def _fitted(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows with names cut so that the table keeps the width; amounts are never cut."""
    widths, room = _widths(rows), max(_room(rows), LEAST_ROOM)
    rule = min(widths[2], max(10, room // 2))
    name = min(widths[0], max(10, room - rule))
    rule = min(widths[2], max(10, room - name))
    return [(_cut(row[0], name, ONCE), row[1], _cut(row[2], rule), *row[3:]) for row in rows]


def _cut(text: str, width: int, tail: str = "") -> str:
    """The text cut to the width; a tail that it has stays."""
    if len(text) <= width:
        return text
    end = tail if tail and text.endswith(tail) else ""
    return text[: width - 1 - len(end)] + "…" + end


def _budgets(checks: Sequence[BudgetCheck]) -> str:
    rows = [
        (_cut(one_line(c.scope), 40), c.verdict, money(c.limit_usd), money(c.expected_usd), budget_money(c.budget_usd))
        for c in checks
    ]
    head = ("budget for", "verdict", "limit", "expected", "budget")
    return _tabulated(rows, head, 2)


def _tabulated(rows: Sequence[Sequence[str]], head: Sequence[str], words: int) -> str:
    """The table with so many columns of words before the amounts; the library is loaded only for a table."""
    from tabulate import tabulate

    return tabulate(rows, head, disable_numparse=True, colalign=("left",) * words + ("right",) * (len(head) - words))


def _finding(finding: Finding) -> str:
    return _wrapped(_headed(finding), "    ") + "\n" + _wrapped(f"-> {finding.remedy}", "    ", "    ")


def _about(finding: Finding) -> str:
    return one_line(f"{finding.workload}: {finding.message}" if finding.workload else finding.message)


def _place(finding: Finding) -> str:
    return f"{one_line(finding.file)}:{finding.line}:{finding.column}:"


def _count(findings: Sequence[Finding]) -> str:
    numbers = [(level, sum(finding.level == level for finding in findings)) for level in ("error", "warning", "note")]
    return ", ".join(f"{number} {level}{'s' if number != 1 else ''}" for level, number in numbers) + "."


def _hidden(findings: Sequence[Finding]) -> str:
    notes = any(finding.level == "note" for finding in findings)
    return " Notes are shown by planner lint, the whole story of a workload by planner explain." if notes else ""


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    return "\n".join(wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False))
