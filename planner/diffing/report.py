"""All that any format may know of a comparison. Amounts are exact decimals; None is unknown, never 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from planner.report import BookName, BudgetCheck, Finding

SPLIT = ("volume", "tokens", "reasoning", "model", "price", "lane")
"""Causes of a change in a workload that is in both plans, in the order in which they are told."""
CAUSES = (*SPLIT, "added", "removed")

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


class Change(NamedTuple):
    """Something that differs between the two plans of a workload, and the cause that it belongs to."""

    cause: str
    what: str
    before: str
    after: str


class WorkloadDiff(NamedTuple):
    """A workload that changed: its month before and after, or for a one-off job its one cost.

    `status` is added, removed or changed; the amount on the side that has no such workload is 0. `causes` add up to
    `delta_usd`; they are None where they are not known, and `not_split` says why. `new_spend` is a cost above 0 that
    was 0, which no percentage can express.
    """

    id: str
    status: str
    one_off: bool
    owner: str | None
    before_usd: Decimal | None
    after_usd: Decimal | None
    delta_usd: Decimal | None
    delta_percent: Decimal | None
    new_spend: bool
    causes: dict[str, Decimal] | None
    not_split: str | None
    changes: list[Change]


class Sums(NamedTuple):
    """Sums over workloads. A sum with an unknown part is None, and the known part stands beside it.

    `known_delta_usd` is the sum over the workloads whose change is known. `causes` is None unless every change is
    split; `known_causes` sums those that are, and `not_split_usd` what of the known change is in none of them.
    """

    before_usd: Decimal | None
    after_usd: Decimal | None
    delta_usd: Decimal | None
    delta_percent: Decimal | None
    new_spend: bool
    causes: dict[str, Decimal] | None
    known_before_usd: Decimal
    known_after_usd: Decimal
    known_delta_usd: Decimal
    known_causes: dict[str, Decimal]
    not_split_usd: Decimal


class SideName(NamedTuple):
    """One of the two plans: where it comes from, and what it was valued with."""

    name: str
    valued_on: date
    price_book: BookName
    workloads: int


class BudgetDiff(NamedTuple):
    """A limit as it was and as it is; None on the side that does not state it."""

    scope: str
    before: BudgetCheck | None
    after: BudgetCheck | None


class GateCheck(NamedTuple):
    """A bound on the change, and whether it holds.

    `kind` is max_increase_usd, max_increase_percent or max_total_usd. `verdict` is within, exceeded, unknown,
    already-above (a total that was above the bound before) or covers-nothing.
    """

    scope: str
    kind: str
    limit: Decimal
    before_usd: Decimal | None
    after_usd: Decimal | None
    increase_usd: Decimal | None
    increase_percent: Decimal | None
    verdict: str
    says: str


class FindingsDiff(NamedTuple):
    """Findings that only the later plan has, and those that only the earlier one had."""

    new: list[Finding]
    gone: list[Finding]


class DiffReport(NamedTuple):
    """The one artifact behind every format of a comparison. `workloads` are those that changed."""

    diff_version: int
    before: SideName
    after: SideName
    totals: Sums
    one_off: Sums
    unchanged: int
    workloads: list[WorkloadDiff]
    budgets: list[BudgetDiff]
    gates: list[GateCheck]
    findings: FindingsDiff
