"""Plans that were saved as JSON, read back: held against the schema first, since anybody may have written them."""

from __future__ import annotations

import json
from decimal import Decimal

from planner.formats.json import parse
from planner.problems import Problem, Refused, pointer, safe
from planner.report import Report
from planner.schema import Schema, misfits

MOST_COMPLAINTS = 20


def is_saved_plan(raw: bytes) -> bool:
    """Whether the bytes are meant as a plan in JSON, and not as a manifest."""
    return raw.lstrip()[:1] == b"{" and b'"plan_version"' in raw


def read_plan(raw: bytes, name: str, schema: Schema) -> Report:
    """The plan in the bytes. Raises Refused with every place that does not fit the schema, and for doubled ids."""
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text, parse_float=Decimal)
        problems = misfits(data, schema)
        report = None if problems else parse(text)
    except (ValueError, RecursionError) as error:
        raise Refused([f"{safe(name)}: not a plan in JSON: {safe(str(error))}"]) from None
    if report is None:
        raise Refused([_line(name, problem) for problem in problems[:MOST_COMPLAINTS]])
    ids = [workload.id for workload in report.workloads]
    if len(set(ids)) < len(ids):
        raise Refused([f"{safe(name)}: two workloads of the plan have the same id"])
    return report


def _line(name: str, problem: Problem) -> str:
    where = problem.where if isinstance(problem.where, tuple) else ()
    return f"{safe(name)}: {safe(pointer(tuple(where))) or '/'}: {problem.says}"
