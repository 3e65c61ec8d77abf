"""A comment for a pull request: what it does to the cost and why, what it breaks, and the rest folded away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from planner.diffing.report import CAUSES, DiffReport, GateCheck, Sums, WorkloadDiff
from planner.diffviews._words import (
    because,
    by_weight,
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
from planner.formats._words import about, counted, in_markdown, levels
from planner.report import LEVELS, BudgetCheck, Finding

MARKER = "<!-- planner-diff -->"
MOST = 64_000
"""Characters of a comment; forges refuse one of more than 65,536."""
MOST_OF_CELL = 500
SIGNS = {"within": "✅", "at-risk": "⚠️", "exceeded": "❌", "unknown": "❔", "already-above": "⚠️", "covers-nothing": "⚠️"}
LEVEL_SIGNS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}


class _Page:
    """A comment under way: how much room is left, and what did not fit."""

    def __init__(self) -> None:
        self.parts: list[str] = [MARKER]
        self.cut: list[str] = []
        self._left = MOST - 1_000

    def add(self, text: str) -> None:
        """A part that always stands."""
        self.parts.append(text)
        self._left -= len(text) + 2

    def lines(self, head: str, lines: Sequence[str], noun: str, foot: str = "", share: int = 1) -> None:
        """A part of as many lines as fit into a share of the room that is left; what is cut is said at the end."""
        if not lines:
            return
        room, kept = self._left // share - len(head) - len(foot) - 4, 0
        for line in lines:
            room -= len(line) + 1
            if room < 0:
                break
            kept += 1
        if kept < len(lines):
            self.cut.append(counted(len(lines) - kept, noun))
        if kept:
            self.add("\n".join([head, *lines[:kept]] if head else lines[:kept]) + foot)

    def text(self) -> str:
        """The comment, with a sentence on what was cut."""
        cut = [f"*Cut to fit into a comment: {', '.join(self.cut)}; `planner diff` shows all.*"] if self.cut else []
        return "\n\n".join([*self.parts, *cut]) + "\n"


def render(diff: DiffReport) -> str:
    """The comparison. The hidden marker lets a job find its own comment and update it in place."""
    page = _Page()
    page.add(f"### {in_markdown(headline(diff))}")
    if because(diff.totals):
        page.add(because(diff.totals))
    page.lines("", [_gate(gate) for gate in diff.gates if gate.verdict != "within"], "gate", share=4)
    changed = by_weight(diff.workloads)
    page.lines(
        _head("workload", "before", "after", "change", "why", right=(1, 2, 3)),
        list(_rows(diff, changed)),
        "row",
        share=2,
    )
    _budgets(page, diff)
    _new_findings(page, diff.findings.new)
    _causes(page, changed)
    _gone_findings(page, diff.findings.gone)
    page.add(_foot(diff))
    return page.text()


def _rows(diff: DiffReport, changed: Sequence[WorkloadDiff]) -> Iterable[str]:
    """The totals first, so that they are never cut; then a row per workload that changed."""
    if not changed:
        return
    yield _total("**all, a month**", diff.totals)
    if any(w.one_off for w in changed):
        yield _total("**one-off jobs**", diff.one_off)
    for w in changed:
        why = "<br>".join(_cell(f"{head}: {what}" if what else head) for head, what in reasons(w, "→"))
        yield _row(
            _cell(named(w)), exact_usd(w.before_usd), exact_usd(w.after_usd), _delta(w.delta_usd, share_of(w)), why
        )


def _total(name: str, sums: Sums) -> str:
    known = "" if sums.delta_usd is not None else f"the known part changes by {signed(sums.known_delta_usd)}"
    change = _delta(sums.delta_usd, share_of_sums(sums))
    return _row(name, exact_usd(sums.before_usd), exact_usd(sums.after_usd), change, known)


def _delta(delta: Decimal | None, percent: str) -> str:
    return f"**{signed(delta)}**" + (f" ({percent})" if percent else "")


def _gate(gate: GateCheck) -> str:
    return f"- {SIGNS[gate.verdict]} gate for {_cell(gate.scope)}: {_cell(gate.says)}"


def _budgets(page: _Page, diff: DiffReport) -> None:
    rows = [
        _row(_cell(one.scope), _state(one.before), _state(one.after))
        for one in sorted(moved_budgets(diff.budgets), key=lambda one: _badness(one.after))
    ]
    page.lines(_head("budget for", "before", "after"), rows, "budget", share=4)


def _state(check: BudgetCheck | None) -> str:
    return state(check) if check is None else f"{SIGNS[check.verdict]} {state(check)}"


def _badness(check: BudgetCheck | None) -> int:
    order = ("exceeded", "unknown", "at-risk", "within")
    return len(order) if check is None else order.index(check.verdict)


def _new_findings(page: _Page, findings: Sequence[Finding]) -> None:
    """Errors and warnings in the open, each with what to do; notes are counted."""
    ranked = sorted(findings, key=lambda f: (-LEVELS.index(f.level), -(f.usd_at_stake or 0)))
    lines = [f"- {LEVEL_SIGNS[f.level]} {_finding(f)} *{_cell(f.remedy)}*" for f in ranked if f.level != "note"]
    page.lines(f"**New findings**: {levels(findings)}.\n", lines or [""] * bool(findings), "new finding", share=2)


def _gone_findings(page: _Page, findings: Sequence[Finding]) -> None:
    lines = [f"- {_finding(f)}" for f in findings]
    page.lines(_open(f"{counted(len(findings), 'finding')} gone"), lines, "gone finding", SHUT)


def _finding(finding: Finding) -> str:
    return f"{_cell(about(finding))} ({_cell(finding.rule)}, {_cell(finding.file)}:{finding.line})"


def _causes(page: _Page, changed: Sequence[WorkloadDiff]) -> None:
    """Every workload's causes in columns, folded away; only columns that somebody has."""
    split = [(w, w.causes) for w in changed if w.causes]
    used = [cause for cause in CAUSES if any(causes[cause] for _, causes in split)]
    rows = [
        _row(_cell(named(w)), *(signed(causes[cause]) if causes[cause] else "" for cause in used), signed(w.delta_usd))
        for w, causes in split
    ]
    head = _open("The change by cause") + _head("workload", *used, "change", right=tuple(range(1, len(used) + 2)))
    page.lines(head, rows, "row of causes", SHUT, share=2)


def _foot(diff: DiffReport) -> str:
    sides = f"{_cell(side(diff.before))} → {_cell(side(diff.after))}"
    return f"<sub>{sides}. {unchanged(diff)} A part is averaged over every order in which the causes may come; the parts add up to the change.</sub>"


SHUT = "\n\n</details>"


def _open(summary: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n"


def _head(*cells: str, right: Sequence[int] = ()) -> str:
    return _row(*cells) + "\n" + _row(*("---:" if column in right else "---" for column in range(len(cells))))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    """Somebody's text without markup, and cut where it is long: one cell must not fill the comment."""
    return in_markdown(text if len(text) <= MOST_OF_CELL else text[: MOST_OF_CELL - 1] + "…")
