"""The months of a forecast, their days, and on which of those something changes for a workload."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from planner.catalog import Catalog
from planner.growth import month_name
from planner.manifest import Manifest, Workload
from planner.pricebook import PriceBook
from planner.rates import LANES


class Horizon(NamedTuple):
    """So many months from `first` on, counted from year 0; with their real days where `calendar` is true."""

    first: int
    length: int
    calendar: bool = False

    @property
    def months(self) -> range:
        """The months, counted from year 0."""
        return range(self.first, self.first + self.length)

    @property
    def names(self) -> list[str]:
        """The months as 2027-03."""
        return [month_name(month) for month in self.months]


class Answer(NamedTuple):
    """Who answers on a day: the workload with its successor's model where its own is retired; why nobody does."""

    workload: Workload
    missing: str | None = None


def first_day(month: int) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def days_of(month: int) -> int:
    """Days of a month in the calendar."""
    return (first_day(month + 1) - first_day(month)).days


def answering(book: PriceBook, workload: Workload, day: date) -> Answer:
    """The model that answers: from its retirement on the successor that the book names, never the old price."""
    seen = {workload.model}
    while True:
        billed = book.billed_as(workload.provider, workload.model, day)
        model = book.model(workload.provider, billed)
        end = model.retirement if model else None
        if end is None or day < end.day:
            return Answer(workload)
        if end.successor is None or end.successor in seen:
            return Answer(workload, f"{billed} is retired from {end.day} and the price book names no successor")
        seen.add(end.successor)
        workload = workload._replace(model=end.successor)


def cuts(book: PriceBook, workload: Workload, month: int) -> list[date]:
    """The first day of the month, and later days in it on which a price, the model or a pin may change."""
    found, end = [first_day(month)], first_day(month + 1)
    while True:
        day, answer = found[-1], answering(book, workload, found[-1])
        ahead = [] if answer.missing else _ahead(book, answer.workload, day)
        following = min((then for then in ahead if day < then < end), default=None)
        if following is None:
            return found
        found.append(following)


def _ahead(book: PriceBook, workload: Workload, day: date) -> list[date]:
    w = workload
    ahead = [then for lane in LANES for then in book.days_ahead(w.provider, w.region, w.model, lane, day)]
    model = book.model(w.provider, book.billed_as(w.provider, w.model, day))
    if model and model.retirement:
        ahead.append(model.retirement.day)
    if w.pin and w.pin.until:
        ahead.append(w.pin.until + timedelta(days=1))
    return ahead


def successors(book: PriceBook, provider: str, model: str) -> list[str]:
    """Models that are named as the next ones of a model, as far as the book has them."""
    found: list[str] = []
    while (known := book.model(provider, model)) and known.retirement and known.retirement.successor:
        model = known.retirement.successor
        if model in found:
            break
        found.append(model)
    return found


def with_successors(manifest: Manifest, load: Callable[[Manifest], Catalog]) -> Catalog:
    """The catalog of a manifest that also knows the models that follow those of the manifest; `load` reads one."""
    workloads = manifest.workloads
    while True:
        catalog = load(manifest._replace(workloads=workloads))
        asked = {(w.provider, w.model) for w in workloads}
        more = {
            (w.provider, name): w._replace(model=name)
            for w in workloads
            for name in successors(catalog.book, w.provider, w.model)
            if (w.provider, name) not in asked
        }
        if not more:
            return catalog
        workloads = (*workloads, *more.values())
