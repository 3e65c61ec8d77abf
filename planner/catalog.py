"""All knowledge that a plan draws on, as one value: prices, limits, reasoning ratios, rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from planner.limits import Limits
from planner.pricebook import PriceBook
from planner.rules import Rule


class Catalog(NamedTuple):
    """Prices, limits, reasoning ratios and rules. `reasoning` maps a policy to multiples by effort and level."""

    book: PriceBook
    limits: Limits
    reasoning: dict[str, Any]
    measured_high: Decimal
    rules: tuple[Rule, ...]
