"""The part of the core that runs in the page, as JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from planner.explorerpage.gathering import Gathering

ROOTS = {
    "deskOf": "explorerpage.desk.desk_of",
    "toldChoice": "explorerpage.desk.told_choice",
    "assignedChoice": "explorerpage.desk.assigned_choice",
    "Choice": "explorerpage.desk.Choice",
    "spoken": "explorerpage.desk.spoken",
    "digits": "explorerpage.desk.text_of",
    "usd": "formats._words.usd",
    "budgetUsd": "formats._words.budget_usd",
    "percent": "formats._words.percent",
    "LANES": "rates.LANES",
}
"""What the page calls, by the name that it has there."""
ALWAYS = frozenset(
    {
        "tokens_per_day",
        "queue_waves",
        "queue_finish_seconds",
        "batch_window_seconds",
        "queue_limit_tokens",
        "queue_limit_requests",
        "enqueued_tokens_per_run",
        "request_exceeds_queue",
        "latency_max_seconds",
        "reasoning_tokens",
        "reasoning_effort",
        "reasoning_basis",
        "break_even_cached_percent",
        "batch_saving_usd",
        "batch_saving_percent",
        "flex_saving_usd",
        "requests_per_minute",
        "limit_requests_per_minute",
    }
)
"""Facts that are shown, whether a rule reads them or not."""
METHODS = {
    "pricebook.PriceBook": frozenset({"rate", "tier_lines", "has_off_peak", "billed_as"}),
}
"""Of these classes the page needs these methods only."""


def translated(sources: Mapping[str, str], facts: Iterable[str]) -> str:
    """JavaScript of the core's functions that the desk needs, with those facts. `sources` are modules by dotted name."""
    gathering = Gathering(sources, METHODS, {"facts.VOCABULARY": ALWAYS | set(facts)})
    return gathering.translate(ROOTS)
