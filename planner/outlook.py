"""What lies ahead of a workload, or elsewhere: price changes to come, other providers, the break-even of caching."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from planner.case import Case
from planner.costs import lane_cost, rate_at
from planner.units import Exact, exact, minus, percentage


class PriceChange(NamedTuple):
    """The next day on which the real-time month costs something else, by how many percent and US dollars."""

    days: int
    percent: Decimal | None
    usd: Decimal


class Elsewhere(NamedTuple):
    """The cheapest other provider of the same model among those that the manifest names, and its saving."""

    provider: str
    saving_usd: Decimal


def price_change(case: Case) -> PriceChange | None:
    """The next change of the real-time price that is dated in the book; None without one."""
    w, now = case.workload, case.costs["standard"].usd
    if now is None:
        return None
    for day in case.book.days_ahead(w.provider, w.region, w.model, "standard", case.on):
        then = lane_cost(case.book, w, "standard", day, case.requests, case.reasoning.expected).usd
        if then is not None and then != now:
            return PriceChange((day - case.on).days, percentage(then - now, now), then - now)
    return None


def elsewhere(case: Case) -> Elsewhere | None:
    """Where the same model costs less in real time; None where it does not, or nobody else is named."""
    w, here = case.workload, case.costs["standard"].usd
    if here is None:
        return None
    found = []
    for provider in case.book.loaded():
        if provider == w.provider or case.book.model(provider, case.canonical) is None:
            continue
        there = w._replace(provider=provider, model=case.canonical, region="global")
        usd = lane_cost(case.book, there, "standard", case.on, case.requests, case.reasoning.expected).usd
        if usd is not None and usd < here:
            saving = minus(here, usd)
            found.append(Elsewhere(provider, saving or here))
    return max(found, key=lambda other: (other.saving_usd, other.provider), default=None)


def regional_surcharge_percent(case: Case) -> Decimal | None:
    """What the region costs over global processing, in percent; None for global, or where either is unknown."""
    here, surcharge = case.costs["standard"].usd, regional_surcharge_usd(case)
    return None if here is None or surcharge is None else percentage(surcharge, here - surcharge)


def regional_surcharge_usd(case: Case) -> Decimal | None:
    """The same in US dollars a month."""
    w, here = case.workload, case.costs["standard"].usd
    if w.region == "global":
        return None
    there = w._replace(region="global")
    usd = lane_cost(case.book, there, "standard", case.on, case.requests, case.reasoning.expected).usd
    return minus(here, usd)


def break_even_cached_percent(case: Case) -> Exact | None:
    """Share of the input from a cache at which real time costs as little as batch; None where batch is cheaper.

    Real time falls by (input rate - cached rate) for every cached token; batch stays as it is.
    """
    w = case.workload
    batch, real_time = case.costs["batch"].usd, case.costs["standard"].usd
    if batch is None or real_time is None or batch < real_time:
        return None
    rate = rate_at(case.book, w, "standard", case.on, w.input.mean)
    if rate is None or "cached_input" not in rate.amounts or not w.input.mean or not case.requests:
        return None
    discount = exact(rate.amounts["input"].usd_per_mtok) - exact(rate.amounts["cached_input"].usd_per_mtok)
    bare = lane_cost(
        case.book, w._replace(cached_input_tokens=0), "standard", case.on, case.requests, case.reasoning.expected
    ).usd
    if bare is None or discount <= 0:
        return None
    tokens = Fraction(exact(bare) - exact(batch)) * 1_000_000 / (discount * case.requests)
    share = tokens * 100 / w.input.mean
    return share if 0 <= share <= 100 else None
