"""What a month of a workload costs: one request priced by token class in each lane, then multiplied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from planner.manifest import Workload
from planner.pricebook import PriceBook
from planner.problems import quoted, suggestion
from planner.rates import LANES, Model, Rate
from planner.units import Exact, dollars, exact, plain, simple, times, total

RATE_OF = {"reasoning_output": "output"}
"""Token classes that are billed at the rate of another."""


class Reasoning(NamedTuple):
    """Hidden reasoning tokens per request, and what the figures rest on.

    `basis` is measured, declared, default, assumed or none. `uncapped` is what would be expected without a cap.
    """

    low: Exact
    expected: Exact
    high: Exact
    basis: str
    effort: str | None
    uncapped: Exact


class Line(NamedTuple):
    """One line of a bill: tokens of a month at a rate. `usd` is rounded to 1e-6, half to even."""

    lane: str
    token_class: str
    per_request: Exact
    requests: Exact
    usd_per_mtok: Decimal
    usd: Decimal
    disputed: bool
    derived: bool
    rate: Rate

    @property
    def tokens(self) -> Exact:
        """Tokens of the month."""
        return times(self.per_request, self.requests)


class LaneCost(NamedTuple):
    """A month in one lane; `usd` is None and `missing` says why where a rate is not known."""

    lane: str
    lines: tuple[Line, ...]
    usd: Decimal | None
    why: Callable[[], str] | None = None

    @property
    def missing(self) -> str | None:
        """Which rate is not known, said only when somebody asks."""
        return None if self.why is None else self.why()


def reasoning_tokens(
    workload: Workload, model: Model | None, policy: Mapping[str, Any], measured_high: Decimal
) -> Reasoning:
    """Reasoning per request: measured beats declared effort, that the model's default, that medium.

    Multiples of the visible output (catalog/reasoning.yaml), capped at max_output - visible.
    """
    visible = workload.visible_output_tokens
    if workload.reasoning is not None:
        mean = workload.reasoning.mean
        high = workload.reasoning.high
        high = times(mean, exact(measured_high)) if high is None else high
        cap = _room(workload, model, visible)
        return Reasoning(
            mean, mean, high if cap is None else max(mean, min(high, cap)), "measured", workload.effort, mean
        )
    effort, basis = _effort(workload, model)
    cap = _room(workload, model, visible)
    low, expected, high = (
        times(visible, exact(Decimal(policy[effort][level]))) for level in ("low", "expected", "high")
    )
    uncapped = expected
    if cap is not None:
        low, expected, high = min(low, cap), min(expected, cap), min(high, cap)
    return Reasoning(low, expected, high, basis, effort, uncapped)


def _effort(workload: Workload, model: Model | None) -> tuple[str, str]:
    if (model is not None and model.reasons is False) or not workload.visible_output_tokens:
        return "none", "none"
    if workload.effort is not None:
        return workload.effort, "declared"
    if model is not None and model.default_effort is not None:
        return model.default_effort, "default"
    return "medium", "assumed"


def _room(workload: Workload, model: Model | None, visible: Exact) -> Exact | None:
    """Tokens that the output cap leaves for reasoning; None without a known cap."""
    cap = workload.max_output_tokens
    if cap is None and model is not None:
        cap = model.max_output
    return None if cap is None else max(0, simple(cap - visible))


def token_classes(workload: Workload, lane: str, reasoning: Exact) -> dict[str, Exact]:
    """Tokens of one request by class; classes without tokens are left out.

    Hits of a cache inside a batch are best effort and count only as far as the manifest states them.
    """
    cached = workload.batch.cached_input_tokens if lane == "batch" else workload.cached_input_tokens or 0
    room = simple(workload.input.mean - workload.cache_write_tokens - workload.cache_write_1h_tokens)
    cached = min(cached, room)
    tokens: dict[str, Exact] = {
        "input": simple(room - cached),
        "cached_input": cached,
        "cache_write": workload.cache_write_tokens,
        "cache_write_1h": workload.cache_write_1h_tokens,
        "output": workload.visible_output_tokens,
        "reasoning_output": reasoning,
    }
    return {kind: amount for kind, amount in tokens.items() if amount}


def price_lines(rate: Rate, tokens: Mapping[str, Exact], requests: Exact) -> tuple[Line, ...] | str:
    """The lines of `requests` such requests; a sentence where the rate lacks a class that has tokens."""
    lines = []
    for kind, per_request in tokens.items():
        amount = rate.amounts.get(RATE_OF.get(kind, kind))
        if amount is None:
            return f"book {rate.book} has no {kind} rate in the {rate.lane} lane"
        lines.append(
            Line(
                rate.lane,
                kind,
                per_request,
                requests,
                amount.usd_per_mtok,
                dollars(per_request, requests, amount.usd_per_mtok),
                amount.disputed is not None,
                amount.derived,
                rate,
            )
        )
    return tuple(lines)


def lane_cost(book: PriceBook, workload: Workload, lane: str, on: date, requests: Exact, reasoning: Exact) -> LaneCost:
    """A month of the workload in a lane at the tier of its mean input, feasible or not."""
    rate = rate_at(book, workload, lane, on, workload.input.mean)
    if rate is None:
        return LaneCost(lane, (), None, partial(_missing, book, workload, lane, on))
    lines = price_lines(rate, token_classes(workload, lane, reasoning), requests)
    if isinstance(lines, str):
        return LaneCost(lane, (), None, partial(str, f"{lines} of {workload.model} at {workload.provider}"))
    return LaneCost(lane, lines, total([line.usd for line in lines]))


def all_lanes(book: PriceBook, workload: Workload, on: date, requests: Exact, reasoning: Exact) -> dict[str, LaneCost]:
    """A month in every lane: they are facts for the rules."""
    return {lane: lane_cost(book, workload, lane, on, requests, reasoning) for lane in LANES}


def rate_at(book: PriceBook, workload: Workload, lane: str, on: date, input_tokens: Exact) -> Rate | None:
    """The rate of a request of the workload with so many input tokens."""
    return book.rate(
        workload.provider, workload.region, workload.model, lane, on, input_tokens, workload.volume.hours_utc
    )


def _missing(book: PriceBook, workload: Workload, lane: str, on: date) -> str:
    """Why there is no rate, from the provider down to the size of the request."""
    w = workload
    if w.provider not in book.providers():
        return f"no prices for provider {quoted(w.provider)}{suggestion(w.provider, book.providers())}"
    if book.model(w.provider, w.model) is None and w.model in book.names(w.provider):
        return f"model {quoted(w.model)} was not loaded: this catalog was made for another manifest"
    if book.model(w.provider, w.model) is None:
        return f"unknown model {quoted(w.model)} at {w.provider}{suggestion(w.model, book.names(w.provider))}"
    regions = book.regions(w.provider, w.model, on)
    place = f"{w.model} at {w.provider}"
    if lane == "standard" and regions and w.region not in regions:
        return f"no published rate for {place} in region {quoted(w.region)}; there are rates for: {', '.join(regions)}"
    place += "" if w.region == "global" else f" in region {w.region}"
    first = book.first_day(w.provider, w.region, w.model, lane)
    if first is None:
        return f"no published {lane} rate for {place}"
    if first > on:
        return f"no published {lane} rate for {place} on {on} (known from {first})"
    return f"no published {lane} rate for {place} on {on} with {plain(w.input.mean)} input tokens a request"
