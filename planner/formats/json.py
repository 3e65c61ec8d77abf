"""The plan as JSON (schemas/plan.schema.json): amounts as decimal strings, null for what is not known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from planner.report import Finding, Report
from planner.units import plain


def render(report: Report) -> str:
    """The whole report."""
    return _dump(_data(report))


def render_findings(findings: Sequence[Finding]) -> str:
    """The findings alone (schemas/lint.schema.json)."""
    return _dump({"lint_version": 1, "findings": _data(findings)})


def parse(text: str) -> Report:
    """The report that `render` wrote. Raises ValueError where it is none."""
    import msgspec

    return msgspec.json.decode(text, type=Report)


def _dump(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _data(value: object) -> Any:
    if is_dataclass(value):
        return {field.name: _data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_data(inner) for inner in value]
    return value
