"""planner batch split from the command line: what lies in the folder afterwards, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from planner import files
from tests.console import Ran, run
from tests.test_batch_check import BOM, claude, gemini, lines, request

FIXED = {"byte_order_marks": 0, "blank_lines": 0, "crlf": 0, "newlines_added": 0}


def split(capsys: pytest.CaptureFixture[str], path: Path, *more: str) -> Ran:
    """planner batch split into the folder `out` beside the file, on a fixed day."""
    out = str(path.parent / "out")
    return run(capsys, "batch", "split", str(path), "--out", out, "--on", "2026-11-24", *more)


def written(folder: Path, raw: bytes) -> Path:
    """A file of these bytes."""
    path = folder / "in.jsonl"
    path.write_bytes(raw)
    return path


def manifest(path: Path) -> dict[str, Any]:
    """The manifest of the parts of a file, held against its schema."""
    found: dict[str, Any] = json.loads((path.parent / "out" / "parts.json").read_bytes())
    jsonschema.Draft202012Validator(files.load_schema("parts")).validate(found)
    return found


def parts(path: Path) -> list[bytes]:
    """What the parts hold, in the manifest's order."""
    return [(path.parent / "out" / part["name"]).read_bytes() for part in manifest(path)["parts"]]


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of a folder: its bytes, and when it was written."""
    return {found.name: (found.read_bytes(), found.stat().st_mtime_ns) for found in folder.iterdir()}


def test_each_model_and_each_address_gets_its_own_parts_with_its_lines_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [request(1), request(2, model="gpt-4.1-mini"), request(3), request(4, url="/v1/responses")]
    path = written(tmp_path, lines(*given))
    ran = split(capsys, path, "--tier", "tier-4")
    assert (ran.code, ran.err) == (0, "")
    assert "was not looked at" not in ran.out
    assert parts(path) == [lines(given[0], given[2]), lines(given[1]), lines(given[3])]
    assert [(part["model"], part["endpoint"]) for part in manifest(path)["parts"]] == [
        ("gpt-4.1", "/v1/chat/completions"),
        ("gpt-4.1-mini", "/v1/chat/completions"),
        ("gpt-4.1", "/v1/responses"),
    ]
    assert manifest(path)["fixed"] == FIXED
    assert "4 requests in 3 parts" in ran.out
    assert sorted(found.name for found in (tmp_path / "out").iterdir()) == [
        "part-001-gpt-4.1-00001.jsonl", "part-002-gpt-4.1-mini-00001.jsonl", "part-003-gpt-4.1-00001.jsonl", "parts.json"
    ]  # fmt: skip


def test_a_service_that_takes_mixed_models_gets_the_file_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = lines(claude(1), claude(2, model="claude-sonnet-4-5"), claude(3))
    path = written(tmp_path, raw)
    assert split(capsys, path).code == 0
    assert parts(path) == [raw]
    assert manifest(path)["parts"][0]["model"] is None


@pytest.mark.parametrize(("option", "cap"), [("--max-requests", 2), ("--max-bytes", 400), ("--max-tokens", 30)])
def test_a_part_holds_no_more_than_it_may(
    tmp_path: Path, option: str, cap: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, lines(*map(request, range(7))))
    assert split(capsys, path, option, str(cap)).code == 0
    found = manifest(path)
    assert b"".join(parts(path)) == path.read_bytes()
    assert len(found["parts"]) == 4
    assert all(part[option.removeprefix("--max-")] <= cap for part in found["parts"])
    assert found["settings"][option[2:].replace("-", "_")] == cap


def test_the_queue_of_the_account_bounds_a_part_on_the_safe_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = [{"role": "user", "content": "Say it again and again, please. " * 900}]
    path = written(tmp_path, lines(*(request(number, messages=long) for number in range(20))))
    assert split(capsys, path, "--tier", "tier-1").code == 0
    found = manifest(path)["parts"]
    assert len(found) > 1
    assert all(part["tokens"] <= 90_000 for part in found)
    for part in found:
        checked = run(capsys, "batch", "check", str(tmp_path / "out" / part["name"]), "--tier", "tier-1", "--tokens", "bytes", "--on", "2026-11-24")  # fmt: skip
        assert "queue-exceeded" not in checked.out


def test_a_queue_of_which_nothing_is_known_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, lines(request(1), request(2, model="gpt-4.1-mini")))
    says = "the queue of 'gpt-4.1' and 1 more was not looked at: state the account with --tier"
    assert says in split(capsys, path).out


def test_text_in_escapes_counts_as_the_text_that_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = [{"role": "user", "content": "\u4f60\u597d\u4e16\u754c" * 200}]
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(request(1, messages=long)) + "\n", encoding="ascii")
    assert split(capsys, path, "--max-tokens", "1100").code == 0
    assert manifest(path)["parts"][0]["tokens"] == 800 * 1.26 + 7


def test_a_file_that_names_more_models_than_any_service_has_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, lines(*(request(number, model=f"m{number}") for number in range(1001))))
    ran = split(capsys, path)
    assert (ran.code, "in.jsonl:1001: more than 1,000 models" in ran.err, ran.err.count("\n")) == (1, True, 1)
    assert not (tmp_path / "out").exists()


def test_inputs_of_embeddings_count_and_not_their_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = {"model": "text-embedding-3-small", "input": ["a", "b", "c"]}
    given = [{"custom_id": f"e{n}", "method": "POST", "url": "/v1/embeddings", "body": body} for n in range(4)]
    path = written(tmp_path, lines(*given))
    assert split(capsys, path, "--max-requests", "7").code == 0
    assert [(part["requests"], part["inputs"]) for part in manifest(path)["parts"]] == [(2, 6), (2, 6)]
    (tmp_path / "two").mkdir()
    path = written(tmp_path / "two", lines(*given))
    ran = split(capsys, path, "--max-requests", "2")
    assert (ran.code, "in.jsonl:1: the line alone has 3 inputs" in ran.err) == (1, True)


@pytest.mark.parametrize("option", ["--max-bytes", "--max-tokens"])
def test_a_single_line_over_a_cap_is_named_and_nothing_is_left(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    big = request(3, messages=[{"role": "user", "content": "again " * 500}])
    path = written(tmp_path, lines(request(1), request(2), big, request(4)))
    ran = split(capsys, path, option, "500", "--max-requests", "1")
    assert ran.code == 1
    assert "in.jsonl:3: the line alone has " in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_image_is_no_text_and_is_said_to_be_uncounted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "QUJD" * 5000}}
    path = written(tmp_path, lines(request(1, messages=[{"role": "user", "content": [image]}])))
    ran = split(capsys, path, "--max-tokens", "100")
    assert (ran.code, manifest(path)["totals"]["uncounted"]) == (0, 1)
    assert "only the text is counted: 1\n" in ran.out


def test_a_file_is_mended_only_when_asked_and_it_is_said_what_was_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, three = lines(request(1)), lines(request(2)), lines(request(3))
    path = written(tmp_path, BOM + one.replace(b"\n", b"\r\n") + b"\n  \r\n" + two + three.rstrip())
    ran = split(capsys, path)
    assert (ran.code, ran.err) == (1, f"{path}:1: the file begins with a byte-order mark: --fix strips it\n")
    ran = split(capsys, path, "--fix")
    assert ran.code == 0
    assert b"".join(parts(path)) == one + two + three
    assert manifest(path)["fixed"] == {"byte_order_marks": 1, "blank_lines": 2, "crlf": 1, "newlines_added": 1}
    for words in ("stripped the byte-order mark", "dropped 2 blank lines", "at the end of 1 line\n", "the newline"):
        assert words in ran.out


def test_without_fix_a_blank_line_is_refused_and_crlf_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, lines(request(1)).replace(b"\n", b"\r\n"))
    assert split(capsys, path).code == 0
    assert parts(path) == [path.read_bytes()]
    (tmp_path / "two").mkdir()
    path = written(tmp_path / "two", lines(request(1)) + b" \n" + lines(request(2)))
    ran = split(capsys, path)
    assert (ran.code, ran.err) == (1, f"{path}:2: the line is blank: --fix drops it\n")


def test_an_id_that_is_there_twice_is_refused_across_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, b"\n" + lines(request(1), request(2), request(1, model="gpt-4.1-mini")))
    ran = split(capsys, path, "--fix")
    says = f"{path}:4: custom_id 'r1' is also on line 2: give every request its own id\n"
    assert (ran.code, ran.err) == (1, says)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (lines(request(1)) + b"{broken\n", ":2: the line is no request of openai: planner batch check says what"),
        (lines(request(1)) + b"[1]\n", ":2: the line is no request of openai"),
        (lines(request(1)) + b'{"custom_id": "\xff"}\n', ":2: the line is no request of openai"),
        (lines(request(1)) + b'{"custom_id": 5}\n', ":2: the line is no request of openai"),
    ],
)
def test_a_line_that_is_no_request_is_named(
    tmp_path: Path, raw: bytes, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, raw)
    ran = split(capsys, path)
    assert (ran.code, f"{path}{says}" in ran.err, (tmp_path / "out").exists()) == (1, True, False)


@pytest.mark.parametrize("raw", [b"", b"\n\n"])
def test_a_file_without_a_request_is_refused(tmp_path: Path, raw: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, raw)
    ran = split(capsys, path, "--fix", "--dialect", "openai")
    assert (ran.code, ran.err) == (1, f"{path}: the file has no request: there is nothing to split\n")
    assert not (tmp_path / "out").exists()


def test_gzip_is_read_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = lines(*map(request, range(50)))
    path = written(tmp_path, gzip.compress(raw))
    assert split(capsys, path, "--max-requests", "20").code == 0
    assert b"".join(parts(path)) == raw
    assert manifest(path)["source"]["bytes"] == path.stat().st_size
    path.write_bytes(path.read_bytes()[:-30])
    ran = run(capsys, "batch", "split", str(path), "--out", str(tmp_path / "three"))
    assert (ran.code, ran.err) == (2, f"{path}: the gzip file is broken or cut off\n")


def test_usage_that_makes_no_sense_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, lines(request(1)))
    for more, says in (
        (("--dialect", "opnai"), "did you mean 'openai'?"),
        (("--provider", "opnai"), "did you mean 'openai'?"),
        (("--tier", "tier-9"), "no tier 'tier-9' at openai"),
        (("--max-requests", "few"), "is not a whole number"),
    ):
        ran = split(capsys, path, *more)
        assert (ran.code, says in ran.err) == (2, True), ran.err
    assert run(capsys, "batch", "split", "-", "--out", str(tmp_path / "out")).code == 2
    assert run(capsys, "batch", "split", str(tmp_path), "--out", str(tmp_path / "out")).code == 2
    written(tmp_path, b'{"a": 1}\n')
    assert "name one with --dialect" in split(capsys, path).err
    assert not (tmp_path / "out").exists()


def test_a_provider_without_a_dialect_of_its_own_is_named_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, lines(request(1, model="grok-4.5"), request(2, model="grok-4.6")))
    assert split(capsys, path, "--dialect", "openai", "--provider", "xai").code == 0
    assert len(parts(path)) == 1


def test_parts_below_the_least_that_a_job_must_have_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, lines(gemini(1), gemini(2)))
    assert "at least" not in split(capsys, path).out
    path.write_bytes(b'{"recordId": "R1", "modelInput": {"prompt": "x"}}\n')
    ran = run(capsys, "batch", "split", str(path), "--out", str(tmp_path / "aws"))
    assert "part-001-00001.jsonl is of 1; aws-bedrock takes at least 100 requests a job" in ran.out
