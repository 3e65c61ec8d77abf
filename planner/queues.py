"""Queue quotas: into how many waves a run must be cut, and when the last one is expected to finish."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from planner.units import Exact, divided, simple, times


class Waves(NamedTuple):
    """A run in waves. `finish_seconds` counts from the first submission; each wave gets a whole window.

    `number` is None where one request alone is larger than the queue: then it never finishes.
    """

    number: int | None
    finish_seconds: Exact | None


def waves(
    requests: Exact, input_tokens: Exact, queue_tokens: int | None, queue_requests: int | None, window_seconds: Exact
) -> Waves:
    """Waves of a run of `requests`, each with `input_tokens`, through the queue's quotas (None: no quota)."""
    whole = math.ceil(requests)
    fit = at_once(whole, input_tokens, queue_tokens, queue_requests)
    if fit < 1:
        return Waves(None, None)
    count = max(1, -(-whole // fit))
    return Waves(count, times(count, window_seconds))


def at_once(whole: int, input_tokens: Exact, queue_tokens: int | None, queue_requests: int | None) -> int:
    """Requests that the queue holds at once, at most `whole`; below 1 where one request alone is larger than it."""
    fit = whole or 1
    if queue_requests is not None and queue_requests < fit:
        fit = queue_requests
    if queue_tokens is not None and input_tokens > 0:
        fit = min(fit, math.floor(Fraction(queue_tokens, input_tokens)))
    return fit


class Quota(NamedTuple):
    """What a queue takes at once: input tokens and requests."""

    tokens: int
    requests: int


def smallest_quota(
    requests: Exact, input_tokens: Exact, window_seconds: Exact, deadline_seconds: Exact
) -> Quota | None:
    """The smallest quotas through which the run is done by the deadline; None where one wave alone takes longer.

    A quota of tokens has to be at least `tokens`, and one of requests, where there is one, at least `requests`.
    """
    most = math.floor(Fraction(deadline_seconds, window_seconds))
    if most < 1:
        return None
    fit = max(1, -(-math.ceil(requests) // most))
    return Quota(math.ceil(times(fit, input_tokens)), fit)


class Load(NamedTuple):
    """Requests that share one queue. Tokens are those of all requests; None is what is not known.

    `deadline_seconds` counts from the first submission. `largest_tokens` are those of the largest request.
    """

    name: str
    members: tuple[str, ...]
    requests: Exact
    input_tokens: Exact | None
    queue_tokens: int | None
    queue_requests: int | None
    window_seconds: Exact | None
    deadline_seconds: Exact | None
    largest_tokens: Exact | None = None

    @property
    def mean_tokens(self) -> Exact | None:
        """Input tokens of a mean request."""
        if self.input_tokens is None:
            return None
        return divided(self.input_tokens, self.requests) if self.requests else 0


def together(loads: Sequence[Load], name: str) -> Load:
    """Loads of one queue as one; what is not known of one is not known of all."""
    tokens = [load.input_tokens for load in loads]
    known = [each for each in tokens if each is not None]
    return loads[0]._replace(
        name=name,
        members=tuple(member for load in loads for member in load.members),
        requests=simple(sum((load.requests for load in loads), start=0)),
        input_tokens=simple(sum(known, start=0)) if len(known) == len(tokens) else None,
        largest_tokens=max((load.largest_tokens for load in loads if load.largest_tokens is not None), default=None),
    )


def waves_of(load: Load) -> Waves | None:
    """The waves of a load, each with a whole window; None where the window, the tokens or every quota is not known."""
    mean = load.mean_tokens
    if load.window_seconds is None or mean is None or load.queue_tokens is load.queue_requests is None:
        return None
    return waves(load.requests, mean, load.queue_tokens, load.queue_requests, load.window_seconds)
