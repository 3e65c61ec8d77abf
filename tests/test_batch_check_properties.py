"""What holds of any request file: no crash, places within the file, counts and costs that add up."""

from __future__ import annotations

import io
import json
import os
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.batchfiles.columns import nodes, place_of
from planner.batchfiles.findings import Findings
from planner.batchfiles.reading import Tally
from planner.batchfiles.streaming import Reading
from planner.batchfiles.tokens import Count, estimated
from planner.requestfiles import vocabulary
from tests.test_batch_check import bedrock, checked, claude, findings, gemini, lines, request, rules

HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(max_examples=int(HUNT or "100"), deadline=None, derandomize=HUNT is None)
FEW = settings(max_examples=int(HUNT or "40"), deadline=None, derandomize=HUNT is None)


def by_bytes(encoding: str) -> Count | None:
    """No vocabulary at hand."""
    return None


scalars = (
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.sampled_from(["", "user", "system", "gpt-4.1", "é😀"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "max_tokens", "parts", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
KEYS = [
    "custom_id",
    "method",
    "url",
    "body",
    "params",
    "key",
    "request",
    "recordId",
    "modelInput",
    "response",
    "requests",
]
BODY_KEYS = [
    "model",
    "messages",
    "max_tokens",
    "stream",
    "input",
    "contents",
    "config",
    "generationConfig",
    "thinking",
    "n",
]
bodies = st.dictionaries(st.sampled_from(BODY_KEYS), values, max_size=4)
near_requests = st.dictionaries(st.sampled_from(KEYS), values | bodies, max_size=5)
good = st.sampled_from([request(1), request(2), claude(1), gemini(1), bedrock(1), request(3, "/chat/completions")])


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Requests of several services, some of them out of shape, some of them cut, doubled or sprinkled with bytes."""
    raw = lines(*draw(st.lists(good | near_requests, max_size=6)))
    for _ in range(draw(st.integers(0, 3))):
        at, end = sorted((draw(st.integers(0, len(raw))), draw(st.integers(0, len(raw)))))
        raw = (
            raw[:at]
            + draw(st.sampled_from([b"", b"\n", b"\xff", b"{", b"NaN", b"\\ud800", b'"', raw[at:end]]))
            + raw[end:]
        )
    return raw


@FUZZ
@given(st.binary(max_size=400) | spoilt())
def test_whatever_the_bytes_are_the_check_ends_and_every_place_lies_in_the_file(raw: bytes) -> None:
    report = checked(raw, count=by_bytes)
    parts = io.BytesIO(raw).readlines()
    starts = [sum(map(len, parts[:index])) for index in range(len(parts))]
    for found in findings(report):
        assert found.message.isprintable()
        if found.line is not None and found.column is not None and found.byte is not None:
            assert 1 <= found.line <= max(1, len(parts))
            start = starts[found.line - 1] if parts else 0
            assert start <= found.byte <= start + len(parts[found.line - 1] if parts else b"")
            assert found.column >= 1


@FUZZ
@given(st.binary(max_size=400) | spoilt())
def test_every_line_is_a_request_blank_or_broken_and_every_byte_is_counted(raw: bytes) -> None:
    (file,) = checked(raw, count=by_bytes, priced=False).files
    wide = any(group.rule == "not-utf-8" for group in file.groups)
    assert file.bytes == len(raw)
    assert wide or file.lines == len(io.BytesIO(raw).readlines())
    assert wide or file.lines == file.requests + file.blank + file.broken
    assert all(group.number >= len(group.kept) >= 1 for group in file.groups)


@FUZZ
@given(spoilt())
def test_what_is_kept_changes_neither_counts_nor_levels(raw: bytes) -> None:
    few, many = (checked(raw, count=by_bytes, most=most) for most in (1, 1000))
    for level in ("error", "warning", "note"):
        assert few.count(level) == many.count(level) == len(findings(many, level))


@FUZZ
@given(st.lists(st.dictionaries(st.text(max_size=4), values, max_size=4), max_size=5))
def test_what_a_json_library_wrote_is_read_as_it_was(written: list[dict[str, Any]]) -> None:
    told = Findings("a", 10)
    raw = "".join(json.dumps(one) + "\n" for one in written).encode()
    read = [parsed.value for parsed in Reading(io.BytesIO(raw), told, Tally()).objects()]
    assert read == [one for one in written if set(one) != {"requests"} or not isinstance(one["requests"], list)]


@FUZZ
@given(st.dictionaries(st.text(max_size=4), values, max_size=4), st.sampled_from([None, 1]))
def test_every_value_of_a_line_is_found_at_its_place(written: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(written, indent=indent)
    for node in nodes(text):
        value: Any = written
        for step in node.path:
            value = value[step]
        assert json.JSONDecoder().raw_decode(text, node.at)[0] == value
        assert place_of(text, node.path) == node.at


texts = st.text(max_size=200) | st.sampled_from(
    ["def f(x):\n    return x\n", "1,2,3\n" * 20, "Ünïcödé", "你好世界", "😀" * 9]
)


@FUZZ
@given(texts)
def test_the_safe_side_of_an_estimate_is_not_below_what_is_expected(text: str) -> None:
    guess = estimated(text)
    assert 0 <= guess.expected <= guess.high
    assert (guess.high == 0) == (text == "")


@FUZZ
@given(texts)
def test_no_tokenizer_needs_more_tokens_than_there_are_bytes(text: str) -> None:
    count = vocabulary("o200k_base")
    assert count is not None
    assert count(text) <= len(text.encode())


prompts = st.lists(st.sampled_from(["hi", "word " * 50, "x" * 5000, "Größe 42"]), min_size=1, max_size=4)
caps = st.sampled_from([1, 100, 4000])
models = st.sampled_from(["gpt-4.1", "gpt-5.4-mini", "gpt-4o"])


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Requests that are right, to one model."""
    name, field = draw(models), "max_completion_tokens"
    asked = draw(st.lists(st.tuples(prompts, caps), min_size=1, max_size=4))
    return [
        {**request(n, model=name, messages=[{"role": "user", "content": t} for t in said]), "custom_id": f"{name}-{n}"}
        | {"body": {"model": name, field: cap, "messages": [{"role": "user", "content": t} for t in said]}}
        for n, (said, cap) in enumerate(asked)
    ]


@FEW
@given(files())
def test_a_file_that_is_right_is_clean(written: list[dict[str, Any]]) -> None:
    assert rules(checked(lines(*written)), "error", "warning") == set()


@FEW
@given(st.lists(files(), min_size=1, max_size=3), st.integers(0, 500))
def test_costs_and_tokens_of_files_add_up_to_those_of_the_joined_file(
    written: list[list[dict[str, Any]]], answer: int
) -> None:
    parts = [checked(lines(*one), expected_output=answer) for one in written]
    whole = checked(lines(*(line for one in written for line in one)), expected_output=answer)
    for lane in ("real_time", "batch"):
        sums = [part.cost(lane) for part in parts]
        for field in ("input_usd", "expected_usd", "most_usd"):
            assert getattr(whole.cost(lane), field) == sum((getattr(one, field) for one in sums), Decimal(0))
    for field in ("requests", "input_tokens", "input_tokens_high", "capped_output_tokens", "expected_output_tokens"):
        each = sum(getattr(bill, field) for part in parts for bill in part.models)
        assert sum(getattr(bill, field) for bill in whole.models) == each


@FEW
@given(files())
def test_an_expected_cost_lies_between_the_input_alone_and_the_most(written: list[dict[str, Any]]) -> None:
    for lane in ("real_time", "batch"):
        cost = checked(lines(*written), expected_output=50).cost(lane)
        assert cost.input_usd is not None
        assert cost.expected_usd is not None
        assert cost.most_usd is not None
        assert 0 < cost.input_usd <= cost.expected_usd <= cost.most_usd
