"""What a reader of a forecast should act on, with the levels of a plan: prices, limits, rules that contradict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from planner.findings import engine, in_order, placed
from planner.forecasting.report import AT_RISK, EXCEEDED, LimitForecast, LimitMonth, WorkloadForecast
from planner.manifest import Limit, Manifest
from planner.places import WorkloadPlaces
from planner.report import PRICE_UNKNOWN, Finding
from planner.units import cents, cents_up, minus


def findings_of(
    manifest: Manifest, workloads: Sequence[WorkloadForecast], limits: Sequence[LimitForecast]
) -> list[Finding]:
    """The findings of the manifest as stated, in the order of the file."""
    found = [one for position, own in enumerate(workloads) for one in _of_workload(manifest, position, own)]
    found += [
        one for limit, own in zip(manifest.limits, limits, strict=True) for one in _of_limit(manifest, limit, own)
    ]
    return in_order(found)


def _of_workload(manifest: Manifest, position: int, forecast: WorkloadForecast) -> Iterator[Finding]:
    places = WorkloadPlaces(manifest, position)
    gaps = [month for month in forecast.months if month.missing]
    if gaps:
        told = engine(PRICE_UNKNOWN, f"{gaps[0].missing}; {_when([gap.month for gap in gaps], forecast)}")
        yield placed(manifest, told, forecast.id, places.of_fields(["model"]))
    parts = [(month.month, part) for month in forecast.months for part in month.parts]
    opposed = next(((month, part) for month, part in parts if part.opposed), None)
    if opposed:
        month, part = opposed
        says = f"{' and '.join(part.opposed)} want opposite lanes; it stays in real time (from {month})"
        field = "lane" if "pin" in part.opposed else "id"
        told = engine("rules-contradict", says, part.expected_usd)
        yield placed(manifest, told, forecast.id, places.of_fields([field]))
    tied = next(((month, part) for month, part in parts if part.tied), None)
    if tied:
        month, part = tied
        says = f"{' and '.join(part.tied)} weigh the same and want opposite lanes (from {month})"
        yield placed(manifest, engine("rules-tie", says, part.expected_usd), forecast.id, places.of_fields(["id"]))


def _when(months: Sequence[str], forecast: WorkloadForecast) -> str:
    """In which of the months: first, and how many."""
    whole = len(forecast.months)
    if len(months) == whole:
        return "in every month"
    return f"in {months[0]}" if len(months) == 1 else f"in {len(months)} of {whole} months, {months[0]} the first"


def _of_limit(manifest: Manifest, limit: Limit, forecast: LimitForecast) -> Iterator[Finding]:
    at = (*limit.path, "monthly_usd")
    if not forecast.workloads:
        told = engine("budget-covers-nothing", f"{limit.name}: no workload is in this scope")
        yield placed(manifest, told, None, limit.path, limit.name)
    exceeded = [month for month in forecast.months if month.verdict == EXCEEDED]
    if exceeded:
        stake = _most(minus(month.expected_usd, limit.usd) for month in exceeded)
        told = engine("over-budget", f"{limit.name}: {_above(exceeded[0], limit)}{_more(exceeded)}", stake)
        yield placed(manifest, told, None, at, limit.name)
        return
    risky = [month for month in forecast.months if month.verdict == AT_RISK and month.budget_usd is not None]
    if risky:
        stake = _most(minus(month.budget_usd, limit.usd) for month in risky)
        told = engine("budget-at-risk", f"{limit.name}: {_budget_above(risky[0], limit)}{_more(risky)}", stake)
        yield placed(manifest, told, None, at, limit.name)


def _above(month: LimitMonth, limit: Limit) -> str:
    if month.expected_usd is None:
        return f"the known part alone of {month.month} is above the limit of ${cents(limit.usd):,}"
    return f"${cents(month.expected_usd):,} are expected in {month.month}, above the limit of ${cents(limit.usd):,}"


def _budget_above(month: LimitMonth, limit: Limit) -> str:
    budget = month.budget_usd or Decimal(0)
    return f"the budget of ${cents_up(budget):,} in {month.month} is above the limit of ${cents(limit.usd):,}"


def _more(months: Sequence[LimitMonth]) -> str:
    rest = len(months) - 1
    return f", and in {rest} more month{'s' if rest != 1 else ''}" if rest else ""


def _most(amounts: Iterator[Decimal | None]) -> Decimal | None:
    return max((amount for amount in amounts if amount is not None), default=None)
