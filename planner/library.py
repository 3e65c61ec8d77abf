"""All that the catalog holds: every provider with all its models and limits, and every rule as its file states it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from planner.bookshelf import book_files, book_names, load_price_book
from planner.catalog import Catalog
from planner.config import Config
from planner.disk import DATA, files_in
from planner.files import load_limits, read, rules_with_files


class Library(NamedTuple):
    """The catalog, with the limits of each provider and the conditions of each rule as their files state them."""

    catalog: Catalog
    limits: dict[str, Any]
    whens: dict[str, Any]


def load_library(
    prices: Sequence[str] = ("list",),
    rules: Sequence[Path | str] = (),
    config: Config | None = None,
    base: Path = Path(),
) -> Library:
    """Everything, with the price books of those names; a path among them counts from `base`."""
    stems = {path.stem: None for name in book_names() for path in book_files(name)}
    book = load_price_book(tuple(prices) or ("list",), stems, base)
    ratios = read(DATA / "catalog" / "reasoning.yaml").data
    found = rules_with_files(rules, config)
    limits = {path.stem: read(path).data for path in files_in(DATA / "catalog" / "limits")}
    catalog = Catalog(
        book=book,
        limits=load_limits(dict.fromkeys(limits), book.canonical),
        reasoning=ratios["policies"],
        measured_high=Decimal(ratios["measured_high"]),
        rules=tuple(rule for rule, _ in found),
    )
    return Library(catalog, limits, {rule.id: document.data["when"] for rule, document in found})
