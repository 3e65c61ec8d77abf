"""Schedules of waves for what lies in a file: a request file, or a manifest with its workloads in the batch lane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from planner import files
from planner.batchfiles.bills import ModelBill
from planner.batchfiles.check import World, check
from planner.batchfiles.dialects import Dialect
from planner.batchfiles.examine import Options
from planner.batchfiles.market import Market
from planner.batchfiles.schedule import Schedule, pace_of, schedule
from planner.configfiles import configured
from planner.plan import settled
from planner.problems import Refused, safe
from planner.queues import Load, together
from planner.requestfiles import check_readable, open_requests
from planner.settling import batch_queues
from planner.statusfiles import load_statuses, providers
from planner.units import Exact

MANIFESTS = (".yaml", ".yml")


class Asked(NamedTuple):
    """What was said on the command line, in tokens, requests and seconds; None is what was not said."""

    tokens: int | None = None
    requests: int | None = None
    window: Exact | None = None
    deadline: Exact | None = None
    measured: Sequence[Exact] = ()


def is_manifest(path: str) -> bool:
    """Whether the file is taken for a manifest: by its name."""
    return Path(path).suffix.lower() in MANIFESTS


def of_manifest(path: str, on: date, prices: tuple[str, ...], asked: Asked) -> list[Schedule]:
    """A schedule for every queue that the manifest's batch workloads wait in."""
    config = configured(Path(path), None)
    manifest = files.load_manifest(path)
    catalog = files.load_catalog(manifest, prices, (), config)
    cases = settled(manifest, catalog, on, files.probe_request_files(manifest))
    of = {case.workload.id: case.workload.provider for case in cases}
    return [_scheduled(load, of[load.members[0]], asked) for load in batch_queues(cases)]


def of_requests(path: str, world: World, on: date, asked: Asked) -> list[Schedule]:
    """A schedule for every model that the request file names."""
    check_readable([path])
    markets: dict[str, Market] = {}

    def market_of(dialect: Dialect) -> Market:
        return markets.setdefault(dialect.name, world.market(dialect))

    report = check([open_requests(path).source], world._replace(market=market_of), Options(on=on, most=1))
    if not report.models:
        raise Refused([f"{safe(path)}: no request in it can be read: planner batch check says why"])
    lost = report.files[0].broken + report.uncounted_requests
    if lost:
        says = f"{lost:,} line{'s' * (lost != 1)} cannot be counted in any wave: planner batch check says which; mend the file first"
        raise Refused([f"{safe(path)}: {says}"])
    loads = [(bill.provider, _load(bill, markets[bill.provider])) for bill in report.models]
    return [_scheduled(load, provider, asked) for provider, load in _by_queue(loads, markets)]


def _load(bill: ModelBill, market: Market) -> Load:
    """The requests to one model, on the safe side of what their tokens are."""
    return Load(
        name=f"{bill.provider}, {bill.model or 'model not named'}",
        members=(),
        requests=bill.requests,
        input_tokens=None if bill.uncounted else bill.input_tokens_high,
        queue_tokens=market.limit("enqueued_tokens", bill.model),
        queue_requests=market.limit("enqueued_requests", bill.model),
        window_seconds=market.limit("batch_window_seconds", bill.model),
        deadline_seconds=None,
        largest_tokens=bill.largest_input_tokens_high,
    )


def _by_queue(loads: Sequence[tuple[str, Load]], markets: Mapping[str, Market]) -> Iterator[tuple[str, Load]]:
    """One load for every queue: where a service has one over all models, they are added up."""
    shared: dict[str, list[Load]] = {}
    for provider, load in loads:
        if markets[provider].limit("queue_over_models"):
            shared.setdefault(provider, []).append(load)
        else:
            yield provider, load
    for provider, members in shared.items():
        yield provider, members[0] if len(members) == 1 else together(members, f"{provider}, all models")


def _scheduled(load: Load, provider: str, asked: Asked) -> Schedule:
    """The schedule with what was said on the command line over what is known."""
    own = load._replace(
        queue_tokens=load.queue_tokens if asked.tokens is None else asked.tokens,
        queue_requests=load.queue_requests if asked.requests is None else asked.requests,
        window_seconds=load.window_seconds if asked.window is None else asked.window,
        deadline_seconds=load.deadline_seconds if asked.deadline is None else asked.deadline,
    )
    return schedule(own, pace_of(asked.measured, own.window_seconds, _published(provider)))


def _published(provider: str) -> tuple[int, str] | None:
    """How long a job of the provider usually takes, in seconds, and who says so; None where nobody does."""
    typical = load_statuses(provider).typical if provider in providers() else None
    if typical is None:
        return None
    return typical.seconds, f"{typical.says} ({typical.source.title}, verified {typical.source.verified})"
