"""From the manifest and the catalog to cases: each workload with its model, its costs and its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from planner.batchfiles.probe import RequestFile
from planner.case import Case, Settled
from planner.catalog import Catalog
from planner.costs import all_lanes, reasoning_tokens
from planner.decisions import Decision
from planner.manifest import Manifest, Workload
from planner.units import Exact, simple


def build(manifest: Manifest, catalog: Catalog, on: date, request_files: Mapping[str, RequestFile]) -> list[Case]:
    """A case per workload, in the manifest's order."""
    return [_case(manifest, workload, catalog, on, request_files) for workload in manifest.workloads]


def _case(
    manifest: Manifest, w: Workload, catalog: Catalog, on: date, request_files: Mapping[str, RequestFile]
) -> Case:
    book = catalog.book
    model = book.model(w.provider, book.billed_as(w.provider, w.model, on))
    own = book.model(w.provider, w.model)
    if model is not None and own is not None:
        model = model._replace(retirement=own.retirement)
    policy = catalog.reasoning[manifest.reasoning_policy]
    reasoning = reasoning_tokens(w, model, policy, catalog.measured_high)
    requests = w.volume.a_month(manifest.month_days)
    return Case(
        workload=w,
        account=manifest.account_of(w),
        model=model,
        book=book,
        limits=catalog.limits,
        on=on,
        month_days=manifest.month_days,
        requests=requests,
        reasoning=reasoning,
        costs=all_lanes(book, w, on, requests, reasoning.expected),
        request_file=request_files.get(w.id),
    )


def settle(cases: Sequence[Case], decisions: Sequence[Decision]) -> list[Case]:
    """The cases with what is known only after every workload was decided: shared queues."""
    enqueued: dict[tuple[str, str, str], Exact | None] = {}
    for case, decision in zip(cases, decisions, strict=True):
        if decision.mode == "batch":
            key, run = _queue_of(case), case.enqueued_tokens_per_run
            before = enqueued.get(key, 0)
            enqueued[key] = None if run is None or before is None else simple(Fraction(before) + run)
    return [
        case._replace(settled=Settled(decision.mode, decision.lane, enqueued.get(_queue_of(case))))
        for case, decision in zip(cases, decisions, strict=True)
    ]


def _queue_of(case: Case) -> tuple[str, str, str]:
    return case.account.name, case.workload.model, case.workload.region
