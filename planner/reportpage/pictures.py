"""Which charts a plan has: the way from real time to the budget, and the workloads that cost most."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from planner.formats._words import budget_usd, usd
from planner.report import Report, WorkloadReport
from planner.reportpage.charts import PHONE, Chart, layered, padded
from planner.reportpage.figures import cut, reserve
from planner.units import plain

LARGEST = 10
NAMES = {"wide": 30, "narrow": 24}


def bridge(report: Report) -> Chart | None:
    """Real time for everything, less the saving, is the plan; with the reserve it is the budget. None if unknown."""
    t = report.totals
    held = reserve(t.budget_usd, t.expected_usd)
    if t.real_time_usd is None or t.expected_usd is None or t.budget_usd is None or held is None or not t.real_time_usd:
        return None
    saved = t.real_time_usd - t.expected_usd
    steps = [
        _step("All in real time", Decimal(0), t.real_time_usd, "live", usd(t.real_time_usd)),
        _step("Saved by the plan", t.expected_usd, t.real_time_usd, "saved", f"− {usd(saved)}"),
        _step("Planned", Decimal(0), t.expected_usd, "planned", usd(t.expected_usd)),
        _step("Reserve", t.expected_usd, t.budget_usd, "reserve", f"+ {usd(held)}"),
        _step("To budget", Decimal(0), t.budget_usd, "budget", budget_usd(t.budget_usd)),
    ]
    if saved < 0:
        steps[1] |= {"step": "Above real time", "shown": f"+ {usd(-saved)}", "kind": "over"}
    if not held:
        del steps[3]
    says = "; ".join(f"{step['step']} {step['shown']}" for step in steps) + ". US dollars a month."
    specs = {width: _bridge(width, steps) for width in NAMES}
    return Chart("bridge", "From everything in real time to the budget", says, specs)


def _step(step: str, start: Decimal, end: Decimal, kind: str, shown: str) -> dict[str, Any]:
    return {"step": step, "start": plain(start), "end": plain(end), "kind": kind, "shown": shown}


def _bridge(width: str, steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    rows = [{**step, "name": step["step"], "reach": max(step["start"], step["end"], key=Decimal)} for step in steps]
    bars = {"x": _usd("start"), "x2": {"field": "end"}, "color": COLOURS}
    return _rows(width, rows, [({"type": "bar", "cornerRadius": 2, "height": 16}, bars)], 640, 130)


def largest(report: Report) -> Chart | None:
    """The workloads of the greatest planned cost, each with its reserve and what real time would cost."""
    known = [w for w in report.workloads if w.monthly.expected_usd and w.monthly.budget_usd is not None]
    top = sorted(known, key=lambda w: -(w.monthly.expected_usd or Decimal(0)))[:LARGEST]
    if len(top) < 2:
        return None
    says = (
        "; ".join(f"{w.id} {usd(w.monthly.expected_usd)}" for w in top) + ". US dollars a month, once for one-off jobs."
    )
    title = (
        f"The {len(top)} workloads that cost most" if len(top) < len(report.workloads) else "What each workload costs"
    )
    return Chart("largest", title, says, {width: _largest(width, top) for width in NAMES})


def _largest(width: str, top: Sequence[WorkloadReport]) -> dict[str, Any]:
    rows = [_row(name, w) for name, w in zip(_short([w.id for w in top], NAMES[width]), top, strict=True)]
    bar = {"type": "bar", "height": 14, "cornerRadius": 2}
    marks = [
        ({**bar, "fill": "var(--reserve)"}, {"x": _usd("planned"), "x2": {"field": "budget"}}),
        ({**bar, "fill": "var(--planned)"}, {"x": _usd("planned")}),
        ({"type": "tick", "size": 24, "thickness": 3, "opacity": 1, "color": "var(--live)"}, {"x": _usd("live")}),
    ]
    return _rows(width, rows, marks, 960, 230)


def _row(name: str, w: WorkloadReport) -> dict[str, Any]:
    planned, budget, live = w.monthly.expected_usd or 0, w.monthly.budget_usd or 0, w.monthly.real_time_usd
    return {
        "name": name + (" (once)" if w.one_off else ""),
        "planned": plain(planned),
        "budget": plain(budget),
        "live": None if live is None else plain(live),
        "shown": usd(w.monthly.expected_usd),
        "reach": plain(max(budget, live or 0)),
    }


def _rows(
    width: str,
    rows: Sequence[dict[str, Any]],
    marks: Sequence[tuple[dict[str, Any], dict[str, Any]]],
    pixels: int,
    names: int,
) -> dict[str, Any]:
    """Bars with name and amount: beside them, in so many pixels with so many for the names; on a phone above them."""
    phone = width == "narrow"
    beside = {"labelColor": "var(--ink)", "labelAlign": "left", "labelPadding": names - 2}
    y = {"field": "name", "type": "nominal", "sort": None, "axis": None if phone else beside}
    shift = {"yOffset": 10} if phone else {}
    layers: list[dict[str, Any]] = [{"mark": {**mark, **shift}, "encoding": {"y": y, **of}} for mark, of in marks]
    label: dict[str, Any] = {"type": "text", "align": "left", "baseline": "middle"}
    if phone:
        said = [({**label, "x": 0}, "name"), ({**label, "align": "right", "x": "width"}, "shown")]
        layers += [{"mark": {**mark, "yOffset": -10}, "encoding": {"y": y, "text": {"field": f}}} for mark, f in said]
        return padded(layered(PHONE, rows, layers), 2, 2, 2, 2, 46 * len(rows))
    layers.append({"mark": {**label, "dx": 8}, "encoding": {"y": y, "x": _usd("reach"), "text": {"field": "shown"}}})
    right = max(len(row["shown"]) for row in rows) * 8 + 14
    return padded(layered(pixels, rows, layers), names, right, 2, 2, 32 * len(rows))


def _short(names: Sequence[str], longest: int) -> list[str]:
    """The names cut to what the chart has room for; those that would be the same after it are told apart."""
    found: list[str] = []
    for name in names:
        short = cut(name, longest)
        number = sum(one == short or one.startswith(f"{short} (") for one in found)
        found.append(f"{short} ({number + 1})" if number else short)
    return found


def _usd(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "stack": None, "axis": None}


KINDS = ("live", "saved", "planned", "reserve", "budget", "over")
COLOURS = {
    "field": "kind",
    "type": "nominal",
    "scale": {"domain": list(KINDS), "range": [f"var(--{kind})" for kind in KINDS]},
    "legend": None,
}
