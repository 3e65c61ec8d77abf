"""Writes the parts of a split request file: each as a whole or not at all, in a folder of their own.

A part is written under a temporary name, and renamed when it is complete and on the disk. A run that was killed leaves
complete parts, at most some temporary files, and the mark that the folder is a split's; the next one keeps a part that
holds the bytes that it would write, and writes the others anew. The manifest comes last.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from planner.batchfiles.dialects import Dialect, detect, is_result
from planner.batchfiles.idhashes import first_repeated
from planner.batchfiles.probe import BOM
from planner.batchfiles.splitting import Caps, Part, Splitter, Unsplittable
from planner.batchfiles.streaming import lines_of
from planner.disk import open_bytes
from planner.files import GZIP
from planner.partfolders import (
    MANIFEST,
    MARK,
    PARTIAL,
    Told,
    begin,
    drop_others,
    finished,
    settle,
    sync,
    wipe,
)  # fmt: skip
from planner.problems import Refused, quoted, safe
from planner.requestfiles import BLOCK, STANDARD_INPUT, whole_lines

VERSION = 1
STEP = 1 << 20
SAMPLE = 20
MOST_AHEAD = 8


class Disturbed(Refused):
    """Somebody else writes into the folder: it is left as it is."""


class Plan(NamedTuple):
    """How to split. `settings` are what the parts depend on beside the source, as the manifest keeps them.

    With `unique` an id that is there twice is refused.
    """

    dialect: Dialect
    one_model: bool
    caps_of: Callable[[str], Caps]
    settings: dict[str, Any]
    fix: bool = False
    unique: bool = True


def sample(path: str) -> list[dict[str, Any]]:
    """The first objects of the file, by which its dialect is told."""
    found = []
    with _Read(path) as source:
        for raw in islice(chain.from_iterable(map(lines_of, source.blocks())), SAMPLE):
            try:
                value = json.loads(raw.removeprefix(BOM))
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                found.append(value)
    return found


def dialect_of(path: str, dialects: tuple[Dialect, ...]) -> Dialect:
    """Whose requests the file holds. Raises Refused where they are nobody's."""
    head = [line for line in sample(path) if not is_result(line, dialects)]
    found = detect(head, dialects)
    if found is None:
        says = "no known service takes these lines: name one with --dialect, or see what planner batch check says"
        raise Refused([f"{safe(path)}:1: {says}"])
    return found.dialect


def split(path: str, folder: Path, plan: Plan) -> Told:
    """Writes the parts of the file into the folder. Raises Refused, with nothing left; Unsplittable for a line's fault."""
    check_source(path)
    there = finished(path, folder, plan.settings)
    if there is not None:
        return there
    made = not folder.exists()
    try:
        begin(folder, Path(path).name)
        return _written(path, folder, plan)
    except Disturbed:
        raise
    except Refused:
        wipe(folder, made)
        raise
    except OSError as error:
        raise Refused([f"{safe(error.filename or folder)}: cannot be written: {error.strerror or error}"]) from None


def _written(path: str, folder: Path, plan: Plan) -> Told:
    """The parts, then the manifest, then the mark goes."""
    splitter = Splitter(path, plan.dialect, plan.one_model, plan.caps_of, plan.fix)
    open_parts: dict[str, _Out] = {}
    done: list[tuple[Part, str]] = []
    kept = 0
    with ThreadPoolExecutor(1) as pool, _Read(path, sha := _Sha(pool)) as source:
        for part, full in splitter.run(source.blocks()):
            out = open_parts.get(part.name) or open_parts.setdefault(part.name, _Out(folder, part, _Sha(pool)))
            out.write()
            if full:
                done.append((part, out.finish()))
                kept += out.same
                del open_parts[part.name]
        size, digest = source.rest(), sha.hexdigest()
    if not done:
        raise Unsplittable([f"{safe(path)}: the file has no request: there is nothing to split"])
    _check_ids(path, plan, splitter)
    manifest = _manifest(path, size, digest, plan, splitter, sorted(done, key=lambda pair: pair[0].place))
    drop_others(folder, {part.name for part, _ in done})
    settle(folder / MANIFEST, manifest)
    (folder / MARK).unlink()
    return Told(manifest, kept)


def _check_ids(path: str, plan: Plan, splitter: Splitter) -> None:
    suspects = splitter.ids.repeated() if plan.unique else set()
    if not suspects:
        return
    with _Read(path) as source:
        found = first_repeated(plan.dialect, chain.from_iterable(map(lines_of, source.blocks())), suspects)
    if found is not None and plan.dialect.id_at is not None:
        line, before, text = found
        says = f"{plan.dialect.id_at[-1]} {quoted(text)} is also on line {before}: give every request its own id"
        raise Unsplittable([f"{safe(path)}:{line}: {says}"])


class _Out:
    """A part on its way to the disk. As long as the file of that name holds the same bytes, nothing is written."""

    def __init__(self, folder: Path, part: Part, sha: _Sha) -> None:
        self._final, self._partial = folder / part.name, folder / f".{part.name}{PARTIAL}"
        self._part, self._sha = part, sha
        self._size = 0
        self.same = self._final.is_file()

    def write(self) -> None:
        """Takes over the lines that wait."""
        part = self._part
        data = b"".join(part.pending)
        part.pending, part.waiting = [], 0
        self._sha.update(data)
        if self.same and not self._holds(data):
            self._copy_what_was_the_same()
        if not self.same:
            with self._partial.open("ab") as out:
                out.write(data)
        self._size += len(data)

    def finish(self) -> str:
        """Makes the part final; its SHA-256."""
        if self.same and self._final.stat().st_size != self._size:
            self._copy_what_was_the_same()
        if not self.same:
            sync(self._partial)
            if self._partial.stat().st_size != self._size:
                raise Disturbed(
                    [f"{safe(self._partial)}: was changed by somebody else while it was written: try again"]
                )
            self._partial.replace(self._final)
        return self._sha.hexdigest()

    def _holds(self, data: bytes) -> bool:
        with self._final.open("rb") as there:
            there.seek(self._size)
            return there.read(len(data)) == data

    def _copy_what_was_the_same(self) -> None:
        self.same = False
        left = self._size
        with self._final.open("rb") as there, self._partial.open("wb") as out:
            while left:
                piece = there.read(min(STEP, left))
                out.write(piece)
                left -= len(piece)


class _Read:
    """A request file whose bytes are hashed as they pass, plain or with gzip."""

    def __init__(self, path: str, sha: _Sha | None = None) -> None:
        self._path = path
        self._held: IO[bytes] = open_bytes(path)
        self._hashed = _Hashed(self._held, sha)
        self._file = io.BufferedReader(self._hashed, STEP)

    def __enter__(self) -> _Read:
        return self

    def __exit__(self, *failure: object) -> None:
        self._held.close()

    def blocks(self) -> Iterator[bytes]:
        """Blocks of whole lines, and pieces of lines beyond the bound. Raises Refused where the file breaks off."""
        stream: Any = self._file
        if self._file.peek(2)[:2] == GZIP:
            stream = io.BufferedReader(gzip.GzipFile(fileobj=self._file), STEP)
        try:
            yield from whole_lines(partial(stream.read, BLOCK))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise Refused([f"{safe(self._path)}: the gzip file is broken or cut off"]) from None
        except OSError as error:
            raise Refused([f"{safe(self._path)}: cannot be read: {error.strerror or error}"]) from None

    def rest(self) -> int:
        """Reads what is left; the bytes of the file as it lies on the disk."""
        while self._file.read(STEP):
            pass
        return self._hashed.size


class _Sha:
    """SHA-256 beside the work: hashing leaves the other threads running. At most MOST_AHEAD pieces wait."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool, self._sha = pool, hashlib.sha256()
        self._ahead: deque[Future[None]] = deque()

    def update(self, data: bytes) -> None:
        """Hashes the bytes, soon."""
        if len(self._ahead) >= MOST_AHEAD:
            self._ahead.popleft().result()
        self._ahead.append(self._pool.submit(self._sha.update, data))

    def hexdigest(self) -> str:
        """The hash of all bytes so far."""
        while self._ahead:
            self._ahead.popleft().result()
        return self._sha.hexdigest()


class _Hashed(io.RawIOBase):
    """Passes bytes on and hashes them."""

    def __init__(self, file: IO[bytes], sha: _Sha | None) -> None:
        self._file: Any = file
        self._sha, self.size = sha, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count: int = self._file.readinto(buffer)
        self.size += count
        if self._sha is not None:
            self._sha.update(bytes(memoryview(buffer)[:count]))
        return count


def check_source(path: str) -> None:
    """Raises Refused for what cannot be read twice."""
    if path == STANDARD_INPUT:
        raise Refused(["-: standard input cannot be split, since a killed run could not go on: name a file"])
    with open_bytes(path):
        if not Path(path).is_file():
            raise Refused([f"{safe(path)}: is no regular file: write it to one"])


def _manifest(
    path: str, size: int, digest: str, plan: Plan, splitter: Splitter, done: list[tuple[Part, str]]
) -> dict[str, Any]:
    parts = [
        {
            "name": part.name, "model": part.model or None, "endpoint": part.url,
            "requests": part.requests, "inputs": part.requests + part.inputs, "bytes": part.bytes,
            "tokens": part.tokens, "uncounted": part.uncounted, "sha256": sha,
        }
        for part, sha in done
    ]  # fmt: skip
    sums = ("requests", "bytes", "tokens", "uncounted")
    return {
        "parts_version": VERSION,
        "source": {"name": Path(path).name, "bytes": size, "sha256": digest, "lines": splitter.lines},
        "settings": plan.settings,
        "parts": parts,
        "totals": {"parts": len(parts)} | {name: sum(getattr(part, name) for part, _ in done) for name in sums},
        "fixed": splitter.fixed.counts(),
    }
