"""From the bytes of a line to its JSON object, or to what is wrong with it.

One exact reader serves every line that is not known for sure: the standard library's, which calls back for each object,
so that keys that stand twice are seen.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from planner.batchfiles.columns import bare_words, lone_surrogates, repeated_keys
from planner.batchfiles.findings import Fault, Findings, Line
from planner.batchfiles.probe import MAX_LINE_BYTES
from planner.problems import quoted

MOST_VALUES = 1_000_000
"""Values in a line, about: more than any context window, and few enough to hold them in less than a gigabyte."""
MANY_BYTES = 1 << 20
MOST_REPEATED = 50
"""Keys of one line that are told to stand twice."""
CONSTANTS = frozenset({"NaN", "Infinity", "-Infinity"})


class Parsed(NamedTuple):
    """A line that is a JSON object."""

    line: Line
    value: dict[str, Any]
    clean: bool = True
    """Whether nothing was found in reading it."""


class Tally:
    """What was read: every line is an object, blank or broken."""

    def __init__(self) -> None:
        self.bytes = self.lines = self.objects = self.blank = self.broken = 0


class _Constant(ValueError):
    """NaN or Infinity, which the standard library would let pass."""


class LineReader:
    """Reads line after line; knows whether it is inside a document that runs over several."""

    def __init__(self, findings: Findings, tally: Tally) -> None:
        self._findings = findings
        self._tally = tally
        self._decode, self._repeated = _exact_decoder()
        self.inside: bytes | None = None
        self._told = False

    def read(self, number: int, start: int, raw: bytes) -> Parsed | None:
        """The object of the line, or None with what is wrong in the findings."""
        if raw.isspace():
            self._tally.blank += 1
            self._findings.add(Fault("blank-line", "the line is blank"), Line(number, start, ""), column=0)
            return None
        if self.inside is not None and not self._leaves(raw):
            self._tally.broken += 1
            return None
        try:
            line = Line(number, start, raw.decode())
        except UnicodeDecodeError as error:
            return self._broken(
                _bad_bytes(error),
                Line(number, start, raw.decode("utf-8", "surrogateescape")),
                len(raw[: error.start].decode()),
            )
        if is_too_much(raw):
            says = f"the line has {len(raw):,} bytes or more"
            return self._broken(Fault("line-too-long", says), line, 0)
        return self._parsed(line, raw)

    def _parsed(self, line: Line, raw: bytes) -> Parsed | None:
        self._repeated.clear()
        try:
            value = self._decode(line.text)
        except JSONDecodeError as error:
            return self._unreadable(line, raw, error)
        except _Constant as constant:
            return self._not_a_number(line, str(constant))
        except RecursionError:
            return self._broken(Fault("nested-too-deeply", "the line is nested too deeply"), line, 0)
        except ValueError:
            return self._broken(Fault("invalid-json", "a number has too many digits", "digits"), line, 0)
        if not isinstance(value, dict):
            return self._no_object(line, value)
        if set(value) == {"requests"} and isinstance(value["requests"], list):
            says = f"the line is the body of the create call, with {len(value['requests'])} requests"
            return self._document(line, says, ".requests[]")
        clean = not self._repeated
        self._within(line)
        if b"\\" in raw and (b"\\ud" in raw or b"\\uD" in raw):
            mended = self._mended(line, value)
            return Parsed(line, mended, clean and mended is value)
        return Parsed(line, value, clean)

    def _leaves(self, raw: bytes) -> bool:
        """Whether the line is a request of its own, or ends the document that runs over lines."""
        if self.inside is not None and raw.startswith(self.inside):
            self.inside = None
            return False
        return raw.startswith(b"{") and len(raw.rstrip()) > 1

    def _unreadable(self, line: Line, raw: bytes, error: JSONDecodeError) -> Parsed | None:
        opens = raw.strip()
        if opens in (b"{", b"[") or (opens.startswith(b"[") and self._tally.objects == 0):
            self.inside = b"}" if opens.startswith(b"{") else b"]"
            if opens == b"{":
                return self._document(line, "one JSON object is written over several lines", ".")
            return self._document(line, "the file is a JSON list", ".[]")
        if self.inside == b"]" and line.text.rstrip().endswith(","):
            return self._parsed(line._replace(text=line.text.rstrip().removesuffix(",")), raw)
        return self._broken(_json_fault(line.text, error), line, min(error.pos, len(line.text.rstrip())))

    def _document(self, line: Line, says: str, query: str) -> Parsed | None:
        """Said once for a file, with what jq makes lines of it."""
        self._tally.broken += 1
        if not self._told:
            self._told = True
            remedy = f"write one request a line: jq -c '{query}' FILE"
            self._findings.add(Fault("not-json-lines", says, remedy=remedy), line)
        return None

    def _no_object(self, line: Line, value: Any) -> Parsed | None:
        if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            return self._document(line, f"the line is a JSON list of {len(value)} objects", ".[]")
        kind = "a list" if isinstance(value, list) else "a text" if isinstance(value, str) else "a bare value"
        return self._broken(Fault("not-an-object", f"the line is {kind}", kind), line, None)

    def _not_a_number(self, line: Line, word: str) -> Parsed | None:
        node = next(bare_words(line.text, CONSTANTS), None)
        at = "" if node is None else f" at {shown(node.path)}"
        return self._broken(Fault("not-a-number", f"{word}{at} is no JSON", word), line, 0 if node is None else node.at)

    def _broken(self, fault: Fault, line: Line, column: int | None) -> Parsed | None:
        self._tally.broken += 1
        self._findings.add(fault, line, column=column)
        return None

    def _within(self, line: Line) -> None:
        """Keys that stand twice, which leave the object readable."""
        if self._repeated:
            for node in islice(repeated_keys(line.text), MOST_REPEATED):
                fault = Fault("duplicate-key", f"the key {shown(node.path)} stands twice", general(node.path))
                self._findings.add(fault, line, column=node.key_at)

    def _mended(self, line: Line, value: dict[str, Any]) -> dict[str, Any]:
        """The object with a replacement character for each half of a surrogate pair, which nothing else can hold."""
        places, text = lone_surrogates(line.text)
        if not places:
            return value
        first = line.text[places[0] : places[0] + 6]
        more = f", and {len(places) - 1:,} more are on the line" if len(places) > 1 else ""
        says = f"{first} is half of a surrogate pair{more}"
        self._findings.add(Fault("lone-surrogate", says), line, column=places[0])
        mended: dict[str, Any] = self._decode(text)
        return mended


def is_too_much(raw: bytes) -> bool:
    """Whether a line is beyond what is read: its values would not fit into memory."""
    return len(raw) >= MAX_LINE_BYTES or (len(raw) > MANY_BYTES and raw.count(b",") > MOST_VALUES)


def _exact_decoder() -> tuple[Callable[[str], Any], list[None]]:
    """A JSON decoder, and a list that is not empty after an object in which a key stood twice."""
    repeated: list[None] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            repeated.append(None)
        return made

    return JSONDecoder(object_pairs_hook=pairs, parse_float=Decimal, parse_constant=_refuse).decode, repeated


def _refuse(word: str) -> Any:
    raise _Constant(word)


def _bad_bytes(error: UnicodeDecodeError) -> Fault:
    found = error.object[error.start : error.start + 1].hex().upper()
    return Fault("invalid-utf-8", f"byte {found} is no UTF-8 here")


def _json_fault(text: str, error: JSONDecodeError) -> Fault:
    """What is wrong with the line, in the words of somebody who has to mend it."""
    rest = text[error.pos :].strip()
    if error.msg == "Extra data":
        return Fault("invalid-json", f"{quoted(rest, 20)} follows after the JSON value: one object a line", error.msg)
    if not rest or error.msg.startswith("Unterminated string") or text[error.pos] in "\r\n":
        return Fault("invalid-json", "the line ends in the middle of the JSON", "cut")
    if rest.startswith("'"):
        return Fault("invalid-json", "single quotes: JSON has double ones", "quotes")
    if rest.startswith(("True", "False", "None")):
        return Fault(
            "invalid-json", f"{rest.split(',')[0][:5].rstrip('}] ')} is Python: JSON has true, false, null", "python"
        )
    if error.msg.startswith("Invalid control character"):
        return Fault(
            "invalid-json",
            f"a raw control character ({ord(text[error.pos]):#04x}) stands in a text: escape it",
            error.msg,
        )
    return Fault(
        "invalid-json",
        f"{error.msg[0].lower()}{error.msg[1:].removesuffix(' at')}, and {quoted(rest, 20)} is here",
        error.msg,
    )


def shown(path: tuple[str | int, ...]) -> str:
    """A path as people write it: body.messages[0].role."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return quoted(text.removeprefix("."), 100)[1:-1] or "the line"


def general(path: tuple[str | int, ...]) -> str:
    """The path without its positions in lists: body.messages[].role."""
    return quoted("".join("[]" if isinstance(part, int) else f".{part}" for part in path).removeprefix("."), 100)[1:-1]
