"""What a budget holds beyond the expected cost, each part with its reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from planner.costs import LaneCost, Reasoning, price_lines, rate_at, token_classes
from planner.manifest import Workload
from planner.pricebook import PriceBook
from planner.rates import Rate
from planner.units import Exact, decimal6, divided, exact, minus, plain, simple, total


class Reserve(NamedTuple):
    """A part of the budget that is not expected to be spent. `usd` is a month, rounded to 1e-6."""

    lane: str
    kind: str
    usd: Decimal
    why: str
    tokens: Exact | None = None
    rate: Rate | None = None


class Missing(NamedTuple):
    """A budget that cannot be given, and why."""

    says: str


def reserves(
    book: PriceBook,
    workload: Workload,
    on: date,
    requests: Exact,
    reasoning: Reasoning,
    costs: dict[str, LaneCost],
    lane: str,
) -> list[Reserve] | Missing:
    """The reserves of the workload in its lane: reasoning, dearer tiers, fallback and retries."""
    buffer = _reasoning_buffer(costs[lane], reasoning, requests)
    parts: list[Reserve | Missing | None] = [
        buffer,
        _tier_reserve(book, workload, on, requests, reasoning, costs[lane], buffer),
    ]
    if lane == "batch":
        plan = workload.batch
        again = costs["flex"] if plan.fallback == "flex" else costs["standard"]
        parts.append(
            _share("fallback_share", plan.fallback_share_percent, again, f"paid again in the {again.lane} lane")
        )
        parts.append(_share("retry_share", plan.retry_share_percent, costs[lane], "paid twice"))
    missing = next((part for part in parts if isinstance(part, Missing)), None)
    return missing or [part for part in parts if isinstance(part, Reserve)]


def _reasoning_buffer(cost: LaneCost, reasoning: Reasoning, requests: Exact) -> Reserve | None:
    more = simple(reasoning.high - reasoning.expected)
    rate = cost.lines[0].rate if cost.lines else None
    if not more or rate is None:
        return None
    lines = price_lines(rate, {"reasoning_output": more}, requests)
    if isinstance(lines, str):
        return None
    why = f"reasoning may reach {_times(reasoning)}"
    return Reserve(cost.lane, "reasoning_buffer", lines[0].usd, why, lines[0].tokens, rate)


def _times(reasoning: Reasoning) -> str:
    if reasoning.basis == "measured":
        return "the high end of what was measured"
    return f"the high end of effort {reasoning.effort}"


def _tier_reserve(
    book: PriceBook,
    workload: Workload,
    on: date,
    requests: Exact,
    reasoning: Reasoning,
    cost: LaneCost,
    buffer: Reserve | None,
) -> Reserve | Missing | None:
    """The mean's tokens at the dearest tier that the 95th percentile reaches, less what is counted already."""
    counted = total([cost.usd, buffer.usd if buffer else Decimal(0)])
    dearest, at = counted, None
    tokens = token_classes(workload, cost.lane, reasoning.high)
    for line in book.tier_lines(workload.provider, workload.region, workload.model, cost.lane, on):
        if not workload.input.mean <= line < workload.input.reach:
            continue
        rate = rate_at(book, workload, cost.lane, on, line + 1)
        lines = None if rate is None else price_lines(rate, tokens, requests)
        if lines is None or isinstance(lines, str):
            return Missing(
                f"no published {cost.lane} rate for requests of {workload.model} over {line} input tokens, which the 95th percentile reaches"
            )
        usd = total(priced.usd for priced in lines)
        if usd is not None and dearest is not None and usd > dearest:
            dearest, at = usd, rate
    more = minus(dearest, counted)
    if at is None or more is None:
        return None
    return Reserve(
        cost.lane,
        "tier_reserve",
        more,
        f"the 95th percentile reaches the tier over {at.over_input_tokens} input tokens",
        None,
        at,
    )


def _share(kind: str, percent: Exact, cost: LaneCost, why: str) -> Reserve | Missing | None:
    if not percent:
        return None
    if cost.usd is None:
        return Missing(f"{cost.missing}, in which requests are {why}")
    usd = decimal6(divided(exact(cost.usd) * percent, 100))
    return Reserve(cost.lane, kind, usd, f"{plain(percent)} % of the requests are {why}")
