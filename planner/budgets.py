"""The only place that judges totals: what a limit covers, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from planner.manifest import Limit
from planner.report import BudgetCheck, Coverage, Finding, Report, Totals, WorkloadReport
from planner.units import known_total, total

WITHIN, AT_RISK, EXCEEDED, UNKNOWN = "within", "at-risk", "exceeded", "unknown"


def compare(limits: Iterable[Limit], workloads: Sequence[WorkloadReport]) -> list[BudgetCheck]:
    """Each limit against the workloads in its scope; one-off jobs count in full, as if all fell in one month."""
    by_id = {workload.id: [workload] for workload in workloads}
    checks = []
    for limit in limits:
        within = by_id[limit.scope["workload"]] if "workload" in limit.scope else workloads
        checks.append(_check(limit, [workload for workload in within if _covers(limit, workload)]))
    return checks


def totals(workloads: Sequence[WorkloadReport]) -> Totals:
    """Sums over the workloads; a sum with an unknown part is unknown."""
    recurring = [workload for workload in workloads if not workload.one_off]
    once = [workload for workload in workloads if workload.one_off]
    return Totals(
        real_time_usd=total(w.monthly.real_time_usd for w in recurring),
        expected_usd=total(w.monthly.expected_usd for w in recurring),
        budget_usd=total(w.monthly.budget_usd for w in recurring),
        saving_usd=total(w.monthly.saving_usd for w in recurring),
        one_off_usd=total(w.monthly.expected_usd for w in once),
        one_off_budget_usd=total(w.monthly.budget_usd for w in once),
        priced_usd=known_total(w.monthly.expected_usd for w in recurring),
        by={
            "owner": _grouped(recurring, lambda w: [w.owner or "(none)"]),
            "provider": _grouped(recurring, lambda w: [w.provider]),
            "model": _grouped(recurring, lambda w: [w.canonical]),
            "lane": _grouped(recurring, lambda w: [w.lane]),
            "label": _grouped(recurring, lambda w: [f"{key}={value}" for key, value in w.labels.items()]),
        },
    )


def coverage(workloads: Sequence[WorkloadReport]) -> Coverage:
    """How far the totals can be trusted."""
    return Coverage(
        workloads=len(workloads),
        priced=sum(w.monthly.budget_usd is not None for w in workloads),
        assumed=sum(bool(w.assumptions) for w in workloads),
        disputed=sum(any(line.disputed for line in w.lines) for w in workloads),
    )


def only(report: Report, workload: WorkloadReport, findings: list[Finding]) -> Report:
    """The report of one workload alone, with its own sums and no limits."""
    return report._replace(
        workloads=[workload], coverage=coverage([workload]), totals=totals([workload]), budgets=[], findings=findings
    )


def _check(limit: Limit, covered: Sequence[WorkloadReport]) -> BudgetCheck:
    expected = total(w.monthly.expected_usd for w in covered)
    budget = total(w.monthly.budget_usd for w in covered)
    known = known_total(w.monthly.expected_usd for w in covered)
    if known > limit.usd:
        verdict = EXCEEDED
    elif expected is None or budget is None:
        verdict = UNKNOWN
    else:
        verdict = AT_RISK if budget > limit.usd else WITHIN
    return BudgetCheck(limit.name, len(covered), limit.usd, expected, budget, verdict)


def _covers(limit: Limit, workload: WorkloadReport) -> bool:
    models = (workload.model, workload.canonical)
    return in_scope(limit.scope, workload.owner, workload.provider, models, workload.labels)


def in_scope(
    scope: Mapping[str, Any], owner: str | None, provider: str, models: Sequence[str], labels: Mapping[str, str]
) -> bool:
    """Whether a workload meets everything that the scope states beside its id; `models` are all names of its model."""
    return all(
        (
            scope.get("owner", owner) == owner,
            scope.get("provider", provider) == provider,
            scope.get("model", models[0]) in models,
            scope.get("labels", {}).items() <= labels.items(),
        )
    )


def _grouped(
    workloads: Sequence[WorkloadReport], keys: Callable[[WorkloadReport], list[str]]
) -> dict[str, Decimal | None]:
    groups: dict[str, list[Decimal | None]] = {}
    for workload in workloads:
        for key in keys(workload):
            groups.setdefault(key, []).append(workload.monthly.expected_usd)
    return {key: total(amounts) for key, amounts in sorted(groups.items())}
