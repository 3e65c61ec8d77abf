"""Tables for a terminal, at most 100 columns wide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import wrap

from planner.formats._words import (
    about,
    budget_money,
    counted,
    coverage,
    decided_by,
    headline,
    levels,
    money,
    one_line,
    pointed,
    saving,
)
from planner.report import BudgetCheck, Finding, LintReport, Report, WorkloadReport

WIDTH = 100
ONCE = " (once)"
LEAST_ROOM = 20
"""For the two names; where amounts leave less, batch goes first, then real-time: both are in every other format."""
LEVEL_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36"}
RULE_COLOUR, CARET_COLOUR = "35", "32"
FIRST_LINE = r"^(?!\d+ \| )(.*?:\d+:\d+: )(error|warning|note)(: .*?)(\[[^][ ]+\])?$"
CARET = r"^( +\| *)(\^+)$"
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
    parts.append(_wrapped(levels(report.findings) + "." + _hidden(report.findings)))
    return "\n\n".join(parts) + "\n"


def render_findings(lint: LintReport) -> str:
    """Each finding with its place, the line that it points at and what to do; then how many files and findings."""
    lines = [part for f in lint.findings for part in (_headed(f, _sign(f)), *pointed(f), *_fix(f), "")]
    allowed = f" {len(lint.suppressed)} allowed." if lint.suppressed else ""
    total = f"{counted(len(lint.files), 'file')} checked: {levels(lint.findings)}.{allowed}"
    return "\n".join([*lines, total, *_fixable(lint.findings)]) + "\n"


def in_colour(shown: str) -> str:
    """What was rendered, with colour on levels, rules and carets; without the colours it is the same text."""

    def headed(found: re.Match[str]) -> str:
        place, level, says, rule = found.groups(default="")
        return f"{place}{_painted(level, LEVEL_COLOURS[level])}{says}{_painted(rule, RULE_COLOUR)}"

    shown = re.sub(FIRST_LINE, headed, shown, flags=re.MULTILINE)
    return re.sub(CARET, lambda found: found[1] + _painted(found[2], CARET_COLOUR), shown, flags=re.MULTILINE)


def _painted(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if text else ""


def _headed(finding: Finding, sign: str = "") -> str:
    return f"{_place(finding)} {finding.level}: {sign}{about(finding)} [{finding.rule}]"


def _sign(finding: Finding) -> str:
    return "[*] " if finding.fix and finding.fix.path else ""


def _fix(finding: Finding) -> list[str]:
    """What --fix would do, or the command that mends it."""
    fix, gap = finding.fix, " " * len(str(finding.line))
    if fix is None:
        return []
    if fix.command is not None:
        return [f"{gap} = run: {one_line(fix.command)} ({one_line(fix.says)})"]
    return [f"{gap} = {'--fix' if fix.safe else '--fix --unsafe-fixes'}: {one_line(fix.says)}"]


def _fixable(findings: Sequence[Finding]) -> list[str]:
    safe = [finding.fix.safe for finding in findings if finding.fix and finding.fix.path]
    more = f" ({safe.count(False)} more with --unsafe-fixes)" if False in safe else ""
    return [f"{safe.count(True)} fixable with --fix{more}."] if safe else []


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
    return _wrapped(_headed(finding), "    ") + "\n" + _wrapped(f"-> {one_line(finding.remedy)}", "    ", "    ")


def _place(finding: Finding) -> str:
    return f"{one_line(finding.file)}:{finding.line}:{finding.column}:"


def _hidden(findings: Sequence[Finding]) -> str:
    notes = any(finding.level == "note" for finding in findings)
    return " Notes are shown by planner lint, the whole story of a workload by planner explain." if notes else ""


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    return "\n".join(wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False))
