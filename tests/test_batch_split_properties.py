"""What holds of any split: no line lost, none twice, none changed, each part within its caps."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.batchfiles.dialects import at, named
from planner.batchfiles.familiar import Familiar
from planner.batchfiles.idhashes import IdHashes, first_repeated
from planner.batchfiles.peeking import Peek
from planner.batchfiles.prompts import prompt_of
from planner.batchfiles.splitting import Caps, Splitter
from planner.batchfiles.weighing import counter_for
from planner.requestfiles import whole_lines
from tests.test_batch_check import bedrock, claude, dialects, gemini, lines, request

HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(max_examples=int(HUNT or "100"), deadline=None, derandomize=HUNT is None)
texts = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["é" * 40, "漢字" * 30, "😀" * 9, "A1+" * 40]
)
messages = st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": texts}), min_size=1, max_size=3)
models = st.sampled_from(["gpt-4.1", "gpt-4.1-mini", "a/b", "a b", ""])


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A request and its dialect."""
    name = draw(st.sampled_from(["openai", "anthropic", "google-gemini", "aws-bedrock"]))
    number, said = draw(st.integers(0, 10**6)), draw(messages)
    tools = draw(st.just({}) | st.fixed_dictionaries({"tools": st.lists(st.dictionaries(texts, texts, max_size=2))}))
    match name:
        case "openai":
            url = draw(st.sampled_from(["/v1/chat/completions", "/v1/responses"]))
            return name, request(number, url, model=draw(models), messages=said, **tools)
        case "anthropic":
            return name, claude(number, messages=said, system=draw(texts), **tools)
        case "google-gemini":
            return name, gemini(number, contents=[{"parts": [{"text": draw(texts)}]}], **tools)
    return name, bedrock(number, messages=said, system=draw(texts), **tools)


def split(
    raw: bytes, caps: Caps, fix: bool = False, blocks: Iterable[bytes] | None = None
) -> tuple[list[tuple[Any, bytes]], Splitter]:
    """Every part with its bytes."""
    splitter = Splitter("x", named("openai", dialects()), True, lambda model: caps, fix)
    held: dict[str, bytes] = {}
    found = []
    for part, full in splitter.run(io.BytesIO(raw) if blocks is None else blocks):
        held[part.name] = held.get(part.name, b"") + b"".join(part.pending)
        part.pending, part.waiting = [], 0
        if full:
            found.append((part, held[part.name]))
    return found, splitter


@FUZZ
@given(
    st.lists(st.tuples(models, texts), max_size=30), st.integers(1, 6), st.integers(600, 2000), st.integers(400, 900)
)
def test_lines_of_a_model_stay_in_order_none_is_lost_none_is_there_twice_and_caps_hold(
    given_lines: list[tuple[str, str]], most: int, size: int, tokens: int
) -> None:
    said = [request(n, model=m, messages=[{"role": "user", "content": t}]) for n, (m, t) in enumerate(given_lines)]
    caps = Caps(most, size, tokens)
    found, _ = split(lines(*said), caps)
    for model in {model for model, _ in given_lines}:
        mine = sorted((part.name, held) for part, held in found if part.model == model)
        assert b"".join(held for _, held in mine) == lines(*(one for one in said if one["body"]["model"] == model))
    assert sum(part.requests for part, _ in found) == len(said)
    for part, held in found:
        assert (part.requests, part.bytes) == (held.count(b"\n"), len(held))
        assert 0 < part.requests <= most
        assert part.bytes <= size
        assert part.tokens <= tokens
    assert len({part.name for part, _ in found}) == len(found)


@FUZZ
@given(
    st.lists(st.sampled_from([b"\n", b"  \r\n", b"R\n", b"R\r\n", b" R \n"]), max_size=12), st.booleans(), st.booleans()
)
def test_mending_changes_ends_of_lines_and_nothing_else(pieces: list[bytes], bom: bool, cut: bool) -> None:
    one = lines(request(1)).strip()
    raw = b"".join(piece.replace(b"R", one) for piece in pieces)
    raw = (b"\xef\xbb\xbf" * bom) + (raw.rstrip(b"\n") if cut else raw)
    found, splitter = split(raw, Caps(), fix=True)
    wanted = [line for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    held = b"".join(held for _, held in found)
    assert held.split(b"\n")[:-1] == [line.removesuffix(b"\r") for line in wanted]
    assert (splitter.fixed.bom, splitter.fixed.crlf) == (int(bom), raw.count(b"}\r"))


@FUZZ
@given(requests(), st.booleans())
def test_tokens_are_those_of_the_exact_reading(made: tuple[str, dict[str, Any]], ascii_only: bool) -> None:
    name, one = made
    dialect = named(name, dialects())
    seen = Peek(dialect).see(json.dumps(one, ensure_ascii=ascii_only).encode() + b"\n")
    body = at(one, dialect.body_at)
    operation = dialect.operation(seen.key[1], body)
    assert operation is not None
    exact = counter_for(dialect, "", lambda encoding: None).tokens(prompt_of(operation, body))
    assert seen.tokens == exact.high
    assert (seen.id, *seen.key) == tuple(
        path and at(one, path) for path in (dialect.id_at, dialect.model_at, dialect.url_at)
    )


@FUZZ
@given(
    st.lists(st.tuples(models, texts, st.booleans()), max_size=40),
    st.integers(1, 40),
    st.integers(400, 3000),
    st.data(),
)
def test_blocks_are_cut_as_their_lines_are(
    said: list[tuple[str, str, bool]], most: int, tokens: int, data: st.DataObject
) -> None:
    kinds = data.draw(st.integers(1, 3))
    made = [
        request(n, model=m if n % kinds else "gpt-4.1", messages=[{"role": "user", "content": t}], **({"user": t} if odd else {}))
        for n, (m, t, odd) in enumerate(said)
    ]  # fmt: skip
    raw = b"".join(json.dumps(one, ensure_ascii=data.draw(st.booleans())).encode() + b"\n" for one in made)
    caps = Caps(most, None, tokens)
    step = data.draw(st.integers(1, 5000))
    pieces = iter([raw[n : n + step] for n in range(0, len(raw), step)])
    found, splitter = split(raw, caps, blocks=whole_lines(lambda: next(pieces, b"")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Familiar, "read", lambda *_: None)
        wanted, slow = split(raw, caps)
    assert [(vars(part), held) for part, held in found] == [(vars(part), held) for part, held in wanted]
    assert sorted(splitter.ids.hashes) == sorted(slow.ids.hashes)
    assert splitter.lines == len(made)


@FUZZ
@given(st.lists(st.integers(0, 12), max_size=12))
def test_an_id_is_found_twice_where_it_is(numbers: list[int]) -> None:
    ids = IdHashes()
    for number in numbers:
        ids.hashes.append(hash(f"r{number}"))
    raw = io.BytesIO(lines(*map(request, numbers)))
    found = first_repeated(named("openai", dialects()), raw, ids.repeated())
    twice: Iterator[tuple[int, int]] = (
        (at_ + 1, numbers.index(number) + 1) for at_, number in enumerate(numbers) if number in numbers[:at_]
    )
    first = next(twice, None)
    assert (None if found is None else found[0]) == (None if first is None else first[0])


def test_different_ids_that_share_a_hash_are_not_taken_for_one() -> None:
    raw = io.BytesIO(lines(request(1), request(2)))
    assert first_repeated(named("openai", dialects()), raw, {hash("r1"), hash("r2")}) is None
