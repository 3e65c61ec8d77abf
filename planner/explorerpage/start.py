"""What is chosen when the page opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FAVOURITES = (("openai", "gpt-4.1"), ("azure-openai", "gpt-4.1"), ("openai", "gpt-5"))
START = {
    "use_case": "content-generation",
    "region": "global",
    "requests": "100000",
    "per": "day",
    "input": "500",
    "output": "1000",
    "cached_percent": "0",
    "cached_input": None,
    "max_output": None,
    "effort": None,
    "latency_max": "24h",
    "tier": "tier-3",
    "subscription": None,
    "enqueued_tokens": None,
}
"""The article's first scenario: descriptions of 100,000 products."""


def state(data: Mapping[str, Any], own: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first of the team's own workloads, else the article's first scenario with a model that the book has."""
    if own:
        chosen: dict[str, Any] = dict(own[0]["state"])
        return chosen
    known = [(row["provider"], row["model"]) for row in data["prices"]["models"]]
    provider, model = next((one for one in FAVOURITES if one in known), known[0])
    return {"provider": provider, "model": model, **START}
