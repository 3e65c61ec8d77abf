"""How those facts are read off a case that need more than a field of it. None is what is not known."""

from __future__ import annotations

from decimal import Decimal

from planner.case import Case
from planner.costs import rate_at
from planner.units import Exact, exact, minus, times


def tokens_per_day(case: Case) -> Exact | None:
    """Billed tokens per day."""
    daily = case.run.requests_per_day
    return None if daily is None else times(daily, case.billed_tokens)


def lane_usd(case: Case, lane: str) -> Exact | None:
    """A month in the lane, in US dollars."""
    usd = case.costs[lane].usd
    return None if usd is None else exact(usd)


def saving(case: Case) -> Decimal | None:
    """Real time less batch, in US dollars a month."""
    return minus(case.costs["standard"].usd, case.costs["batch"].usd)


def known(number: Decimal | None) -> Exact | None:
    """The number as rules compare it."""
    return None if number is None else exact(number)


def endpoint(case: Case) -> str | None:
    """The endpoint as stated, else the provider's first for the model's operation."""
    if case.workload.endpoint is not None:
        return case.workload.endpoint
    embeds = case.model is not None and case.model.operation == "embeddings"
    offered = case.limit("batch_endpoints") or ()
    return next((endpoint for endpoint in offered if ("embed" in endpoint.lower()) is embeds), None)


def endpoint_supported(case: Case) -> bool | None:
    """Whether the batch takes the endpoint."""
    if case.limit("batch_offered") is False:
        return False
    offered, asked = case.limit("batch_endpoints"), endpoint(case)
    if offered is None:
        return None
    return asked is not None and asked in offered


def is_word(case: Case, condition: str, stated: str | None) -> bool | None:
    """Whether the provider's limits speak of what the account states; None where either says nothing."""
    words = case.limits.words(case.account.provider, condition)
    return None if stated is None or not words else stated in words


def model_listed(case: Case) -> bool | None:
    """Whether the provider lists the model for batch."""
    listed = case.limit("batch_models")
    return None if listed is None else case.canonical in listed


def tier_crossed(case: Case) -> bool | None:
    """Whether the 95th percentile lies in a dearer tier than the mean."""
    w = case.workload
    if w.input.is_plain or case.costs["standard"].usd is None:
        return None
    lines = case.book.tier_lines(w.provider, w.region, w.model, "standard", case.on)
    return any(w.input.mean <= line < w.input.reach for line in lines)


def price_age_days(case: Case) -> int | None:
    """Days since the oldest real-time rate was verified."""
    rates = [line.rate for line in case.costs["standard"].lines]
    return max(((case.on - rate.verified).days for rate in rates), default=None)


def disputed(case: Case, attribute: str) -> bool | None:
    """Whether a line of real time or batch has the attribute: disputed or derived."""
    lines = [line for cost in case.costs.values() if cost.lane in ("standard", "batch") for line in cost.lines]
    return any(getattr(line, attribute) for line in lines) if lines else None


def reasoning_reach(case: Case) -> Exact:
    """Reasoning tokens of the largest usual request."""
    measured = case.workload.reasoning
    return max(case.reasoning.high, measured.reach if measured else 0)


def file_other_model(case: Case) -> bool | None:
    """Whether the one model that the request file names is another than the workload's, aliases considered."""
    named = case.request_file.deployments if case.request_file else ()
    if len(named) != 1:
        return None
    w = case.workload
    return case.book.canonical(w.provider, named[0]) != case.canonical


def retires_in(case: Case) -> int | None:
    """Days until the model is gone; not positive once it is."""
    end = case.model.retirement if case.model else None
    return None if end is None else (end.day - case.on).days


def batch_rate_known(case: Case) -> bool:
    """Whether batch is priced for the mean request and in every tier that the 95th percentile reaches."""
    w = case.workload
    lines = case.book.tier_lines(w.provider, w.region, w.model, "batch", case.on)
    reached = [line for line in lines if w.input.mean <= line < w.input.reach]
    return case.costs["batch"].usd is not None and all(
        rate_at(case.book, w, "batch", case.on, line + 1) for line in reached
    )


def pin_expired(case: Case) -> bool:
    """Whether the last day of a pin has passed."""
    pin = case.workload.pin
    return pin is not None and pin.until is not None and pin.until < case.on


def over_cap(case: Case) -> Exact | None:
    """US dollars by which the account exceeds the spend at which the provider stops it; 0 below it."""
    cap, spent = case.limit("spend_cap_monthly_usd"), case.settled.account_expected_usd if case.settled else None
    return None if cap is None or spent is None else max(exact(spent) - cap, 0)
