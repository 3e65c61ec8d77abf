"""A first look at a batch request file: what the manifest's rules need to know of it, read as a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

BOM = b"\xef\xbb\xbf"
MAX_LINE_BYTES = 64 * 1024 * 1024
MOST_KEPT = 1000


class RequestFile(NamedTuple):
    """What a request file holds. `deployments` and `urls` are those that its lines name.

    `unreadable` counts lines that are no JSON object; `first_unreadable` is the first one's number, from 1.
    """

    bytes: int
    requests: int
    bom: bool
    deployments: tuple[str, ...]
    urls: tuple[str, ...]
    unreadable: int
    first_unreadable: int | None


def probe(lines: Iterable[bytes]) -> RequestFile:
    """Reads the lines once, keeping counts and names only."""
    from msgspec import DecodeError, ValidationError
    from msgspec.json import Decoder

    read = Decoder(_line_type()).decode
    size = requests = unreadable = number = 0
    bom = False
    first_unreadable = None
    deployments: dict[str, None] = {}
    urls: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        size += len(line)
        if number == 1 and line.startswith(BOM):
            bom, line = True, line[3:]
        if not line.strip():
            continue
        requests += 1
        try:
            line.decode()
            parsed = read(line)
        except (DecodeError, ValidationError, RecursionError, UnicodeDecodeError):
            unreadable += 1
            first_unreadable = first_unreadable or number
            continue
        for value, kept in ((_model(parsed), deployments), (parsed.url, urls)):
            if isinstance(value, str) and len(kept) < MOST_KEPT:
                kept[value] = None
    return RequestFile(size, requests, bom, tuple(deployments), tuple(urls), unreadable, first_unreadable)


def _model(parsed: Any) -> Any:
    return next(
        (body.model for body in (parsed.body, parsed.params) if body is not None and body.model is not None), None
    )


def _line_type() -> Any:
    """The fields that are looked at; everything else is skipped without being built."""
    import msgspec

    body = msgspec.defstruct("Body", [("model", str | None, None)])
    return msgspec.defstruct(
        "RequestLine",
        [("url", str | None, None), ("body", body | None, None), ("params", body | None, None)],
    )
