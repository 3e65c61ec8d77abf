"""A row per scenario, month and sum, for spreadsheets. Cells that would be taken for a formula are made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from planner.forecasting.report import Fan, ForecastReport, ScenarioForecast
from planner.forecastviews._words import fans, risks
from planner.formats._words import in_cell
from planner.units import plain

HEAD = (
    "scenario", "sum", "name", "month", "requests", "model", "lane", "decided_by", "limit_usd", "expected_usd",
    "budget_usd", "verdict", "headroom_percent", "p10_usd", "p50_usd", "p90_usd", "p99_usd", "crossing_percent", "missing",
)  # fmt: skip


def render(report: ForecastReport) -> str:
    """Workloads, groups of them, limits and the total, each with a row a month; an empty cell is unknown or does not apply."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEAD, lineterminator="\n", restval="")
    writer.writeheader()
    for scenario in report.scenarios:
        for row in (*_workloads(scenario), *_groups(scenario), *_limits(scenario), *_total(scenario)):
            writer.writerow({"scenario": in_cell(scenario.name), **row})
    return out.getvalue()


def _workloads(scenario: ScenarioForecast) -> Iterator[dict[str, str]]:
    for workload in scenario.workloads:
        for month in workload.months:
            last = month.parts[-1] if month.parts else None
            yield {
                "sum": "workload",
                "name": in_cell(workload.id),
                "month": month.month,
                "requests": plain(month.requests),
                "model": in_cell(last.model if last else ""),
                "lane": (last.lane or "") if last else "",
                "decided_by": in_cell((last.decided_by or "") if last else ""),
                "expected_usd": _number(month.expected_usd),
                "budget_usd": _number(month.budget_usd),
                "missing": in_cell(month.missing or ""),
            }


def _groups(scenario: ScenarioForecast) -> Iterator[dict[str, str]]:
    """By owner, provider, model, lane and label."""
    for kind, groups in scenario.by.items():
        for name, amounts in groups.items():
            for month, amount in zip(scenario.months, amounts, strict=True):
                yield {"sum": kind, "name": in_cell(name), "month": month.month, "expected_usd": _number(amount)}


def _limits(scenario: ScenarioForecast) -> Iterator[dict[str, str]]:
    for limit, risk in zip(scenario.limits, risks(scenario), strict=True):
        for index, month in enumerate(limit.months):
            yield {
                "sum": "limit",
                "name": in_cell(limit.scope),
                "month": month.month,
                "limit_usd": plain(limit.limit_usd),
                "expected_usd": _number(month.expected_usd),
                "budget_usd": _number(month.budget_usd),
                "verdict": month.verdict,
                "headroom_percent": _number(month.headroom_percent),
                **_fan(None if risk is None else risk.fans[index]),
                "crossing_percent": _number(None if risk is None else risk.months[index]),
            }


def _total(scenario: ScenarioForecast) -> Iterator[dict[str, str]]:
    for month, fan in zip(scenario.months, fans(scenario), strict=True):
        yield {
            "sum": "total",
            "month": month.month,
            "expected_usd": _number(month.expected_usd),
            "budget_usd": _number(month.budget_usd),
            **_fan(fan),
        }


def _fan(fan: Fan | None) -> dict[str, str]:
    if fan is None:
        return {}
    return {"p10_usd": plain(fan.p10), "p50_usd": plain(fan.p50), "p90_usd": plain(fan.p90), "p99_usd": plain(fan.p99)}


def _number(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)
