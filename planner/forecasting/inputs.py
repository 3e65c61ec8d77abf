"""The uncertain numbers of a manifest, each as a factor on its expected value: exact until it is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from planner.catalog import Catalog
from planner.costs import Reasoning, reasoning_tokens
from planner.forecasting.calendar import answering
from planner.forecasting.report import WorkloadForecast
from planner.manifest import Manifest, Spread, Workload
from planner.units import Exact, divided, exact, plain

VOLUME, INPUT, OUTPUT, REASONING = "volume", "input", "output", "reasoning"
NUMBERS = (VOLUME, INPUT, OUTPUT, REASONING)


class Factor(NamedTuple):
    """An uncertain number as a factor with the mean 1.

    With `p95` it is lognormal, divided by the root of `averaged_over` requests where a month averages it out. With
    `low` and `high` it lies between them: evenly below 1 and evenly above, so weighted that its mean is 1.
    """

    workload: int
    number: str
    taken: str
    p95: Exact | None = None
    averaged_over: Exact = 1
    low: Exact = 1
    high: Exact = 1


def factors(manifest: Manifest, catalog: Catalog, workloads: Sequence[WorkloadForecast]) -> Iterator[Factor]:
    """The uncertain numbers of all workloads. What has no spread, or costs nothing in any month, is none.

    Reasoning that was estimated from an effort is uncertain too, but only where the manifest states any uncertainty:
    without that its expected cost is the exact sum, and the budget holds the high end. Its spread is that of the first
    model that reasons (`estimates` has them all).
    """
    unsure = states_uncertainty(manifest)
    for index, (workload, forecast) in enumerate(zip(manifest.workloads, workloads, strict=True)):
        active = [exact(month.requests) for month in forecast.months if month.requests]
        if not active:
            continue
        if workload.volume.spread is not None:
            yield from _factor(index, VOLUME, workload.volume.spread)
        least = max(1, min(active)) if manifest.uncertainty.tokens_vary == "by-request" else 1
        for number, spread in _token_spreads(workload).items():
            yield from _factor(index, number, spread, least)
        if workload.reasoning is None and unsure:
            for reasoning in estimates(manifest, catalog, workload, forecast)[:1]:
                yield from _reasoning(index, reasoning)


def states_uncertainty(manifest: Manifest) -> bool:
    """Whether the manifest states anything as uncertain."""
    return manifest.uncertainty.stated or any(map(_states_spread, manifest.workloads))


def _token_spreads(workload: Workload) -> dict[str, Spread]:
    spreads = {INPUT: workload.input, OUTPUT: workload.output}
    return spreads if workload.reasoning is None else {**spreads, REASONING: workload.reasoning}


def _states_spread(workload: Workload) -> bool:
    spreads = [*_token_spreads(workload).values(), workload.volume.spread]
    return not all(spread is None or spread.is_plain for spread in spreads)


def follows_output(workload: Workload) -> bool:
    """Whether reasoning was estimated as a multiple of the visible output, so that it grows with it."""
    return workload.reasoning is None


def _factor(index: int, number: str, spread: Spread, requests: Exact = 1) -> Iterator[Factor]:
    """The factor of a spread; a p95 is that of single requests, of which a month averages so many."""
    if spread.p95 is None:
        yield from _between(index, number, spread)
    elif spread.mean and spread.p95 > spread.mean:
        over = "" if requests == 1 else f", averaged over {plain(Decimal(int(requests)))} requests a month"
        taken = f"lognormal, mean {plain(spread.mean)}, p95 {plain(spread.p95)}{over}"
        yield Factor(index, number, taken, p95=divided(spread.p95, spread.mean), averaged_over=requests)


def estimates(manifest: Manifest, catalog: Catalog, workload: Workload, forecast: WorkloadForecast) -> list[Reasoning]:
    """The estimates of all models that answer and reason in the months that cost something, one after another."""
    parts = [part for month in forecast.months for part in month.parts if part.expected_usd]
    found = (reasoning_on(manifest, catalog, workload, part.since) for part in parts)
    return [reasoning for reasoning in dict.fromkeys(found) if reasoning.expected]


def reasoning_on(manifest: Manifest, catalog: Catalog, workload: Workload, day: date) -> Reasoning:
    """Reasoning of the model that answers on the day."""
    asked = answering(catalog.book, workload, day).workload
    model = catalog.book.model(asked.provider, catalog.book.billed_as(asked.provider, asked.model, day))
    return reasoning_tokens(asked, model, catalog.reasoning[manifest.reasoning_policy], catalog.measured_high)


def _reasoning(index: int, reasoning: Reasoning) -> Iterator[Factor]:
    if reasoning.expected and reasoning.low < reasoning.high:
        spread = Spread(reasoning.expected, low=reasoning.low, high=reasoning.high)
        yield from _between(index, REASONING, spread, "tokens a request, ")


def _between(index: int, number: str, spread: Spread, what: str = "") -> Iterator[Factor]:
    """A factor between two ends; none where the mean is one of them, since then nothing is left to vary."""
    low, high = spread.low, spread.high
    if low is None or high is None or not low < spread.mean < high:
        return
    taken = f"{what}{plain(low)} to {plain(high)}, mean {plain(spread.mean)}"
    yield Factor(index, number, taken, low=divided(low, spread.mean), high=divided(high, spread.mean))
