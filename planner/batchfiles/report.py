"""What a check of request files found: the one artifact behind its text and its JSON."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from planner.batchfiles.bills import Cost, ModelBill
from planner.batchfiles.findings import Group, counted
from planner.units import total


class FileReport(NamedTuple):
    """One file. Every line is a request, blank or broken. `dialect` is None where it is nobody's."""

    name: str
    dialect: str | None
    service: str | None
    bytes: int
    lines: int
    requests: int
    blank: int
    broken: int
    compressed: bool
    groups: tuple[Group, ...]

    def count(self, level: str) -> int:
        """How many findings have the level."""
        return counted(self.groups, level)


class BatchReport(NamedTuple):
    """All files of a call. `priced` is false where nobody asked for prices."""

    valued_on: date
    book: str | None
    digest: str | None
    priced: bool
    files: tuple[FileReport, ...]
    models: tuple[ModelBill, ...]

    def count(self, level: str) -> int:
        """How many findings have the level."""
        return sum(file.count(level) for file in self.files)

    @property
    def unpriced(self) -> list[str]:
        """Why something cannot be priced; empty where all is known."""
        return [f"{bill.asked or 'the model'}: {bill.missing}" for bill in self.models if bill.missing is not None]

    @property
    def uncounted_requests(self) -> int:
        """Requests that belong to no model's bill, since their address is not known or they are answers."""
        return sum(file.requests for file in self.files) - sum(bill.requests for bill in self.models)

    def cost(self, lane: str) -> Cost:
        """The sum over all models in a lane, `real_time` or `batch`; None where a part is unknown."""
        costs = [getattr(bill, lane) for bill in self.models]
        return Cost(*(total(getattr(cost, field) for cost in costs) if costs else None for field in Cost._fields))
