"""Renderings of the one report. A module that lies here is a format: render(report) -> str.

A format that can show what the linter found has render_findings(lint) -> str too, or instead; one that has colours for
a terminal has in_colour(shown) -> str.
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


@cache
def able(does: str) -> tuple[str, ...]:
    """The formats that have such a function, as their sources say: to import them all would cost the start."""
    start = f"\ndef {does}(".encode()
    return tuple(name for name in names() if start in (Path(__file__).parent / f"{name}.py").read_bytes())


def plan_format(name: str) -> Callable[[Report], str]:
    """How the format shows a plan. Raises Refused for an unknown format, or where it cannot."""
    found: Callable[[Report], str] = _find(name, "render")
    return found


def findings_format(name: str) -> Callable[[LintReport], str]:
    """How the format shows what the linter found. Raises Refused where it cannot."""
    found: Callable[[LintReport], str] = _find(name, "render_findings")
    return found


def in_colour(name: str, shown: str) -> str:
    """What the format rendered, as a terminal with colours should show it."""
    found: Callable[[str], str] | None = getattr(import_module(f"planner.formats.{name}"), "in_colour", None)
    return found(shown) if found else shown


def _find(name: str, does: str) -> Callable[..., str]:
    if name not in names():
        raise Refused([f"no format {quoted(name)}{suggestion(name, names())}; there are: {', '.join(able(does))}"])
    found: Callable[..., str] | None = getattr(import_module(f"planner.formats.{name}"), does, None)
    if found is None:
        raise Refused([f"format {quoted(name)} cannot show this; there are: {', '.join(able(does))}"])
    return found
