"""Amounts and sentences that several formats of a forecast share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from planner.forecasting.report import (
    Fan,
    ForecastReport,
    LimitForecast,
    LimitMonth,
    LimitRisk,
    ScenarioForecast,
    Simulated,
)
from planner.formats._words import UNKNOWN, counted, one_line, usd
from planner.units import WIDE, minus, percentage, plain, total

BARS = "▁▂▃▄▅▆▇█"
MOST_INPUTS = 8
MOST_GAPS = 4


def headline(report: ForecastReport) -> str:
    """What was forecast: from when, for how long, with which prices."""
    name = f"{one_line(report.name)}: " if report.name else ""
    stated = report.scenarios[0]
    book = report.price_book
    months = f"{counted(len(stated.months), 'month')} from {report.start}"
    kind = "calendar months" if report.calendar else "mean months"
    return (
        f"{name}{counted(len(stated.workloads), 'workload')}, {months} ({kind}), each valued on its own days with "
        f"price book {one_line(book.name)} ({book.digest[:19]})"
    )


def sum_line(scenario: ScenarioForecast) -> str:
    """The sum of all months, or what is known of it."""
    if scenario.expected_usd is None:
        return f"Expected: not every month can be priced; the known part is {usd(scenario.priced_usd)}."
    return f"Expected in all: {usd(scenario.expected_usd)}, the exact sum of the months."


def uncertainty(scenario: ScenarioForecast) -> str:
    """Where the percentiles come from, or that there are none and why."""
    if not scenario.uncertain:
        return "Nothing uncertain is stated: these are the exact sums of expected costs, and no chance is in them."
    if scenario.not_drawn:
        return f"No percentiles: {one_line(scenario.why_not_drawn)}."
    drawn = scenario.simulated
    if drawn is None:
        return f"{counted(len(scenario.uncertain), 'uncertain number')} stated; no draws were asked for."
    shares = f"correlation within a driver or owner {plain(drawn.correlation)}"
    return (
        f"Percentiles from {drawn.draws:,} draws in {drawn.randomisations} randomisations of Sobol points, seed "
        f"{drawn.seed}, {shares}. An uncertain number is drawn once for all months. ± is the standard error."
    )


def shares(drawn: Simulated) -> list[tuple[str, str, str, str]]:
    """The inputs that move the sum most: workload, number, how it is taken, share of the variance."""
    shown = [one for one in drawn.inputs if one.share_percent is not None or drawn.total is None]
    ranked = sorted(shown, key=lambda one: -abs(one.share_percent or Decimal(0)))
    rows = [(one_line(one.workload), one.number, one.taken, share(one.share_percent)) for one in ranked[:MOST_INPUTS]]
    rest = total(one.share_percent for one in ranked[MOST_INPUTS:])
    if ranked[MOST_INPUTS:]:
        rows.append((f"{len(ranked) - MOST_INPUTS} more", "", "", share(rest)))
    if drawn.interactions_percent:
        rows.append(("together", "", "what no single number explains", share(drawn.interactions_percent)))
    return rows


def share(percent: Decimal | None) -> str:
    """49.5 %, to a tenth."""
    return UNKNOWN if percent is None else f"{percent.quantize(Decimal('0.1'), context=WIDE) + 0:,f} %"


def with_error(amount: Decimal | None, error: Decimal | None) -> str:
    """$1,234.50 ± $0.12."""
    return f"{usd(amount)} ± {usd(error)}"


def fans(scenario: ScenarioForecast) -> list[Fan | None]:
    """The fan of each month; None where there is none."""
    return [None] * len(scenario.months) if scenario.simulated is None else scenario.simulated.months


def sparkline(amounts: Sequence[Decimal | None]) -> str:
    """A bar a month, from nothing to the highest; ? where the amount is not known."""
    top = max((amount for amount in amounts if amount is not None), default=Decimal(0))
    return "".join("?" if amount is None else _bar(amount, top) for amount in amounts)


def _bar(amount: Decimal, top: Decimal) -> str:
    if not top or not amount:
        return " "
    return BARS[min(7, int(WIDE.divide(8 * amount, top)))]


def tightest(limit: LimitForecast) -> LimitMonth | None:
    """The month in which the limit leaves least; None where nothing is known of any."""
    known = [month for month in limit.months if month.headroom_usd is not None]
    return min(known, key=lambda month: month.headroom_usd or Decimal(0), default=None)


def headroom(limit: LimitForecast) -> str:
    """How much more volume fits under the limit in its tightest month."""
    if not limit.months:
        return ""
    month = tightest(limit)
    if month is None:
        return UNKNOWN
    if month.headroom_percent is None:
        return "nothing spent"
    return f"{share(month.headroom_percent)} ({month.month})"


def state(limit: LimitForecast) -> str:
    """Whether and when the expected cost crosses the limit."""
    if not limit.months:
        return "covers nothing"
    if limit.crosses_in is not None:
        return f"exceeded from {limit.crosses_in}"
    verdicts = [month.verdict for month in limit.months]
    return next((word for word in ("unknown", "at-risk") if word in verdicts), "within")


def risk(risk: LimitRisk | None) -> str:
    """How probable it is that the limit is crossed, and the month by which it is as likely as not."""
    if risk is None:
        return ""
    if risk.probability_percent is None:
        return UNKNOWN if risk.months else ""
    month = f", by {risk.likely_month}" if risk.likely_month else ""
    return f"{share(risk.probability_percent)}{month}"


def risks(scenario: ScenarioForecast) -> list[LimitRisk | None]:
    """The risk of each limit; None where nothing was drawn."""
    return [None] * len(scenario.limits) if scenario.simulated is None else [*scenario.simulated.limits]


def against(scenario: ScenarioForecast, stated: ScenarioForecast) -> str:
    """By how much a scenario differs from the manifest as stated."""
    delta = minus(scenario.expected_usd, stated.expected_usd)
    if scenario is stated or delta is None:
        return "" if scenario is stated else UNKNOWN
    percent = percentage(delta, stated.expected_usd)
    sign = "+" if delta > 0 else "-" if delta < 0 else ""
    of = "" if percent is None else f" ({'+' if percent > 0 else ''}{share(percent)})"
    return f"{sign}{usd(abs(delta))}{of}"


def crossings(scenario: ScenarioForecast) -> str:
    """The limits that the expected cost crosses, each with its first month; unknown where only a gap hides others."""
    crossed = [f"{one_line(limit.scope)} {limit.crosses_in}" for limit in scenario.limits if limit.crosses_in]
    open_ = any(_is_open(limit) for limit in scenario.limits)
    return ", ".join(crossed) or (UNKNOWN if open_ else "none")


def _is_open(limit: LimitForecast) -> bool:
    """Whether a month that is not known in full may cross the limit, which no known month does."""
    return limit.crosses_in is None and any(month.expected_usd is None for month in limit.months)


def caveats(scenario: ScenarioForecast) -> list[str]:
    """What a scenario leaves open, a sentence each: which part is known and why no more is, why nothing is drawn."""
    told = []
    if scenario.expected_usd is None:
        gaps = [(own.id, month.missing) for own in scenario.workloads for month in own.months if month.missing]
        first = dict(reversed(gaps))
        named = [f"{one_line(name)}: {one_line(first[name])}" for name in dict.fromkeys(name for name, _ in gaps)]
        more = [f"{len(named) - MOST_GAPS} more"] if len(named) > MOST_GAPS else []
        told.append(f"the known part is {usd(scenario.priced_usd)} ({'; '.join(named[:MOST_GAPS] + more)}).")
    if scenario.not_drawn:
        told.append(uncertainty(scenario))
    return told
