"""Cuts a request file into parts that a service takes: which line goes where, never what is in it.

Pure: lines come in as bytes, and parts come out whose lines wait to be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec.json import decode

from planner.batchfiles import tokens as counts
from planner.batchfiles.dialects import Dialect
from planner.batchfiles.familiar import LONGEST, Batch, Familiar, Known
from planner.batchfiles.findings import Line
from planner.batchfiles.gauging import weighed
from planner.batchfiles.idhashes import IdHashes
from planner.batchfiles.peeking import Key, Peek, Seen
from planner.batchfiles.probe import BOM, MAX_LINE_BYTES
from planner.batchfiles.reading import Parsed, is_too_much
from planner.batchfiles.streaming import lines_of
from planner.problems import Refused, quoted, safe

MANY_WAITING = 32 << 20
"""Bytes that may wait in all parts together."""
ENOUGH = 1 << 20
"""Bytes of one part that are worth a write."""
MOST_GROUPS = 1000
"""Models with their addresses that a file may name."""
NO_CAP = 1 << 62
NO_KEY = (None, None)
LF, BRACE = b"\n{"
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


class Amount(NamedTuple):
    """What some lines add to a part; `inputs` are the requests, or the inputs of embeddings."""

    requests: int
    inputs: int
    bytes: int
    tokens: int


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
        self.part = self.next()

    def next(self) -> Part:
        """A new part, without lines."""
        self.count += 1
        slug = _ODD.sub("-", self.model)[:LONGEST_SLUG]
        name = "-".join(word for word in (f"part-{self.number:03d}", slug, f"{self.count:05d}") if word)
        self.part = Part(f"{name}.jsonl", (self.number, self.count), self.model, self.url)
        return self.part

    def takes(self, more: Amount) -> bool:
        """Whether the part has room for these lines."""
        part = self.part
        return (
            part.requests + part.inputs + more.inputs <= self.requests
            and part.bytes + more.bytes <= self.bytes
            and part.tokens + more.tokens <= self.tokens
        )


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
        self._familiar = Familiar(self._peek.shape)
        self._groups: dict[Key, _Group] = {}
        self._waits = 0
        self.fixed, self.ids = Fixed(), IdHashes()
        self.lines = 0

    def run(self, blocks: Iterable[bytes]) -> Iterator[tuple[Part, bool]]:
        """Parts with lines to be written, and whether the part is full. Raises Unsplittable.

        `blocks` are of any number of whole lines; the caller empties `pending` at once.
        """
        for block in blocks:
            known = self._familiar.read(block) if block.endswith(b"\n") and self.lines else None
            names = None if known is None else known.ids()
            if known is None or names is None or not all(batch.holds_texts(2, LONGEST) for batch in known.batches):
                for raw in lines_of(block):
                    yield from self._one(raw)
            else:
                self._familiar.pays()
                self.ids.hashes.extend(map(hash, names))
                yield from self._known(block, known)
        for group in self._groups.values():
            yield group.part, True

    def _one(self, raw: bytes) -> Iterator[tuple[Part, bool]]:
        """Reads a line and puts it where it belongs."""
        self.lines += 1
        if raw[-1] != LF or raw[0] != BRACE or (self._fix and raw.endswith(b"\r\n")):
            raw = self._mended(raw)
            if not raw:
                return
        if is_too_much(raw):
            raise self._at("the line has too many values: no service takes it")
        try:
            seen = self._peek.see(raw)
            if self._familiar.wants(len(raw)):
                self._familiar.saw(Parsed(Line(self.lines, 0, raw.decode()), decode(raw)))
        except (ValueError, RecursionError):
            raise self._unreadable() from None
        if seen.id is not None:
            self.ids.hashes.append(hash(seen.id))
        yield from self._put(self._group(seen.key), raw, seen, Amount(1, seen.inputs, len(raw), seen.tokens))

    def _known(self, block: bytes, known: Known) -> Iterator[tuple[Part, bool]]:
        """Puts the lines of a block where they belong: all at once, where a part has room for all."""
        first = known.batches[0]
        tokens = [weighed(batch, self._fixed_of(batch), self._peek.counter, known.plain)[1] for batch in known.batches]
        group = self._group(first.shape.found.key)
        all_ = Amount(known.lines, first.shape.found.inputs * known.lines, len(block), sum(tokens[0]))
        if len(known.batches) == 1 and group.takes(all_):
            self.lines += known.lines
            yield from self._put(group, block, first.shape.found, all_)
            return
        rows: list[tuple[Seen, int]] = [(first.shape.found, 0)] * known.lines
        for batch, amounts in zip(known.batches, tokens, strict=True):
            for position, amount in zip(batch.positions, amounts, strict=True):
                rows[position] = (batch.shape.found, amount)
        for raw, (seen, amount) in zip(lines_of(block), rows, strict=True):
            self.lines += 1
            yield from self._put(self._group(seen.key), raw, seen, Amount(1, seen.inputs, len(raw), amount))

    def _fixed_of(self, batch: Batch) -> counts.Fixed:
        assert batch.shape.fixed is not None, "the shapes of a split count tokens"
        return batch.shape.fixed

    def _put(self, group: _Group, raw: bytes, seen: Seen, amount: Amount) -> Iterator[tuple[Part, bool]]:
        """Adds one line, or several that fit for sure."""
        if not group.takes(amount):
            part = group.part
            if part.requests:
                self._waits -= part.waiting
                yield part, True
                group.next()
            if not group.takes(amount):
                raise self._too_large(amount, group)
        part = group.part
        part.requests += amount.requests
        part.inputs += amount.inputs - amount.requests
        part.bytes += amount.bytes
        part.tokens += amount.tokens
        part.uncounted += seen.uncounted * amount.requests
        part.pending.append(raw)
        part.waiting += amount.bytes
        self._waits += amount.bytes
        if part.waiting >= ENOUGH or self._waits >= MANY_WAITING:
            crowded = [each.part for each in self._groups.values() if each.part.waiting]
            for ready in (part,) if self._waits < MANY_WAITING else crowded:
                self._waits -= ready.waiting
                yield ready, False

    def _group(self, key: Key) -> _Group:
        key = key if self._one_model else NO_KEY
        return self._groups.get(key) or self._new_group(key)

    def _new_group(self, key: Key) -> _Group:
        model, url = key
        if len(self._groups) >= MOST_GROUPS:
            raise self._at(f"more than {MOST_GROUPS:,} models and addresses: no file of a service has so many")
        found = self._groups[key] = _Group(len(self._groups) + 1, model or "", url, self._caps_of(model or ""))
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

    def _too_large(self, line: Amount, group: _Group) -> Unsplittable:
        amounts = (
            (line.inputs, group.requests, "inputs"),
            (line.bytes, group.bytes, "bytes"),
            (line.tokens, group.tokens, "tokens"),
        )
        amount, cap, unit = next(one for one in amounts if one[0] > one[1])
        side = " on the safe side" if unit == "tokens" else ""
        whose = f" for {quoted(group.model)}" if group.model else ""
        says = f"the line alone has {amount:,} {unit}{side}, and a part{whose} may have {cap:,}: shorten it or raise the cap"
        return self._at(says)
