"""A check of request files as JSON (schemas/batch.schema.json): amounts as decimal strings, null for the unknown."""

from __future__ import annotations

from typing import Any

from planner import jsontext
from planner.batchfiles.bills import Cost, ModelBill
from planner.batchfiles.report import BatchReport, FileReport
from planner.batchfiles.rulebook import LEVELS
from planner.units import plain

VERSION = 1


def as_json(report: BatchReport) -> str:
    """The whole report; of each kind of finding, as many as were kept."""
    data = {
        "batch_version": VERSION,
        "valued_on": report.valued_on.isoformat(),
        "price_book": None if report.book is None else {"name": report.book, "digest": report.digest},
        "files": [_file(file) for file in report.files],
        "models": [_model(bill) for bill in report.models] if report.priced else None,
        "totals": {lane: _cost(report.cost(lane)) for lane in ("real_time", "batch")} if report.priced else None,
        "counts": {level: report.count(level) for level in LEVELS},
        "kinds": [
            {"file": file.name, "rule": group.rule, "kind": group.kind, "level": group.level}
            | {"count": group.number, "shown": len(group.kept), "last_line": group.last_line}
            for file in report.files
            for group in file.groups
        ],
        "findings": [finding._asdict() for file in report.files for group in file.groups for finding in group.kept],
    }
    return jsontext.as_json(data)


def _file(file: FileReport) -> dict[str, Any]:
    own = ("name", "dialect", "service", "bytes", "lines", "requests", "blank", "broken", "compressed")
    return {name: getattr(file, name) for name in own} | {level: file.count(level) for level in LEVELS}


def _model(bill: ModelBill) -> dict[str, Any]:
    return bill._asdict() | {"real_time": _cost(bill.real_time), "batch": _cost(bill.batch)}


def _cost(cost: Cost) -> dict[str, str | None]:
    return {name: None if amount is None else plain(amount) for name, amount in cost._asdict().items()}
