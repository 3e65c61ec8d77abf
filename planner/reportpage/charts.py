"""Charts as pictures that need no script: drawn by Vega-Lite, coloured by the variables of the page.

Amounts go in as the decimals that they are. All room is stated, so that no letter is measured and the same chart comes
out wherever it is drawn. Each is drawn twice: for a wide window, and for a phone, where small letters stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree

import vl_convert
from markupsafe import Markup

SVG = "{http://www.w3.org/2000/svg}"
LETTERS = {"wide": 13, "narrow": 12}
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
    """One picture that says what it is as a whole: its parts keep silent."""
    text = vl_convert.vegalite_to_svg(json.dumps({**spec, "background": None, "config": config(LETTERS[width])}))
    picture = ElementTree.fromstring(text)
    for element in picture.iter():
        element.tag = element.tag.removeprefix(SVG)
        for name in [name for name in element.attrib if name == "role" or name.startswith("aria-")]:
            del element.attrib[name]
    said = {"title": chart.title, "desc": chart.says}
    ids = {tag: f"{chart.name}-{width}-{tag}" for tag in said}
    for at, (tag, words) in enumerate(said.items()):
        element = ElementTree.Element(tag, {"id": ids[tag]})
        element.text = words
        picture.insert(at, element)
    box = picture.attrib["viewBox"]
    picture.attrib.clear()
    picture.attrib.update(
        {"class": f"chart {width}", "viewBox": box, "role": "img", "aria-labelledby": " ".join(ids.values())}
    )
    return Markup(ElementTree.tostring(picture, encoding="unicode"))


def layered(width: int, rows: Sequence[Mapping[str, Any]], layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A plot of layers over the same rows, in so many pixels."""
    return {"width": width, "autosize": {"type": "none"}, "data": {"values": list(rows)}, "layer": list(layers)}


def padded(spec: dict[str, Any], left: int, right: int, top: int, bottom: int, height: int) -> dict[str, Any]:
    """The plot with so many pixels around it, inside the width that it has."""
    room = {"left": left, "right": right, "top": top, "bottom": bottom}
    return {**spec, "padding": room, "width": spec["width"] - left - right, "height": height}


def config(letters: int) -> dict[str, Any]:
    """How all charts look, with letters of so many pixels. Colours are variables of the page, light or dark."""
    return {
        "aria": False,
        "font": "inherit",
        "view": {"stroke": None},
        "axis": {
            "gridColor": "var(--line)",
            "domain": False,
            "ticks": False,
            "labelColor": "var(--quiet)",
            "labelFontSize": letters,
            "labelLimit": 0,
            "labelPadding": 8,
            "title": None,
        },
        "text": {"fontSize": letters, "fill": "var(--ink)", "limit": 0},
    }
