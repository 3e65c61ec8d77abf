"""A comment for a pull request: a headline, the workloads, the limits, and findings folded away."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from planner.formats._words import (
    budget_usd,
    coverage,
    decided_by,
    headline,
    one_line,
    percent,
    saving,
    usd,
)
from planner.report import BudgetCheck, Finding, LintReport, Report

MARKER = "<!-- planner -->"
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
    parts = [MARKER, first, _safe(headline(report)) + ".", saving(report) + " " + coverage(report)]
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
    errors = [
        f"- ❌ {_safe(f.message)} (`{f.rule}`, {_safe(f.file)}:{f.line})" for f in report.findings if f.level == "error"
    ]
    if errors:
        parts.append("\n".join(errors))
    if report.findings:
        parts.append(_findings(report.findings).rstrip("\n"))
    return "\n\n".join(parts) + "\n"


def render_findings(lint: LintReport) -> str:
    """What the linter found."""
    return _findings(lint.findings)


def _findings(findings: Sequence[Finding]) -> str:
    """The findings in a fold, errors first."""
    order = {"error": 0, "warning": 1, "note": 2}
    rows = [
        (
            f.level,
            f"`{f.rule}`",
            f"`{f.workload}`" if f.workload else "",
            f"{_safe(f.message)}<br>*{_safe(f.remedy)}*",
            f"{_safe(f.file)}:{f.line}",
        )
        for f in sorted(findings, key=lambda f: order[f.level])
    ]
    summary = f"{len(findings)} finding{'s' if len(findings) != 1 else ''}"
    table = _table(("level", "rule", "workload", "what and what to do", "place"), rows, 9)
    return f"<details><summary>{summary}</summary>\n\n{table}\n\n</details>\n"


def _budgets(checks: Sequence[BudgetCheck]) -> str:
    rows = [
        (
            SIGNS[c.verdict] + " " + c.verdict,
            _safe(c.scope),
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


def _safe(text: str) -> str:
    """Text of a manifest that can neither break a table nor bring markup of its own."""
    plain = html.escape(one_line(text), quote=False)
    return "".join("\\" + c if c in "|`*_[]" else c for c in plain).replace("@", "@\u200b")
