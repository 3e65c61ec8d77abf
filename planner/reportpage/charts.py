"""Charts as pictures that need no script: drawn by Vega-Lite, coloured by the variables of the page.

Amounts go in as the decimals that they are. All room is stated, so that no letter is measured and the same chart comes
out wherever it is drawn. Each is drawn twice: for a wide window, and for a phone, where small letters stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import vl_convert
from markupsafe import Markup

PHONE = 350
"""Pixels that a phone has for a chart."""


class Chart(NamedTuple):
    """A picture in words, and as Vega-Lite for each width in pixels. `name` is unique on the page."""

    name: str
    title: str
    says: str
    specs: Mapping[str, Mapping[str, Any]]


def drawn(chart: Chart) -> Markup:
    """The chart for each width; only one of them is ever shown."""
    return Markup("").join(_drawn(chart, width, spec) for width, spec in chart.specs.items())


def _drawn(chart: Chart, width: str, spec: Mapping[str, Any]) -> Markup:
    text = vl_convert.vegalite_to_svg(json.dumps({**spec, "background": None, "config": CONFIG}))
    opening, _, rest = text.partition(">")
    box = opening.partition('viewBox="')[2].partition('"')[0]
    head = Markup(
        '<svg class="chart {0}" viewBox="{1}" role="img" aria-labelledby="{2}-{0}-t {2}-{0}-d">'
        '<title id="{2}-{0}-t">{3}</title><desc id="{2}-{0}-d">{4}</desc>'
    ).format(width, box, chart.name, chart.title, chart.says)
    return head + Markup(rest)


def layered(width: int, rows: Sequence[Mapping[str, Any]], layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A plot of layers over the same rows, in so many pixels."""
    return {"width": width, "autosize": {"type": "none"}, "data": {"values": list(rows)}, "layer": list(layers)}


def padded(spec: dict[str, Any], left: int, right: int, top: int, bottom: int, height: int) -> dict[str, Any]:
    """The plot with so many pixels around it, inside the width that it has."""
    room = {"left": left, "right": right, "top": top, "bottom": bottom}
    return {**spec, "padding": room, "width": spec["width"] - left - right, "height": height}


CONFIG: dict[str, Any] = {
    "aria": False,
    "font": "inherit",
    "view": {"stroke": None},
    "axis": {
        "gridColor": "var(--line)",
        "domain": False,
        "ticks": False,
        "labelColor": "var(--quiet)",
        "labelFontSize": 12,
        "labelLimit": 0,
        "labelPadding": 8,
        "title": None,
    },
    "text": {"fontSize": 12, "fill": "var(--ink)", "limit": 0},
}
"""How all charts look. Colours are variables of the page, light or dark."""
