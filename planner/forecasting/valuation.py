"""What one workload costs in one month: decided and priced on the month's own days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from planner.batchfiles.probe import RequestFile
from planner.case import Case
from planner.cases import case_of
from planner.catalog import Catalog
from planner.costs import Line, all_lanes
from planner.decisions import Decision, decide
from planner.findings import missing_prices
from planner.forecasting.calendar import Answer, Horizon, answering, cuts, days_of, first_day
from planner.forecasting.report import Part, WorkloadForecast, WorkloadMonth
from planner.growth import month_name, month_number
from planner.known import Facts
from planner.manifest import Manifest, Workload
from planner.places import WorkloadPlaces
from planner.problems import Problem
from planner.reserves import Missing, Reserve, reserves
from planner.rules import Index
from planner.units import Exact, decimal6, known_total, simple, times, total

NOTHING = Decimal(0)
MOST_REQUESTS = 10**15
"""In a volume's period: more than that no manifest may state, and no growth may reach."""
IN_CLASS = {"output": "output", "reasoning_output": "reasoning"}
"""Token classes that are output; every other is input."""


class Terms(NamedTuple):
    """What every month is valued with."""

    manifest: Manifest
    catalog: Catalog
    horizon: Horizon
    rules: Index
    request_files: Mapping[str, RequestFile]


def terms_of(manifest: Manifest, catalog: Catalog, horizon: Horizon, request_files: Mapping[str, RequestFile]) -> Terms:
    """The terms, with the assignment rules sorted once."""
    rules = Index([rule for rule in catalog.rules if rule.kind == "assignment"])
    return Terms(manifest, catalog, horizon, rules, request_files)


def value(terms: Terms, workload: Workload) -> WorkloadForecast:
    """The workload in every month."""
    months = [_month(terms, workload, month) for month in terms.horizon.months]
    return WorkloadForecast(
        id=workload.id,
        provider=workload.provider,
        model=workload.model,
        owner=workload.owner,
        one_off=workload.volume.once,
        months=months,
        expected_usd=total(month.expected_usd for month in months),
        budget_usd=total(month.budget_usd for month in months),
    )


def job_month(workload: Workload, horizon: Horizon) -> int:
    """The month in which a one-off job runs: the one that it states, else the first."""
    stated = workload.volume.month
    return horizon.first if stated is None else month_number(stated)


def in_month(manifest: Manifest, workload: Workload, month: int, horizon: Horizon) -> Workload:
    """The workload with the volume that its growth gives it in the month. Raises Refused beyond MOST_REQUESTS."""
    if workload.growth is None:
        return workload
    volume = workload.volume
    requests = workload.growth.requests(volume.requests, month, horizon.first)
    if requests > MOST_REQUESTS:
        says = (
            f"workload {workload.id} grows beyond {MOST_REQUESTS:,} requests per {volume.per} in {month_name(month)}: "
            "correct the growth, or forecast fewer months"
        )
        place = WorkloadPlaces(manifest, workload.position).of_fields(["growth"])
        raise manifest.document.refuse([Problem(place, says)])
    return workload._replace(volume=volume._replace(requests=requests))


class _Valued(NamedTuple):
    """A stretch of days with one decision; `case` and what is `held` in reserve are the whole month as it is on the
    first of them, None in a gap."""

    since: date
    days: int
    answer: Answer
    case: Case | None = None
    decision: Decision | None = None
    held: list[Reserve] | Missing | None = None

    @property
    def same(self) -> object:
        """What does not differ between stretches that cost the same by the day."""
        if self.case is None or self.decision is None:
            return self.answer.missing
        prices = {
            lane: [(line.token_class, line.per_request, line.usd_per_mtok) for line in cost.lines]
            for lane, cost in self.case.costs.items()
        }
        return _billed(self), self.decision.lane, self.decision.decided_by, prices, self._held_prices

    @property
    def _held_prices(self) -> object:
        """Reserves may rest on prices that no line of an expected month has: those of a dearer tier."""
        if self.held is None or isinstance(self.held, Missing):
            return self.held
        return [(part.kind, part.usd, part.rate and part.rate.amounts) for part in self.held]


def _month(terms: Terms, workload: Workload, month: int) -> WorkloadMonth:
    name = month_name(month)
    if workload.volume.once and month != job_month(workload, terms.horizon):
        return WorkloadMonth(name, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, None, [])
    grown = in_month(terms.manifest, workload, month, terms.horizon)
    stretches = _joined(_stretches(terms, grown, month))
    days = days_of(month)
    priced = [_priced(one, simple(Fraction(one.days, days))) for one in stretches]
    by_class = _by_class(line for _, lines in priced for line in lines)
    parts = [part for part, _ in priced]
    return WorkloadMonth(
        month=name,
        requests=decimal6(grown.volume.a_month(_month_days(terms, month))),
        expected_usd=total(part.expected_usd for part in parts),
        budget_usd=total(part.budget_usd for part in parts),
        input_usd=by_class["input"],
        output_usd=by_class["output"],
        reasoning_usd=by_class["reasoning"],
        missing="; ".join(dict.fromkeys(part.missing for part in parts if part.missing)) or None,
        parts=parts,
    )


def _month_days(terms: Terms, month: int) -> Exact:
    return days_of(month) if terms.horizon.calendar else terms.manifest.month_days


def _stretches(terms: Terms, workload: Workload, month: int) -> Iterator[_Valued]:
    """The month between the days on which something may change, each decided with the whole month's volume."""
    book = terms.catalog.book
    manifest = terms.manifest._replace(month_days=_month_days(terms, month))
    days = cuts(book, workload, month)
    for since, until in zip(days, [*days[1:], first_day(month + 1)], strict=True):
        answer = answering(book, workload, since)
        length = (until - since).days
        if answer.missing:
            yield _Valued(since, length, answer)
            continue
        case = case_of(manifest, answer.workload, terms.catalog, since, terms.request_files.get(workload.id))
        facts = Facts(case)
        decision = decide(terms.rules.fired(facts), workload.pin, since, facts)
        held = reserves(book, case.workload, since, case.requests, case.reasoning, case.costs, decision.lane)
        yield _Valued(since, length, answer, case, decision, held)


def _billed(one: _Valued) -> str:
    """The model whose prices are paid."""
    asked = one.answer.workload
    return asked.model if one.case is None else one.case.book.billed_as(asked.provider, asked.model, one.since)


def _joined(stretches: Iterable[_Valued]) -> list[_Valued]:
    """The stretches with those in one between which nothing changes."""
    joined: list[_Valued] = []
    for one in stretches:
        if joined and joined[-1].same == one.same:
            joined[-1] = joined[-1]._replace(days=joined[-1].days + one.days)
        else:
            joined.append(one)
    return joined


def _priced(one: _Valued, share: Exact) -> tuple[Part, Sequence[Line]]:
    """The stretch's share of the month's requests at its prices."""
    case, decision = one.case, one.decision
    if case is None or decision is None:
        return Part(one.since, one.days, _billed(one), None, None, [], [], None, None, {}, one.answer.missing), ()
    costs, held = case.costs, one.held
    if share != 1:
        requests = times(case.requests, share)
        costs = all_lanes(case.book, case.workload, one.since, requests, case.reasoning.expected)
        held = reserves(case.book, case.workload, one.since, requests, case.reasoning, costs, decision.lane)
    cost = costs[decision.lane]
    reserve = total(part.usd for part in held) if isinstance(held, list) else None
    part = Part(
        since=one.since,
        days=one.days,
        model=_billed(one),
        lane=decision.lane,
        decided_by=decision.decided_by,
        opposed=list(decision.opposed or ()),
        tied=list(decision.tied or ()),
        expected_usd=cost.usd,
        budget_usd=total((cost.usd, reserve)),
        usd_per_mtok={line.token_class: line.usd_per_mtok for line in cost.lines},
        missing="; ".join(missing_prices(case, decision.lane, held)) or None,
    )
    return part, cost.lines


def _by_class(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Dollars of the lines by what they grow with: input, visible output, reasoning."""
    amounts: dict[str, list[Decimal]] = {"input": [], "output": [], "reasoning": []}
    for line in lines:
        amounts[IN_CLASS.get(line.token_class, "input")].append(line.usd)
    return {name: known_total(parts) for name, parts in amounts.items()}
