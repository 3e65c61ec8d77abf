"""One line among many that are known: what makes it different is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.test_batch_check import claude, request
from tests.test_batch_check_lanes import exactly, report, said

Line = dict[str, Any]
SMALL = "text-embedding-3-small"


def embedding(number: int, text: object) -> Line:
    """A request for an embedding."""
    return {"custom_id": f"e{number}", "method": "POST", "url": "/v1/embeddings", "body": {"model": SMALL, "input": text}}  # fmt: skip


def asked(number: int) -> Line:
    """A request to Claude with a text of its own."""
    return claude(number, system=str(number))


def chat(number: int, text: object = "Say it, please.", **body: Any) -> Line:
    """A request with a text of its own."""
    words = f"{text} {number}" if isinstance(text, str) else text
    return request(number, messages=[said("user", words)], **body)


def raw(*made: Line) -> bytes:
    """The lines."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in made)


def many(make: Callable[[int], Line], odd: bytes) -> bytes:
    """Lines of one kind, and one that is odd, in the midst of a block."""
    return raw(*map(make, range(60))) + odd + raw(*map(make, range(60, 90)))


ODD: dict[str, tuple[bytes, str]] = {
    "bytes that are no UTF-8": (many(chat, raw(chat(1000)).replace(b"please", b"pl\xffase")), "invalid-utf-8"),
    "half a surrogate": (many(chat, raw(chat(1000)).replace(b"please", b"pl\\udc00")), "lone-surrogate"),
    "a control character": (many(chat, raw(chat(1000)).replace(b"please", b"pl\x01")), "invalid-json"),
    "a number for a text": (many(chat, raw(chat(1000, 55555))), "field-type"),
    "one id on every line": (many(lambda n: chat(n) | {"custom_id": "same"}, b""), "id-duplicate"),
    "another model": (many(chat, raw(chat(1000, model="gpt-4o"))), "model-differs"),
    "another role": (many(chat, raw(chat(1000)).replace(b'"user"', b'"rose"')), "role-refused"),
    "a key twice": (many(chat, raw(chat(1000)).replace(b'"role"', b'"role": "user", "role"')), "duplicate-key"),
    "an id of the block": (many(chat, raw(chat(59))), "id-duplicate"),
    "an id twice in a block": (many(lambda n: chat(n if n != 50 else 49), b""), "id-duplicate"),
    "an id in escapes": (many(chat, raw(chat(59)).replace(b'"r59"', b'"\\u007259"')), "id-duplicate"),
    "an id of a far block": (many(chat, raw(chat(2))), "id-duplicate"),
    "an id that is refused": (many(asked, raw(asked(1000)).replace(b'"r1000"', b'"r 1000"')), "id-malformed"),
    "an id that is too long": (many(asked, raw(asked(1000)).replace(b'"r1000"', b'"%s"' % (b"r" * 65))), "id-malformed"),
    "only ids that are refused": (many(asked, b"").replace(b'": "r', b'": "r '), "id-malformed"),
    "a text too long for its model": (many(lambda n: embedding(n, f"text {n}"), raw(embedding(1000, "word " * 9000))), "context-exceeded"),
    "an empty text": (many(lambda n: embedding(n, f"text {n}"), raw(embedding(1000, ""))), "field-value"),
    "one role, another, a third": (many(lambda n: request(n, messages=[said(["user", "system", "robot"][n % 3], "x")]), b""), "role-refused"),
    "two words for a field, and a third": (many(lambda n: request(n, messages=[said("user", "x")], stream=["a", "b"][n % 2]), b""), "field-refused"),
    "a blank line": (many(chat, b"\n"), "blank-line"),
    "two objects in a line": (many(chat, raw(chat(1000)).rstrip() + raw(chat(1001))), "invalid-json"),
    "an object over two lines": (many(chat, raw(chat(1000)).replace(b'"method"', b'\n"method"')), "invalid-json"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_line_is_seen(name: str) -> None:
    made, rule = ODD[name]
    wanted = exactly(made)
    assert report(made, 1 << 20) == wanted == report(made, 2500)
    assert rule in {group.rule for group in wanted.files[0].groups}


def test_what_differs_in_tools_is_counted() -> None:
    made = many(lambda n: chat(n, tools=[{"type": "function", "name": "x" * n}]), b"")
    wanted = exactly(made)
    assert report(made, 1 << 20) == wanted
    assert report(many(lambda n: chat(n, tools=[{"type": "function", "name": "x" * 9}]), b""), 1 << 20).models != wanted.models  # fmt: skip
