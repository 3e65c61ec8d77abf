"""Shares of a change that add up to it and do not depend on an order: the Shapley value, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial

from planner.units import WIDE

MICROS = 1_000_000


def shares(value: Callable[[frozenset[str]], Fraction], causes: Sequence[str]) -> dict[str, Fraction]:
    """What each cause adds to the value, averaged over every order in which they may come; 2^n values are asked for."""
    n = len(causes)
    weights = [Fraction(factorial(size) * factorial(n - size - 1), factorial(n)) for size in range(n)]
    values = {subset: value(subset) for size in range(n + 1) for subset in map(frozenset, combinations(causes, size))}
    return {
        cause: sum(
            (
                weights[len(subset)] * (values[subset | {cause}] - base)
                for subset, base in values.items()
                if cause not in subset
            ),
            Fraction(0),
        )
        for cause in causes
    }


def rounded(exact: Mapping[str, Fraction], whole: Decimal) -> dict[str, Decimal]:
    """The shares in steps of 1e-6 that add up to the whole: each to the nearest, then by the largest remainder.

    Of equal remainders the earlier share is moved. The shares of the opposite change are the negatives of these.
    """
    units = {name: round(share * MICROS) for name, share in exact.items()}
    left = int(Fraction(whole) * MICROS) - sum(units.values())
    step = 1 if left > 0 else -1
    order = sorted(exact, key=lambda name: -step * (exact[name] * MICROS - units[name]))
    for turn in range(abs(left)):
        units[order[turn % len(order)]] += step
    return {name: WIDE.scaleb(Decimal(number), -6) for name, number in units.items()}
