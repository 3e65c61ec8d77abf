"""Cuts a request file into parts that a service takes: which line goes where, never what is in it.

Pure: lines come in as bytes, and parts come out whose lines wait to be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import DecodeError

from planner.batchfiles.dialects import Dialect
from planner.batchfiles.peeking import Peek
from planner.batchfiles.probe import BOM, MAX_LINE_BYTES
from planner.problems import Refused, quoted, safe

MANY_WAITING = 32 << 20
"""Bytes that may wait in all parts together."""
ENOUGH = 1 << 20
"""Bytes of one part that are worth a write."""
MOST_GROUPS = 1000
"""Models with their addresses that a file may name."""
NO_CAP = 1 << 62
NO_KEY = (None, None)
MANY_HASHES = 1 << 20
"""Hashes that are sorted at a time."""
LF, CR, BRACE = b"\n\r{"
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_SLUG = 60
NAME = re.compile(r"part-\d{3,}(?:-[A-Za-z0-9._-]{1,60})?-\d{5,}\.jsonl")
"""Names of parts."""


class Unsplittable(Refused):
    """A line that no part can hold, with its place."""


class Caps(NamedTuple):
    """What one part may hold. `requests` counts the inputs of embeddings; None is no cap. `tokens` are input tokens."""

    requests: int | None = None
    bytes: int | None = None
    tokens: int | None = None

    def within(self, other: Caps) -> Caps:
        """The tighter of both."""
        return Caps(*(min((cap for cap in pair if cap is not None), default=None) for pair in zip(self, other)))  # noqa: B905


class Part:
    """One file to be. `pending` are lines that wait to be written; `tokens` are input tokens on the safe side.

    `inputs` counts the inputs of embeddings, `uncounted` requests with images or the like, which are not in `tokens`.
    `place` orders the parts of a file.
    """

    def __init__(self, name: str, place: tuple[int, int], model: str, url: str | None) -> None:
        self.name, self.place, self.model, self.url = name, place, model, url
        self.requests = self.inputs = self.bytes = self.tokens = self.uncounted = 0
        self.pending: list[bytes] = []
        self.waiting = 0


class Fixed:
    """What was changed, by kind: `newline` is the end of a last line that had none."""

    def __init__(self) -> None:
        self.bom = self.blank = self.crlf = self.newline = 0

    def counts(self) -> dict[str, int]:
        """The numbers by kind."""
        return {"byte_order_marks": self.bom, "blank_lines": self.blank, "crlf": self.crlf, "newlines_added": self.newline}  # fmt: skip


class _Group:
    """Lines that may share a file, and the part that is being filled."""

    def __init__(self, number: int, model: str, url: str | None, caps: Caps) -> None:
        self.number, self.model, self.url, self.caps = number, model, url, caps
        self.requests, self.bytes, self.tokens = (NO_CAP if cap is None else cap for cap in caps)
        self.count = 0
        self.embeds = False
        self.part = self.next()

    def next(self) -> Part:
        """A new part, without lines."""
        self.count += 1
        slug = _ODD.sub("-", self.model)[:LONGEST_SLUG]
        name = "-".join(word for word in (f"part-{self.number:03d}", slug, f"{self.count:05d}") if word)
        self.part = Part(f"{name}.jsonl", (self.number, self.count), self.model, self.url)
        return self.part


class Splitter:
    """Assigns lines to parts, in order. `caps_of` says what a file for the model may hold.

    With `one_model` each part has one model and one address. With `fix` a byte-order mark, blank lines and CRLF are
    mended instead of refused or kept.
    """

    def __init__(
        self, name: str, dialect: Dialect, one_model: bool, caps_of: Callable[[str], Caps], fix: bool = False
    ) -> None:
        self._name, self._dialect, self._one_model, self._caps_of, self._fix = name, dialect, one_model, caps_of, fix
        self._peek = Peek(dialect)
        self._groups: dict[tuple[str | None, str | None], _Group] = {}
        self.fixed, self.ids = Fixed(), IdHashes()
        self.lines = 0

    def run(self, lines: Iterable[bytes]) -> Iterator[tuple[Part, bool]]:
        """Parts with lines to be written, and whether the part is full. Raises Unsplittable.

        The caller empties `pending` at once.
        """
        peek, remember, waiting = self._peek, self.ids.hashes.append, 0
        fix, one_model = self._fix, self._one_model
        for self.lines, raw in enumerate(lines, 1):
            if raw[-1] != LF or raw[0] != BRACE or (fix and raw[-2] == CR):
                raw = self._mended(raw)
                if not raw:
                    continue
            try:
                seen = peek.see(raw)
            except (DecodeError, ValueError, RecursionError):
                raise self._unreadable() from None
            key = (seen.body and seen.body.model, seen.url) if one_model else NO_KEY
            group = self._groups.get(key) or self._new_group(key)
            size = len(raw)
            units = peek.inputs(seen) if group.embeds else 1
            tokens, uncounted = peek.tokens(seen, raw)
            if tokens > group.tokens:
                tokens, uncounted = peek.read(seen, raw)
            part = group.part
            if part.requests and (
                part.requests + part.inputs + units > group.requests
                or part.bytes + size > group.bytes
                or part.tokens + tokens > group.tokens
            ):
                waiting -= part.waiting
                yield part, True
                part = group.next()
            if units > group.requests or size > group.bytes or tokens > group.tokens:
                raise self._too_large(units, size, tokens, group)
            if seen.id is not None:
                remember(hash(seen.id))
            part.requests += 1
            part.inputs += units - 1
            part.bytes += size
            part.tokens += tokens
            part.uncounted += uncounted
            part.pending.append(raw)
            part.waiting += size
            waiting += size
            if part.waiting >= ENOUGH or waiting >= MANY_WAITING:
                for full in (part,) if waiting < MANY_WAITING else self._waiting():
                    waiting -= full.waiting
                    yield full, False
        for part in self._waiting(every=True):
            yield part, True

    def _waiting(self, every: bool = False) -> list[Part]:
        return [group.part for group in self._groups.values() if every or group.part.waiting]

    def _new_group(self, key: tuple[str | None, str | None]) -> _Group:
        model, url = key
        if len(self._groups) >= MOST_GROUPS:
            raise self._at(f"more than {MOST_GROUPS:,} models and addresses: no file of a service has so many")
        found = _Group(len(self._groups) + 1, model or "", url, self._caps_of(model or ""))
        found.embeds = self._peek.may_embed(url)
        self._groups[key] = found
        return found

    def _mended(self, raw: bytes) -> bytes:
        """A line that is not as it should be, mended or with its end; empty for one that is dropped."""
        fix, fixed = self._fix, self.fixed
        if self.lines == 1 and raw.startswith(BOM):
            if not fix:
                raise self._at("the file begins with a byte-order mark: --fix strips it")
            raw = raw[len(BOM) :]
            fixed.bom += 1
        if not raw or raw.isspace():
            if not fix and raw:
                raise self._at("the line is blank: --fix drops it")
            fixed.blank += bool(raw)
            return b""
        if not raw.endswith(b"\n"):
            if len(raw) >= MAX_LINE_BYTES:
                raise self._at(f"the line has {MAX_LINE_BYTES:,} bytes or more: no service takes it")
            fixed.newline += 1
            raw += b"\n"
        if fix and raw.endswith(b"\r\n"):
            fixed.crlf += 1
            return raw[:-2] + b"\n"
        return raw

    def _at(self, says: str) -> Unsplittable:
        return Unsplittable([f"{safe(self._name)}:{self.lines}: {says}"])

    def _unreadable(self) -> Unsplittable:
        says = f"the line is no request of {self._dialect.name}: planner batch check says what is wrong with it"
        return self._at(says)

    def _too_large(self, units: int, size: int, tokens: int, group: _Group) -> Unsplittable:
        amounts = ((units, group.requests, "inputs"), (size, group.bytes, "bytes"), (tokens, group.tokens, "tokens"))
        amount, cap, unit = next(one for one in amounts if one[0] > one[1])
        side = " on the safe side" if unit == "tokens" else ""
        whose = f" for {quoted(group.model)}" if group.model else ""
        says = f"the line alone has {amount:,} {unit}{side}, and a part{whose} may have {cap:,}: shorten it or raise the cap"
        return self._at(says)


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
    see = Peek(dialect).see
    places: dict[str, int] = {}
    for number, raw in enumerate(lines, 1):
        text = raw.removeprefix(BOM) if number == 1 else raw
        if not text.strip():
            continue
        found = see(text).id
        if found is not None and hash(found) in suspects:
            if found in places:
                return number, places[found], found
            places[found] = number
    return None
