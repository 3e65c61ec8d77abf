"""How many tokens a text has: exactly, where its vocabulary is at hand, else estimated from its bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from planner.batchfiles.prompts import Prompt

Count = Callable[[str], int]
"""Exact tokens of a text."""


class Tokens(NamedTuple):
    """Tokens as expected, and on the safe side."""

    expected: int
    high: int


class Fixed(NamedTuple):
    """What is known of a request's tokens apart from some of its texts: what format, tools and schemas add, and `texts`,
    the sum of the other texts without the margin of the safe side."""

    expected: int
    high: int
    texts: Tokens


class Counter(NamedTuple):
    """How input is counted: `how` says it to a reader; `exact` is None for the estimate from bytes."""

    how: str
    exact: Count | None
    per_request: int
    per_message: int
    margin_percent: int

    def tokens(self, prompt: Prompt) -> Tokens:
        """Input tokens of a request, with what the format adds."""
        fixed = self.fixed(prompt)
        return Tokens(fixed.expected + fixed.texts.expected, fixed.high + self.safe(fixed.texts.high))

    def fixed(self, prompt: Prompt) -> Fixed:
        """The same, not yet added up."""
        format_adds = prompt.ids
        if prompt.messages:
            format_adds += self.per_request + self.per_message * prompt.messages
        declared = self._read(prompt.declared)
        declared_high = self.safe(declared.high)
        high = format_adds + declared_high + _tenth(declared_high)
        return Fixed(format_adds + declared.expected, high, self._read(prompt.texts))

    def safe(self, high: int) -> int:
        """With the margin for tokenizers that are not to be had."""
        return high + -(-high * self.margin_percent // 100)

    def _read(self, texts: list[str]) -> Tokens:
        if self.exact is not None:
            count = sum(map(self.exact, texts))
            return Tokens(count, count)
        expected = high = 0
        for text in texts:
            one = estimated(text)
            expected += one.expected
            high += one.high
        return Tokens(expected, high)


BY_BYTES = "estimated from bytes: -20 to +20 % on 43 kinds of text"
"""Measured against o200k_base: 19 languages, prose, code, JSON, tables, markup, SQL, logs, hexadecimal, base64."""

_ASCII = bytes(range(128))
_BEYOND = bytes(range(128, 256))
_LOWER = b" abcdefghijklmnopqrstuvwxyz"
_UPPER = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"
_FEW = 1000
_SPACED = 25
"""A text with fewer spaces than one in so many bytes is no prose: base64, tables, addresses."""
_LONG, _STRIDE = 2048, 16
"""Of a long text each sixteenth byte tells as much."""

WEIGHTS = {
    "lower": (205, 330),
    "upper": (330, 1150),
    "digit": (640, 1250),
    "sign": (590, 950),
    "latin": (600, 1800),
    "two-byte": (310, 1240),
    "three-byte": (440, 1950),
    "east-asian": (740, 1260),
    "hangul": (650, 1440),
    "four-byte": (1310, 4000),
}
"""Tokens per thousand characters of a class, expected and high.

Expected is fitted to o200k_base on those texts; high is above every tokenizer measured there (o200k_base, cl100k_base,
llama3, qwen3) and above what was published of older Claude tokenizers.
"""
DENSE = WEIGHTS | {"lower": (305, 330), "upper": (1110, 1150), "digit": (640, 1250), "sign": (300, 950)}
"""The same for a text almost without spaces."""


def _rows(
    weights: Mapping[str, tuple[int, int]],
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Expected and high of ASCII, each class as what it has beyond the class before; then the other classes."""
    plain, beyond = tuple(weights.values())[:4], tuple(weights.values())[4:]
    expected, high = zip(*plain, strict=True)
    steps = (tuple(one - before for one, before in zip(each, (0, *each), strict=False)) for each in (expected, high))
    return (*steps, beyond)  # type: ignore[return-value]


_PROSE_ROWS, _DENSE_ROWS = _rows(WEIGHTS), _rows(DENSE)
_LEADS = (
    bytes(range(0xC2, 0xCC)),
    bytes(range(0xCC, 0xE0)),
    bytes(range(0xE0, 0xE3)),
    bytes(range(0xE3, 0xEA)),
    bytes(range(0xEA, 0xF0)),
    bytes(range(0xF0, 0xF5)),
)
"""The classes of characters beyond ASCII by the first of their bytes, in the order of WEIGHTS."""


def estimated(text: str) -> Tokens:
    """Tokens of a text from the classes of its characters, rounded up."""
    return Tokens(*measured(text.encode("utf-8", "surrogatepass")))


def measured(raw: bytes) -> tuple[int, int]:
    """The same of a text in UTF-8: expected, and on the safe side."""
    left = raw.translate(None, _LOWER)
    part = raw[::_STRIDE] if len(raw) > _LONG else raw
    if left.isascii():
        return _weighed(len(raw), left, part, (), 0)
    plain, beyond = left.translate(None, _BEYOND), left.translate(None, _ASCII)
    rest, counts = beyond, []
    for leads in _LEADS:
        others = rest.translate(None, leads)
        counts.append(len(rest) - len(others))
        rest = others
    return _weighed(len(raw) - len(beyond), plain, part, counts, 0)


def measured_in_quotes(raw: bytes) -> tuple[int, int]:
    """The same of ASCII as it stands in JSON, without escapes."""
    part = raw[1:-1:_STRIDE] if len(raw) - 2 > _LONG else raw[1:-1]
    return _weighed(len(raw) - 2, raw.translate(None, _LOWER), part, (), 2)


def _weighed(many: int, left: bytes, part: bytes, beyond: Sequence[int], quotes: int) -> tuple[int, int]:
    """Tokens of so many bytes of ASCII, of which `left` are not lower; with other characters by class."""
    rows = _PROSE_ROWS if part.count(b" ") * _SPACED >= len(part) else _DENSE_ROWS
    (lower, upper, digit, sign), (lower_high, upper_high, digit_high, sign_high), others = rows
    signs = left.translate(None, _UPPER)
    bare = len(signs.translate(None, _DIGITS)) - quotes
    fewer, few = len(left) - quotes, len(signs) - quotes
    expected = many * lower + fewer * upper + few * digit + bare * sign
    high = many * lower_high + fewer * upper_high + few * digit_high + bare * sign_high
    if beyond:
        for (one, two), count in zip(others, beyond, strict=True):
            expected += count * one
            high += count * two
    return -(-expected // _FEW), -(-high // _FEW)


def _tenth(tokens: int) -> int:
    """What tools and schemas may take beyond their JSON: their exact form is the provider's."""
    return -(-tokens // 10)
