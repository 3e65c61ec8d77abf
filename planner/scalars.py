"""Plain YAML scalars to values, with the readings that differ between YAML readers refused."""

from __future__ import annotations

import re
from decimal import Decimal

Scalar = str | int | bool | Decimal | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\.[0-9]{0,30}|\.[0-9]{1,30}")
_NUMBERLIKE = re.compile(r"[-+.]*[0-9].*|[-+]?\.(?:inf|nan)", re.IGNORECASE | re.DOTALL)
_TRAPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), remedy)
    for pattern, remedy in (
        (
            r"y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF",
            "true or false to some readers: quote it, or write true or false",
        ),
        (r"[-+]?[0-9_]+(?::[0-9_]+)+(?:\.[0-9_]*)?", "a number of sixties to some readers: quote it"),
        (r"[-+]?0[0-9_]+", "octal to some readers: drop the leading zero, or quote it"),
        (r"[-+]?0[xob][0-9a-fA-F_]+", "a number to some readers and text to others: write it in decimal"),
        (r"[-+]?[0-9_]*\.?[0-9_]*[eE][-+]?[0-9]+", "a number to some readers and text to others: write it out"),
        (r"[-+]?0[0-9_]+\.[0-9_]*", "a number with a leading zero, or text: drop the zero, or quote it"),
        (r"[-+]?[0-9_.]*_[0-9_.]*", "a number to some readers and text to others: drop the underscores"),
        (r"\+[0-9.]+", "a number with a plus sign: drop the sign"),
        (r"-\.[0-9]+", "a number to some readers and text to others: write a digit before the point"),
        (r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)", "not a number that can be counted with"),
        (r"-?[0-9]{32,}(?:\.[0-9]*)?|-?[0-9]*\.[0-9]{31,}", "a number with more digits than are kept"),
    )
)


class Trap(Exception):
    """A scalar that YAML readers do not agree on; says what to write instead."""


def resolve(text: str) -> Scalar:
    """The value of a plain scalar: null, bool, int, Decimal or str. Raises Trap."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 3 and text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _NUMBERLIKE.fullmatch(text) or len(text) <= 3:
        for pattern, remedy in _TRAPS:
            if pattern.fullmatch(text):
                raise Trap(remedy)
    return text
