"""Amounts and sentences that several formats share."""

from __future__ import annotations

from decimal import Decimal

from planner.report import Monthly, Report, WorkloadReport
from planner.units import cents, cents_up, plain

UNKNOWN = "unknown"


def usd(amount: Decimal | None) -> str:
    """$1,234.50, to the cent; `unknown` where it is not known."""
    return UNKNOWN if amount is None else f"${money(amount)}"


def money(amount: Decimal | None) -> str:
    """1,234.50, to the cent."""
    return UNKNOWN if amount is None else f"{cents(amount):,}"


def budget_usd(amount: Decimal | None) -> str:
    """$1,234.51, rounded up to the cent: a budget must not be short."""
    return UNKNOWN if amount is None else f"${cents_up(amount):,}"


def budget_money(amount: Decimal | None) -> str:
    """1,234.51, rounded up to the cent."""
    return UNKNOWN if amount is None else f"{cents_up(amount):,}"


def percent(amount: Decimal | None) -> str:
    """49.5 %, to a tenth."""
    return UNKNOWN if amount is None else f"{plain(amount.quantize(Decimal('0.1')))} %"


def decided_by(workload: WorkloadReport) -> str:
    """The deciding rule, or that there was none."""
    return workload.decided_by or "nothing decided"


def headline(report: Report) -> str:
    """What was planned, for which day, with which prices."""
    name = f"{one_line(report.name)}: " if report.name else ""
    count = report.coverage.workloads
    book = report.price_book
    return f"{name}{count} workload{'s' if count != 1 else ''}, valued on {report.valued_on} with price book {one_line(book.name)} ({book.digest[:19]})"


def coverage(report: Report) -> str:
    """How far the numbers can be trusted."""
    c = report.coverage
    parts = [f"{c.priced} of {c.workloads} priced"]
    if report.totals.expected_usd is None and report.totals.priced_usd:
        parts[0] += f": {usd(report.totals.priced_usd)} a month is the sum of the known part"
    parts.append(f"{c.assumed} with an assumption")
    if c.disputed:
        parts.append(f"{c.disputed} with a rate on which sources disagree (the dearer counts)")
    return "Coverage: " + ", ".join(parts) + "."


def saving(report: Report) -> str:
    """What the assignment saves against everything in real time, and what it leaves."""
    totals = report.totals
    if totals.saving_usd is None or totals.real_time_usd is None:
        return "The saving is unknown, since not everything is priced."
    share = f" ({percent(100 * totals.saving_usd / totals.real_time_usd)})" if totals.real_time_usd else ""
    forgone = [w.monthly for w in report.workloads if w.monthly.saving_forgone_usd and not w.one_off]
    text = f"Saving against all in real time: {usd(totals.saving_usd)} a month{share}."
    if forgone:
        text += f" Forgone by rules that need real time: {usd(_sum(forgone))} a month."
    return text


def _sum(forgone: list[Monthly]) -> Decimal:
    return sum((m.saving_forgone_usd for m in forgone if m.saving_forgone_usd is not None), Decimal(0))


def one_line(text: str | None) -> str:
    """A piece of the manifest's text without line breaks or terminal control characters."""
    return "".join(c if c.isprintable() else " " for c in text or "")
