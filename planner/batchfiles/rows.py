"""One row of a batch's results: whose answer it is, how the request ended, and whether it may be sent again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

from planner.batchfiles.dialects import Dialect, at
from planner.batchfiles.usage import NO_PATHS, Beside, Usage, beside_of, first, usage_of

Data = Mapping[str, Any]

OUTCOMES = ("ok", "failed", "expired", "cancelled", "unknown")
PASSING = (408, 429)
"""HTTP statuses below 500 after which the same request may succeed."""
CODE = 80
WORD = re.compile("[A-Z]+_?[A-Z]+")
"""A code inside the text of an error, as Vertex writes it."""
MOST_ZEROS = 20
"""At the end of a number that is compared as a whole one."""


class Row(NamedTuple):
    """A row as it was read. `why` is the code of an error, or None; `strange` is a word for the end that is not known.

    `again` says whether the same request may succeed when it is sent once more. `usage` is None where it is not told.
    """

    key: bytes | None
    outcome: str
    again: bool
    why: str | None
    message: str | None
    strange: str | None
    model: str | None
    usage: Usage | None
    beside: tuple[Beside, ...]


def key_of(dialect: Dialect, line: Data, paths: Any = None) -> bytes | None:
    """By what a request and its answer find each other: the id, else the request itself, as 16 bytes."""
    found = first(line, paths or ((dialect.id_at,) if dialect.id_at else NO_PATHS))
    if isinstance(found, str):
        return _digest("id:" + found)
    if isinstance(found, int) and not isinstance(found, bool):
        return _digest(f"id:{found}")
    body = at(line, dialect.body_at)
    if not isinstance(body, dict):
        return None
    try:
        return _digest("body:" + json.dumps(body, sort_keys=True, default=_number))
    except RecursionError:
        return None


def _number(value: Decimal) -> int | str:
    """The number in one way of writing: a service that repeats 0.70 or 1.0 may write 0.7 and 1."""
    sign, digits, exponent = value.as_tuple()
    shown = "".join(map(str, digits)).lstrip("0")
    kept = shown.rstrip("0")
    exponent = int(exponent) + len(shown) - len(kept)
    if not kept:
        return 0
    return int(value) if 0 <= exponent < MOST_ZEROS else f"{'-' * sign}{kept}e{exponent}"


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def row_of(dialect: Dialect, results: Data, line: Data) -> Row:
    """The row that a line of results is, by what is known of the provider's rows."""
    error = next((each for path in results.get("error", ()) if (each := at(line, tuple(path)))), None)
    told = first(line, results.get("status_code", NO_PATHS))
    status = _status(told)
    why, message = _told(results, error)
    outcome, strange = _outcome(results, line, error, status, why)
    if outcome == "ok" and told is not None and status is None:
        outcome, strange = "unknown", f"HTTP status {told}"[:CODE]
    model = first(line, results.get("model", NO_PATHS))
    counted = usage_of(line, results.get("usage", ())) if outcome == "ok" else None
    if why is None and outcome == "failed" and status is not None:
        why = f"HTTP {status}"[:CODE]
    again = outcome in ("expired", "cancelled") or (outcome == "failed" and _passing(results, status, why))
    key = key_of(dialect, line, results.get("id"))
    beside = () if counted is None else beside_of(line, results["usage"])
    return Row(key, outcome, again, why, message, strange, model if isinstance(model, str) else None, counted, beside)


def _status(told: Any) -> int | None:
    """An HTTP status, also where it is written as a text or as 200.0; None for what is none."""
    if isinstance(told, Decimal) and told.adjusted() == 2 and told == int(told):
        return int(told)
    whole = str(told)
    return int(whole) if len(whole) == 3 and whole.isascii() and whole.isdigit() else None


def _told(results: Data, error: Any) -> tuple[str | None, str | None]:
    """Code and message of an error, which may be a bare text."""
    if isinstance(error, str):
        words = set(WORD.findall(error[: 100 * CODE]))
        return next((code for code in results.get("retry", ()) if code in words), None), error[:CODE]
    code, message = first(error, results.get("code", NO_PATHS)), first(error, results.get("message", NO_PATHS))
    if isinstance(code, int) and not isinstance(code, bool):
        code = str(code) if abs(code) < 10**9 else None
    return (
        code[:CODE] if isinstance(code, str) else None,
        message[: 4 * CODE] if isinstance(message, str) else None,
    )


def _outcome(results: Data, line: Data, error: Any, status: int | None, why: str | None) -> tuple[str, str | None]:
    """How the request ended, and the word for it where that is not known."""
    word = first(line, results.get("word", NO_PATHS))
    if isinstance(word, str):
        known = results["words"].get(word)
        return (known, None) if known else ("unknown", word[:CODE])
    if why in results.get("codes", {}):
        return results["codes"][why], None
    if error or (status is not None and not 200 <= status < 300):
        return "failed", None
    if isinstance(first(line, results.get("answer", NO_PATHS)), dict):
        return "ok", None
    return "unknown", "neither an answer nor an error"


def _passing(results: Data, status: int | None, why: str | None) -> bool:
    if why in results.get("never", ()):
        return False
    if why in results.get("retry", ()):
        return True
    number = int(why) if why is not None and why.isascii() and why.isdigit() else status
    return number is not None and (number in PASSING or 500 <= number < 600)


def spoken(row: Row) -> str:
    """Why a request did not succeed, in a few words."""
    if row.strange is not None:
        return row.strange
    return row.why or row.message or "no reason told"
