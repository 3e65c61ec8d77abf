"""All that any format may know of a plan. Amounts are exact decimals; None is unknown, never 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

PRICE_UNKNOWN, OVER, AT_RISK = "price-unknown", "over-budget", "budget-at-risk"
LEVELS = ("note", "warning", "error")

CLEAN, FINDINGS, WRONG_INPUT, UNPRICED, OVER_BUDGET = range(5)


class Fix(NamedTuple):
    """What mends a finding: a change of the manifest, or a command for what no change of it can mend.

    `path` is a JSON pointer to the value that is to stand there as `to`, YAML text, or to be removed where that is
    None. A `safe` fix changes no amount and no decision, and leaves no choice to be made.
    """

    says: str
    safe: bool
    path: str | None
    to: str | None
    command: str | None


class Finding(NamedTuple):
    """Something that a reader should act on, with its place.

    `path` is a JSON pointer into the file. `line` and `column` count from 1; `end_column` is the first column behind
    the key or value, and `excerpt` the line of the file. `fingerprint` tells the finding from others of its file and
    does not change when lines are added above. `usd_at_stake` is the money a month that it speaks of, None where that
    is not known.
    """

    rule: str
    level: str
    workload: str | None
    file: str
    path: str
    line: int
    column: int
    end_column: int
    excerpt: str
    message: str
    remedy: str
    fingerprint: str
    usd_at_stake: Decimal | None
    fix: Fix | None


class RuleCard(NamedTuple):
    """What a reader may want to know of a rule that spoke. `uri` is where its page is."""

    id: str
    level: str
    summary: str
    why: str
    remedy: str
    source: str
    uri: str


class Suppressed(NamedTuple):
    """A finding that somebody allowed. `by` is comment or baseline; `because` is the reason as stated."""

    finding: Finding
    by: str
    because: str | None


class LintReport(NamedTuple):
    """What was found in the manifests: the one artifact behind every format of the linter.

    `rules` holds a card for each rule that a finding or a suppressed finding names. `findings` are sorted by place.
    """

    lint_version: int
    files: list[str]
    rules: list[RuleCard]
    findings: list[Finding]
    suppressed: list[Suppressed]


class TraceEntry(NamedTuple):
    """A rule's verdict on a workload (fires, silent, undecided) and the values that it saw."""

    rule: str
    verdict: str
    saw: dict[str, str]
    message: str | None = None


class BillLine(NamedTuple):
    """One line of a month's bill, or of its reserves (`counts` says in which sum it is: expected or budget).

    `over_input_tokens` is where the price tier of the line begins, 0 for the base.
    """

    lane: str
    token_class: str
    counts: str
    usd: Decimal
    tokens: Decimal | None
    usd_per_mtok: Decimal | None
    source: str | None
    verified: date | None
    since: date | None
    disputed: bool = False
    note: str | None = None
    over_input_tokens: int = 0


class Monthly(NamedTuple):
    """US dollars a month in each lane and in the chosen one; of a one-off job, once."""

    real_time_usd: Decimal | None
    batch_usd: Decimal | None
    flex_usd: Decimal | None
    priority_usd: Decimal | None
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    saving_usd: Decimal | None
    saving_percent: Decimal | None
    saving_forgone_usd: Decimal | None
    forgone_by: str | None


class Flip(NamedTuple):
    """Where a decision changes along one dimension: `at` is the nearest point, None where there is none.

    `expected_usd` is the cost there in the new lane, `instead_of_usd` in the lane that it leaves.
    """

    dimension: str
    unit: str
    now: Decimal | None
    at: Decimal | None
    mode: str | None
    decided_by: str | None
    expected_usd: Decimal | None
    instead_of_usd: Decimal | None


class LimitLine(NamedTuple):
    """A limit that the workload was held against, and who says so; `disputed` is what another source says."""

    limit: str
    value: str
    source: str
    disputed: str | None
    note: str | None


class WorkloadReport(NamedTuple):
    """One workload: its decision with the trace, its money with the lines, and what was assumed."""

    id: str
    provider: str
    model: str
    canonical: str
    billed_as: str
    region: str
    owner: str | None
    labels: dict[str, str]
    one_off: bool
    one_off_month: str | None
    requests_per_month: Decimal
    tokens_per_day: Decimal | None
    mode: str
    lane: str
    pattern: str
    decided_by: str | None
    reason: str
    trace: list[TraceEntry]
    assumptions: list[str]
    monthly: Monthly
    lines: list[BillLine]
    facts: dict[str, str]
    unknown: list[str]
    limits: list[LimitLine]
    flips: list[Flip]


class BookName(NamedTuple):
    """The price book that the plan was valued with, and the digest of the files that were read."""

    name: str
    digest: str


class Coverage(NamedTuple):
    """How many workloads there are, are priced, rest on an assumption, or use a disputed rate."""

    workloads: int
    priced: int
    assumed: int
    disputed: int


class Totals(NamedTuple):
    """Sums over the recurring workloads, with one-off jobs apart. `priced_usd` is the sum of what is known."""

    real_time_usd: Decimal | None
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    saving_usd: Decimal | None
    one_off_usd: Decimal | None
    one_off_budget_usd: Decimal | None
    priced_usd: Decimal
    by: dict[str, dict[str, Decimal | None]]


class BudgetCheck(NamedTuple):
    """A limit and what it is held against. `verdict` is within, at-risk, exceeded or unknown."""

    scope: str
    workloads: int
    limit_usd: Decimal
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    verdict: str


class Report(NamedTuple):
    """The one artifact behind every format."""

    plan_version: int
    name: str | None
    valued_on: date
    price_book: BookName
    gate: str
    coverage: Coverage
    workloads: list[WorkloadReport]
    totals: Totals
    budgets: list[BudgetCheck]
    findings: list[Finding]


def exit_code(findings: list[Finding], budgets: list[BudgetCheck], fail_on: str, gate: str) -> int:
    """0 clean, 1 findings at or above `fail_on`, 3 something cannot be priced, 4 over budget; 3 > 4 > 1.

    `gate` is expected (the expected cost may not exceed the limit) or high (nor may the budget).
    """
    if any(finding.rule == PRICE_UNKNOWN for finding in findings):
        return UNPRICED
    over = ("exceeded", "at-risk") if gate == "high" else ("exceeded",)
    if any(check.verdict in over for check in budgets):
        return OVER_BUDGET
    return _level_code(findings, fail_on)


def finding_code(findings: list[Finding], fail_on: str, gate: str) -> int:
    """The same from the findings alone, where some were allowed: what is left of them counts."""
    rules = {finding.rule for finding in findings}
    if PRICE_UNKNOWN in rules:
        return UNPRICED
    if OVER in rules or (gate == "high" and AT_RISK in rules):
        return OVER_BUDGET
    return _level_code(findings, fail_on)


def worst(codes: list[int]) -> int:
    """The code that counts where several hold: 2 > 3 > 4 > 1."""
    return max(codes, key=(CLEAN, FINDINGS, OVER_BUDGET, UNPRICED, WRONG_INPUT).index, default=CLEAN)


def _level_code(findings: list[Finding], fail_on: str) -> int:
    counting = LEVELS[LEVELS.index(fail_on) :] if fail_on in LEVELS else ()
    return FINDINGS if any(finding.level in counting for finding in findings) else CLEAN
