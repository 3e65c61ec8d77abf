"""What is wrong with an input, as a value: a symbolic place and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and indexes from the root of a document to a value in it."""


class Mark(NamedTuple):
    """A place in a text; line and column count from 1."""

    line: int
    column: int


class Problem(NamedTuple):
    """One fault of an input: where it is, and what is wrong and to be done, in one line.

    `where` stays symbolic until a document turns it into a line and a column.
    `at_key` points at the key of the value instead of the value.
    """

    where: Path | Mark
    says: str
    at_key: bool = False


class Refused(Exception):
    """An input that cannot be worked with. Each of `complaints` is one line with its place."""

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(self.complaints))


def pointer(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?` for the nearest known word, else nothing. Never used to act on."""
    from difflib import get_close_matches

    names = list(known)
    longest = max(
        (name for name in names if len(name) > 3 and word.lower().startswith(name.lower())), key=len, default=None
    )
    near = [longest] if longest else get_close_matches(word.lower(), names, n=1)
    return f", did you mean '{near[0]}'?" if near else ""


def quoted(text: object, most: int = 60) -> str:
    """A piece of somebody's input, safe to print on a terminal and short enough for one line."""
    shown = str(text)
    if len(shown) > most:
        shown = shown[: most - 1] + "…"
    return f"'{safe(shown)}'"


def safe(text: object) -> str:
    """The text with what a terminal would obey or hide written out: \\x1b, \\x202e."""
    shown = str(text)
    return shown if shown.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown)
