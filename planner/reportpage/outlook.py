"""The months to come as the page shows them: the fan of what is uncertain around what is expected, limit by limit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from planner.forecasting.report import (
    Change,
    Fan,
    ForecastReport,
    Input,
    LimitForecast,
    LimitRisk,
    ScenarioForecast,
    SumMonth,
)
from planner.formats._words import one_line, usd
from planner.reportpage.charts import PHONE, Chart, layered, padded
from planner.reportpage.sentences import MONTHS
from planner.units import plain

WHOLE = "total"
"""Scope of a limit that covers everything."""
EXACT = "No uncertainty is stated, so there is no band: the line is the exact sum of what is expected."
UNDRAWN = (
    "The manifest states uncertain numbers. To draw from them needs numpy and scipy (extra forecast), which are not "
    "installed, so only the expected cost is shown."
)

PLAIN = "There is no band, since percentiles would be wrong: "


class Row(NamedTuple):
    """A month with its percentiles, where there are any; `at` is its place among the months."""

    at: int
    name: str
    month: SumMonth
    fan: Fan | None


class Held(NamedTuple):
    """A limit over the months with its risk. `least` is what the tightest month leaves of it, None where a month is
    not known in full; `open` says that an unknown month may cross it."""

    at: int
    limit: LimitForecast
    risk: LimitRisk | None
    least: Decimal | None
    open: bool


class Outlook(NamedTuple):
    """The months to come. `why` says why there is no band; `title` names the chart."""

    title: str
    why: str
    stated: ScenarioForecast
    first: str
    calendar: bool
    chart: Chart | None
    rows: list[Row]
    held: list[Held]
    events: list[Change]
    inputs: list[Input]
    fan: Fan | None
    gap: str


def outlook(forecast: ForecastReport) -> Outlook:
    """What the page tells of a forecast: of the manifest as stated."""
    stated = forecast.scenarios[0]
    drawn = stated.simulated
    fans: Sequence[Fan | None] = drawn.months if drawn else [None] * len(stated.months)
    pairs = zip(stated.months, fans, strict=True)
    rows = [Row(at, named(month.month), month, fan) for at, (month, fan) in enumerate(pairs)]
    why = "" if drawn else _why(stated)
    title = f"Cost a month, {rows[0].name} to {rows[-1].name}"
    return Outlook(
        title=title,
        why=why,
        stated=stated,
        first=rows[0].name,
        calendar=forecast.calendar,
        chart=_chart(title, rows, stated.limits),
        rows=rows,
        held=[_held(at, limit, drawn.limits[at] if drawn else None) for at, limit in enumerate(stated.limits)],
        events=stated.events,
        inputs=[one for one in drawn.inputs if one.share_percent] if drawn else [],
        fan=drawn.total if drawn else None,
        gap=_gap(rows),
    )


def _why(stated: ScenarioForecast) -> str:
    """Why there is no band."""
    if stated.not_drawn:
        return f"{PLAIN}{one_line(stated.why_not_drawn)}."
    return UNDRAWN if stated.uncertain else EXACT


def named(month: str) -> str:
    """December 2026, of 2026-12."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def _held(at: int, limit: LimitForecast, risk: LimitRisk | None) -> Held:
    known = [month.headroom_usd for month in limit.months if month.expected_usd is not None]
    rooms = [room for room in known if room is not None]
    whole = len(rooms) == len(limit.months)
    return Held(at, limit, risk, min(rooms, default=None) if whole else None, len(known) < len(limit.months))


def _gap(rows: Sequence[Row]) -> str:
    """Which months are not drawn, and why; nothing where all are known."""
    lost = [row.name for row in rows if row.month.expected_usd is None]
    if not lost:
        return ""
    return f"Not drawn, since not everything in {'it' if len(lost) == 1 else 'them'} can be priced: {', '.join(lost)}."


def _chart(title: str, rows: Sequence[Row], limits: Sequence[LimitForecast]) -> Chart | None:
    """The fan; None where no month is known in full, or there is but one."""
    known = [row for row in rows if row.month.expected_usd is not None]
    if len(known) < 2:
        return None
    whole = next((limit.limit_usd for limit in limits if limit.scope == WHOLE), None)
    first, last = known[0], known[-1]
    says = f"Expected {usd(first.month.expected_usd)} in {first.name}, {usd(last.month.expected_usd)} in {last.name}"
    if last.fan:
        says += f", there between {usd(last.fan.p10)} (P10) and {usd(last.fan.p90)} (P90)"
    says += f"; the limit is {usd(whole)}." if whole is not None else "."
    return Chart("fan", title, says, {width: _fan(width, rows, whole) for width in ("wide", "narrow")})


def _fan(width: str, rows: Sequence[Row], limit: Decimal | None) -> dict[str, Any]:
    phone = width == "narrow"
    every = max(1, -(-len(rows) // (4 if phone else 12)))
    marks = [row.at for row in rows if row.at % every == 0]
    names = ", ".join(f"'{row.month.month}'" for row in rows)
    axis = {"values": marks, "labelExpr": f"[{names}][datum.value]", "grid": False, "labelFlush": False}
    x = {
        "field": "at",
        "type": "quantitative",
        "axis": axis,
        "scale": {"domain": [0, max(1, len(rows) - 1)], "nice": False},
    }
    layers: list[dict[str, Any]] = []
    if any(row.fan for row in rows):
        layers += [
            {"mark": {"type": "area", "fill": "var(--band)"}, "encoding": {"x": x, "y": _y("p10"), "y2": {"field": "p90"}}},
            _line(x, "p50", {"stroke": "var(--planned)", "strokeWidth": 3}),
        ]  # fmt: skip
        layers.append(_line(x, "expected", {"stroke": "var(--ink)", "strokeWidth": 1, "strokeDash": [2, 3]}))
    else:
        layers.append(_line(x, "budget", {"stroke": "var(--reserve)", "strokeWidth": 2, "strokeDash": [6, 4]}))
        layers.append(_line(x, "expected", {"stroke": "var(--planned)", "strokeWidth": 3}))
    if limit is not None:
        rule = {"type": "rule", "stroke": "var(--over)", "strokeWidth": 2, "strokeDash": [6, 4]}
        layers.append(
            {"data": {"values": [{}]}, "mark": rule, "encoding": {"y": {"datum": plain(limit), "type": "quantitative"}}}
        )
    pixels, left = PHONE if phone else 960, 8 * max(len(usd(amount)) for amount in _amounts(rows, limit)) - 2
    return padded(layered(pixels, [_point(row) for row in rows], layers), left, 30, 10, 30, 230 if phone else 290)


def _amounts(rows: Sequence[Row], limit: Decimal | None) -> list[Decimal]:
    """All that the chart has to have room for."""
    found = [limit, *(row.month.budget_usd for row in rows), *(row.fan.p90 for row in rows if row.fan)]
    return [amount for amount in found if amount is not None] or [Decimal(0)]


def _line(x: dict[str, Any], field: str, looks: dict[str, Any]) -> dict[str, Any]:
    return {"mark": {"type": "line", **looks}, "encoding": {"x": x, "y": _y(field)}}


def _y(field: str) -> dict[str, Any]:
    axis = {"format": "$,~f", "tickCount": 5}
    return {"field": field, "type": "quantitative", "stack": None, "axis": axis, "scale": {"zero": True}}


def _point(row: Row) -> dict[str, Any]:
    """The month's amounts as numbers of the chart; what is not known is a gap."""
    amounts = {"expected": row.month.expected_usd, "budget": row.month.budget_usd}
    if row.fan:
        amounts |= {"p10": row.fan.p10, "p50": row.fan.p50, "p90": row.fan.p90}
    return {"at": row.at} | {name: None if usd is None else plain(usd) for name, usd in amounts.items()}
