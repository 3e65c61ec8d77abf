"""What would flip a decision: the nearest volume, wait, cached share, batch price or quota at which it changes.

Along one dimension a decision can change only where a comparison of some rule changes. Each comparison is followed to
the end of the dimension; where its truth differs there, the exact point is found by halving, in whole units of the
dimension (requests, milliseconds, tokens, millionths of the price). It is taken to change once on its way, which holds
for every fact that a rule compares with a threshold, as they all rise or fall with the dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from planner.case import Case
from planner.cases import case_of
from planner.catalog import Catalog
from planner.decisions import Decision, decide
from planner.known import Facts
from planner.manifest import Manifest, Workload
from planner.report import Flip
from planner.rules import Rule, judge
from planner.units import Exact, decimal6, divided

MOST = 10**15
MILLION = 10**6


class _Dimension(NamedTuple):
    """A quantity in whole units from `low` to `high`; `now` is where it stands, None where it is not known."""

    name: str
    unit: str
    scale: int
    low: int
    now: Exact | None
    high: int
    case_at: Callable[[int], Case]


def flips(manifest: Manifest, catalog: Catalog, on: date, workload: Workload) -> list[Flip]:
    """For each dimension the nearest point at which the workload's mode changes; `at` is None where none does."""
    rules = [rule for rule in catalog.rules if rule.kind == "assignment"]
    case = case_of(manifest, workload, catalog, on)
    decided = _decided(rules, case)
    return [_nearest(rules, dimension, case, decided) for dimension in _dimensions(manifest, catalog, on, case)]


def _dimensions(manifest: Manifest, catalog: Catalog, on: date, case: Case) -> Iterator[_Dimension]:
    w, account = case.workload, case.account

    def of(changed: Workload) -> Case:
        return case_of(manifest, changed, catalog, on)

    def with_volume(requests: int) -> Case:
        return of(w._replace(volume=w.volume._replace(requests=requests)))

    def with_wait(milliseconds: int) -> Case:
        return of(w._replace(latency_max_seconds=divided(milliseconds, 1000)))

    def with_cache(tokens: int) -> Case:
        return of(w._replace(cached_input_tokens=tokens))

    def with_price(millionths: int) -> Case:
        batch = case.costs["batch"]
        usd = None if batch.usd is None else decimal6(divided(_exact(batch.usd) * millionths, MILLION))
        return case._replace(costs={**case.costs, "batch": batch._replace(usd=usd)}, memo={})

    def with_quota(tokens: int) -> Case:
        stated = {**account.stated, "enqueued_tokens": tokens}
        return case_of(manifest, w, catalog, on, account=account._replace(stated=stated))

    wait = None if w.latency_max_seconds is None else w.latency_max_seconds * 1000
    room = int(w.input.mean - w.cache_write_tokens - w.cache_write_1h_tokens)
    unit = w.volume.unit if w.volume.once else f"{w.volume.unit} per {w.volume.per}"
    yield _Dimension("volume", unit, 1, 0, w.volume.requests, MOST, with_volume)
    yield _Dimension("latency", "duration", 1000, 0, wait, 10**10, with_wait)
    yield _Dimension("cached input", "tokens of a request", 1, 0, w.cached_input_tokens or 0, room, with_cache)
    if case.costs["batch"].usd:
        yield _Dimension("batch price", "of the published one", MILLION, 0, MILLION, 10 * MILLION, with_price)
    yield _Dimension("batch queue", "tokens", 1, 0, case.limit("enqueued_tokens"), MOST, with_quota)


def _exact(usd: Any) -> Exact:
    return divided(*usd.as_integer_ratio())


def _nearest(rules: list[Rule], dimension: _Dimension, case: Case, decided: Decision) -> Flip:
    """The nearest point of the dimension with another mode, with what it would cost there."""
    start = _start(dimension)
    here = Facts(case if dimension.now is not None else dimension.case_at(int(start)))
    points = sorted(
        {
            *(p for rule in rules for leaf in rule.condition.leaves for p in _changes(leaf, dimension, here, start)),
            *([int(start)] if dimension.now is None else []),
        },
        key=lambda point: (abs(point - start), point),
    )
    for point in points:
        there = dimension.case_at(point)
        other = _decided(rules, there)
        if other.mode != decided.mode:
            return _flip(dimension, point, other, there, decided)
    return Flip(dimension.name, dimension.unit, _value(dimension, dimension.now), None, None, None, None, None)


def _start(dimension: _Dimension) -> Exact:
    """Where the search begins: at an unknown wait no time at all, at an unknown quota no bound."""
    if dimension.now is not None:
        return dimension.now
    return dimension.low if dimension.name == "latency" else dimension.high


def _changes(leaf: Callable[[Facts], bool | None], dimension: _Dimension, here: Facts, start: Exact) -> Iterator[int]:
    """The first points below and above the start at which the comparison is other than here."""
    truth = leaf(here)

    def same(point: int) -> bool:
        return leaf(Facts(dimension.case_at(point))) == truth

    if dimension.high > start and not same(dimension.high):
        known, other = int(start // 1), dimension.high
        while other - known > 1:
            middle = (known + other) // 2
            known, other = (middle, other) if same(middle) else (known, middle)
        yield other
    if dimension.low < start and not same(dimension.low):
        other, known = dimension.low, int(-(-start // 1))
        while known - other > 1:
            middle = (known + other) // 2
            known, other = (middle, other) if same(middle) else (known, middle)
        yield other


def _decided(rules: list[Rule], case: Case) -> Decision:
    facts = Facts(case)
    return decide([judge(rule, facts) for rule in rules], case.workload.pin, case.on, facts)


def _flip(dimension: _Dimension, point: int, other: Decision, there: Case, decided: Decision) -> Flip:
    return Flip(
        dimension=dimension.name,
        unit=dimension.unit,
        now=_value(dimension, dimension.now),
        at=_value(dimension, point),
        mode=other.mode,
        decided_by=other.decided_by,
        expected_usd=there.costs[other.lane].usd,
        instead_of_usd=there.costs[decided.lane].usd,
    )


def _value(dimension: _Dimension, point: Exact | None) -> Any:
    return None if point is None else decimal6(divided(point, dimension.scale))
