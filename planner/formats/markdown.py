"""A comment for a pull request: a headline, the workloads, the limits, and findings folded away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planner.formats._words import (
    about,
    budget_usd,
    counted,
    coverage,
    decided_by,
    headline,
    in_markdown,
    levels,
    percent,
    saving,
    usd,
)
from planner.report import LEVELS, BudgetCheck, Finding, LintReport, Report, Suppressed

MARKER = "<!-- planner -->"
LINT_MARKER = "<!-- planner lint -->"
SIGNS = {"within": "✅", "at-risk": "⚠️", "exceeded": "❌", "unknown": "❔"}


def render(report: Report) -> str:
    """The plan. The hidden marker lets a job find its own comment and update it in place."""
    totals = report.totals
    if totals.expected_usd is None:
        known = f"; the known part is {usd(totals.priced_usd)} a month" if totals.priced_usd else ""
        first = f"### LLM budget: not everything can be priced{known}"
    else:
        first = (
            f"### LLM budget: {usd(totals.expected_usd)} a month expected, {budget_usd(totals.budget_usd)} to budget"
        )
    if totals.one_off_usd:
        first += f", and {usd(totals.one_off_usd)} once"
    parts = [MARKER, first, in_markdown(headline(report)) + ".", saving(report) + " " + coverage(report)]
    rows = [
        (
            f"`{w.id}`" + (" (once)" if w.one_off else ""),
            w.pattern,
            f"`{decided_by(w)}`",
            usd(w.monthly.real_time_usd),
            "-" if w.monthly.batch_usd is None else usd(w.monthly.batch_usd),
            usd(w.monthly.expected_usd),
            budget_usd(w.monthly.budget_usd),
            percent(w.monthly.saving_percent),
        )
        for w in report.workloads
    ]
    rows.append(
        (
            "**total**",
            "",
            "",
            usd(totals.real_time_usd),
            "",
            usd(totals.expected_usd),
            budget_usd(totals.budget_usd),
            "",
        )
    )
    parts.append(
        _table(("workload", "mode", "decided by", "real-time", "batch", "expected", "budget", "saving"), rows, 3)
    )
    if report.budgets:
        parts.append(_budgets(report.budgets))
    return "\n\n".join([*parts, *_errors(report.findings), *_findings(report.findings)]) + "\n"


def render_findings(lint: LintReport) -> str:
    """What the linter found. The hidden marker is not the plan's: a job may keep a comment for each."""
    head = f"### LLM workloads: {levels(lint.findings)} in {counted(len(lint.files), 'file')}"
    parts = [LINT_MARKER, head, *_errors(lint.findings), *_findings(lint.findings), *_allowed(lint.suppressed)]
    return "\n\n".join(parts) + "\n"


def _errors(findings: Sequence[Finding]) -> list[str]:
    """The errors as a list that is always seen; nothing where there are none."""
    errors = [f"- ❌ {in_markdown(about(f))} (`{f.rule}`, {_place(f)})" for f in findings if f.level == "error"]
    return ["\n".join(errors)] if errors else []


def _findings(findings: Sequence[Finding]) -> list[str]:
    """The findings in a fold, errors first and of a level the dearest; nothing where there are none."""
    rows = [
        (
            f.level,
            f"`{f.rule}`",
            in_markdown(f.workload or ""),
            f"{in_markdown(f.message)}<br>*{in_markdown(f.remedy)}*",
            _place(f),
            usd(f.usd_at_stake),
        )
        for f in sorted(findings, key=lambda f: (-LEVELS.index(f.level), -(f.usd_at_stake or 0)))
    ]
    head = ("level", "rule", "workload", "what and what to do", "place", "a month at stake")
    return [_fold(counted(len(findings), "finding"), head, rows, 5)] if findings else []


def _allowed(suppressed: Sequence[Suppressed]) -> list[str]:
    """What somebody allowed, and why."""
    rows = [
        (f"`{f.rule}`", in_markdown(about(f)), _place(f), by, in_markdown(because or "no reason stated"))
        for f, by, because in suppressed
    ]
    return [_fold(f"{len(rows)} allowed", ("rule", "what", "place", "by", "because"), rows, 5)] if rows else []


def _fold(summary: str, head: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int) -> str:
    return f"<details><summary>{summary}</summary>\n\n{_table(head, rows, numbers_from)}\n\n</details>"


def _place(finding: Finding) -> str:
    return f"{in_markdown(finding.file)}:{finding.line}"


def _budgets(checks: Sequence[BudgetCheck]) -> str:
    rows = [
        (
            SIGNS[c.verdict] + " " + c.verdict,
            in_markdown(c.scope),
            usd(c.limit_usd),
            usd(c.expected_usd),
            budget_usd(c.budget_usd),
        )
        for c in checks
    ]
    return _table(("verdict", "budget for", "limit", "expected", "budget"), rows, 2)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int) -> str:
    rule = ["---:" if column >= numbers_from else "---" for column in range(len(head))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))
