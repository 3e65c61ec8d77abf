"""The comparison as JSON (schemas/diff.schema.json): amounts as decimal strings, null for what is not known."""

from __future__ import annotations

from planner.diffing.report import DiffReport
from planner.jsontext import as_json


def render(diff: DiffReport) -> str:
    """The whole comparison."""
    return as_json(diff)
