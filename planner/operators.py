"""The verbs of the rule language: which values they compare, and how. Nothing absent is ever compared."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from planner.units import Exact, cents, count, exact, percent, plain, seconds, simple, spoken_duration

Value = Any
"""A fact: int or Fraction, bool, str, or a tuple of str."""

NUMERIC = ("number", "duration", "usd", "percent")
KINDS = (*NUMERIC, "flag", "word", "words")


class Operator(NamedTuple):
    """A verb: the kinds of fact it may stand behind, the kind of its operand, and its test."""

    kinds: tuple[str, ...]
    takes: str
    holds: Callable[[Value, Value], bool]


OPERATORS = {
    "<": Operator(NUMERIC, "same", operator.lt),
    "<=": Operator(NUMERIC, "same", operator.le),
    ">": Operator(NUMERIC, "same", operator.gt),
    ">=": Operator(NUMERIC, "same", operator.ge),
    "is": Operator((*NUMERIC, "flag", "word"), "same", operator.eq),
    "is not": Operator((*NUMERIC, "flag", "word"), "same", operator.ne),
    "in": Operator(("word",), "list", lambda value, members: value in members),
    "not in": Operator(("word",), "list", lambda value, members: value not in members),
    "includes": Operator(("words",), "word", lambda value, member: member in value),
    "lacks": Operator(("words",), "word", lambda value, member: member not in value),
}


class Unfit(Exception):
    """A literal that does not fit the fact it is compared with; says why."""


def literal(text: Any, kind: str) -> Value:
    """The value that a rule's author wrote, read as the kind of the fact. Raises Unfit."""
    if kind == "flag":
        if str(text).lower() in ("true", "false"):
            return str(text).lower() == "true"
        raise Unfit("write true or false")
    if kind == "list":
        return _members(text)
    if kind in ("word", "words"):
        if kind == "words":
            return _members(text)
        if not isinstance(text, str) or not text or " " in text:
            raise Unfit("write one word")
        return text
    return _number(text, kind)


def _members(text: Any) -> tuple[str, ...]:
    if isinstance(text, list):
        return tuple(str(member) for member in text)
    inner = str(text).strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        raise Unfit("write a list such as [a, b]")
    return tuple(member.strip() for member in inner[1:-1].split(",") if member.strip())


def _number(text: Any, kind: str) -> Exact:
    if isinstance(text, bool):
        raise Unfit("write a number")
    if isinstance(text, int | Decimal):
        return exact(text)
    readers: dict[str, tuple[Callable[[str], Exact | None], str]] = {
        "number": (count, "write a number such as 500, 100K or 1M"),
        "usd": (lambda t: count(t.removeprefix("$")), "write dollars such as 200 or 1.5K"),
        "duration": (
            lambda t: seconds(t) if seconds(t) is not None else count(t),
            "write a duration such as 60s or 24h",
        ),
        "percent": (lambda t: percent(t) if percent(t) is not None else count(t), "write a percentage such as 20%"),
    }
    reader, remedy = readers[kind]
    value = reader(str(text))
    if value is None:
        raise Unfit(remedy)
    return simple(value)


def shown(value: Value, kind: str) -> str:
    """A value as a reader sees it: 24 h, $12.50, 50 %, 150,000,000."""
    if kind == "flag":
        return "true" if value else "false"
    if kind == "words" or isinstance(value, tuple):
        return "[" + ", ".join(value) + "]"
    if kind == "word":
        return str(value)
    if kind == "duration":
        return spoken_duration(value)
    if kind == "usd":
        return f"${cents(Decimal(plain(value))):,}"
    if kind == "percent":
        return f"{plain(round(Fraction(value), 1))} %"
    if isinstance(value, int):
        return f"{value:,}"
    text = plain(value)
    whole, _, rest = text.partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "") if whole not in ("-0", "") else text


def bare(value: Value, kind: str) -> str:
    """A value for machines: plain digits, true, a word, words joined by commas."""
    if kind == "flag":
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value) if kind == "word" else plain(value)
