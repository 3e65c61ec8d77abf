"""What can only be seen across lines: ids that repeat, addresses and models that differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from planner.batchfiles.dialects import Dialect
from planner.batchfiles.findings import Fault
from planner.problems import quoted, suggestion

MOST_IDS = 1_000_000
"""Ids that are remembered: as many as the largest job that any service takes."""
LONG_ID = 64


class Ids:
    """The ids of all files of one call, with their first places. Long ones are kept as 16-byte digests."""

    def __init__(self) -> None:
        self._seen: dict[str | bytes, int] = {}
        self._files: list[str] = []
        self.full = False

    def begin(self, file: str) -> None:
        """The ids that follow are of this file."""
        self._files.append(file)

    def repeated(self, found: str, line: int) -> str | None:
        """Where the id stood before; None for a new one, which is remembered."""
        key = found if len(found) <= LONG_ID else _digest(found)
        before = self._seen.get(key)
        if before is not None:
            return self._spoken(before)
        if len(self._seen) >= MOST_IDS:
            self.full = True
        else:
            self._seen[key] = len(self._files) << 40 | line
        return None

    def take(self, found: list[str], line: int) -> bool:
        """Remembers the ids of lines that follow each other, if all are new; else does nothing. Whether it did."""
        if max(map(len, found)) > LONG_ID:
            return False
        first = len(self._files) << 40 | line
        fresh = dict(zip(found, range(first, first + len(found)), strict=True))
        if not self._seen.keys().isdisjoint(fresh):
            return False
        room = MOST_IDS - len(self._seen)
        if room and (len(fresh) != len(found) or len(found) > room):
            return False
        self.full = self.full or not room
        if room:
            self._seen.update(fresh)
        return True

    def _spoken(self, place: int) -> str:
        file, line = place >> 40, place & ((1 << 40) - 1)
        return (
            f"on line {line}" if file == len(self._files) else f"in {quoted(self._files[file - 1], 200)}, line {line}"
        )


class Endpoints(NamedTuple):
    """The addresses that the service takes; None where they are not known. `job` is what the job was said to have."""

    offered: tuple[str, ...] | None
    job: str | None


def faults_of_url(dialect: Dialect, url: str, first: tuple[str, int], endpoints: Endpoints) -> Iterator[Fault]:
    """An address against the service, the job, and the first line's."""
    where = dialect.url_at or ()
    if endpoints.offered is not None and url not in endpoints.offered:
        near = suggestion(url[:LONG_ID], endpoints.offered)
        there = ", ".join(endpoints.offered)
        yield Fault(
            "url-unknown",
            f"{quoted(url)} has no batch at {dialect.name}{near}",
            url[:LONG_ID],
            where,
            remedy=f"write one of {there}",
        )
    elif endpoints.job is not None and url != endpoints.job:
        yield Fault(
            "url-mismatch", f"{quoted(url)}, and the job's endpoint is {quoted(endpoints.job)}", url[:LONG_ID], where
        )
    if url != first[0]:
        yield Fault("url-differs", f"{quoted(url)}, and line {first[1]} has {quoted(first[0])}", url[:LONG_ID], where)


def fault_of_model(dialect: Dialect, model: str, first: tuple[str, int]) -> Iterator[Fault]:
    """A model against the first line's, where a file may name one only."""
    if model != first[0]:
        kind = "deployment" if dialect.deployments else "model"
        says = f"{kind} {quoted(model)}, and line {first[1]} has {quoted(first[0])}"
        yield Fault("model-differs", says, model[:LONG_ID], dialect.model_at or ())


def fault_of_id(dialect: Dialect, found: str, before: str | None) -> Iterator[Fault]:
    """An id that was there before."""
    if before is not None and dialect.id_at is not None:
        yield Fault("id-duplicate", f"{dialect.id_at[-1]} {quoted(found)} is also {before}", "", dialect.id_at)


def _digest(text: str) -> bytes:
    from hashlib import blake2b

    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
