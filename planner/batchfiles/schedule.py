"""The waves of a run through a queue in time: when each can be submitted, when the last ends, and by which quota it is in time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from planner.queues import Load, Quota, at_once, smallest_quota, waves
from planner.units import Exact, divided, simple, times

HOLDS, AT_RISK, MISSED = "holds", "at-risk", "missed"


class Pace(NamedTuple):
    """How long one wave takes, in seconds: usually, and at the latest. None is not known.

    `basis` is measured, published or window: what `usual` rests on. `says` is a sentence on both.
    """

    usual: Exact | None
    latest: Exact | None
    basis: str
    says: str


class Wave(NamedTuple):
    """One wave, from 1. Seconds count from the first submission; the wave can go as soon as the one before it ended."""

    number: int
    requests: int
    input_tokens: Exact
    submit_usual: Exact | None
    submit_latest: Exact | None
    end_usual: Exact | None
    end_latest: Exact | None


class Schedule(NamedTuple):
    """A load cut into waves. `number` is None where it cannot be told or never ends, and `why` says which.

    `needed` are the smallest quotas by which the deadline holds at the latest pace; None without a deadline, or where
    one wave alone takes longer.
    """

    load: Load
    pace: Pace
    fit: int
    number: int | None
    never: bool
    why: str | None
    needed: Quota | None

    @property
    def end_usual(self) -> Exact | None:
        """When the last wave usually ends."""
        return self._after(self.number, self.pace.usual)

    @property
    def end_latest(self) -> Exact | None:
        """When the last wave ends at the latest."""
        return self._after(self.number, self.pace.latest)

    @property
    def unknown(self) -> bool:
        """Whether something is not known without which there is no schedule."""
        return self.pace.latest is None or (self.number is None and not self.never)

    @property
    def verdict(self) -> str | None:
        """Whether the deadline holds: at the latest, only usually or not surely, or not at all; None if unknown."""
        deadline = self.load.deadline_seconds
        if deadline is None:
            return None
        if self.never:
            return MISSED
        if self.end_latest is not None and self.end_latest <= deadline:
            return HOLDS
        if self.end_usual is not None:
            return AT_RISK if self.end_usual <= deadline else MISSED
        return None if self.end_latest is None else AT_RISK

    def wave(self, number: int) -> Wave:
        """The wave of that number, from 1; every one but the last is full."""
        whole = -(-self.load.requests // 1)
        requests = min(self.fit, whole - self.fit * (number - 1))
        return Wave(
            number,
            requests,
            times(requests, self.load.mean_tokens or 0),
            self._after(number - 1, self.pace.usual),
            self._after(number - 1, self.pace.latest),
            self._after(number, self.pace.usual),
            self._after(number, self.pace.latest),
        )

    def waves(self, most: int) -> Iterator[Wave]:
        """The first waves and the last, at most so many."""
        count = self.number or 0
        first = count if count <= most else most - 1
        for number in range(1, first + 1):
            yield self.wave(number)
        if count > most:
            yield self.wave(count)

    @staticmethod
    def _after(number: int | None, each: Exact | None) -> Exact | None:
        return None if number is None or each is None else times(number, each)


def pace_of(measured: Sequence[Exact], window_seconds: Exact | None, published: tuple[int, str] | None = None) -> Pace:
    """The pace that measured completion times show; without any, the window, and what was published beside it.

    The usual pace is the mean: waves follow each other, and means add up where medians do not.
    """
    if measured:
        ordered = sorted(measured)
        mean = divided(simple(sum(ordered, start=0)), len(ordered))
        taken = "1 time" if len(ordered) == 1 else f"{len(ordered)} times"
        says = (
            f"measured: {taken}, median {lasting(_median(ordered))}, mean {lasting(mean)}, "
            f"worst {lasting(ordered[-1])}; waves follow each other, so the mean counts as usual"
        )
        return Pace(mean, ordered[-1], "measured", says)
    if window_seconds is None:
        return Pace(None, None, "window", "the service's window is not known: state --window or --completion")
    bound = f"a whole window of {lasting(window_seconds)} for each wave, the safe bound"
    if published is None:
        return Pace(None, window_seconds, "window", f"{bound}; nothing measured (--completion)")
    usual, said = published
    return Pace(
        min(usual, window_seconds),
        window_seconds,
        "published",
        f"{bound}; usual is published, not measured by you: {said}",
    )


def _median(ordered: Sequence[Exact]) -> Exact:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else divided(simple(ordered[middle - 1] + ordered[middle]), 2)


UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def lasting(seconds: Exact) -> str:
    """A time in its two largest units, rounded up: 5 h 20 min, 2 d, 239 s below ten minutes."""
    left = math.ceil(seconds)
    if left < 600:
        return f"{left} s"
    parts = []
    for size, unit in UNITS:
        number, left = divmod(left, size)
        if unit == "d" and number == 1:
            number, left = 0, left + size
        if number:
            parts.append(f"{number:,} {unit}")
    return " ".join(parts[:2])


def schedule(load: Load, pace: Pace) -> Schedule:
    """The waves of a load at a pace."""
    unknown = _unknown(load)
    if unknown is not None:
        return Schedule(load, pace, 0, None, False, unknown, _needed(load, pace))
    size = load.mean_tokens or 0
    fit = at_once(-(-load.requests // 1), size, load.queue_tokens, load.queue_requests)
    found = waves(load.requests, size, load.queue_tokens, load.queue_requests, 0)
    why = None if found.number is not None else "one request alone is larger than the queue: it is never submitted"
    largest = math.ceil(load.largest_tokens or 0)
    if why is None and load.queue_tokens is not None and largest > load.queue_tokens:
        why = f"the largest request, of up to {largest:,} tokens, does not fit the queue: it may never be submitted"
    number = found.number if why is None else None
    return Schedule(load, pace, max(fit, 0), number, number is None, why, _needed(load, pace))


def _unknown(load: Load) -> str | None:
    """What is not known of a load that has to be."""
    if load.queue_tokens is None and load.queue_requests is None:
        return "the queue's quota is not known: state --enqueued-tokens or --enqueued-requests"
    if load.queue_tokens is not None and load.input_tokens is None:
        return "the input tokens of some requests cannot be counted (images or files)"
    return None


def _needed(load: Load, pace: Pace) -> Quota | None:
    if load.deadline_seconds is None or not pace.latest or load.mean_tokens is None:
        return None
    needed = smallest_quota(load.requests, load.mean_tokens, pace.latest, load.deadline_seconds)
    largest = math.ceil(load.largest_tokens or 0)
    return needed if needed is None else needed._replace(tokens=max(needed.tokens, largest))
