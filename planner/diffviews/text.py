"""Tables for a terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from planner.diffing.report import DiffReport, Sums, WorkloadDiff
from planner.diffviews._words import (
    because,
    exact_usd,
    headline,
    moved_budgets,
    named,
    reasons,
    share_of,
    share_of_sums,
    side,
    signed,
    state,
    unchanged,
)
from planner.formats._words import about, levels, one_line
from planner.report import Finding

WIDTH = 100
LEAST_NAME = 12
HEAD = ("workload", "before", "after", "change", "")


def render(diff: DiffReport) -> str:
    """The change in one line, a row per workload that changed, each with its causes; then limits and findings."""
    parts = [
        _wrapped(f"{headline(diff)}. {because(diff.totals)}"),
        _wrapped(f"{side(diff.before)} -> {side(diff.after)}."),
    ]
    if diff.workloads:
        parts += [_table(diff), "\n\n".join(_story(workload) for workload in diff.workloads)]
    parts.append(unchanged(diff))
    for block in (
        _budgets(diff),
        _gates(diff),
        _findings("new", diff.findings.new),
        _findings("gone", diff.findings.gone),
    ):
        if block:
            parts.append(block)
    return "\n\n".join(parts) + "\n"


def _table(diff: DiffReport) -> str:
    from tabulate import tabulate

    rows = [_row(w) for w in diff.workloads] + [("total a month", *_sums(diff.totals))]
    if any(w.one_off for w in diff.workloads):
        rows.append(("total of one-off jobs", *_sums(diff.one_off)))
    amounts = sum(max(len(row[column]) for row in (HEAD, *rows)) for column in range(1, 5))
    room = max(LEAST_NAME, WIDTH - amounts - 8)
    fitted = [(_cut(row[0], room), *row[1:]) for row in rows]
    return tabulate(fitted, HEAD, disable_numparse=True, colalign=("left", *("right",) * 4))


def _row(w: WorkloadDiff) -> tuple[str, ...]:
    return named(w), exact_usd(w.before_usd), exact_usd(w.after_usd), signed(w.delta_usd), share_of(w)


def _sums(sums: Sums) -> tuple[str, ...]:
    return exact_usd(sums.before_usd), exact_usd(sums.after_usd), signed(sums.delta_usd), share_of_sums(sums)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _story(workload: WorkloadDiff) -> str:
    told = [f"{head}: {what}" if what else head for head, what in reasons(workload, "->")]
    return "\n".join([_wrapped(f"{named(workload)}:"), *(_wrapped(line, "      ", "  ") for line in told)])


def _budgets(diff: DiffReport) -> str:
    moved = moved_budgets(diff.budgets)
    lines = [f"budget for {one_line(one.scope)}: {state(one.before)} -> {state(one.after)}" for one in moved]
    return "\n".join(_wrapped(line, "    ") for line in lines)


def _gates(diff: DiffReport) -> str:
    lines = [f"gate {one_line(gate.scope)}: {gate.verdict}: {gate.says}" for gate in diff.gates]
    return "\n".join(_wrapped(line, "    ") for line in lines)


def _findings(state: str, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    lines = [f"{state}: {_place(f)} {f.level}: {about(f)} [{one_line(f.rule)}]" for f in findings if f.level != "note"]
    return "\n".join([f"Findings that are {state}: {levels(findings)}.", *(_wrapped(line, "    ") for line in lines)])


def _place(finding: Finding) -> str:
    return f"{one_line(finding.file)}:{finding.line}:{finding.column}:"


def _wrapped(text: str, indent: str = "", first: str = "") -> str:
    return "\n".join(wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False))
