"""Renderings of the one report. A module that lies here is a format: render(report) -> str.

A format that can show what the linter found has render_findings(lint) -> str too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from planner.problems import Refused, quoted, suggestion
from planner.report import LintReport, Report


@cache
def names() -> tuple[str, ...]:
    """The formats that lie in this folder."""
    return tuple(sorted(p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("_")))


def plan_format(name: str) -> Callable[[Report], str]:
    """How the format shows a plan. Raises Refused for an unknown format."""
    found: Callable[[Report], str] = _find(name, "render")
    return found


def findings_format(name: str) -> Callable[[LintReport], str]:
    """How the format shows what the linter found. Raises Refused where it cannot."""
    found: Callable[[LintReport], str] = _find(name, "render_findings")
    return found


def _find(name: str, does: str) -> Callable[..., str]:
    if name not in names():
        raise Refused([f"no format {quoted(name)}{suggestion(name, names())}; there are: {', '.join(names())}"])
    found: Callable[..., str] | None = getattr(import_module(f"planner.formats.{name}"), does, None)
    if found is None:
        raise Refused([f"format {quoted(name)} cannot show this: choose another"])
    return found
