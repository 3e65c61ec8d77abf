"""Tokens of many known lines at once, from the texts in their gaps."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add

from msgspec.json import Decoder

from planner.batchfiles.familiar import Batch
from planner.batchfiles.tokens import Count, Counter, Fixed, measured, measured_in_quotes

_text = Decoder(str).decode


def weighed(batch: Batch, fixed: Fixed, counter: Counter, plain: bool) -> tuple[list[int], list[int]]:
    """Input tokens of each line, expected and on the safe side; `fixed` are those apart from the gaps."""
    lines = len(batch.positions)
    expected, high = [fixed.texts.expected] * lines, [fixed.texts.high] * lines
    for number in batch.shape.prompts:
        one, two = _tokens(counter.exact, batch.texts[number], plain)
        expected, high = list(map(add, expected, one)), list(map(add, high, two))
    safe, more = counter.safe, fixed.high
    return [fixed.expected + each for each in expected], [more + safe(each) for each in high]


def _tokens(exact: Count | None, texts: Sequence[bytes], plain: bool) -> tuple[Sequence[int], Sequence[int]]:
    """Tokens of texts as they stand in JSON; `plain` ones are ASCII without escapes."""
    if exact is not None:
        counted = [exact(_text(text)) for text in texts]
        return counted, counted
    if plain:
        pairs = list(map(measured_in_quotes, texts))
    else:
        pairs = [measured(text[1:-1] if b"\\" not in text else _text(text).encode()) for text in texts]
    expected, high = zip(*pairs, strict=True)
    return expected, high
