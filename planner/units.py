"""Numbers with units, exactly: durations, counts, shares, money."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from typing import Any

Exact = int | Fraction

SECONDS: dict[str, Exact] = {"ms": Fraction(1, 1000), "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
MULTIPLES = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000, "B": 1_000_000_000}
_DURATION = re.compile(r"((?:0|[1-9]\d{0,8})(?:\.\d{1,6})?)(ms|s|m|h|d|w)")
_COUNT = re.compile(r"(-?\d{1,18}(?:\.\d{1,12})?)([KMGB]?)")
_SHARE = re.compile(r"(-?\d{1,9}(?:\.\d{1,6})?)\s?%")

WIDE = Context(prec=80)
"""Wide enough that no sum of months is ever rounded by Decimal's default of 28 digits."""

MICRO = Decimal("0.000001")
CENT = Decimal("0.01")


def exact(number: int | Decimal) -> Exact:
    """The same number as int where it is whole, else as Fraction."""
    if isinstance(number, int):
        return number
    numerator, denominator = number.as_integer_ratio()
    return numerator if denominator == 1 else Fraction(numerator, denominator)


def whole(stated: Any) -> Any:
    """The stated numbers with 5.0 as 5, in a mapping too; anything else as it is."""
    if isinstance(stated, dict):
        return {name: whole(value) for name, value in stated.items()}
    return exact(stated) if isinstance(stated, Decimal) else stated


def seconds(text: str) -> Exact | None:
    """Seconds in a duration such as 500ms, 5s, 24h or 14d; None if it is not one."""
    found = _DURATION.fullmatch(text)
    return simple(exact(Decimal(found[1])) * SECONDS[found[2]]) if found else None


def is_day(text: str) -> bool:
    """Whether there is such a day in the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def minutes(clock: str) -> int:
    """Minutes since midnight at a time such as 18:30."""
    return int(clock[:2]) * 60 + int(clock[3:])


def minutes_of(hours: str) -> int:
    """Minutes in hours of the day such as 10:00-18:00, or 22:00-06:00 across midnight."""
    return (minutes(hours[6:]) - minutes(hours[:5])) % 1440 or 1440


def count(text: str) -> Exact | None:
    """The number in 100, 2.5, 100K, 1M or 5G; None if it is not one."""
    found = _COUNT.fullmatch(text)
    return simple(exact(Decimal(found[1])) * MULTIPLES[found[2]]) if found else None


def percent(text: str) -> Exact | None:
    """The number before the sign in 20% or 2.5 %; None if it is not a percentage."""
    found = _SHARE.fullmatch(text)
    return exact(Decimal(found[1])) if found else None


def divided(number: Exact, by: Exact) -> Exact:
    """The exact quotient, an int where it is whole."""
    return _ratio(number.numerator * by.denominator, number.denominator * by.numerator)


def times(number: Exact, by: Exact) -> Exact:
    """The exact product, an int where it is whole."""
    return _ratio(number.numerator * by.numerator, number.denominator * by.denominator)


def _ratio(numerator: int, denominator: int) -> Exact:
    whole, rest = divmod(numerator, denominator)
    return Fraction(numerator, denominator) if rest else whole


def simple(number: Exact) -> Exact:
    """An int where the number is whole."""
    return number.numerator if number.denominator == 1 else number


def decimal6(number: Exact) -> Decimal:
    """The number to 1e-6, half to even: the one rounding that a line of a plan gets."""
    return _rounded6(number.numerator, number.denominator)


def _rounded6(numerator: int, denominator: int) -> Decimal:
    whole, rest = divmod(numerator * 1_000_000, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and whole % 2):
        whole += 1
    return WIDE.scaleb(Decimal(whole), -6)


def dollars(tokens: Exact, requests: Exact, usd_per_mtok: Decimal) -> Decimal:
    """tokens x requests x rate / 1,000,000, to 1e-6, half to even."""
    numerator, denominator = usd_per_mtok.as_integer_ratio()
    return _rounded6(
        tokens.numerator * requests.numerator * numerator,
        tokens.denominator * requests.denominator * denominator * 1_000_000,
    )


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum; None if any amount is unknown, since a sum with a hole is not a sum."""
    result = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        result = WIDE.add(result, amount)
    return result


def known_total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The exact sum of those amounts that are known."""
    result = Decimal(0)
    for amount in amounts:
        if amount is not None:
            result = WIDE.add(result, amount)
    return result


def minus(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    """The exact difference; None if either is unknown."""
    return None if whole is None or part is None else WIDE.subtract(whole, part)


def percentage(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """part / whole x 100 to 1e-6; None where the whole is unknown or 0."""
    if part is None or whole is None or not whole:
        return None
    return decimal6(divided(exact(part) * 100, exact(whole)))


def plain(number: Decimal | Exact) -> str:
    """The number in digits without exponent or trailing zeros: 0.775, 150000000, -3."""
    if isinstance(number, int):
        return str(number)
    value = number if isinstance(number, Decimal) else decimal6(number)
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def cents(amount: Decimal) -> Decimal:
    """The amount to the cent, half to even; what rounds to nothing is 0.00, never -0.00."""
    return WIDE.plus(amount.quantize(CENT, context=WIDE))


def cents_up(amount: Decimal) -> Decimal:
    """The amount to the cent, rounded up: for budgets, which must not be short."""
    return WIDE.plus(amount.quantize(CENT, rounding=ROUND_CEILING, context=WIDE))


def spoken_duration(number: Exact) -> str:
    """Seconds in the largest unit that divides them: 86400 -> 24 h, 0.1 -> 100 ms, 90 -> 90 s."""
    if number and number % 86400 == 0 and number > 86400:
        return f"{number // 86400} d"
    if number and number % 3600 == 0:
        return f"{number // 3600} h"
    if number and number % 60 == 0 and number >= 600:
        return f"{number // 60} min"
    if 0 < number < 1:
        return f"{plain(number * 1000)} ms"
    return f"{plain(number)} s"
