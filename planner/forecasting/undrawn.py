"""Where percentiles would be wrong with confidence: a cost that does not grow by one factor with an uncertain number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from planner.catalog import Catalog
from planner.costs import Reasoning
from planner.forecasting.calendar import answering
from planner.forecasting.inputs import estimates, states_uncertainty
from planner.forecasting.report import WorkloadForecast
from planner.manifest import Manifest, Spread, Workload
from planner.pricebook import PriceBook
from planner.units import WIDE, Exact, divided, plain

Z95 = Decimal("1.6448536269514722")
"""The 95th percentile of the standard normal distribution."""
FAR = 4
"""Standard deviations beyond which fewer than 1 in 30,000 tokens or requests lie."""


def not_drawn(manifest: Manifest, catalog: Catalog, forecasts: Sequence[WorkloadForecast]) -> list[str]:
    """Why no percentiles are told: each workload whose uncertain input lies on both sides of a price tier, or whose
    models do not reason in the same proportions."""
    found: list[str] = []
    for workload, own in zip(manifest.workloads, forecasts, strict=True):
        found += dict.fromkeys(_across(catalog.book, workload, own))
        if workload.reasoning is None and states_uncertainty(manifest):
            found += _reasoning(workload, estimates(manifest, catalog, workload, own))
    return found


def _reasoning(workload: Workload, known: Sequence[Reasoning]) -> Iterator[str]:
    """One factor holds for all months, so that all models have to have the same low and high in means."""
    ratios = {(divided(one.low, one.expected), divided(one.high, one.expected)) for one in known}
    if len(ratios) > 1:
        efforts = ", then ".join(f"{plain(one.low)} to {plain(one.high)}, mean {plain(one.expected)}" for one in known)
        yield f"reasoning of {workload.id} is uncertain in other proportions after a change of model: {efforts} tokens a request"


def _across(book: PriceBook, workload: Workload, forecast: WorkloadForecast) -> Iterator[str]:
    if workload.input.is_plain or not workload.input.mean:
        return
    for part in (part for month in forecast.months for part in month.parts):
        if part.lane is None or not part.expected_usd:
            continue
        asked = answering(book, workload, part.since).workload
        for line in book.tier_lines(asked.provider, asked.region, asked.model, part.lane, part.since):
            if _straddles(workload.input, line):
                yield f"the input of {workload.id} may lie on either side of {line:,} tokens, where {part.model} changes its price"


def _straddles(spread: Spread, line: int) -> bool:
    """Whether the number may be at most the line as well as above it.

    Of a lognormal with the standard deviation s of its logarithm, s = Z95 - sqrt(Z95^2 - 2 ln(p95 / mean)), the share
    of the tokens above a line above the mean, and of the requests up to a line below it, is that of a normal beyond
    (|ln(line / mean)| - s^2 / 2) / s.
    """
    if spread.low is not None and spread.high is not None:
        return spread.low <= line < spread.high
    if spread.p95 is None or spread.p95 <= spread.mean:
        return False
    s = Z95 - max(Decimal(0), Z95 * Z95 - 2 * _ln(divided(spread.p95, spread.mean))).sqrt()
    return abs(_ln(divided(line, spread.mean))) - s * s / 2 < FAR * s


def _ln(number: Exact) -> Decimal:
    return WIDE.divide(Decimal(number.numerator), Decimal(number.denominator)).ln()
