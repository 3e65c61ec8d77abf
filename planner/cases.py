"""From the manifest and the catalog to cases: each workload with its model, its costs and its account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from planner.batchfiles.probe import RequestFile
from planner.case import Case
from planner.catalog import Catalog
from planner.costs import LaneCost, all_lanes, lane_cost, reasoning_tokens
from planner.manifest import Account, Manifest, Workload
from planner.pricebook import PriceBook
from planner.rates import Model
from planner.runs import run_of


def build(manifest: Manifest, catalog: Catalog, on: date, request_files: Mapping[str, RequestFile]) -> list[Case]:
    """A case per workload, in the manifest's order."""
    return [
        case_of(manifest, workload, catalog, day_of(workload, on), request_files.get(workload.id))
        for workload in manifest.workloads
    ]


def day_of(workload: Workload, on: date) -> date:
    """The day whose prices count: for a one-off job in a month to come that month's first, else the plan's."""
    month = workload.volume.month
    return on if month is None else max(on, date.fromisoformat(f"{month}-01"))


def case_of(
    manifest: Manifest,
    w: Workload,
    catalog: Catalog,
    on: date,
    request_file: RequestFile | None = None,
    account: Account | None = None,
) -> Case:
    """The case of one workload; `account` stands in for the one that the manifest gives it."""
    book, account = catalog.book, account or manifest.account_of(w)
    canonical, model = book.canonical(w.provider, w.model), _model(book, w, on)
    reasoning = reasoning_tokens(w, model, catalog.reasoning[manifest.reasoning_policy], catalog.measured_high)
    requests = w.volume.a_month(manifest.month_days)

    allowed = catalog.limits.table(account, canonical, w.region, w.input.reach)
    return Case(
        workload=w,
        account=account,
        canonical=canonical,
        model=model,
        book=book,
        limits=catalog.limits,
        allowed=allowed,
        on=on,
        requests=requests,
        reasoning=reasoning,
        run=run_of(w, manifest.month_days, allowed.__getitem__),
        costs=all_lanes(book, w, on, requests, reasoning.expected),
        request_file=request_file,
        memo={},
    )


def cost_in(lane: str, manifest: Manifest, w: Workload, catalog: Catalog, on: date) -> LaneCost:
    """A month of the workload in one lane, as its case would have it."""
    book = catalog.book
    policy = catalog.reasoning[manifest.reasoning_policy]
    reasoning = reasoning_tokens(w, _model(book, w, on), policy, catalog.measured_high)
    return lane_cost(book, w, lane, on, w.volume.a_month(manifest.month_days), reasoning.expected)


def _model(book: PriceBook, w: Workload, on: date) -> Model | None:
    """The model that answers on that day, with the end of the one that was asked for."""
    asked = book.model(w.provider, w.model)
    answers = book.model(w.provider, book.billed_as(w.provider, w.model, on))
    return answers._replace(retirement=asked.retirement) if answers and asked else answers
