"""A plan as budget rows for spreadsheets: a row per workload, the sums, and the limits with what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from planner.exports.focus import digest
from planner.exports.tables import Cell, Sheet, Table
from planner.formats._words import in_cell
from planner.report import PRICE_UNKNOWN, BudgetCheck, Report, WorkloadReport
from planner.units import known_total, minus, plain, total

HEAD = (
    ("row", "text"), ("name", "text"), ("owner", "text"), ("labels", "text"), ("provider", "text"), ("model", "text"),
    ("region", "text"), ("lane", "text"), ("decided_by", "text"), ("once", "text"), ("requests_per_month", "count"),
    ("real_time_usd", "usd"), ("expected_usd", "usd"), ("reserve_usd", "usd"), ("budget_usd", "usd"),
    ("limit_usd", "usd"), ("left_of_limit_expected_usd", "usd"), ("left_of_limit_budget_usd", "usd"),
    ("verdict", "text"), ("note", "text"),
)  # fmt: skip
WORKLOAD, SUM, LIMIT = "workload", "sum", "limit"
LIMIT_HEAD = ("name", "workloads", "expected_usd", "budget_usd", "limit_usd", "left_of_limit_expected_usd",
              "left_of_limit_budget_usd", "verdict")  # fmt: skip
KINDS = {**dict(HEAD), "workloads": "count"}


def table(report: Report) -> Table:
    """All rows in one table; the column `row` says which are workloads, which sums and which limits."""
    rows = [*_workloads(report), *_sums(report), *map(_limit, report.budgets)]
    return Table(HEAD, [[row.get(name) for name, _ in HEAD] for row in rows])


def sheets(report: Report) -> list[Sheet]:
    """Workloads with their sums, limits, and what the plan rests on, each on a sheet."""
    workloads, sums = _workloads(report), _sums(report)
    beside = ("row", "limit_usd", "left_of_limit_expected_usd", "left_of_limit_budget_usd", "verdict")
    names = [name for name, _ in HEAD if name not in beside]
    found = [Sheet("Workloads", _picked(names, [*workloads, *sums]), len(sums))]
    if report.budgets:
        found.append(Sheet("Limits", _picked(LIMIT_HEAD, [_limit(check) for check in report.budgets])))
    return [*found, Sheet("About", Table((("about", "text"), ("this plan", "text")), _about(report)))]


def _picked(names: tuple[str, ...] | list[str], rows: list[dict[str, Cell]]) -> Table:
    return Table([(name, KINDS[name]) for name in names], [[row.get(name) for name in names] for row in rows])


def _workloads(report: Report) -> list[dict[str, Cell]]:
    missing = {f.workload: f.message for f in report.findings if f.rule == PRICE_UNKNOWN}
    return [_workload(w, missing.get(w.id)) for w in report.workloads]


def _workload(w: WorkloadReport, missing: str | None) -> dict[str, Cell]:
    notes = [f"unknown: {missing}"] if missing else []
    return {
        "row": WORKLOAD,
        "name": in_cell(w.id),
        "owner": in_cell(w.owner) or None,
        "labels": in_cell(" ".join(f"{key}={value}" for key, value in w.labels.items())) or None,
        "provider": in_cell(w.provider),
        "model": in_cell(w.model),
        "region": in_cell(w.region),
        "lane": w.lane,
        "decided_by": in_cell(w.decided_by) or None,
        "once": "once" if w.one_off else None,
        "requests_per_month": w.requests_per_month,
        **_money(w.monthly.real_time_usd, w.monthly.expected_usd, w.monthly.budget_usd),
        "note": in_cell("; ".join([*notes, *w.assumptions])) or None,
    }


def _money(real_time: Decimal | None, expected: Decimal | None, budget: Decimal | None) -> dict[str, Cell]:
    return {
        "real_time_usd": real_time,
        "expected_usd": expected,
        "reserve_usd": minus(budget, expected),
        "budget_usd": budget,
    }


def _sums(report: Report) -> list[dict[str, Cell]]:
    """Sums of the month, of jobs that run once, and of both; a sum with an unknown part says what is known."""
    once = [w for w in report.workloads if w.one_off]
    month = [w for w in report.workloads if not w.one_off]
    parts = [("total a month", month)]
    if once:
        parts += [("total of jobs that run once", once), ("total with these jobs", report.workloads)]
    return [_sum(name, workloads) for name, workloads in parts]


def _sum(name: str, workloads: list[WorkloadReport]) -> dict[str, Cell]:
    def of(pick: Callable[[WorkloadReport], Decimal | None]) -> Decimal | None:
        return total(pick(w) for w in workloads)

    lost = sum(w.monthly.expected_usd is None for w in workloads)
    known = known_total(w.monthly.expected_usd for w in workloads)
    note = (
        f"{len(workloads) - lost} of {len(workloads)} priced: {plain(known)} USD are expected of these"
        if lost
        else None
    )
    money = _money(
        of(lambda w: w.monthly.real_time_usd), of(lambda w: w.monthly.expected_usd), of(lambda w: w.monthly.budget_usd)
    )
    return {"row": SUM, "name": name, **money, "note": note}


def _limit(check: BudgetCheck) -> dict[str, Cell]:
    return {
        "row": LIMIT,
        "name": in_cell(check.scope),
        "workloads": Decimal(check.workloads),
        "expected_usd": check.expected_usd,
        "reserve_usd": minus(check.budget_usd, check.expected_usd),
        "budget_usd": check.budget_usd,
        "limit_usd": check.limit_usd,
        "left_of_limit_expected_usd": minus(check.limit_usd, check.expected_usd),
        "left_of_limit_budget_usd": minus(check.limit_usd, check.budget_usd),
        "verdict": check.verdict,
    }


def _about(report: Report) -> list[list[Cell]]:
    coverage = report.coverage
    stated = {
        "what": "Planned costs in US dollars a month. Not a bill.",
        "plan": in_cell(report.name) or None,
        "valued on": report.valued_on.isoformat(),
        "price book": in_cell(report.price_book.name),
        "price book digest": report.price_book.digest,
        "plan digest": digest(report),
        "priced": f"{coverage.priced} of {coverage.workloads} workloads",
        "with an assumption": f"{coverage.assumed} of {coverage.workloads} workloads",
        "with a disputed rate": f"{coverage.disputed} of {coverage.workloads} workloads",
        "expected": "what the month costs in the lane that was chosen",
        "reserve": "what the budget holds beyond it: reasoning, dearer tiers, fallback, retries",
        "once": "the job runs once: its cost is in no month but its own",
    }
    return [[name, says] for name, says in stated.items()]
