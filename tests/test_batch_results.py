"""Answers joined to requests: every request counted once, whatever the rows and their order; each provider's own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.batchfiles.check import World
from planner.batchfiles.dialects import named
from planner.batchfiles.examine import Options
from planner.batchfiles.outcome import ENDS, Outcome, as_json, text
from planner.batchfiles.rows import row_of
from planner.files import GZIP
from planner.manifest import Account
from planner.problems import Refused
from planner.requestfiles import open_market
from planner.requestresults import results
from planner.statusfiles import load_statuses
from tests.making import DAY
from tests.test_batch_check import bedrock, claude, dialects, gemini, lines, request

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def answer(number: int, tokens: tuple[int, int] = (10, 20), status: int = 200, **fields: Any) -> dict[str, Any]:
    """A row of OpenAI's output."""
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    body = {"model": "gpt-4.1-2025-04-14", "usage": usage} if status == 200 else {"error": {"code": "c", **fields}}
    return {"custom_id": f"r{number}", "response": {"status_code": status, "body": body}, "error": None}


def lost(number: int, code: str = "batch_expired") -> dict[str, Any]:
    """A row of OpenAI's error file."""
    return {"custom_id": f"r{number}", "response": None, "error": {"code": code, "message": "It is over."}}


def joined(
    folder: Path, asked: bytes, *answers: bytes, retry: Path | None = None, dialect: str | None = None
) -> Outcome:
    """What became of the requests, from files in the folder."""
    paths = []
    for name, raw in zip(("in", "out", "errors"), (asked, *answers), strict=False):
        paths.append(folder / f"{name}.jsonl")
        paths[-1].write_bytes(raw)
    world = World(
        dialects(),
        lambda dialect: open_market(dialect, DAY, Account(dialect.name, dialect.name)),
        lambda encoding: None,
        None if dialect is None else named(dialect, dialects()),
    )
    return results(str(paths[0]), list(map(str, paths[1:])), world, Options(on=DAY), retry)


def read(dialect: str, line: Mapping[str, Any]) -> tuple[str, bool, str | None]:
    """Outcome, whether it may be sent again, and the code of one row."""
    row = row_of(named(dialect, dialects()), load_statuses(dialect).results, line)
    return row.outcome, row.again, row.strange or row.why


# Each provider's own words


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (answer(1), ("ok", False, None)),
        (answer(1, status=400), ("failed", False, "c")),  # HTTP 4xx beside `error: null`
        (answer(1, status=429), ("failed", True, "c")),
        (answer(1, status=429, code="insufficient_quota"), ("failed", False, "insufficient_quota")),
        (answer(1, status=503), ("failed", True, "c")),
        ({"custom_id": "r1", "response": {"status_code": 404, "body": {}}}, ("failed", False, "HTTP 404")),
        (lost(1), ("expired", True, "batch_expired")),
        (lost(1, "batch_cancelled"), ("cancelled", True, "batch_cancelled")),
        (lost(1, "server_error"), ("failed", True, "server_error")),
        (lost(1, "some_new_code"), ("failed", False, "some_new_code")),
        ({"custom_id": "r1"}, ("unknown", False, "neither an answer nor an error")),
        ({"custom_id": "r1", "error": "gone"}, ("failed", False, None)),
        ({"custom_id": "r1", "response": {"status_code": True, "body": {}}}, ("unknown", False, "HTTP status True")),
        ({"custom_id": "r1", "response": {"status_code": "500", "body": {}}}, ("failed", True, "HTTP 500")),
        ({"custom_id": "r1", "response": {"status_code": "200", "body": {}}}, ("ok", False, None)),
        ({"custom_id": "r1", "response": {"status_code": Decimal("404.0"), "body": {}}}, ("failed", False, "HTTP 404")),
        (
            {"custom_id": "r1", "response": {"status_code": Decimal("1E+999999999"), "body": {}}},
            ("unknown", False, "HTTP status 1E+999999999"),
        ),
        ({"custom_id": "r1", "response": {"status_code": 2000, "body": {}}}, ("unknown", False, "HTTP status 2000")),
    ],
)
def test_rows_of_openai(line: dict[str, Any], found: tuple[str, bool, str | None]) -> None:
    assert read("openai", line) == found


@pytest.mark.parametrize(
    ("result", "found"),
    [
        ({"type": "succeeded", "message": {}}, ("ok", False, None)),
        ({"type": "errored", "error": {"type": "error", "error": {"type": "invalid_request_error"}}}, ("failed", False, "invalid_request_error")),
        ({"type": "errored", "error": {"type": "error", "error": {"type": "overloaded_error"}}}, ("failed", True, "overloaded_error")),
        ({"type": "canceled"}, ("cancelled", True, None)),
        ({"type": "expired"}, ("expired", True, None)),
        ({"type": "postponed"}, ("unknown", False, "postponed")),
    ],
)  # fmt: skip
def test_rows_of_anthropic(result: dict[str, Any], found: tuple[str, bool, str | None]) -> None:
    assert read("anthropic", {"custom_id": "r1", "result": result}) == found


@pytest.mark.parametrize(
    ("dialect", "line", "found"),
    [
        ("google-gemini", {"key": "r1", "response": {"candidates": []}}, ("ok", False, None)),
        ("google-gemini", {"key": "r1", "error": {"code": 8, "message": "exhausted"}}, ("failed", True, "8")),
        ("google-gemini", {"key": "r1", "error": {"code": 503}}, ("failed", True, "503")),
        ("google-gemini", {"key": "r1", "error": {"code": 400, "status": "INVALID_ARGUMENT"}}, ("failed", False, "INVALID_ARGUMENT")),
        ("google-vertex", {"request": {}, "response": {"candidates": []}, "status": ""}, ("ok", False, None)),
        ("google-vertex", {"request": {}, "response": {}, "status": "Bad Request"}, ("failed", False, None)),
        ("google-vertex", {"request": {}, "status": 'RESOURCE_EXHAUSTED error occurred: {"error": {"code": 429}}'}, ("failed", True, "RESOURCE_EXHAUSTED")),
        ("google-vertex", {"request": {}, "status": "an internal matter, 4 times"}, ("failed", False, None)),
        ("aws-bedrock", {"recordId": "r1", "modelOutput": {}}, ("ok", False, None)),
        ("aws-bedrock", {"recordId": "r1", "error": {"errorCode": 400, "errorMessage": "bad"}}, ("failed", False, "400")),
        ("aws-bedrock", {"recordId": "r1", "error": {"errorCode": 500}}, ("failed", True, "500")),
        ("mistral", {"custom_id": "r1", "response": {"status_code": 200, "body": {}}, "error": None}, ("ok", False, None)),
        ("groq", answer(1), ("ok", False, None)),
        ("azure-openai", lost(1), ("expired", True, "batch_expired")),
        ("together", answer(1, status=500), ("failed", True, "c")),
    ],
)  # fmt: skip
def test_rows_of_the_others(dialect: str, line: dict[str, Any], found: tuple[str, bool, str | None]) -> None:
    assert read(dialect, line) == found


def test_whether_an_end_that_is_not_known_is_billed_is_not_known(tmp_path: Path) -> None:
    row = {"custom_id": "r1", "result": {"type": "postponed"}}
    found = joined(tmp_path, lines(claude(1)), lines(row))
    assert (found.counts["unknown"], found.charged()) == (1, {"billed": 0, "not_billed": 0, "unknown": 1})


# Joins


def test_order_does_not_count(tmp_path: Path) -> None:
    asked = lines(*(request(n) for n in range(4)))
    found = joined(tmp_path, asked, lines(answer(3), answer(0)), lines(lost(2), lost(1)))
    assert found.counts == {"ok": 2, "failed": 0, "expired": 2, "cancelled": 0, "unknown": 0, "missing": 0}
    assert found.charged() == {"billed": 2, "not_billed": 2, "unknown": 0}


def test_strangers_and_seconds_are_told_and_counted_once(tmp_path: Path) -> None:
    rows = lines(answer(1), answer(1), answer(9), {"custom_id": None}, lost(2), answer(2))
    found = joined(tmp_path, lines(request(1), request(2)), rows)
    assert (found.counts["ok"], found.counts["expired"]) == (2, 0)  # an answer beats an error before it
    assert (found.duplicate, found.unexpected, found.reasons) == (2, 2, ())
    assert found.models[0].usage[:1] == (20,)


def test_the_last_line_may_be_cut_off_and_then_nothing_missing_is_sent_again(tmp_path: Path) -> None:
    asked = lines(*(request(n) for n in range(3)))
    found = joined(tmp_path, asked, lines(answer(0), answer(1))[:-9])
    assert (found.counts["ok"], found.counts["missing"], found.unreadable, found.again) == (1, 2, 1, 0)
    assert found.lines[0].line == 2
    assert f"{tmp_path}/out.jsonl:2: the line ends in the middle of the JSON: download the file again" in text(found)


def test_vertex_finds_requests_without_ids_by_themselves(tmp_path: Path) -> None:
    asked = [
        {"request": gemini(n, contents=[{"role": "user", "parts": [{"text": f"q{n}"}]}])["request"]} for n in range(3)
    ]
    rows = [{**one, "response": {"candidates": []}, "status": ""} for one in reversed(asked[1:])]
    found = joined(tmp_path, lines(*asked, asked[1]), lines(*rows), dialect="google-vertex")
    assert (found.counts["ok"], found.counts["missing"], found.unexpected) == (2, 2, 0)
    assert found.again == 1  # the twin of one that succeeded is never sent again


def test_vertex_finds_a_request_whose_numbers_it_writes_in_another_way(tmp_path: Path) -> None:
    def told(*numbers: str) -> bytes:
        return '{{"request": {{"contents": [1], "generationConfig": {{"a": {}, "b": {}, "c": {}}}}}'.format(
            *numbers
        ).encode()

    asked = told("0.70", "1.0", "1E-3") + b"}\n" + told("0.71", "-1.0", "2e30") + b"}\n"
    rows = told("0.71", "-1", "2.0E+30") + b', "response": {}}\n' + told("0.7", "1", "0.001") + b', "response": {}}\n'
    found = joined(tmp_path, asked, rows, dialect="google-vertex")
    assert (found.counts["ok"], found.unexpected) == (2, 0)


ROWS: tuple[Callable[[int], dict[str, Any]], ...] = (
    answer,
    lost,
    lambda n: lost(n, "batch_cancelled"),
    lambda n: lost(n, "strange"),
    lambda n: answer(n, status=400),
    lambda n: answer(n, status=500),
    lambda n: {"custom_id": f"r{n}", "response": n},
)


@FEW
@given(
    st.lists(st.integers(0, 12), max_size=12),
    st.lists(st.tuples(st.integers(0, 15), st.sampled_from(ROWS)), max_size=25),
    st.binary(max_size=20),
)
def test_counts_are_conserved_and_what_is_sent_again_is_of_the_input_and_did_not_succeed(
    tmp_path: Path, asked: list[int], rows: list[tuple[int, Callable[[int], dict[str, Any]]]], tail: bytes
) -> None:
    raw = lines(request(99), *(request(n) for n in asked))
    again = tmp_path / "again.jsonl"
    again.unlink(missing_ok=True)
    found = joined(tmp_path, raw, lines(*(make(n) for n, make in rows)) + tail, retry=again)
    assert sum(found.counts[end] for end in ENDS) == found.requests == len(asked) + 1
    assert sum(found.charged().values()) == found.requests
    assert sum(each.number for each in found.reasons) == sum(
        found.counts[end] for end in ("failed", "expired", "cancelled", "unknown")
    )
    sent = again.read_bytes().splitlines(keepends=True) if again.exists() else []
    rest = raw.splitlines(keepends=True)
    for line in sent:
        rest.remove(line)
    succeeded = {f"r{n}" for n, make in rows if make is answer}
    assert not {json.loads(line)["custom_id"] for line in sent} & succeeded
    assert len(sent) == found.again


@FEW
@given(
    st.binary(max_size=200), st.sampled_from([lines(request(1)), lines(claude(1)), lines(bedrock(1)), lines(gemini(1))])
)
def test_no_bytes_of_an_output_break_it(tmp_path: Path, raw: bytes, asked: bytes) -> None:
    refused: tuple[str, ...] = ()
    try:
        found = joined(tmp_path, asked, raw)
    except Refused as error:  # one line, for what begins as gzip and is none
        refused = error.complaints
    if refused:
        assert raw.startswith(GZIP)
        assert refused == (f"{tmp_path}/out.jsonl: the gzip file is broken or cut off",)
        return
    assert found.counts["missing"] == 1
    assert text(found).replace("\n", "").isprintable()
    assert json.loads(as_json(found))["requests"] == 1


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["error", "code", "message", "body", "usage", "type", "status_code", "input_tokens", "model"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@FEW
@given(
    NESTED, NESTED, NESTED, NESTED, st.sampled_from(["openai", "anthropic", "google-gemini", "aws-bedrock", "mistral"])
)
def test_no_shape_of_a_row_breaks_it(a: Any, b: Any, c: Any, d: Any, dialect: str) -> None:
    line = {
        "custom_id": "r1",
        "response": a,
        "error": b,
        "result": c,
        "status": d,
        "modelOutput": a,
        "key": d,
        "recordId": b,
    }
    assert read(dialect, line)[0] in ENDS
