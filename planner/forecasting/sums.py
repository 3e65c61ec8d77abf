"""Sums over workloads by month, and what each limit leaves: exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from planner.budgets import in_scope
from planner.forecasting.report import (
    AT_RISK,
    EXCEEDED,
    UNKNOWN,
    WITHIN,
    LimitForecast,
    LimitMonth,
    Part,
    SumMonth,
    WorkloadForecast,
    WorkloadMonth,
)
from planner.manifest import Limit, Manifest, Workload
from planner.pricebook import PriceBook
from planner.units import known_total, minus, percentage, total

NONE = "(none)"
"""Of workloads without an owner, and of days on which nobody answers."""


def known_of(month: WorkloadMonth) -> Decimal:
    """What is known of a workload's month, where a part of its days has no price."""
    return known_total((month.input_usd, month.output_usd, month.reasoning_usd))


def sums(names: Sequence[str], workloads: Sequence[WorkloadForecast]) -> list[SumMonth]:
    """Everything together, month by month."""
    months = []
    for index, name in enumerate(names):
        all_of = [workload.months[index] for workload in workloads]
        once = [workload.months[index] for workload in workloads if workload.one_off]
        months.append(
            SumMonth(
                month=name,
                expected_usd=total(month.expected_usd for month in all_of),
                budget_usd=total(month.budget_usd for month in all_of),
                priced_usd=known_total(map(known_of, all_of)),
                one_off_usd=total(month.expected_usd for month in once),
            )
        )
    return months


def grouped(manifest: Manifest, workloads: Sequence[WorkloadForecast]) -> dict[str, dict[str, list[Decimal | None]]]:
    """The expected cost of each month by what a workload or a part of its month belongs to."""
    amounts: dict[str, dict[str, list[list[Decimal | None]]]] = {
        name: {} for name in ("owner", "provider", "model", "lane", "label")
    }
    for workload, forecast in zip(manifest.workloads, workloads, strict=True):
        for index, month in enumerate(forecast.months):
            for part in month.parts:
                for kind, name in _belongs(workload, part):
                    months: list[list[Decimal | None]] = [[] for _ in forecast.months]
                    amounts[kind].setdefault(name, months)[index].append(part.expected_usd)
    return {
        kind: {name: [total(month) for month in months] for name, months in sorted(groups.items())}
        for kind, groups in amounts.items()
    }


def _belongs(workload: Workload, part: Part) -> Iterator[tuple[str, str]]:
    yield "owner", workload.owner or NONE
    yield "provider", workload.provider
    yield "model", part.model
    yield "lane", part.lane or NONE
    yield from (("label", f"{key}={value}") for key, value in workload.labels.items())


def limits(manifest: Manifest, book: PriceBook, workloads: Sequence[WorkloadForecast]) -> list[LimitForecast]:
    """Each limit in each month. A workload stays in its scope when a successor answers for its model."""
    return [_limit(limit, _within(limit, manifest, book), workloads) for limit in manifest.limits]


def _within(limit: Limit, manifest: Manifest, book: PriceBook) -> list[str]:
    if "workload" in limit.scope:
        return [limit.scope["workload"]]
    return [
        w.id
        for w in manifest.workloads
        if in_scope(limit.scope, w.owner, w.provider, (w.model, book.canonical(w.provider, w.model)), w.labels)
    ]


def _limit(limit: Limit, ids: list[str], workloads: Iterable[WorkloadForecast]) -> LimitForecast:
    wanted = set(ids)
    covered = [workload for workload in workloads if workload.id in wanted]
    months = [_limit_month(limit.usd, each) for each in zip(*(w.months for w in covered), strict=True)]
    crossed = next((month.month for month in months if month.verdict == EXCEEDED), None)
    return LimitForecast(limit.name, ids, limit.usd, crossed, months)


def _limit_month(limit: Decimal, covered: Sequence[WorkloadMonth]) -> LimitMonth:
    expected = total(month.expected_usd for month in covered)
    budget = total(month.budget_usd for month in covered)
    left = minus(limit, expected)
    return LimitMonth(
        month=covered[0].month,
        expected_usd=expected,
        budget_usd=budget,
        verdict=_verdict(limit, known_total(map(known_of, covered)), expected, budget),
        headroom_usd=left,
        headroom_percent=percentage(left, expected),
    )


def _verdict(limit: Decimal, known: Decimal, expected: Decimal | None, budget: Decimal | None) -> str:
    if known > limit:
        return EXCEEDED
    if expected is None or budget is None:
        return UNKNOWN
    return AT_RISK if budget > limit else WITHIN
