"""Lines that are taken in blocks get the verdict of the exact reading, whatever stands among them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.batchfiles.lanes import Lane
from planner.batchfiles.report import BatchReport
from planner.requestfiles import whole_lines
from tests.test_batch_check import bedrock, checked, claude, gemini, request

HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(max_examples=int(HUNT or "150"), deadline=None, derandomize=HUNT is None)
Line = dict[str, Any]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["a\nb", 'say "x"', "\\", "é" * 30, "漢字", "😀", "A1+" * 20, "words and words " * 50, "", "aGVsbG8=" * 300]
)
EXTRAS: list[Line] = [{}, {"max_tokens": 0}, {"stream": True}, {"stop": "x"}, {"max_tokens": 9}]
ROLES = st.sampled_from(["system", "user", "user", "assistant", "robot"])


def said(role: str, text: object) -> Line:
    """A message."""
    return {"role": role, "content": text}


@st.composite
def kinds(draw: st.DrawFn) -> Callable[[int, str, str], Line]:
    """Makes a request from a number and two texts, always of the same kind."""
    kind, role, number = draw(st.integers(0, 8)), draw(ROLES), draw(st.integers(1, 3))
    extra = draw(st.sampled_from(EXTRAS))
    match kind:
        case 0:
            return lambda n, a, b: request(n, messages=[said("system", b), said(role, a)], **extra)
        case 1:
            return lambda n, a, b: request(n, messages=[said(role, a)] * number, user=b)
        case 2:
            image = {"type": "image_url", "image_url": {"url": "data:x"}}
            return lambda n, a, b: request(n, messages=[said("user", [{"type": "text", "text": a}, image][:number])])
        case 3:
            return lambda n, a, b: request(n, "/v1/responses", input=a, instructions=b, messages=None) | {"x": 1}
        case 4:
            body = {"model": "text-embedding-3-small"}
            url = "/v1/embeddings"
            return lambda n, a, b: {
                "custom_id": f"e{n}",
                "method": "POST",
                "url": url,
                "body": body | {"input": [a, b]},
            }
        case 5:
            return lambda n, a, b: claude(n, messages=[said(role, a)], system=b)
        case 6:
            return lambda n, a, b: gemini(n, contents=[{"role": "user", "parts": [{"text": a}, {"text": b}]}])
        case 7:
            return lambda n, a, b: bedrock(n, messages=[said("user", a)], system=b)
    return lambda n, a, b: request(n, model=draw(st.sampled_from(["gpt-4.1", "gpt-4.1-mini"])), tools=[{"d": b}])


def spoilt(raw: bytes, how: int, at: int) -> bytes:
    """A line with something wrong in it, or written in another way."""
    text = raw.rstrip(b"\n")
    place = at % len(text)
    match how:
        case 0:
            return text.replace(b'"custom_id"', b'"custom_id": "twice", "custom_id"') + b"\n"
        case 1:
            return text.replace(b'"role"', b'"role": "user", "role"') + b"\n"
        case 2:
            return text[:place] + b"\x01" + text[place:] + b"\n"
        case 3:
            return text[:place] + b"\xff" + text[place:] + b"\n"
        case 4:
            return text[:place] + b"\\ud800" + text[place:] + b"\n"
        case 5:
            return text[:place] + text[place + 1 :] + b"\n"
        case 6:
            return text.replace(b": ", b":").replace(b", ", b",") + b"\n"
        case 7:
            return text + b"\r\n\n"
        case 8:
            return text + text + b"\n"
        case 9:
            return text.replace(b"POST", b"\\u0050OST").replace(b'"r', b'"\\u0072') + b"\n"
        case 10:
            return text.replace(b'"model": "', b'"n": NaN, "model": "') + b"\n"
    return text[:place] + b"\n" + text[place:] + b"\n"


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of a few kinds of requests, with some lines that are not like the others."""
    made = draw(st.lists(kinds(), min_size=1, max_size=3))
    ascii_only = draw(st.booleans())
    found = []
    for number in range(draw(st.integers(1, 24))):
        make = made[draw(st.integers(0, 9)) % len(made)] if draw(st.booleans()) else made[0]
        line = make(number if draw(st.integers(0, 9)) else 1, draw(TEXTS), draw(st.just("same") | TEXTS))
        raw = json.dumps(line, ensure_ascii=ascii_only).encode() + b"\n"
        if not draw(st.integers(0, 7)):
            raw = spoilt(raw, draw(st.integers(0, 11)), draw(st.integers(0, 500)))
        found.append(raw)
    raw = b"".join(found)
    return raw[:-1] if draw(st.booleans()) else raw


def report(raw: bytes, block: int, **options: Any) -> BatchReport:
    """The report of a file that is read in blocks."""

    def blocks(whole: bytes) -> list[bytes]:
        pieces = iter([whole[n : n + block] for n in range(0, len(whole), block)])
        return list(whole_lines(lambda: next(pieces, b"")))

    return checked(raw, chunks=blocks, **options)


def exactly(raw: bytes, **options: Any) -> BatchReport:
    """The report of the exact reading alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lane, "takes", lambda *_: 0)
        return report(raw, 1 << 20, **options)


KINDS: list[Callable[[int, str, str], Line]] = [
    lambda n, a, b: request(n, messages=[said("system", "same"), said("user", a)]),
    lambda n, a, b: request(n, messages=[said("user", a), said("user", b)], max_tokens=None),
    lambda n, a, b: request(n, messages=[said("user", [{"type": "text", "text": a}])], user=b),
    lambda n, a, b: request(n, messages=[said("user", a), said("assistant", b)][: 1 + n % 2]),
    lambda n, a, b: claude(n, messages=[said("user", a)], system=b),
    lambda n, a, b: gemini(n, contents=[{"role": "user", "parts": [{"text": a}, {"text": b}]}]),
    lambda n, a, b: bedrock(n, messages=[said("user", a)]),
    lambda n, a, b: {"custom_id": f"e{n}", "method": "POST", "url": "/v1/embeddings", "body": {"model": "text-embedding-3-small", "input": [a, b]}},
]  # fmt: skip


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_lines_of_one_kind_are_taken_in_blocks(kind: int, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"".join(
        json.dumps(KINDS[kind](n, f"text \n {n}", "é" * (n % 5 + 1)), ensure_ascii=n % 7 < 3).encode() + b"\n"
        for n in range(2000)
    )
    wanted, taken, takes = exactly(raw), [], Lane.takes

    def watched(lane: Lane, block: bytes, number: int, start: int) -> int:
        taken.append(takes(lane, block, number, start))
        return taken[-1]

    monkeypatch.setattr(Lane, "takes", watched)
    assert report(raw, 30_000) == wanted
    assert sum(taken) > 1600


@FUZZ
@given(files(), st.sampled_from([150, 900, 5000, 1 << 20]), st.booleans(), st.sampled_from([1, 1000]))
def test_a_block_gets_the_verdict_of_its_lines(raw: bytes, block: int, priced: bool, most: int) -> None:
    assert report(raw, block, priced=priced, most=most) == exactly(raw, priced=priced, most=most)


@FUZZ
@given(files())
def test_a_block_costs_what_its_lines_cost(raw: bytes) -> None:
    options: dict[str, Any] = {"count": lambda encoding: None, "account": {"tier": "tier-1"}, "expected_output": 50}
    assert report(raw, 3000, **options) == exactly(raw, **options)
