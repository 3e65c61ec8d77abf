"""Bars inside tables: lengths in percent of the cell, so that they fit every width."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from planner.reportpage.figures import part
from planner.units import minus

GAUGE_ROOM = Decimal("1.05")
"""How much longer a gauge is than its longest part, so that the mark of the limit is never at the edge."""


def bar(amount: Decimal | None, longest: Decimal | None, kind: str = "planned") -> Markup:
    """One bar; nothing where the amount is not known."""
    length = part(amount, longest)
    return Markup("") if length is None else _svg(_rect(kind, "0", length))


def gauge(expected: Decimal | None, budget: Decimal | None, limit: Decimal) -> Markup:
    """Expected cost, the reserve behind it, and the mark of the limit; of what is not known, nothing."""
    longest = max(limit, expected or Decimal(0), budget or Decimal(0)) * GAUGE_ROOM
    first, reach, mark = part(expected, longest), part(minus(budget, expected), longest), part(limit, longest)
    parts = [_rect("room", "0", mark or "100")]
    if first is not None:
        parts.append(_rect("planned" if expected is not None and expected <= limit else "over", "0", first))
    if first is not None and reach is not None:
        parts.append(_rect("reserve", first, reach))
    return _svg(*parts, _line(mark or "100"))


def _rect(kind: str, start: str, length: str) -> Markup:
    return Markup('<rect class="{}" x="{}%" width="{}%" height="100%"/>').format(kind, start, length)


def _line(at: str) -> Markup:
    return Markup('<line class="limit" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>').format(at)


def _svg(*parts: Markup) -> Markup:
    return Markup('<svg class="bar" aria-hidden="true" focusable="false">{}</svg>').format(Markup("").join(parts))
