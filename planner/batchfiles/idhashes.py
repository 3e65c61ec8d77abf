"""Ids of a whole file in eight bytes each, and which of them is there twice."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from planner.batchfiles.dialects import Dialect
from planner.batchfiles.peeking import Peek
from planner.batchfiles.probe import BOM

MANY_HASHES = 1 << 20
"""Hashes that are sorted at a time."""


class IdHashes:
    """Eight bytes for each id; tells at the end which hashes are there twice."""

    def __init__(self) -> None:
        from array import array

        self.hashes: Any = array("q")

    def repeated(self) -> set[int]:
        """Hashes that are there more than once: of equal ids, or by a rare chance of different ones."""
        twice: set[int] = set()
        shares = max(1, len(self.hashes) // MANY_HASHES)
        for share in range(shares):
            ordered = sorted(one for one in self.hashes if one % shares == share) if shares > 1 else sorted(self.hashes)
            twice.update(left for left, right in pairwise(ordered) if left == right)
        return twice


def first_repeated(dialect: Dialect, lines: Iterable[bytes], suspects: set[int]) -> tuple[int, int, str] | None:
    """The first id that is there twice among those with these hashes: its line, the line before, the id.

    For lines that were split before; None where different ids only shared a hash.
    """
    head = Peek(dialect).head
    places: dict[str, int] = {}
    for number, raw in enumerate(lines, 1):
        text = raw.removeprefix(BOM) if number == 1 else raw
        if not text.strip():
            continue
        found = head(text).id
        if found is not None and hash(found) in suspects:
            if found in places:
                return number, places[found], found
            places[found] = number
    return None
