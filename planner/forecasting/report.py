"""All that any format may know of a forecast. Amounts are exact decimals; None is unknown, never 0.

Simulated amounts are rounded to the cent, probabilities and shares are percents to 0.01.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from planner.report import CLEAN, OVER_BUDGET, BookName, Finding, finding_code, worst

AS_STATED = "as stated"
MOST_REASONS = 4
WITHIN, AT_RISK, EXCEEDED, UNKNOWN = "within", "at-risk", "exceeded", "unknown"


class Part(NamedTuple):
    """Days of a month in which model, lane and prices stay as they are.

    `model` is the one whose prices are paid, `usd_per_mtok` those prices by token class. `missing` says which price is
    not known: that of the lane, of real time beside it, or of a reserve. `opposed` and `tied` name two rules that want
    opposite lanes.
    """

    since: date
    days: int
    model: str
    lane: str | None
    decided_by: str | None
    opposed: list[str]
    tied: list[str]
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    usd_per_mtok: dict[str, Decimal]
    missing: str | None


class WorkloadMonth(NamedTuple):
    """A workload in a month. `requests` are those of the month; the lines by token class add up to the expected cost."""

    month: str
    requests: Decimal
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    input_usd: Decimal
    output_usd: Decimal
    reasoning_usd: Decimal
    missing: str | None
    parts: list[Part]


class Change(NamedTuple):
    """What happens to a workload on a day: another lane, model or price, no price any more, or a one-off job."""

    day: date
    workload: str
    kind: str
    says: str


class WorkloadForecast(NamedTuple):
    """A workload over the months; `expected_usd` is the sum of them."""

    id: str
    provider: str
    model: str
    owner: str | None
    one_off: bool
    months: list[WorkloadMonth]
    expected_usd: Decimal | None
    budget_usd: Decimal | None


class SumMonth(NamedTuple):
    """The sum of several workloads in a month. `priced_usd` is what is known of it, one-off jobs included."""

    month: str
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    priced_usd: Decimal
    one_off_usd: Decimal | None


class LimitMonth(NamedTuple):
    """A limit in a month. Headroom is what the limit leaves: dollars, and percent more volume of all in the scope.

    The percent is exact as long as the growth changes no lane; None where nothing is spent or not all is known.
    """

    month: str
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    verdict: str
    headroom_usd: Decimal | None
    headroom_percent: Decimal | None


class LimitForecast(NamedTuple):
    """A limit over the months. `crosses_in` is the first month in which the expected cost is above it."""

    scope: str
    workloads: list[str]
    limit_usd: Decimal
    crosses_in: str | None
    months: list[LimitMonth]


class Fan(NamedTuple):
    """Percentiles of a simulated sum in US dollars, and the standard error of each."""

    p10: Decimal
    p50: Decimal
    p90: Decimal
    p99: Decimal
    error_p10: Decimal
    error_p50: Decimal
    error_p90: Decimal
    error_p99: Decimal


class LimitRisk(NamedTuple):
    """How probable it is, in percent, that a limit is crossed: by month, and in any of them.

    `likely_month` is the first month until which it is crossed with a probability of at least one half.
    """

    scope: str
    probability_percent: Decimal | None
    error_percent: Decimal | None
    likely_month: str | None
    months: list[Decimal | None]
    fans: list[Fan | None]


class Input(NamedTuple):
    """An uncertain number, how it is taken, and its share of the variance of the sum over all months.

    `share_percent` is its coefficient x its covariance with the sum / the variance of the sum.
    """

    workload: str
    number: str
    taken: str
    share_percent: Decimal | None


class Simulated(NamedTuple):
    """What the uncertain numbers do to the sums. `mean_usd` is the simulated mean of all months.

    `interactions_percent` is what no single input explains. Where a part of a sum is unknown there is no fan of it, and
    of all months neither a mean nor shares of the variance.
    """

    draws: int
    randomisations: int
    seed: int
    correlation: Decimal
    sobol_inputs: int
    mean_usd: Decimal | None
    error_mean_usd: Decimal | None
    total: Fan | None
    months: list[Fan | None]
    limits: list[LimitRisk]
    workloads: dict[str, Fan | None]
    inputs: list[Input]
    interactions_percent: Decimal | None


class ScenarioForecast(NamedTuple):
    """The manifest as stated, or with the changes of a scenario. `simulated` is None where nothing is uncertain.

    `not_drawn` says why no percentiles can be told of what is uncertain; `simulated` is None then too. `by` holds the expected cost of each month by owner, provider, model, lane and label.
    """

    name: str
    changes: list[str]
    workloads: list[WorkloadForecast]
    months: list[SumMonth]
    by: dict[str, dict[str, list[Decimal | None]]]
    expected_usd: Decimal | None
    budget_usd: Decimal | None
    priced_usd: Decimal
    limits: list[LimitForecast]
    events: list[Change]
    uncertain: list[Input]
    not_drawn: list[str]
    simulated: Simulated | None

    @property
    def why_not_drawn(self) -> str:
        """The first reasons for which no percentiles are told, and how many more there are."""
        more = len(self.not_drawn) - MOST_REASONS
        return "; ".join([*self.not_drawn[:MOST_REASONS], *([f"and {more} more"] if more > 0 else [])])


class ForecastReport(NamedTuple):
    """The one artifact behind every format. The first scenario is the manifest as stated; the findings are about it.

    `gate` is expected or high: what a limit is held against.
    """

    forecast_version: int
    name: str | None
    start: str
    calendar: bool
    gate: str
    price_book: BookName
    scenarios: list[ScenarioForecast]
    findings: list[Finding]


def exit_code(report: ForecastReport, fail_on: str) -> int:
    """Of the manifest as stated, as for a plan: 3 where a price is not known in any month, 4 over a limit in any
    month, 1 findings at or above `fail_on`; 3 > 4 > 1."""
    over = (EXCEEDED, AT_RISK) if report.gate == "high" else (EXCEEDED,)
    crossed = any(month.verdict in over for limit in report.scenarios[0].limits for month in limit.months)
    return worst([finding_code(report.findings, fail_on, report.gate), OVER_BUDGET if crossed else CLEAN])
