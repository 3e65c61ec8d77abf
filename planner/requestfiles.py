"""Request files as streams of lines, and what a check of them draws on: dialects, books, vocabularies."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import IO, Any, NamedTuple

from planner.batchfiles.check import Source
from planner.batchfiles.dialects import Dialect, like, read_dialect
from planner.batchfiles.market import Market, Stock
from planner.batchfiles.probe import MAX_LINE_BYTES
from planner.batchfiles.tokens import Count
from planner.disk import DATA, files_in, open_bytes
from planner.files import GZIP, load_limits, load_price_book, read
from planner.manifest import Account
from planner.problems import Refused, safe

STANDARD_INPUT = "-"
BLOCK = 1 << 18


class RequestFile(NamedTuple):
    """A file that was opened. `size` is what lies on the disk, None where that is not known."""

    source: Source
    size: int | None


def open_requests(path: str, read_so_far: Callable[[int], None] = lambda count: None) -> RequestFile:
    """The lines of a file, of a gzip file, or of standard input for -. Raises Refused where it cannot be read.

    The lines raise Refused too, where the file breaks off. `read_so_far` is told of bytes of the file as they pass.
    """
    file = _opened(path)
    compressed = file.peek(2)[:2] == GZIP
    size = None if path == STANDARD_INPUT else Path(path).stat().st_size
    held = nullcontext(file) if path == STANDARD_INPUT else file
    return RequestFile(Source(path, _blocks(path, held, compressed, read_so_far), compressed), size)


def check_readable(paths: Sequence[str]) -> None:
    """Raises Refused with every file that cannot be read."""
    complaints: list[str] = []
    for path in paths:
        try:
            if path != STANDARD_INPUT:
                _opened(path).close()
        except Refused as refused:
            complaints += refused.complaints
    if complaints:
        raise Refused(complaints)


def _opened(path: str) -> Any:
    """The open file, or standard input."""
    return sys.stdin.buffer if path == STANDARD_INPUT else open_bytes(path)


def _blocks(
    path: str, held: AbstractContextManager[IO[bytes]], compressed: bool, read_so_far: Callable[[int], None]
) -> Iterator[bytes]:
    """Blocks of whole lines, and pieces of lines beyond the bound; the file is closed behind the last."""
    try:
        with held as file:
            stream: Any = gzip.GzipFile(fileobj=file) if compressed else file
            for block in whole_lines(partial(stream.read, BLOCK)):
                read_so_far(file.tell() if compressed else len(block))
                yield block
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Refused([f"{safe(path)}: the gzip file is broken or cut off"]) from None
    except OSError as error:
        raise Refused([f"{safe(path)}: cannot be read: {error.strerror or error}"]) from None


def whole_lines(read: Callable[[], bytes]) -> Iterator[bytes]:
    """What is read, cut at ends of lines; only a line beyond the bound comes in pieces."""
    waiting: list[bytes] = []
    size = 0
    while piece := read():
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join((*waiting, piece[:end])) if waiting else piece[:end]
            waiting, size = [], 0
        if end < len(piece):
            waiting.append(piece[end:])
            size += len(piece) - end
        if size >= MAX_LINE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def load_dialects() -> tuple[Dialect, ...]:
    """The dialects that lie in the catalog."""
    files = {path.stem: read(path).data for path in files_in(DATA / "catalog" / "dialects")}
    return tuple(read_dialect(like(files[data["like"]], data) if "like" in data else data) for data in files.values())


def open_market(
    dialect: Dialect,
    on: date,
    account: Account,
    prices: Sequence[str] = (),
    region: str = "global",
    mapping: Mapping[str, str] | None = None,
    base: Path = Path(),
) -> Market:
    """What is known of the models of a dialect's provider; the books are read for those that are asked for, when they are.

    Price files are named from the folder `base`.
    """

    provider = dialect.name

    def load(models: frozenset[str] | None) -> Stock:
        book = load_price_book(tuple(prices) or ("list",), {provider: models}, base)
        named = None if models is None else {book.canonical(provider, name) for name in models} | set(models)
        return Stock(book, load_limits({provider: named}, book.canonical))

    return Market(provider, load, on, account, region, mapping, dialect.deployments)


@cache
def vocabulary(encoding: str) -> Count | None:
    """Exact counts with a vocabulary that comes with an installed package; None without it. Nothing is downloaded."""
    try:
        from quicktok import get_encoding
    except ImportError:
        return None
    try:
        count: Count = get_encoding(encoding).count
    except (KeyError, RuntimeError, OSError, ValueError):
        return None
    return count
