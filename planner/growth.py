"""How a workload's volume changes from month to month, as the manifest states it: exact, without any chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from planner.units import Exact, divided, exact, simple, times

TRENDS = ("percent_per_month", "steps", "ramp")
"""Of these a workload has one at most; events and a seasonality come on top of any."""


class Ramp(NamedTuple):
    """A straight line from the stated volume in month `first` to `requests` in month `last` and after."""

    first: int
    last: int
    requests: Exact


class Growth(NamedTuple):
    """The trend, the seasonality (twelve percents from January, 100 is a month as stated) and single months.

    Months are counted from year 0. `steps` are from which month on there are how many requests, `events` the percent
    by which single months differ.
    """

    percent_per_month: Exact = 0
    steps: tuple[tuple[int, Exact], ...] = ()
    ramp: Ramp | None = None
    events: tuple[tuple[int, Exact], ...] = ()
    seasonality: tuple[Exact, ...] = ()

    def requests(self, stated: Exact, month: int, start: int) -> Exact:
        """Requests of the volume's own period in a month; the stated number is that of month `start`.

        Trend x seasonality x events. Percents compound: stated x (1 + percent / 100) ^ months since the start.
        """
        grown = self._trend(stated, month, start)
        if self.seasonality:
            grown = times(grown, divided(self.seasonality[month % 12], 100))
        for at, percent in self.events:
            if at == month:
                grown = times(grown, divided(100 + percent, 100))
        return grown

    def _trend(self, stated: Exact, month: int, start: int) -> Exact:
        if self.ramp is not None:
            return _on_ramp(stated, self.ramp, month)
        reached = [requests for since, requests in self.steps if since <= month]
        if self.steps:
            return reached[-1] if reached else stated
        return simple(stated * (1 + Fraction(self.percent_per_month, 100)) ** (month - start))


def _on_ramp(stated: Exact, ramp: Ramp, month: int) -> Exact:
    if month <= ramp.first:
        return stated
    if month >= ramp.last:
        return ramp.requests
    return simple(stated + Fraction(month - ramp.first, ramp.last - ramp.first) * (ramp.requests - stated))


def month_number(text: str) -> int:
    """The months from year 0 to a month such as 2027-03."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def month_name(number: int) -> str:
    """A month such as 2027-03."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def growth_of(stated: Mapping[str, Any]) -> Growth:
    """The growth that a manifest states."""
    ramp = stated.get("ramp")
    return Growth(
        percent_per_month=exact(stated.get("percent_per_month", 0)),
        steps=tuple((month_number(step["from"]), exact(step["requests"])) for step in stated.get("steps", ())),
        ramp=Ramp(month_number(ramp["from"]), month_number(ramp["to"]), exact(ramp["requests"])) if ramp else None,
        events=tuple((month_number(event["month"]), exact(event["percent"])) for event in stated.get("events", ())),
        seasonality=tuple(exact(percent) for percent in stated.get("seasonality", ())),
    )


def growth_faults(stated: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What a schema cannot see in a growth: the place in it and what is wrong."""
    trends = [trend for trend in TRENDS if trend in stated]
    if len(trends) > 1:
        yield (), f"{' and '.join(trends)} are two trends: keep one (events and seasonality come on top)"
    steps = stated.get("steps", ())
    for index, (before, after) in enumerate(pairwise(steps), 1):
        if after["from"] <= before["from"]:
            yield ("steps", index, "from"), f"{after['from']} does not come after {before['from']}: put steps in order"
    ramp = stated.get("ramp")
    if ramp is not None and ramp["to"] <= ramp["from"]:
        yield ("ramp", "to"), f"a ramp to {ramp['to']} does not come after {ramp['from']}: correct one of them"
