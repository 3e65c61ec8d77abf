"""The exit code of a comparison."""

from __future__ import annotations

from planner.budgets import EXCEEDED, UNKNOWN
from planner.diffing.report import DiffReport
from planner.report import CLEAN, OVER_BUDGET, PRICE_UNKNOWN, UNPRICED, Report, exit_code


def exit_code_of(diff: DiffReport, later: Report, fail_on: str) -> int:
    """0 clean, 1 new findings at or above `fail_on`, 3 unpriced, 4 over a budget or a gate; 3 > 4 > 1.

    The later plan must be priced and keep its budgets, whether the earlier one did or not. A gate that cannot be
    judged counts as unpriced.
    """
    unpriced = [finding for finding in later.findings if finding.rule == PRICE_UNKNOWN]
    code = exit_code([*unpriced, *diff.findings.new], later.budgets, fail_on, later.gate)
    verdicts = {gate.verdict for gate in diff.gates}
    if code == UNPRICED or UNKNOWN in verdicts:
        return UNPRICED
    if code == OVER_BUDGET or EXCEEDED in verdicts:
        return OVER_BUDGET
    return code if code else CLEAN
