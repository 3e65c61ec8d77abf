"""A request file as bytes and lines: encodings, broken JSON, documents, blanks; and that every line is accounted for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import pytest

from planner.batchfiles.check import Source, World, check
from planner.batchfiles.dialects import Dialect, named
from planner.batchfiles.examine import Options
from planner.batchfiles.findings import BatchFinding
from planner.batchfiles.probe import MAX_LINE_BYTES
from planner.batchfiles.report import BatchReport
from planner.batchfiles.tokens import Count
from planner.manifest import Account
from planner.requestfiles import load_dialects, open_market, vocabulary
from tests.making import DAY

BOM = b"\xef\xbb\xbf"


@cache
def dialects() -> tuple[Dialect, ...]:
    """The dialects of the catalog."""
    return load_dialects()


def request(number: int = 1, url: str = "/v1/chat/completions", **body: Any) -> dict[str, Any]:
    """A request that OpenAI takes; the fields replace or extend its body."""
    messages = [{"role": "user", "content": "Say hello."}]
    stated = {"model": "gpt-4.1", "max_tokens": 50, "messages": messages, **body}
    return {"custom_id": f"r{number}", "method": "POST", "url": url, "body": stated}


def claude(number: int = 1, **params: Any) -> dict[str, Any]:
    """A request that Anthropic takes."""
    messages = [{"role": "user", "content": "Say hello."}]
    stated = {"model": "claude-haiku-4-5", "max_tokens": 50, "messages": messages, **params}
    return {"custom_id": f"r{number}", "params": stated}


def gemini(number: int = 1, **asked: Any) -> dict[str, Any]:
    """A request that the Gemini API takes."""
    contents = [{"role": "user", "parts": [{"text": "Say hello."}]}]
    stated = {"contents": contents, "generationConfig": {"maxOutputTokens": 50}, **asked}
    return {"key": f"r{number}", "request": stated}


def bedrock(number: int = 1, **asked: Any) -> dict[str, Any]:
    """A request to Claude that Bedrock takes."""
    messages = [{"role": "user", "content": [{"type": "text", "text": "Say hello."}]}]
    stated = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": messages, **asked}
    return {"recordId": f"R{number:010d}", "modelInput": stated}


def lines(*requests: Mapping[str, Any]) -> bytes:
    """The requests as a file."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in requests)


def checked(
    *files: bytes,
    dialect: str | None = None,
    account: Mapping[str, Any] | None = None,
    mapping: Mapping[str, str] | None = None,
    count: Callable[[str], Count | None] = vocabulary,
    chunks: Callable[[bytes], Iterable[bytes]] = io.BytesIO,
    prices: tuple[str, ...] = (),
    **options: Any,
) -> BatchReport:
    """The report of these files, named a.jsonl, b.jsonl and so on."""
    world = World(
        dialects=dialects(),
        market=lambda found: open_market(
            found, options.get("on", DAY), Account(found.name, found.name, **(account or {})), prices, mapping=mapping
        ),
        vocabulary=count,
        chosen=None if dialect is None else named(dialect, dialects()),
    )
    sources = [Source(f"{chr(97 + index)}.jsonl", chunks(raw)) for index, raw in enumerate(files)]
    return check(sources, world, Options(**{"on": DAY, **options}))


def findings(report: BatchReport, level: str | None = None) -> list[BatchFinding]:
    """All findings that were kept, or those of a level."""
    kept = [finding for file in report.files for group in file.groups for finding in group.kept]
    return [finding for finding in kept if level in (None, finding.level)]


def rules(report: BatchReport, *levels: str) -> set[str]:
    """The rules that spoke, at any level or at these."""
    return {finding.rule for finding in findings(report) if not levels or finding.level in levels}


def only(report: BatchReport, rule: str) -> BatchFinding:
    """The one finding of a rule."""
    (found,) = [finding for finding in findings(report) if finding.rule == rule]
    return found


def place(finding: BatchFinding) -> tuple[int | None, int | None, int | None]:
    """Line, column and byte."""
    return finding.line, finding.column, finding.byte


def test_a_clean_file_has_no_error_and_no_warning() -> None:
    report = checked(lines(request(1), request(2)))
    assert rules(report, "error", "warning") == set()
    assert (report.files[0].dialect, report.files[0].requests, report.files[0].lines) == ("openai", 2, 2)


def test_windows_line_ends_and_a_last_line_without_end_are_clean() -> None:
    raw = lines(request(1), request(2))
    assert rules(checked(raw.replace(b"\n", b"\r\n")), "error", "warning") == set()
    assert rules(checked(raw.rstrip(b"\n")), "error", "warning") == set()


def test_a_byte_order_mark_is_an_error_and_the_line_behind_it_is_still_read() -> None:
    report = checked(BOM + lines(request(1), {**request(2), "method": "GET"}), dialect="azure-openai")
    assert place(only(report, "byte-order-mark")) == (1, 1, 0)
    assert "model deployment name couldn't be extracted" in str(only(report, "byte-order-mark").provider_message)
    assert only(report, "method-wrong").line == 2
    assert report.files[0].requests == 2


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16 (little-endian)"),
        ("utf-16-le", "UTF-16 (little-endian)"),
        ("utf-16-be", "UTF-16 (big-endian)"),
        ("utf-32", "UTF-32 (little-endian)"),
        ("utf-32-be", "UTF-32 (big-endian)"),
    ],
)
def test_a_wider_encoding_is_named_once_instead_of_a_thousand_broken_lines(encoding: str, name: str) -> None:
    raw = lines(*(request(number) for number in range(1000))).decode().encode(encoding)
    report = checked(raw)
    assert [(finding.rule, finding.message) for finding in findings(report)] == [("not-utf-8", f"the file is {name}")]
    assert report.files[0].bytes == len(raw)


def test_bytes_that_are_no_utf_8_are_found_at_their_place() -> None:
    raw = lines(request(1)) + lines(request(2, messages=[{"role": "user", "content": "ü#"}])).replace(b"#", b"\xff")
    found = only(checked(raw), "invalid-utf-8")
    assert found.line == 2
    assert found.byte == raw.index(b"\xff")
    line = raw.splitlines()[1]
    assert found.column == len(line[: line.index(b"\xff")].decode()) + 1


@pytest.mark.parametrize(
    ("broken", "says", "column"),
    [
        ('{"custom_id": "a", }', "'}' is here", 20),
        ("{'custom_id': 'a'}", "single quotes", 2),
        ('{"custom_id": True}', "True is Python", 15),
        ('{"custom_id": "a"', "ends in the middle", 18),
        ('{"custom_id": "a', "ends in the middle", 17),
        ('{"a": 1} {"b": 2}', "one object a line", 10),
        ('{"a": "x\ty"}', "control character (0x09)", 9),
        ('{"a": 01}', "'1}' is here", 8),
        (f'{{"a": {"9" * 5000}}}', "too many digits", 1),
    ],
)
def test_a_broken_line_is_told_in_the_words_of_somebody_who_has_to_mend_it(broken: str, says: str, column: int) -> None:
    found = only(checked(lines(request(1)) + broken.encode() + b"\n"), "invalid-json")
    assert says in found.message
    assert (found.line, found.column) == (2, column)
    assert found.provider_code == "invalid_json_line"


@pytest.mark.parametrize(
    ("text", "kind"), [("[1]", "a list"), ('"x"', "a text"), ("5", "a bare value"), ("null", "a bare value")]
)
def test_json_that_is_no_object_is_no_request(text: str, kind: str) -> None:
    found = only(checked(lines(request(1)) + text.encode()), "not-an-object")
    assert (found.line, found.message) == (2, f"the line is {kind}")


def test_a_key_that_stands_twice_is_found_at_its_second_place_however_deep_and_however_spelt() -> None:
    raw = lines(request(1)).decode().replace('"model"', '"\\u006dodel": "gpt-4o", "model"')
    found = only(checked(raw.encode()), "duplicate-key")
    assert found.message == "the key body.model stands twice"
    assert found.column == raw.index('"model"') + 1


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_named_with_their_place(word: str) -> None:
    raw = lines(request(1, temperature=7)).decode().replace(": 7", f": {word}")
    found = only(checked(raw.encode()), "not-a-number")
    assert found.message == f"{word} at body.temperature is no JSON"
    assert found.column == raw.index(word) + 1


def test_half_a_surrogate_pair_is_found_and_a_whole_one_is_not() -> None:
    raw = lines(request(1)).decode().replace("hello", r"\ud83d\ude00 \\ud800 \ud800 ")
    found = only(checked(raw.encode()), "lone-surrogate")
    assert found.column == raw.index(r" \ud800 ") + 2
    assert found.message == r"\ud800 is half of a surrogate pair"
    many = only(checked(raw.replace(r" \ud800 ", r" \udc00\udc00\udc00").encode()), "lone-surrogate")
    assert many.message == r"\udc00 is half of a surrogate pair, and 2 more are on the line"
    assert rules(checked(raw.replace(r" \ud800 ", "").encode()), "error") == set()


def test_a_line_nested_without_end_is_an_error_and_no_crash() -> None:
    report = checked(lines(request(1)) + b'{"a":' * 100_000 + b"\n" + lines(request(2)))
    assert only(report, "nested-too-deeply").line == 2
    assert report.files[0].requests == 2


def test_blank_lines_are_noted_wherever_they_are() -> None:
    report = checked(b"\n" + lines(request(1)) + b"  \r\n" + lines(request(2)) + b"\n")
    assert [finding.line for finding in findings(report) if finding.rule == "blank-line"] == [1, 3, 5]
    assert rules(report, "error", "warning") == set()


@pytest.mark.parametrize(
    ("raw", "says", "command", "requests"),
    [
        (json.dumps([request(1), request(2)]), "JSON list of 2 objects", "jq -c '.[]' FILE", 0),
        (json.dumps([request(1), request(2)], indent=2), "JSON list", "jq -c '.[]' FILE", 0),
        ("[\n" + ",\n".join(map(json.dumps, (request(1), request(2)))) + "\n]\n", "JSON list", "jq -c '.[]' FILE", 2),
        (
            json.dumps(request(1), indent=2) + "\n" + json.dumps(request(2), indent=4),
            "over several lines",
            "jq -c '.' FILE",
            0,
        ),
        (json.dumps({"requests": [claude(1)]}), "body of the create call", "jq -c '.requests[]' FILE", 0),
    ],
)
def test_a_json_document_is_recognised_and_said_once(raw: str, says: str, command: str, requests: int) -> None:
    report = checked(raw.encode())
    assert [finding.rule for finding in findings(report, "error")] == ["not-json-lines"]
    found = only(report, "not-json-lines")
    assert says in found.message
    assert command in found.remedy
    assert report.files[0].requests == requests


def test_a_line_cut_off_after_its_brace_does_not_hide_the_lines_behind_it() -> None:
    report = checked(lines(request(1)) + b"{\n" + lines(request(2), {**request(3), "method": "PUT"}))
    assert only(report, "method-wrong").line == 4
    assert report.files[0].requests == 3


def test_a_document_ends_with_its_brace_and_lines_behind_it_are_told_again() -> None:
    report = checked(json.dumps(request(1), indent=2).encode() + b"\ngarbage\n" + lines(request(2)))
    assert only(report, "not-json-lines").line == 1
    assert only(report, "invalid-json").message == "expecting value, and 'garbage' is here"


def test_a_field_that_should_not_be_there_is_pointed_at_by_its_key() -> None:
    raw = lines({**request(1), "extra": "max_output_tokens"}, request(2, max_output_tokens=5))
    rows = raw.decode().splitlines()
    report = checked(raw)
    assert only(report, "field-unknown").column == rows[0].index('"extra"') + 1
    assert only(report, "parameter-unsupported").column == rows[1].index('"max_output_tokens"') + 1


def test_a_line_beyond_the_bound_is_said_and_skipped_in_pieces() -> None:
    long = b'{"a": "' + b"x" * (MAX_LINE_BYTES + 10) + b'"}\n'
    raw = lines(request(1)) + long + lines(request(2))
    file = io.BytesIO(raw)
    report = checked(raw, chunks=lambda data: iter(lambda: file.readline(MAX_LINE_BYTES), b""))
    assert only(report, "line-too-long").line == 2
    assert (report.files[0].lines, report.files[0].requests, report.files[0].bytes) == (3, 2, len(raw))


@pytest.mark.parametrize("raw", [b"", b"\n \r\n\t\n"])
def test_a_file_without_a_request_is_empty(raw: bytes) -> None:
    found = only(checked(raw, dialect="azure-openai"), "empty-file")
    assert (found.line, found.provider_code) == (None, "empty_file")


def test_many_faults_alike_are_counted_and_only_the_first_are_kept() -> None:
    report = checked(lines(*({**request(n), "method": "GET"} for n in range(500))), most=7)
    (group,) = [group for group in report.files[0].groups if group.rule == "method-wrong"]
    assert (group.number, len(group.kept), group.last_line) == (500, 7, 500)
    assert report.count("error") == 500


def test_kinds_without_end_are_told_apart_up_to_a_bound() -> None:
    report = checked(lines(*({**request(n), f"extra{n}": 1} for n in range(500))))
    groups = [group for group in report.files[0].groups if group.rule == "field-unknown"]
    assert len(groups) <= 101
    assert sum(group.number for group in groups) == 500
