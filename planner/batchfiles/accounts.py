"""A whole file against its models and the account: ends of models, sizes, the queue, the job's call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from planner.batchfiles.dialects import Dialect
from planner.batchfiles.findings import Fault
from planner.batchfiles.market import Market, Offer
from planner.batchfiles.tokens import Tokens
from planner.problems import quoted
from planner.rates import Retirement
from planner.units import seconds

SOON = timedelta(days=7)
"""A batch, what failed of it, and a weekend."""


def faults_of_model(dialect: Dialect, market: Market, offer: Offer) -> Iterator[Fault]:
    """What is wrong with a model as a whole: unknown, ended, ending, not in batch, without a rate."""
    where, kind = dialect.model_at or (), offer.asked[:64]
    if offer.facts is None:
        yield _unlisted(dialect, market, offer)
    else:
        if dialect.deployments and not offer.mapped:
            yield Fault(
                "deployment-unmapped",
                f"deployment {quoted(offer.asked)} is taken for the model of that name",
                kind,
                where,
            )
        end = offer.facts.retirement
        if end is not None:
            yield from _ending(market, offer, end, kind, where)
        if offer.missing is not None:
            yield Fault("price-unknown", offer.missing, kind, where)
    if market.limit("batch_offered", offer.model) is False:
        yield Fault("model-not-in-batch", f"{market.provider} offers no batch for {quoted(offer.model)}", kind, where)
    listed = market.limit("batch_models", offer.model)
    if offer.facts is not None and isinstance(listed, list) and offer.facts.name not in _canonical(market, listed):
        says = f"{quoted(offer.model)} is not in the list of models with a batch"
        yield Fault("model-not-in-batch", says, kind, where, level="warning")


def _canonical(market: Market, names: list[str]) -> set[str]:
    return {found for name in names for found in (name, market.book.canonical(market.provider, name))}


def _unlisted(dialect: Dialect, market: Market, offer: Offer) -> Fault:
    where, kind = dialect.model_at or (), offer.asked[:64]
    if market.provider not in market.book.providers():
        return Fault("price-unknown", f"there are no prices for {market.provider}", "", where)
    if dialect.deployments and not offer.mapped:
        return Fault(
            "deployment-unmapped",
            f"which model runs behind deployment {quoted(offer.asked)}?{offer.near[1:]}",
            kind,
            where,
        )
    return Fault(
        "model-unknown",
        f"no model {quoted(offer.model)} at {market.provider} in the price book{offer.near}",
        kind,
        where,
    )


def _ending(market: Market, offer: Offer, end: Retirement, kind: str, where: tuple[str, ...]) -> Iterator[Fault]:
    successor = f"; its successor is {quoted(end.successor)}" if end.successor else ""
    if end.day <= market.on and not end.rerouted:
        level = "warning" if end.disputed else None
        yield Fault("model-retired", f"{quoted(offer.model)} ended on {end.day}{successor}", kind, where, level=level)
    elif market.on < end.day <= market.on + SOON:
        yield Fault("model-retiring", f"{quoted(offer.model)} ends on {end.day}{successor}", kind, where)


def faults_of_size(market: Market, model: str, requests: int, inputs: int, size: int) -> Iterator[Fault]:
    """Requests, embedding inputs and bytes of a file against what the service takes."""
    most, least = market.limit("batch_requests_per_file", model), market.limit("batch_min_requests", model)
    if most is not None and inputs > most:
        yield Fault("too-many-inputs", f"{inputs:,} inputs in {requests:,} requests; at most {most:,} inputs a file")
    elif most is not None and not inputs and requests > most:
        yield Fault("too-many-requests", f"{requests:,} requests; at most {most:,} a file")
    if least is not None and requests < least:
        yield Fault("too-few-requests", f"{requests:,} request{'s' * (requests != 1)}; at least {least:,} a job")
    most_bytes = market.limit("batch_file_bytes", model)
    if most_bytes is not None and size > most_bytes:
        yield Fault("file-too-large", f"{size:,} bytes; at most {most_bytes:,} a file")


def faults_of_queue(market: Market, offer: Offer, tokens: Tokens) -> Iterator[Fault]:
    """Input tokens of one model against the account's queue, on the safe side."""
    limit = market.limit("enqueued_tokens", offer.model)
    if limit is None:
        if offer.facts is not None and (market.words("tier") or market.words("subscription")):
            says = f"the queue of {quoted(offer.model)} depends on the account, of which too little is stated"
            yield Fault("queue-unchecked", says, offer.asked[:64])
    elif tokens.high > limit:
        sure = tokens.expected > limit
        amount, verb = (tokens.expected, "are") if sure else (tokens.high, "may be")
        says = f"{amount:,} input tokens for {quoted(offer.model)} {verb} more than the {limit:,} that may be enqueued"
        yield Fault("queue-exceeded", says, offer.asked[:64], level=None if sure else "warning")


def faults_of_requests_queue(market: Market, model: str, requests: int) -> Iterator[Fault]:
    """Requests against what the account may have in the queue."""
    limit = market.limit("enqueued_requests", model)
    if limit is not None and requests > limit:
        yield Fault(
            "queue-requests-exceeded", f"{requests:,} requests are more than the {limit:,} that may be enqueued"
        )


def faults_of_spending(market: Market, most_usd: Decimal | None) -> Iterator[Fault]:
    """The most that the files may cost in a batch against what the account may spend in a month."""
    limit = market.limit("spend_cap_monthly_usd")
    if limit is not None and most_usd is not None and most_usd > limit:
        yield Fault(
            "spend-cap-exceeded", f"up to ${most_usd:,.2f} in a batch; the account may spend ${limit:,} a month"
        )


def faults_of_job(
    dialect: Dialect, market: Market, endpoint: str | None, window: str | None, metadata: Mapping[str, str]
) -> Iterator[Fault]:
    """What is said of the call that creates the job, against what the service takes."""
    offered = market.limit("batch_endpoints")
    if endpoint is not None and isinstance(offered, list) and endpoint not in offered:
        yield Fault("endpoint-not-offered", f"{quoted(endpoint)} has no batch; these have: {', '.join(offered)}")
    if window is not None:
        yield from _window(dialect, market, window)
    job = dialect.job
    if len(metadata) > job.get("metadata_keys", len(metadata)):
        yield Fault("metadata-too-large", f"{len(metadata)} keys of metadata; at most {job['metadata_keys']}", "keys")
    for key, value in metadata.items():
        for what, text in (("key", key), ("value", value)):
            most = job.get(f"metadata_{what}_length")
            if most is not None and len(text) > most:
                yield Fault(
                    "metadata-too-large",
                    f"metadata {what} {quoted(text, 30)} has {len(text)} characters; at most {most}",
                    what,
                )


def _window(dialect: Dialect, market: Market, window: str) -> Iterator[Fault]:
    words = dialect.job.get("windows")
    if words is not None:
        if window not in words:
            yield Fault("window-not-offered", f"completion window {quoted(window)}; write {' or '.join(words)}")
        return
    length, most = seconds(window), market.limit("batch_window_max_seconds")
    least = market.limit("batch_window_seconds") if dialect.job.get("window_is_least") else None
    if length is None:
        yield Fault("window-not-offered", f"{quoted(window)} is no duration: write 24h or 7d")
    elif (most is not None and length > most) or (least is not None and length < least):
        yield Fault("window-not-offered", f"completion window {quoted(window)} is outside what the service offers")
