"""Queue quotas: into how many waves a run must be cut, and when the last one is expected to finish."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from planner.units import Exact, times


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
    at_once: list[int] = [whole or 1]
    if queue_requests is not None:
        at_once.append(queue_requests)
    if queue_tokens is not None and input_tokens > 0:
        at_once.append(math.floor(Fraction(queue_tokens, input_tokens)))
    fit = min(at_once)
    if fit < 1:
        return Waves(None, None)
    count = max(1, -(-whole // fit))
    return Waves(count, times(count, window_seconds))
