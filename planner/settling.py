"""What is known only after every workload was decided: shared queues, rate limits and spend, and what a pin costs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal

from planner.case import Case, Settled
from planner.decisions import Decision
from planner.queues import Load, waves_of
from planner.units import Exact, minus, simple, times, total

Decided = tuple[Case, Decision]


def settle(cases: Sequence[Case], decisions: Sequence[Decision]) -> list[Case]:
    """The cases with the sums of their accounts."""
    decided = list(zip(cases, decisions, strict=True))
    batch = [(case, decision) for case, decision in decided if decision.mode == "batch"]
    live = [(case, decision) for case, decision in decided if decision.mode == "real-time"]
    enqueued = _summed(batch, _batch_queue_of, _enqueued)
    finish = {key: _finish(cases) for key, cases in _sharing(case for case, _ in batch).items()}
    requests = _summed(live, _queue_of, lambda case: case.run.requests_per_minute)
    tokens = _summed(live, _queue_of, _tokens_per_minute)
    uncached = _summed(live, _queue_of, _uncached_per_minute)
    kept = _summed(batch, lambda case: case.account.name, lambda case: case.run.files_kept)
    spend: dict[Hashable, list[Decimal | None]] = {}
    for case, decision in decided:
        spend.setdefault(case.account.name, []).append(case.costs[decision.lane].usd)
    spent = {account: total(amounts) for account, amounts in spend.items()}
    settled = []
    for case, decision in decided:
        queue, waiting = _queue_of(case), _batch_queue_of(case)
        own = Settled(
            mode=decision.mode,
            lane=decision.lane,
            decided_by=decision.decided_by,
            account_enqueued_tokens=enqueued.get(waiting),
            account_queue_finish_seconds=finish.get(waiting),
            account_requests_per_minute=requests.get(queue),
            account_tokens_per_minute=tokens.get(queue),
            account_input_tokens_per_minute=uncached.get(queue),
            account_batch_files_kept=kept.get(case.account.name) if decision.mode == "batch" else None,
            account_expected_usd=spent[case.account.name],
            pin_extra_usd=_pin_extra(case, decision),
        )
        settled.append(case._replace(settled=own))
    return settled


def _tokens_per_minute(case: Case) -> Exact | None:
    """Input, visible output and expected reasoning tokens per minute, spread evenly; None for a one-off job."""
    requests = case.run.requests_per_minute
    return None if requests is None else times(requests, case.billed_tokens)


def _uncached_per_minute(case: Case) -> Exact | None:
    """Input tokens per minute without those read from a cache, as providers count them that limit input apart."""
    requests, w = case.run.requests_per_minute, case.workload
    return None if requests is None else simple(requests * (w.input.mean - (w.cached_input_tokens or 0)))


def _queue_of(case: Case) -> Hashable:
    return case.account.name, case.canonical, case.workload.region


def _batch_queue_of(case: Case) -> Hashable:
    """What waits in one queue: the batches of an account to one model, at some services those to all models."""
    return case.account.name if case.limit("queue_over_models") else _queue_of(case)


def _summed(
    decided: Iterable[Decided], key: Callable[[Case], Hashable], of: Callable[[Case], Exact | None]
) -> dict[Hashable, Exact]:
    """The sums of what is known: a part that is not known can only add, and a sum above a limit stays above it."""
    sums: dict[Hashable, Exact] = {}
    for case, _ in decided:
        amount = of(case)
        if amount is not None:
            sums[key(case)] = simple(sums.get(key(case), 0) + amount)
    return sums


def _enqueued(case: Case) -> Exact:
    """Input tokens that wait at once."""
    return times(case.run.enqueued_tokens, _unfinished_runs(case))


def _unfinished_runs(case: Case) -> int:
    """Runs that wait at once: more than one where they come more often than the window."""
    window, every = case.limit("batch_window_seconds"), case.workload.batch.every_seconds
    return 1 if window is None or not every or case.workload.volume.once else max(1, -(-window // every))


def _finish(cases: Sequence[Case]) -> Exact | None:
    """When the last of the batch runs of one queue is through it, if all are submitted at once."""
    found = waves_of(_load(cases))
    return None if found is None else found.finish_seconds


def batch_queues(cases: Sequence[Case]) -> list[Load]:
    """What the settled workloads in the batch lane ask of each queue: one for every account, model and region, or for an account."""
    batch = (case for case in cases if case.settled is not None and case.settled.mode == "batch")
    return [_load(members) for members in _sharing(batch).values()]


def _sharing(cases: Iterable[Case]) -> dict[Hashable, list[Case]]:
    shared: dict[Hashable, list[Case]] = {}
    for case in cases:
        shared.setdefault(_batch_queue_of(case), []).append(case)
    return shared


def _load(cases: Sequence[Case]) -> Load:
    """The load of one queue, held against the tightest of what is known: quotas, window and deadline."""
    first = cases[0]
    models = ", ".join(dict.fromkeys(case.canonical for case in cases))
    one_region = first.workload.region == "global" or first.limit("queue_over_models")
    region = "" if one_region else f", {first.workload.region}"
    tightest = [
        min((value for case in cases if (value := case.limit(name)) is not None), default=None)
        for name in ("enqueued_tokens", "enqueued_requests")
    ]
    deadlines = [wait for case in cases if (wait := case.workload.latency_max_seconds) is not None]
    return Load(
        name=f"{first.account.name}, {models}{region}",
        members=tuple(case.workload.id for case in cases),
        requests=simple(sum(times(case.run.requests, _unfinished_runs(case)) for case in cases)),
        input_tokens=simple(sum(_enqueued(case) for case in cases)),
        queue_tokens=tightest[0],
        queue_requests=tightest[1],
        window_seconds=first.limit("batch_window_seconds"),
        deadline_seconds=min(deadlines, default=None),
    )


def _pin_extra(case: Case, decision: Decision) -> Decimal | None:
    if decision.unpinned is None:
        return None
    return minus(case.costs[decision.lane].usd, case.costs[decision.unpinned].usd)
