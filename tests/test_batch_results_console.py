"""planner batch results from the command line: real files, the file of what is sent again, exit codes, formats."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from planner import files
from tests.console import Ran, run
from tests.test_batch_check import BOM, bedrock, lines, request
from tests.test_batch_results import answer, lost


def results(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    """planner batch results on a fixed day."""
    return run(capsys, "batch", "results", *map(str, arguments), "--on", "2026-11-24")


def data_of(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    """The same as JSON, which fits its schema."""
    data: dict[str, Any] = json.loads(results(capsys, *arguments, "--format", "json").out)
    jsonschema.validate(data, files.load_schema("batch-results"))
    return data


def put(path: Path, raw: bytes) -> Path:
    """The file with these bytes."""
    path.write_bytes(raw)
    return path


@pytest.fixture
def job(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Four requests: one answered, one expired, one refused, one that the service failed."""
    asked = put(tmp_path / "in.jsonl", lines(*(request(n) for n in range(4))))
    output = put(tmp_path / "out.jsonl", lines(answer(2)))
    errors = put(tmp_path / "errors.jsonl", lines(lost(3), answer(0, status=400), answer(1, status=500)))
    return asked, output, errors


def test_a_job_with_every_end(job: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = results(capsys, *job, "--retry", tmp_path / "again.jsonl")
    assert ran.code == 1
    assert "expired             1  no" in ran.out
    assert f"{tmp_path}/again.jsonl: 2 requests to be sent again." in ran.out
    assert (tmp_path / "again.jsonl").read_bytes() == lines(request(1), request(3))
    data = data_of(capsys, *job)
    assert data["counts"] == {"ok": 1, "failed": 2, "expired": 1, "cancelled": 0, "unknown": 0, "missing": 0}
    assert data["billing"] == {"billed": 1, "not_billed": 3, "unknown": 0}
    assert (data["retryable"], data["retry"]) == (2, None)
    assert data["reasons"][0] == {"outcome": "expired", "why": "batch_expired", "number": 1, "again": True}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("start", [b"", BOM])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_lines_that_are_sent_again_are_the_original_bytes(
    end: bytes, start: bytes, pack: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = [
        b'{ "custom_id":"r%d","method" : "POST","url":"/v1/chat/completions","body":{"model":"gpt-4.1","x":"\xc3\xa9"}}'
        % n
        for n in range(3)
    ]
    asked = put(tmp_path / "in", pack(start + (end + end).join(odd)))
    output = put(tmp_path / "out", lines(lost(0), answer(1), lost(2)))
    again = tmp_path / "again.jsonl"
    assert results(capsys, asked, output, "--retry", again).code == 1
    assert again.read_bytes() == odd[0] + end + odd[2]


def test_an_answered_job_leaves_with_0_and_writes_nothing_to_send_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = put(tmp_path / "in", lines(request(1)))
    output, empty = put(tmp_path / "out", lines(answer(1))), put(tmp_path / "errors", b"")  # Azure's error file
    ran = results(capsys, asked, output, empty, "--retry", tmp_path / "again")
    assert ran.code == 0
    assert "again: not written, since nothing is to be sent again." in ran.out
    assert not (tmp_path / "again").exists()


def test_a_completed_job_may_have_an_error_file_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = put(tmp_path / "in", lines(request(1)))
    ran = results(capsys, asked, put(tmp_path / "errors", lines(answer(1, status=400))))
    assert ran.code == 1
    assert ["failed", "1", "no"] in [line.split() for line in ran.out.splitlines()]


def test_what_cannot_be_priced_leaves_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked, output = put(tmp_path / "in", lines(request(1, model="gpt-9"))), put(tmp_path / "out", lines(answer(1)))
    output.write_bytes(output.read_bytes().replace(b"gpt-4.1-2025-04-14", b"gpt-9"))
    ran = results(capsys, asked, output)
    assert ran.code == 3
    assert "Not priced: gpt-9: no price book lists 'gpt-9' at openai." in ran.out
    assert data_of(capsys, asked, output)["usd"] is None
    assert results(capsys, asked, output, "--no-price").code == 0
    assert data_of(capsys, asked, output, "--no-price")["price_book"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["in", "none"], "none: no such file"),
        (["-", "out"], "-: the request file is read more than once: name a file"),
        (["out", "in"], "out:1: the line is an answer of a batch: name the request file first, then its output"),
        (["odd", "out"], "odd: no known service takes its lines: name the service with --dialect"),
        (["in", "out", "--retry", "in"], "in: is one of the files that are read: name another file for --retry"),
        (["in", "out", "--retry", "no/way"], "no/way: cannot be written: No such file or directory"),
        (["in", "out", "--dialect", "openia"], "no dialect 'openia', did you mean 'openai'?"),
    ],
)
def test_wrong_usage_leaves_with_2_and_one_line(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("in"), lines(request(1)))
    put(Path("out"), lines({**answer(1), "error": {"code": "batch_expired"}}))
    put(Path("odd"), b'{"a": 1}\n')
    ran = results(capsys, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(says)
    assert ran.err.count("\n") == 1
    assert Path("in").read_bytes() == lines(request(1))


def test_a_failure_leaves_the_old_file_of_what_is_sent_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner import requestresults

    def broken(path: str, places: set[int]) -> Any:
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(requestresults, "_chosen", broken)
    asked, output = put(tmp_path / "in", lines(request(1))), put(tmp_path / "out", lines(lost(1)))
    again = put(tmp_path / "again", b"old\n")
    ran = results(capsys, asked, output, "--retry", again)
    assert (ran.code, ran.err) == (2, f"{again}: cannot be written: No space left on device\n")
    assert again.read_bytes() == b"old\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "in", "out"]


def test_what_somebody_wrote_into_a_row_cannot_steer_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b[31m\u202ered\x07"
    asked = put(tmp_path / "in", lines(request(1, model=evil), request(2), request(3)))
    row = {"custom_id": "r1", "error": {"code": evil, "message": evil}}
    output = put(tmp_path / "out", lines(row, {**answer(2, status=400), "error": evil}) + b"\x1b[31m\n")
    for form in ("text", "json"):
        assert results(capsys, asked, output, "--format", form).out.replace("\n", "").isprintable()


def test_files_in_the_wrong_order_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = put(tmp_path / "in.jsonl", lines(bedrock(1)))
    output = put(tmp_path / "out.jsonl", lines({**bedrock(1), "modelOutput": {}}))
    named = (output, asked, "--dialect", "aws-bedrock")
    assert results(capsys, *named).err.startswith(f"{output}:1: the line is an answer of a batch: name the request")
    ran = results(capsys, asked, asked)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{asked}:1: the line is a request: name the job's output behind the request file\n"


def test_a_request_file_of_which_nothing_can_be_read_is_named_with_its_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = put(tmp_path / "in.jsonl", lines(request(1)).decode().encode("utf-16"))
    output = put(tmp_path / "out.jsonl", lines(answer(1)))
    for more in ((), ("--dialect", "openai")):
        ran = results(capsys, asked, output, *more)
        assert ran.code == 2
        assert ran.err.startswith(f"{asked}:1: the file is UTF-16 (little-endian): ")


def test_without_requests_there_is_no_empty_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked, output = put(tmp_path / "in.jsonl", b""), put(tmp_path / "out.jsonl", lines(answer(1)))
    ran = results(capsys, asked, output, "--dialect", "openai")
    assert "\n\n\n" not in ran.out
    assert "0 requests" in ran.out


def test_a_report_is_never_written_over_a_file_of_the_job(
    job: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [path.read_bytes() for path in job]
    for path in job:
        ran = results(capsys, *job, "--output", path)
        assert (ran.code, ran.err) == (
            2,
            f"{path}: is read or written by this command already: name another file\n",
        )
    again = tmp_path / "again.jsonl"
    ran = results(capsys, *job, "--retry", again, "--output", again)
    assert (ran.code, ran.err) == (2, f"{again}: is read or written by this command already: name another file\n")
    assert not again.exists()
    for command in ("check", "waves"):
        assert run(capsys, "batch", command, str(job[0]), "--output", str(job[0])).code == 2
    assert [path.read_bytes() for path in job] == before


def test_who_forgets_the_output_is_told_so_and_sends_nothing_again_that_may_have_succeeded(
    job: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, output, errors = job
    again = tmp_path / "again.jsonl"
    ran = results(capsys, asked, errors, "--retry", again)
    assert "1 without an answer is not sent again: if the job has an output file, theirs may be in it" in ran.out
    assert again.read_bytes() == lines(request(1), request(3))
    assert "if the job has an error file, name it behind the output" in results(capsys, asked, output).out


def test_an_older_file_of_what_to_send_again_is_not_taken_for_a_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = put(tmp_path / "in.jsonl", lines(request(1)))
    output = put(tmp_path / "out.jsonl", lines(answer(1)))
    again = put(tmp_path / "again.jsonl", lines(request(7)))
    ran = results(capsys, asked, output, "--retry", again)
    assert f"{again}: is an older file, of an earlier run: nothing of it is to be sent again" in ran.out
    assert again.read_bytes() == lines(request(7))
