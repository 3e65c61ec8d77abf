"""planner batch check from the command line: exit codes, formats, files on the disk, what is loaded."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from planner import files
from planner.requestfiles import open_requests
from tests.console import Ran, run
from tests.making import ROOT
from tests.test_batch_check import claude, lines, request

GOLDEN = Path(__file__).parent / "golden"
BROKEN = ROOT / "examples" / "broken-requests.jsonl"
DIGEST = re.compile(r"sha256:[0-9a-f]+")


def batch(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    """planner batch check on a fixed day."""
    return run(capsys, "batch", "check", *map(str, arguments), "--on", "2026-11-24")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A file that is clean."""
    path = tmp_path / "good.jsonl"
    path.write_bytes(lines(request(1), request(2)))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A file with an error, a warning and a note."""
    path = tmp_path / "bad.jsonl"
    path.write_bytes(lines({**request(1), "method": "GET", "more": 1}) + b"\n")
    return path


def test_a_clean_file_leaves_with_0(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = batch(capsys, good)
    assert (ran.code, ran.err) == (0, "")
    assert "2 requests: 0 errors, 0 warnings, 1 note; nothing that the service is known to refuse." in ran.out


@pytest.mark.parametrize(("level", "code"), [(None, 1), ("error", 1), ("warning", 1), ("note", 1), ("never", 0)])
def test_findings_leave_with_1_from_the_level_that_was_asked_for(
    bad: Path, level: str | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(capsys, bad, *(("--fail-on", level) if level else ())).code == code


def test_a_note_fails_only_where_notes_are_asked_for(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch(capsys, good, "--fail-on", "warning").code == 0
    assert batch(capsys, good, "--fail-on", "note").code == 1
    assert batch(capsys, good, "--fail-on", "note", "--tier", "tier-4").code == 0


def test_what_cannot_be_priced_leaves_with_3_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines({**request(1, model="gpt-9"), "method": "GET"}))
    ran = batch(capsys, path)
    assert ran.code == 3
    assert "Not priced: gpt-9: no price book lists 'gpt-9' at openai." in ran.out
    assert "$0" not in ran.out
    assert batch(capsys, path, "--no-price").code == 1


def test_every_file_that_cannot_be_read_is_named_and_nothing_is_written(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = batch(capsys, good, tmp_path / "none.jsonl", tmp_path, "--output", tmp_path / "out.txt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        f"{tmp_path / 'none.jsonl'}: no such file",
        f"{tmp_path}: is a folder: name a file",
    ]
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--dialect", "openia"], "no dialect 'openia', did you mean 'openai'?"),
        (["--tier", "tier-9"], "no tier 'tier-9' at openai, did you mean"),
        (["--subscription", "gold"], "no subscription 'gold' at openai"),
        (["--enqueued-tokens", "many"], "'many' is not a whole number"),
        (["--metadata", "x"], "'x' is not KEY=VALUE"),
        (["--on", "today"], "is not a day"),
        (["--prices", "no-such-book"], "no price book 'no-such-book'"),
    ],
)
def test_wrong_usage_leaves_with_2_and_a_word_of_help(
    good: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(capsys, "batch", "check", str(good), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_no_file_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "batch", "check").code == 2


def test_a_gzip_file_is_read_through_and_noted(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = tmp_path / "good.jsonl.gz"
    packed.write_bytes(gzip.compress(good.read_bytes()))
    one, other = (json.loads(batch(capsys, path, "-f", "json").out) for path in (good, packed))
    assert other["files"][0]["compressed"] is True
    assert {finding["rule"] for finding in other["findings"]} == {"queue-unchecked", "compressed-file"}
    assert one["models"] == other["models"]
    assert one["files"][0]["bytes"] == other["files"][0]["bytes"]


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-9], lambda raw: raw[:30] + b"\0" * 20 + raw[50:]])
def test_a_gzip_file_that_breaks_off_leaves_with_2(
    spoil: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "a.gz"
    packed.write_bytes(spoil(gzip.compress(lines(*(request(n) for n in range(500))))))  # type: ignore[operator]
    ran = batch(capsys, packed)
    assert (ran.code, ran.out, ran.err) == (2, "", f"{packed}: the gzip file is broken or cut off\n")


def test_standard_input_is_a_file(
    good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(good.read_bytes()))))
    assert json.loads(batch(capsys, "-", "-f", "json").out)["files"][0]["requests"] == 2


def test_ids_must_differ_across_the_files_of_a_call(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"custom_id 'r1' is also in '{good}', line 1" in batch(capsys, good, bad).out


def test_json_fits_its_schema_with_and_without_prices(
    bad: Path, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = files.load_schema("batch")
    for arguments in ([bad], [good, bad], [good, "--no-price"], [good, "--output-tokens", "9"], [BROKEN]):
        ran = batch(capsys, *arguments, "--format", "json")
        jsonschema.validate(json.loads(ran.out), schema)


def test_json_lists_as_many_of_a_kind_as_were_asked_for_and_counts_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*({**request(n), "method": "GET"} for n in range(30))))
    data = json.loads(batch(capsys, path, "-f", "json", "--most", "5").out)
    assert len(data["findings"]) == 5 + 1
    assert data["counts"]["error"] == 30
    assert data["kinds"][0] | {"file": ""} == {
        "file": "", "rule": "method-wrong", "kind": "method", "level": "error", "count": 30, "shown": 5, "last_line": 30,
    }  # fmt: skip


def test_text_shows_three_of_a_kind_and_a_number_for_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*({**request(n), "method": "GET"} for n in range(50_000))))
    shown = batch(capsys, path, "--no-price").out.splitlines()
    assert [line for line in shown if "method-wrong" in line] == [
        f"{path}:{n}:{41 + len(str(n - 1)) - 11}: error method-wrong: method is 'GET'" for n in (1, 2, 3)
    ]
    assert "    and 49,997 more like these, the last on line 50,000" in shown
    assert len(shown) < 15


def test_what_somebody_wrote_into_a_file_cannot_steer_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    evil = "\x1b[31m\u202ered\x07"
    path.write_bytes(
        lines({**request(1, evil, model=evil), "custom_id": evil, evil: 1}, {**request(2), "custom_id": evil})
    )
    for form in ("text", "json"):
        assert batch(capsys, path, "--format", form).out.replace("\n", "").isprintable()


def test_the_output_of_a_broken_file_is_stable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    shown = batch(capsys, BROKEN.relative_to(ROOT), "--tokens", "bytes").out
    assert DIGEST.sub("sha256:0", shown) == (GOLDEN / "batch.txt").read_text(encoding="utf-8")
    data = batch(capsys, BROKEN.relative_to(ROOT), "--tokens", "bytes", "--format", "json").out
    assert DIGEST.sub("sha256:0", data) == (GOLDEN / "batch.json").read_text(encoding="utf-8")


def test_a_bar_shows_the_progress_of_a_big_file_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    path.write_bytes(lines(claude()) + b"\n" * 5_000_000)
    told: list[int] = []
    assert sum(map(len, open_requests(str(path), told.append).source.blocks)) == path.stat().st_size == sum(told)
    assert len(told) == 20


def test_linting_a_manifest_loads_nothing_of_this() -> None:
    code = "import sys, planner.commands.lint; print(' '.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(ran.stdout.split())
    assert "planner.files" in loaded
    assert {name for name in loaded if name.startswith("planner.batchfiles.")} <= {
        "planner.batchfiles.probe",
        "planner.batchfiles.rulebook",
    }
    assert loaded & {"planner.requestfiles", "planner.commands.batch", "quicktok", "gzip"} == set()
