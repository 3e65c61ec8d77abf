"""Amounts and sentences that several formats of a comparison share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from planner.diffing.report import CHANGED, BudgetDiff, Change, DiffReport, SideName, Sums, WorkloadDiff
from planner.formats._words import UNKNOWN, counted, money, one_line, usd
from planner.report import BudgetCheck
from planner.units import WIDE, cents, plain

NOT_STATED = "not stated"


def signed(amount: Decimal | None) -> str:
    """+$1,234.50 or -$1,234.50; what is less than a cent in all its digits."""
    if amount is None:
        return UNKNOWN
    sign = "-" if amount < 0 else "+" if amount else ""
    return f"{sign}${amount_of(abs(amount))}"


def amount_of(amount: Decimal) -> str:
    """1,234.50; what is less than a cent in all its digits, so that nothing is taken for 0 that is not."""
    return money(amount) if cents(amount) or not amount else plain(amount)


def exact_usd(amount: Decimal | None) -> str:
    """$1,234.50; less than a cent in all its digits; `unknown` where it is not known."""
    return usd(amount) if amount is None else f"${amount_of(amount)}"


def share_of(workload: WorkloadDiff) -> str:
    """The change of a workload in percent; nothing where its status says all."""
    if workload.status != CHANGED:
        return ""
    return _share(workload.delta_usd, workload.delta_percent, workload.new_spend)


def share_of_sums(sums: Sums) -> str:
    """The change of a sum in percent."""
    return _share(sums.delta_usd, sums.delta_percent, sums.new_spend)


def _share(delta: Decimal | None, percent: Decimal | None, new_spend: bool) -> str:
    """+12.3 %, or that there was nothing before; empty where it is not known."""
    if new_spend:
        return "new spend"
    if percent is None:
        return "" if delta is None or delta else "0 %"
    shown = percent.quantize(Decimal("0.1"), context=WIDE)
    if not shown and percent:
        return f"{'+' if percent > 0 else '-'}0.1 % or less"
    return f"{'+' if shown > 0 else ''}{Decimal(plain(shown)):,f} %"


def headline(diff: DiffReport) -> str:
    """By how much a month becomes dearer, in one line."""
    text = "Monthly cost " + _moved(diff.totals)
    if diff.one_off.delta_usd is None:
        text += f"; one-off jobs: not everything is priced, the known part is {signed(diff.one_off.known_delta_usd)}"
    elif diff.one_off.delta_usd:
        text += f"; one-off jobs {_moved(diff.one_off)}"
    return text


def _moved(sums: Sums) -> str:
    if sums.delta_usd is None:
        return f"is not known in full: the known part changes by {signed(sums.known_delta_usd)}"
    if not sums.delta_usd:
        return f"unchanged at {exact_usd(sums.after_usd)}"
    return (
        f"{signed(sums.delta_usd)} ({share_of_sums(sums)}): {exact_usd(sums.before_usd)} to {exact_usd(sums.after_usd)}"
    )


def because(sums: Sums) -> str:
    """The causes of a change with their parts, the largest first; empty where there are none."""
    parts = [f"{cause} {signed(amount)}" for cause, amount in weighed(sums.known_causes)]
    if sums.not_split_usd:
        parts.append(f"not split {signed(sums.not_split_usd)}")
    return f"By cause: {', '.join(parts)}." if parts else ""


def weighed(causes: Mapping[str, Decimal]) -> list[tuple[str, Decimal]]:
    """The causes that have a part, the largest first."""
    return sorted(((name, part) for name, part in causes.items() if part), key=lambda item: -abs(item[1]))


def reasons(workload: WorkloadDiff, arrow: str) -> list[tuple[str, str]]:
    """Each cause with its part, and what changed there; what changed without a part stands last."""
    told = [
        (f"{cause} {signed(part)}", _changed(workload.changes, cause, arrow))
        for cause, part in weighed(workload.causes or {})
    ]
    rest = [change.cause for change in workload.changes if not (workload.causes or {}).get(change.cause)]
    told += [(cause, _changed(workload.changes, cause, arrow)) for cause in dict.fromkeys(rest)]
    if workload.not_split is not None:
        told.append(("not split", one_line(workload.not_split)))
    return told


def _changed(changes: Sequence[Change], cause: str, arrow: str) -> str:
    return ", ".join(
        one_line(f"{change.what} {change.before} {arrow} {change.after}") for change in changes if change.cause == cause
    )


def named(workload: WorkloadDiff) -> str:
    """The workload's id, and what is special about it."""
    marks = [workload.status] if workload.status != "changed" else []
    if workload.one_off:
        marks.append("once")
    return one_line(workload.id) + (f" ({', '.join(marks)})" if marks else "")


def by_weight(workloads: Sequence[WorkloadDiff]) -> list[WorkloadDiff]:
    """Those whose change is not known, then the largest changes first."""
    return sorted(workloads, key=lambda w: (w.delta_usd is not None, -abs(w.delta_usd or Decimal(0))))


def side(name: SideName) -> str:
    """One of the plans: its name, its day and its prices."""
    book = f"{one_line(name.price_book.name)} {one_line(name.price_book.digest)[:19]}"
    return f"{one_line(name.name)} ({counted(name.workloads, 'workload')}, valued on {name.valued_on}, prices {book})"


def state(check: BudgetCheck | None) -> str:
    """A limit's verdict with the expected cost; `not stated` where the plan has no such limit."""
    return NOT_STATED if check is None else f"{check.verdict}, {usd(check.expected_usd)} of {usd(check.limit_usd)}"


def moved_budgets(budgets: Sequence[BudgetDiff]) -> list[BudgetDiff]:
    """The limits whose state or cost changed."""
    return [one for one in budgets if one.before != one.after]


def unchanged(diff: DiffReport) -> str:
    """How many workloads are as they were."""
    return f"{counted(diff.unchanged, 'workload')} unchanged."
