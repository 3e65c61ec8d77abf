"""Two plans side by side: what changed, by how much, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from planner.budgets import coverage, totals
from planner.diffing.changes import changes_of
from planner.diffing.report import (
    ADDED,
    CAUSES,
    CHANGED,
    REMOVED,
    BudgetDiff,
    DiffReport,
    FindingsDiff,
    SideName,
    Sums,
    WorkloadDiff,
)
from planner.diffing.splitting import NOT_PRICED, Side, Splitter
from planner.report import BudgetCheck, Finding, Report, WorkloadReport
from planner.units import known_total, minus, percentage, total

ZERO = Decimal(0)


def compare(old: Side, new: Side) -> DiffReport:
    """What changed from one plan to the other. Workloads are matched by id, one-off jobs apart from monthly ones."""
    before, after = _by_id(old.report), _by_id(new.report)
    ids = [*after, *(key for key in before if key not in after)]
    split = Splitter(old, new)
    diffs = [_workload(before.get(key), after.get(key), split) for key in ids]
    changed = [diff for diff in diffs if _is_change(diff)]
    return DiffReport(
        diff_version=1,
        before=_named(old),
        after=_named(new),
        totals=_sums([diff for diff in diffs if not diff.one_off]),
        one_off=_sums([diff for diff in diffs if diff.one_off]),
        unchanged=len(diffs) - len(changed),
        workloads=changed,
        budgets=_budgets(old.report.budgets, new.report.budgets),
        gates=[],
        findings=_findings(old.report.findings, new.report.findings),
    )


def nothing(report: Report) -> Report:
    """A plan without workloads, valued as that one is."""
    return report._replace(workloads=[], coverage=coverage([]), totals=totals([]), budgets=[], findings=[])


Key = tuple[str, bool]


def _by_id(report: Report) -> dict[Key, WorkloadReport]:
    return {(workload.id, workload.one_off): workload for workload in report.workloads}


def _named(side: Side) -> SideName:
    report = side.report
    return SideName(side.name, report.valued_on, report.price_book, len(report.workloads))


def _is_change(diff: WorkloadDiff) -> bool:
    moved = diff.before_usd != diff.after_usd or any((diff.causes or {}).values())
    return bool(diff.status != CHANGED or moved or diff.changes)


def _workload(old: WorkloadReport | None, new: WorkloadReport | None, split: Splitter) -> WorkloadDiff:
    """The change of one workload that at least one of the plans has."""
    told = new or old
    assert told is not None
    before = old.monthly.expected_usd if old else ZERO
    after = new.monthly.expected_usd if new else ZERO
    delta = minus(after, before)
    status = CHANGED if old and new else ADDED if new else REMOVED
    causes = split.of(old, new) if old and new else NOT_PRICED if delta is None else {status: delta}
    return WorkloadDiff(
        id=told.id,
        status=status,
        one_off=told.one_off,
        owner=told.owner,
        before_usd=before,
        after_usd=after,
        delta_usd=delta,
        delta_percent=percentage(delta, before),
        new_spend=_is_new_spend(before, after),
        causes=None if isinstance(causes, str) else _whole(causes),
        not_split=causes if isinstance(causes, str) else None,
        changes=changes_of(old, new) if old and new else [],
    )


def _is_new_spend(before: Decimal | None, after: Decimal | None) -> bool:
    return before is not None and not before and after is not None and after > 0


def _whole(causes: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {cause: causes.get(cause, ZERO) for cause in CAUSES}


def _sums(diffs: Sequence[WorkloadDiff]) -> Sums:
    before, after = total(d.before_usd for d in diffs), total(d.after_usd for d in diffs)
    delta = minus(after, before)
    split = [d.causes for d in diffs if d.causes is not None]
    known = {cause: known_total(causes[cause] for causes in split) for cause in CAUSES}
    return Sums(
        before_usd=before,
        after_usd=after,
        delta_usd=delta,
        delta_percent=percentage(delta, before),
        new_spend=_is_new_spend(before, after),
        causes=known if len(split) == len(diffs) else None,
        known_before_usd=known_total(d.before_usd for d in diffs),
        known_after_usd=known_total(d.after_usd for d in diffs),
        known_delta_usd=known_total(d.delta_usd for d in diffs),
        known_causes=known,
        not_split_usd=known_total(d.delta_usd for d in diffs if d.causes is None),
    )


def _budgets(old: Iterable[BudgetCheck], new: Iterable[BudgetCheck]) -> list[BudgetDiff]:
    """The limits by scope, the later plan's first; of equal scopes the first with the first."""
    before, after = dict(_counted(old)), dict(_counted(new))
    return [BudgetDiff(key[0], before.get(key), after.get(key)) for key in {**after, **before}]


def _counted(checks: Iterable[BudgetCheck]) -> Iterator[tuple[tuple[str, int], BudgetCheck]]:
    seen: Counter[str] = Counter()
    for check in checks:
        seen[check.scope] += 1
        yield (check.scope, seen[check.scope]), check


def _findings(old: Sequence[Finding], new: Sequence[Finding]) -> FindingsDiff:
    """What only one of the plans has, by fingerprint and file."""
    return FindingsDiff(_beyond(new, old), _beyond(old, new))


def _beyond(found: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    left = Counter(_marks(others))
    kept = []
    for finding, mark in zip(found, _marks(found), strict=True):
        if left[mark]:
            left[mark] -= 1
        else:
            kept.append(finding)
    return kept


def _marks(found: Sequence[Finding]) -> list[tuple[str, str]]:
    """Each finding's file and fingerprint. A plan is of one manifest, whose name may have changed: it does not count."""
    files = {finding.file for finding in found}
    return [(finding.file if len(files) > 1 else "", finding.fingerprint) for finding in found]
