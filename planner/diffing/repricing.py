"""The split of a change between two manifests: every mixture of their terms is priced anew."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import NamedTuple

from planner.cases import cost_in
from planner.catalog import Catalog
from planner.costs import LaneCost
from planner.diffing.report import SPLIT
from planner.manifest import Manifest, Spread, Workload


class Terms(NamedTuple):
    """All that the cost of a workload rests on, on one side of a comparison."""

    manifest: Manifest
    catalog: Catalog
    on: date
    workload: Workload
    lane: str


def differing(old: Terms, new: Terms) -> tuple[str, ...]:
    """The causes in which the two sides differ."""
    before, after = _marks(old), _marks(new)
    return tuple(cause for cause in SPLIT if before[cause] != after[cause])


def mixed(old: Terms, new: Terms, changed: frozenset[str]) -> LaneCost:
    """A month of the workload with the new terms of those causes that changed, and the old ones of the rest."""
    by = {cause: new if cause in changed else old for cause in SPLIT}
    tokens, reasoning, model = (by[cause].workload for cause in ("tokens", "reasoning", "model"))
    workload = old.workload._replace(
        volume=by["volume"].workload.volume,
        input=tokens.input,
        output=Spread(tokens.visible_output_tokens),
        cached_input_tokens=tokens.cached_input_tokens,
        cache_write_tokens=tokens.cache_write_tokens,
        cache_write_1h_tokens=tokens.cache_write_1h_tokens,
        max_output_tokens=tokens.max_output_tokens,
        effort=reasoning.effort,
        reasoning=reasoning.reasoning,
        reasoning_included=False,
        provider=model.provider,
        model=model.model,
        region=model.region,
        batch=by["lane"].workload.batch,
    )
    manifest = old.manifest._replace(
        month_days=by["volume"].manifest.month_days, reasoning_policy=by["reasoning"].manifest.reasoning_policy
    )
    return cost_in(by["lane"].lane, manifest, workload, by["price"].catalog, by["price"].on)


def _marks(terms: Terms) -> dict[str, Hashable]:
    """What of each cause enters the expected cost."""
    w = terms.workload
    return {
        "volume": (w.volume.a_month(terms.manifest.month_days), w.volume.hours_utc),
        "tokens": (
            w.input.mean,
            w.visible_output_tokens,
            w.cached_input_tokens or 0,
            w.cache_write_tokens,
            w.cache_write_1h_tokens,
            w.max_output_tokens,
        ),
        "reasoning": (w.effort, w.reasoning.mean if w.reasoning else None, terms.manifest.reasoning_policy),
        "model": (w.provider, w.model, w.region),
        "price": (terms.on, terms.catalog.book.name, terms.catalog.book.digest),
        "lane": (terms.lane, w.batch.cached_input_tokens),
    }
