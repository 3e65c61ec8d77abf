"""The split of a change in one workload into its causes: from the manifests where both are at hand, else from the bills."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from planner.catalog import Catalog
from planner.diffing import bills, repricing
from planner.diffing.shapley import rounded, shares
from planner.manifest import Manifest
from planner.report import Report, WorkloadReport
from planner.units import minus

NOT_PRICED = "its cost is not known in one of the plans"


class Side(NamedTuple):
    """A plan with its name; `manifest` and `catalog` are None of a plan that was saved."""

    name: str
    report: Report
    manifest: Manifest | None = None
    catalog: Catalog | None = None


class Splitter:
    """How a change in a workload splits into causes."""

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._terms = (_terms(old), _terms(new))

    def of(self, old: WorkloadReport, new: WorkloadReport) -> dict[str, Decimal] | str:
        """The causes of the change; a sentence where they are not known."""
        before, after = old.monthly.expected_usd, new.monthly.expected_usd
        if before is None or after is None:
            return NOT_PRICED
        ends = Fraction(before), Fraction(after)
        found = self._manifests(old, new) if all(terms is not None for terms in self._terms) else self._bills(old, new)
        if isinstance(found, str):
            return found
        causes, value = found
        everything = frozenset(causes)

        def known(changed: frozenset[str]) -> Fraction:
            return ends[0] if not changed else ends[1] if changed == everything else value(changed)

        delta = minus(after, before)
        assert delta is not None
        if not causes:
            return {} if not delta else "nothing differs in the terms of the two plans, and yet their costs do"
        try:
            return rounded(shares(known, causes), delta)
        except _Unpriced as unpriced:
            return unpriced.says

    def _manifests(self, old: WorkloadReport, new: WorkloadReport) -> _Found:
        before, after = (terms[old.id] for terms in self._terms if terms is not None)

        def value(changed: frozenset[str]) -> Fraction:
            cost = repricing.mixed(before, after, changed)
            if cost.usd is None:
                raise _Unpriced(
                    f"the split needs the cost of a mixture of old and new that has no price: {cost.missing}"
                )
            return Fraction(cost.usd)

        return repricing.differing(before, after), value

    def _bills(self, old: WorkloadReport, new: WorkloadReport) -> _Found | str:
        before = bills.bill_of(old, (self._old.report.valued_on, self._old.report.price_book))
        after = bills.bill_of(new, (self._new.report.valued_on, self._new.report.price_book))
        if isinstance(before, str) or isinstance(after, str):
            if old.lines == new.lines and old.requests_per_month == new.requests_per_month:
                return (), lambda changed: Fraction(0)
            return before if isinstance(before, str) else str(after)
        causes = bills.differing(before, after)
        if isinstance(causes, str):
            return causes
        return causes.names, (lambda changed: bills.mixed(before, after, causes.rated, changed))


_Found = tuple[tuple[str, ...], Callable[[frozenset[str]], Fraction]]


class _Unpriced(Exception):
    """A mixture of old and new terms that nobody publishes a rate for."""

    def __init__(self, says: str) -> None:
        self.says = says
        super().__init__(says)


def _terms(side: Side) -> dict[str, repricing.Terms] | None:
    if side.manifest is None or side.catalog is None:
        return None
    lanes = {workload.id: workload.lane for workload in side.report.workloads}
    return {
        w.id: repricing.Terms(side.manifest, side.catalog, side.report.valued_on, w, lanes[w.id])
        for w in side.manifest.workloads
    }
