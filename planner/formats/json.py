"""The plan as JSON (schemas/plan.schema.json): amounts as decimal strings, null for what is not known."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from planner.jsontext import as_json
from planner.report import LintReport, Report


def render(report: Report) -> str:
    """The whole report."""
    return as_json(report)


def render_findings(lint: LintReport) -> str:
    """What the linter found (schemas/lint.schema.json)."""
    return as_json(lint)


def parse(text: str) -> Report:
    """The report that `render` wrote. Raises ValueError where it is none."""
    try:
        report: Report = _built(Report, json.loads(text))
    except (KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise ValueError(f"not a plan: {error}") from error
    return report


def _built(kind: Any, data: Any) -> Any:
    """The value of the annotated kind: the inverse of `as_data`."""
    if get_origin(kind) is UnionType:
        return None if data is None else _built(get_args(kind)[0], data)
    if get_origin(kind) is list:
        return [_built(get_args(kind)[0], inner) for inner in data]
    if get_origin(kind) is dict:
        return {key: _built(get_args(kind)[1], inner) for key, inner in data.items()}
    if hasattr(kind, "_fields"):
        return kind(**{name: _built(inner, data[name]) for name, inner in get_type_hints(kind).items()})
    if kind is date:
        return date.fromisoformat(data)
    return Decimal(data) if kind is Decimal else data
