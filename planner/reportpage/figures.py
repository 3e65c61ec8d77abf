"""Amounts as they stand on the page: what a reader sees, the exact value, and where it stands in the plan's JSON."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from markupsafe import Markup

from planner.formats._words import UNKNOWN, budget_usd, money, one_line
from planner.operators import shown
from planner.units import WIDE, cents, cents_up, exact, minus, plain

LONGEST = 120
"""Characters of a name or sentence that are shown; the rest stands in the JSON."""


def usd(amount: Decimal | None, of: str = "") -> Markup:
    """$1,234.50 to the cent; less than a cent in all its digits. `of` is where it stands in the plan."""
    if amount is None:
        return _figure(None, "", of)
    return _figure(amount, f"{'−' if amount < 0 else ''}${small(abs(amount))}", of)


def up(amount: Decimal | None, of: str = "") -> Markup:
    """The same of a budget, rounded up to the cent."""
    return _figure(amount, budget_usd(amount), of)


def rate(amount: Decimal | None, of: str = "") -> Markup:
    """A price per million tokens in all its digits, at least two behind the point."""
    if amount is None:
        return _figure(None, "", of)
    whole, _, rest = plain(amount).partition(".")
    return _figure(amount, f"${int(whole):,}.{rest:0<2}", of)


def number(amount: Decimal | None, of: str = "") -> Markup:
    """1,234,567: tokens or requests."""
    return _figure(amount, "" if amount is None else shown(exact(amount), "number"), of)


def share(amount: Decimal | None, of: str = "") -> Markup:
    """49.5 %, to a tenth; what would be 0 and is not, as less than a tenth."""
    if amount is None:
        return _figure(None, "", of)
    tenths = amount.quantize(Decimal("0.1"), context=WIDE)
    text = f"{tenths:,f} %" if tenths or not amount else ("< 0.1 %" if amount > 0 else "> −0.1 %")
    return _figure(amount, text, of)


def small(amount: Decimal) -> str:
    """1,234.50; what is less than a cent in all its digits, so that nothing is taken for 0 that is not."""
    return money(amount) if cents(amount) or not amount else plain(amount)


def reserve(budget: Decimal | None, expected: Decimal | None) -> Decimal | None:
    """What lies between the two amounts as they are shown, so that the page adds up to the cent; 0 without a reserve."""
    if budget is None or expected is None:
        return None
    return Decimal(0) if budget == expected else minus(cents_up(budget), cents(expected))


def part(amount: Decimal | None, whole: Decimal | None) -> str | None:
    """The amount in percent of the whole to 0.01, from 0 to 100, for the length of a bar; None where it is unknown."""
    if amount is None or not whole:
        return None
    percent = WIDE.divide(100 * amount, whole).quantize(Decimal("0.01"), context=WIDE)
    return plain(min(max(percent, Decimal(0)), Decimal(100)))


@cache
def cut(text: str | None, longest: int = LONGEST) -> str:
    """The text in one line without what a reader cannot see, cut where it is longer than a reader wants."""
    clean = one_line(text)
    return clean if len(clean) <= longest else clean[: longest - 1].rstrip() + "…"


def _figure(amount: Decimal | None, text: str, of: str) -> Markup:
    where = Markup(' data-of="{}"').format(of) if of else Markup("")
    if amount is None:
        return Markup('<span class="unknown"{}>{}</span>').format(where, UNKNOWN)
    return Markup('<data value="{}"{}>{}</data>').format(plain(amount), where, text)


def sentence(text: str, longest: int = LONGEST) -> str:
    """The text as a sentence of its own: a capital first."""
    clean = cut(text, longest)
    return clean[:1].upper() + clean[1:]
