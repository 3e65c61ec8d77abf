"""What is known of a workload, by name. A fact that is not known is not there.

Adding a fact is one line in VOCABULARY: its kind, the manifest field that it speaks of, its meaning, and how
it is read off a case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from planner import readings as read
from planner.batchfiles.probe import RequestFile
from planner.case import Case, Settled
from planner.outlook import (
    break_even_cached_percent,
    elsewhere,
    price_change,
    regional_surcharge_percent,
    regional_surcharge_usd,
)
from planner.runs import DAY
from planner.units import minus, percentage, times


def _file(of: Callable[[RequestFile], Any]) -> Callable[[Case], Any]:
    return lambda case: None if case.request_file is None else of(case.request_file)


def _settled(of: Callable[[Settled], Any]) -> Callable[[Case], Any]:
    return lambda case: None if case.settled is None else of(case.settled)


USE_CASES = (
    "chatbot",
    "assistant",
    "interactive-tool",
    "content-generation",
    "data-analysis",
    "fraud-detection",
    "content-moderation",
    "routing",
    "report-summarization",
    "code-generation",
    "model-evaluation",
    "image-processing",
    "live-transcription",
    "live-translation",
    "classification",
    "extraction",
    "translation",
    "search",
    "embedding",
    "agent",
    "other",
)
EFFORTS = ("none", "low", "medium", "high")


class Fact(NamedTuple):
    """A name of the vocabulary. `field` is what it speaks of in a workload; `decided` facts exist after the decision.

    `words` are all that a fact of words can be; empty where they cannot be listed.
    """

    kind: str
    field: str
    says: str
    read: Callable[[Case], Any]
    decided: bool = False
    words: tuple[str, ...] = ()


# fmt: off
VOCABULARY: dict[str, Fact] = {
    "use_case": Fact("word", "use_case", "what the workload does", lambda c: c.workload.use_case, words=USE_CASES),
    "provider": Fact("word", "provider", "provider, by its name in the catalog", lambda c: c.workload.provider),
    "model": Fact("word", "model", "model as the request names it", lambda c: c.workload.model),
    "region": Fact("word", "region", "where requests are processed", lambda c: c.workload.region),
    "endpoint": Fact("word", "endpoint", "API endpoint of the requests", read.endpoint),
    "latency_max_seconds": Fact("duration", "latency.max", "longest wait that the caller accepts", lambda c: c.workload.latency_max_seconds),
    "user_facing": Fact("flag", "user_facing", "a person waits for the answer", lambda c: c.workload.user_facing),
    "streaming": Fact("flag", "streaming", "the answer is streamed", lambda c: c.workload.streaming),
    "time_sensitive": Fact("flag", "time_sensitive", "a decision hangs on the answer at once", lambda c: c.workload.time_sensitive),
    "iterative": Fact("flag", "iterative", "each request builds on the answer before", lambda c: c.workload.iterative),
    "background": Fact("flag", "background", "nobody waits for the job", lambda c: c.workload.background),
    "cost_sensitive": Fact("flag", "cost_sensitive", "cost matters more than time", lambda c: c.workload.cost_sensitive),
    "separate_quota": Fact("flag", "separate_quota", "the real-time quota must be left alone", lambda c: c.workload.separate_quota),
    "one_off": Fact("flag", "volume.per", "the job runs one time", lambda c: c.workload.volume.once),
    "requests_per_day": Fact("number", "volume", "requests per day", lambda c: c.run.requests_per_day),
    "requests_per_week": Fact("number", "volume", "requests per week", lambda c: None if c.run.requests_per_day is None else times(c.run.requests_per_day, 7)),
    "requests_per_run": Fact("number", "volume", "requests of one batch run", lambda c: c.run.requests),
    "tokens_per_day": Fact("number", "volume", "billed tokens per day: input, visible output and expected reasoning", read.tokens_per_day),
    "input_tokens": Fact("number", "tokens.input", "input tokens of a mean request", lambda c: c.workload.input.mean),
    "visible_output_tokens": Fact("number", "tokens.output", "visible output tokens of a mean request", lambda c: c.workload.visible_output_tokens),
    "visible_output_reach": Fact("number", "tokens.output", "visible output tokens of the largest usual request (its 95th percentile)", lambda c: c.output_reach),
    "max_output_tokens": Fact("number", "tokens.max_output", "output cap that the request states", lambda c: c.workload.max_output_tokens),
    "cached_input_tokens": Fact("number", "tokens.cached_input", "input tokens read from a cache, as stated", lambda c: c.workload.cached_input_tokens),
    "reasoning_tokens": Fact("number", "reasoning", "expected hidden reasoning tokens of a request", lambda c: c.reasoning.expected),
    "reasoning_effort": Fact("word", "reasoning.effort", "effort that is reckoned with", lambda c: c.reasoning.effort, words=EFFORTS),
    "reasoning_basis": Fact("word", "reasoning", "measured, declared, default, assumed or none", lambda c: c.reasoning.basis, words=("measured", "declared", "default", "assumed", "none")),
    "reasoning_uncapped_tokens": Fact("number", "tokens.max_output", "expected reasoning tokens if the output cap left room for them", lambda c: c.reasoning.uncapped),
    "effort_stated": Fact("word", "reasoning.effort", "effort as the manifest states it", lambda c: c.workload.effort, words=EFFORTS),
    "request_tokens_expected": Fact("number", "tokens", "tokens of the largest usual request with expected reasoning", lambda c: c.request_reach(c.reasoning.expected)),
    "request_tokens_high": Fact("number", "tokens", "tokens of the largest usual request with high reasoning", lambda c: c.request_reach(read.reasoning_reach(c))),
    "model_known": Fact("flag", "model", "the price book knows the model", lambda c: c.model is not None),
    "model_reasons": Fact("flag", "model", "the model can reason", lambda c: c.model.reasons if c.model else None),
    "model_can_switch_off": Fact("flag", "model", "reasoning can be switched off", lambda c: c.model.can_switch_off if c.model else None),
    "context_window": Fact("number", "model", "tokens of input and output together", lambda c: c.model.context_window if c.model else None),
    "model_max_output": Fact("number", "model", "largest output of the model", lambda c: c.model.max_output if c.model else None),
    "days_until_retirement": Fact("number", "model", "days until the model is gone; not positive once it is", read.retires_in),
    "retirement_rerouted": Fact("flag", "model", "after its end, requests go silently to the successor", lambda c: c.model.retirement.rerouted if c.model and c.model.retirement else None),
    "retirement_disputed": Fact("flag", "model", "the end is one source's word only", lambda c: c.model.retirement.disputed if c.model and c.model.retirement else None),
    "retirement_day": Fact("word", "model", "first day without the model", lambda c: c.model.retirement.day.isoformat() if c.model and c.model.retirement else None),
    "successor": Fact("word", "model", "model that the provider names as replacement", lambda c: c.model.retirement.successor if c.model and c.model.retirement else None),
    "price_book": Fact("word", "model", "name of the price book", lambda c: c.book.name),
    "price_books": Fact("words", "model", "price books in force, the lowest first", lambda c: tuple(c.book.name.split("+"))),
    "price_age_days": Fact("number", "model", "days since the real-time rates were verified", read.price_age_days),
    "price_disputed": Fact("flag", "model", "sources disagree on a rate that is used", lambda c: read.disputed(c, "disputed")),
    "price_derived": Fact("flag", "model", "a rate that is used follows from a printed rule only", lambda c: read.disputed(c, "derived")),
    "tier_crossed_at_p95": Fact("flag", "tokens.input", "the 95th percentile lies in a dearer tier than the mean", read.tier_crossed),
    "real_time_usd": Fact("usd", "volume", "a month in the real-time lane", lambda c: read.lane_usd(c, "standard")),
    "batch_usd": Fact("usd", "volume", "a month in the batch lane", lambda c: read.lane_usd(c, "batch")),
    "flex_usd": Fact("usd", "volume", "a month in the flex lane", lambda c: read.lane_usd(c, "flex")),
    "batch_saving_usd": Fact("usd", "volume", "real-time less batch, per month", lambda c: read.known(read.saving(c))),
    "batch_saving_percent": Fact("percent", "volume", "saving of batch in percent of real-time", lambda c: read.known(percentage(read.saving(c), c.costs["standard"].usd))),
    "flex_saving_usd": Fact("usd", "volume", "real-time less flex, per month", lambda c: read.known(minus(c.costs["standard"].usd, c.costs["flex"].usd))),
    "batch_rate_known": Fact("flag", "model", "every batch rate that is needed is published", read.batch_rate_known),
    "batch_offered": Fact("flag", "provider", "the provider has a batch lane", lambda c: c.limit("batch_offered")),
    "batch_endpoints": Fact("words", "endpoint", "endpoints that the provider's batch takes", lambda c: None if c.limit("batch_endpoints") is None else tuple(c.limit("batch_endpoints"))),
    "endpoint_stated": Fact("word", "endpoint", "endpoint as the manifest states it", lambda c: c.workload.endpoint),
    "batch_endpoint_supported": Fact("flag", "endpoint", "the provider's batch takes the endpoint", read.endpoint_supported),
    "batch_model_listed": Fact("flag", "model", "the provider lists the model for batch", read.model_listed),
    "batch_window_seconds": Fact("duration", "batch", "time in which the provider aims to finish a batch", lambda c: c.limit("batch_window_seconds")),
    "batch_when_late": Fact("word", "batch", "what happens after the window: expires, continues or discards", lambda c: c.limit("batch_when_late")),
    "batch_requests_per_file": Fact("number", "batch", "requests that one file may hold", lambda c: c.limit("batch_requests_per_file")),
    "batch_file_bytes_max": Fact("number", "batch", "bytes that one file may hold", lambda c: c.limit("batch_file_bytes")),
    "batch_min_requests": Fact("number", "batch", "fewest requests of a batch", lambda c: c.limit("batch_min_requests")),
    "batch_one_model_per_file": Fact("flag", "batch", "every line of a file must name one model or deployment", lambda c: c.limit("batch_one_model_per_file")),
    "batch_bom_accepted": Fact("flag", "batch", "a byte-order mark does no harm", lambda c: c.limit("batch_bom_accepted")),
    "batch_separate_quota": Fact("flag", "batch", "batch has a quota of its own", lambda c: c.limit("batch_separate_quota")),
    "enqueued_tokens_per_run": Fact("number", "volume", "input tokens that one run puts into the queue", lambda c: c.run.enqueued_tokens),
    "queue_limit_tokens": Fact("number", "account", "input tokens that the queue holds at once", lambda c: c.limit("enqueued_tokens")),
    "queue_limit_requests": Fact("number", "account", "requests that the queue holds at once", lambda c: c.limit("enqueued_requests")),
    "queue_waves": Fact("number", "volume", "waves into which the queue cuts a run", lambda c: c.run.waves.number if c.run.waves else None),
    "queue_finish_seconds": Fact("duration", "volume", "time until the last wave is expected to finish", lambda c: c.run.waves.finish_seconds if c.run.waves else None),
    "request_exceeds_queue": Fact("flag", "tokens.input", "one request alone is larger than the queue", lambda c: c.run.waves.number is None if c.run.waves else None),
    "batch_fallback": Fact("word", "batch.fallback", "what happens to unfinished requests", lambda c: c.workload.batch.fallback, words=("real-time", "flex", "none")),
    "batch_on_limit": Fact("word", "batch.on_limit", "what the submitter does when the queue is full", lambda c: c.workload.batch.on_limit, words=("exponential-backoff", "queue", "fail")),
    "batch_partial_results": Fact("word", "batch.partial_results", "what happens to the finished part of a cancelled batch", lambda c: c.workload.batch.partial_results, words=("process", "discard")),
    "batch_poll_until": Fact("words", "batch.poll_until", "statuses on which polling ends", lambda c: c.workload.batch.poll_until, words=("completed", "failed", "expired", "cancelled")),
    "batch_on_failed": Fact("word", "batch.on_failed", "what the submitter does with a refused file", lambda c: c.workload.batch.on_failed, words=("read-batch-errors", "read-error-file", "resubmit-unchanged")),
    "batch_on_expired": Fact("word", "batch.on_expired", "what the submitter does with an expired batch", lambda c: c.workload.batch.on_expired, words=("resubmit-unfinished", "cancel-and-resubmit", "resubmit-all", "ignore")),
    "batch_job_endpoint": Fact("word", "batch.endpoint", "endpoint that the job names", lambda c: c.workload.batch.endpoint),
    "batch_expires_after_seconds": Fact("duration", "batch.expires_after", "time after which uploaded files expire", lambda c: c.workload.batch.expires_after_seconds),
    "batch_expiry_min_seconds": Fact("duration", "batch", "shortest expiration that earns the larger number of files", lambda c: None if c.limit("batch_expiry_min_days") is None else c.limit("batch_expiry_min_days") * DAY),
    "batch_expiry_max_seconds": Fact("duration", "batch", "longest expiration that is allowed", lambda c: None if c.limit("batch_expiry_max_days") is None else c.limit("batch_expiry_max_days") * DAY),
    "batch_files_per_run": Fact("number", "batch.files_per_run", "request files of one run", lambda c: c.run.files),
    "batch_files_kept": Fact("number", "batch.expires_after", "files a run x runs x retention", lambda c: c.run.files_kept),
    "batch_files_max": Fact("number", "batch.expires_after", "files that may be kept at once", lambda c: c.run.files_max),
    "days_to_file_limit": Fact("number", "batch.expires_after", "days until files without expiration reach the limit", lambda c: c.run.days_to_file_limit),
    "request_file": Fact("word", "batch.request_file", "request file as the manifest names it", lambda c: c.workload.batch.request_file),
    "file_requests": Fact("number", "batch.request_file", "requests in the request file", _file(lambda f: f.requests)),
    "file_bytes": Fact("number", "batch.request_file", "bytes of the request file", _file(lambda f: f.bytes)),
    "file_bom": Fact("flag", "batch.request_file", "the request file begins with a byte-order mark", _file(lambda f: f.bom)),
    "file_deployments": Fact("number", "batch.request_file", "models or deployments that its lines name", _file(lambda f: len(f.deployments))),
    "file_deployment": Fact("word", "batch.request_file", "the one model or deployment that its lines name", _file(lambda f: f.deployments[0] if len(f.deployments) == 1 else None)),
    "file_other_model": Fact("flag", "batch.request_file", "the one model that its lines name is another than the workload's", read.file_other_model),
    "file_urls": Fact("number", "batch.request_file", "urls that its lines name", _file(lambda f: len(f.urls))),
    "file_url": Fact("word", "batch.request_file", "the one url that its lines name", _file(lambda f: f.urls[0] if len(f.urls) == 1 else None)),
    "file_unreadable": Fact("number", "batch.request_file", "lines that are no JSON object", _file(lambda f: f.unreadable)),
    "file_first_unreadable": Fact("number", "batch.request_file", "number of the first such line", _file(lambda f: f.first_unreadable)),
    "requests_per_minute": Fact("number", "volume", "requests per minute, spread evenly", lambda c: c.run.requests_per_minute),
    "limit_requests_per_minute": Fact("number", "account", "real-time requests per minute that the account may send", lambda c: c.limit("requests_per_minute")),
    "limit_tokens_per_minute": Fact("number", "account", "real-time tokens per minute that the account may use", lambda c: c.limit("tokens_per_minute")),
    "limit_input_tokens_per_minute": Fact("number", "account", "uncached real-time input tokens per minute that the account may use", lambda c: c.limit("input_tokens_per_minute")),
    "account_tier": Fact("word", "account", "usage tier as the account states it", lambda c: c.account.tier),
    "account_subscription": Fact("word", "account", "kind of subscription as the account states it", lambda c: c.account.subscription),
    "tiers_known": Fact("words", "account", "usage tiers that the provider's limits speak of", lambda c: c.limits.words(c.account.provider, "tier")),
    "subscriptions_known": Fact("words", "account", "kinds of subscription that the provider's limits speak of", lambda c: c.limits.words(c.account.provider, "subscription")),
    "account_tier_known": Fact("flag", "account", "the provider's limits speak of the tier", lambda c: read.is_word(c, "tier", c.account.tier)),
    "account_subscription_known": Fact("flag", "account", "the provider's limits speak of the subscription", lambda c: read.is_word(c, "subscription", c.account.subscription)),
    "spend_cap_usd": Fact("usd", "account", "spend at which the provider stops the account", lambda c: c.limit("spend_cap_monthly_usd")),
    "results_kept_seconds": Fact("duration", "batch", "time for which the provider keeps results", lambda c: None if c.limit("batch_results_kept_days") is None else c.limit("batch_results_kept_days") * DAY),
    "batch_pick_up_seconds": Fact("duration", "batch.pick_up_within", "time within which results are fetched", lambda c: c.workload.batch.pick_up_within_seconds),
    "days_until_price_change": Fact("number", "model", "days until the real-time price changes", lambda c: change.days if (change := c.once("change", price_change)) else None),
    "price_change_percent": Fact("percent", "model", "change of the real-time month then", lambda c: read.known(change.percent) if (change := c.once("change", price_change)) else None),
    "price_change_usd": Fact("usd", "model", "by how much the real-time month changes then, up or down", lambda c: read.known(abs(change.usd)) if (change := c.once("change", price_change)) else None),
    "cheaper_provider": Fact("word", "provider", "provider among those named where the same model costs less", lambda c: other.provider if (other := c.once("elsewhere", elsewhere)) else None),
    "cheaper_saving_usd": Fact("usd", "provider", "saving a month there, in real time", lambda c: read.known(other.saving_usd) if (other := c.once("elsewhere", elsewhere)) else None),
    "regional_surcharge_percent": Fact("percent", "region", "what the region costs over global processing", lambda c: read.known(regional_surcharge_percent(c))),
    "regional_surcharge_usd": Fact("usd", "region", "what the region costs over global processing, per month", lambda c: read.known(regional_surcharge_usd(c))),
    "break_even_cached_percent": Fact("percent", "tokens.cached_input", "cached share of the input at which real time costs as little as batch, where batch is not cheaper", break_even_cached_percent),
    "pinned": Fact("word", "lane", "lane that people chose", lambda c: c.workload.pin.lane if c.workload.pin else None, words=("batch", "real-time", "flex", "priority")),
    "pin_expired": Fact("flag", "lane.until", "the choice no longer holds", read.pin_expired),
    "mode": Fact("word", "id", "real-time or batch, as decided", _settled(lambda s: s.mode), decided=True, words=("real-time", "batch")),
    "decided_by": Fact("word", "id", "rule that decided, or pin", _settled(lambda s: s.decided_by), decided=True),
    "lane": Fact("word", "id", "price lane, as decided", _settled(lambda s: s.lane), decided=True, words=("standard", "batch", "flex", "priority")),
    "account_queue_finish_seconds": Fact("duration", "volume", "time until the queue has taken all batch runs of the account and model", _settled(lambda s: s.account_queue_finish_seconds), decided=True),
    "account_requests_per_minute": Fact("number", "volume", "real-time requests per minute of the account and model, spread evenly", _settled(lambda s: s.account_requests_per_minute), decided=True),
    "account_tokens_per_minute": Fact("number", "volume", "real-time tokens per minute of the account and model, spread evenly", _settled(lambda s: s.account_tokens_per_minute), decided=True),
    "account_input_tokens_per_minute": Fact("number", "volume", "uncached real-time input tokens per minute of the account and model, spread evenly", _settled(lambda s: s.account_input_tokens_per_minute), decided=True),
    "account_batch_files_kept": Fact("number", "batch.expires_after", "files kept by all batch workloads of the account", _settled(lambda s: s.account_batch_files_kept), decided=True),
    "account_expected_usd": Fact("usd", "account", "expected cost of everything on the account", _settled(lambda s: read.known(s.account_expected_usd)), decided=True),
    "spend_over_cap_usd": Fact("usd", "account", "expected cost of the account above the spend at which the provider stops it", read.over_cap, decided=True),
    "pin_extra_usd": Fact("usd", "lane", "what the pinned lane costs more than the rules' choice", _settled(lambda s: read.known(s.pin_extra_usd)), decided=True),
    "account_enqueued_tokens": Fact("number", "volume", "input tokens that all batch runs of the account and model enqueue", _settled(lambda s: s.account_enqueued_tokens), decided=True),
}
# fmt: on
