"""A split that is run again: what is kept, what is done anew, what is refused; and runs that were killed."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from planner.partfolders import MANIFEST, MARK
from tests.console import run
from tests.making import ROOT
from tests.test_batch_check import lines, request
from tests.test_batch_split import contents, manifest, parts, split, written

KILLER = """
import os, signal, sys
left, folder = int(sys.argv.pop(1)), sys.argv.pop(1)

def count(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.mkdir") and str(arguments[0]).startswith(folder):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
from planner.cli import main
main()
"""
"""The command line, which kills itself before it opens, renames or removes so many files in the folder."""
MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o")


def many(number: int, size: int = 10) -> bytes:
    """Requests to several models."""
    said = [{"role": "user", "content": "Say hello. " * size}]
    return lines(*(request(n, model=MODELS[n * n % 3], messages=said) for n in range(number)))


def command(path: Path, out: str, cap: int) -> list[str]:
    """The arguments of a split."""
    return ["batch", "split", str(path), "--out", out, "--on", "2026-11-24", "--max-requests", str(cap)]


def launched(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A new process that runs the code."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.DEVNULL)


def test_a_second_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, many(30))
    assert split(capsys, path, "--max-requests", "4").code == 0
    before = contents(tmp_path / "out")
    ran = split(capsys, path, "--max-requests", "4")
    assert (ran.code, contents(tmp_path / "out")) == (0, before)
    assert f"{len(before) - 1} of them there already" in ran.out


@pytest.mark.parametrize("damage", ["gone", "shorter", "longer", "other"])
def test_a_part_that_does_not_match_is_done_anew_and_the_others_are_kept(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, many(30))
    assert split(capsys, path, "--max-requests", "4").code == 0
    before = contents(tmp_path / "out")
    victim = tmp_path / "out" / "part-002-gpt-4.1-mini-00002.jsonl"
    raw = victim.read_bytes()
    match damage:
        case "gone":
            victim.unlink()
        case "shorter":
            victim.write_bytes(raw[:-9])
        case "longer":
            victim.write_bytes(raw + b"\n")
        case "other":
            victim.write_bytes(raw.replace(b"hello", b"HELLO"))
    assert split(capsys, path, "--max-requests", "4").code == 0
    after = contents(tmp_path / "out")
    assert {name: held for name, (held, _) in after.items()} == {name: held for name, (held, _) in before.items()}
    assert {name for name in after if after[name] != before[name]} == {victim.name, MANIFEST}


def test_a_folder_with_anything_else_is_refused_and_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, many(5))
    (tmp_path / "out").mkdir()
    for name in ("notes.txt", "part-001-gpt-4.1-00001.jsonl", ".film.mkv.partial", "parts.json", ".split.json"):
        stranger = tmp_path / "out" / name
        stranger.write_text("mine")
        ran = split(capsys, path)
        assert (ran.code, ran.err.startswith(f"{tmp_path / 'out'}: holds ")) == (2, True)
        assert stranger.read_text() == "mine"
        stranger.unlink()
    assert split(capsys, path).code == 0


def test_parts_of_another_file_or_with_other_options_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, many(5))
    assert split(capsys, path).code == 0
    before = contents(tmp_path / "out")
    assert "with other options: name another folder" in split(capsys, path, "--max-requests", "2").err
    written(tmp_path, many(6))
    ran = split(capsys, path)
    assert (ran.code, "holds the parts of another file" in ran.err) == (2, True)
    assert contents(tmp_path / "out") == before


def test_what_a_killed_run_left_of_another_file_is_refused_and_of_this_one_taken_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, many(9))
    out = tmp_path / "out"
    out.mkdir()
    (out / MARK).write_text(json.dumps({"source": "other.jsonl"}))
    assert "holds a split of 'other.jsonl' that was not finished" in split(capsys, path).err
    (out / MARK).write_text(json.dumps({"source": path.name}))
    (out / "part-009-old-00001.jsonl").write_text("from other options\n")
    (out / ".part-001-gpt-4.1-00001.jsonl.partial").write_text("half a li")
    assert split(capsys, path, "--max-requests", "2").code == 0
    assert {found.name for found in out.iterdir()} == {MANIFEST, *(part["name"] for part in manifest(path)["parts"])}


def test_a_run_killed_before_any_step_is_taken_up_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, many(12))
    assert split(capsys, path, "--max-requests", "3").code == 0
    whole = {name: held for name, (held, _) in contents(tmp_path / "out").items()}
    for step in count(1):
        other = tmp_path / str(step)
        process = launched(KILLER, str(step), str(other), *command(path, str(other), 3))
        if process.wait(timeout=60) == 0:
            break
        assert process.returncode == -signal.SIGKILL
        found = {each.name: each.read_bytes() for each in other.glob("*")}
        assert found.get(MANIFEST, whole[MANIFEST]) == whole[MANIFEST]
        assert all(held == whole[name] for name, held in found.items() if name.startswith("part-")), "a part is whole"
        if step % 3 == 0:
            assert launched(KILLER, str(step), str(other), *command(path, str(other), 3)).wait(timeout=60) in (0, -9)
        assert run(capsys, *command(path, str(other), 3)).code == 0
        assert {name: held for name, (held, _) in contents(other).items()} == whole
    assert step > 3 * len(whole), "every file was opened, written, renamed"


def test_a_disk_that_is_full_is_one_line_and_the_next_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, many(40))
    full = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    process = subprocess.run(
        [sys.executable, "-c", f"{full}\nfrom planner.cli import main\nmain()", *command(path, str(tmp_path / "out"), 10)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )  # fmt: skip
    assert (process.returncode, process.stdout, process.stderr.count("\n")) == (2, "", 1), process.stderr
    assert "cannot be written: File too large" in process.stderr
    assert not (tmp_path / "out" / MANIFEST).exists()
    assert split(capsys, path, "--max-requests", "10").code == 0
    assert sorted(b"".join(parts(path)).splitlines()) == sorted(path.read_bytes().splitlines())


def test_a_folder_that_cannot_be_made_or_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, many(5))
    ran = run(capsys, *command(path, str(path / "below"), 9))
    assert (ran.code, ran.err) == (2, f"{path}/below: cannot be written: Not a directory\n")
    ran = run(capsys, *command(path, str(path), 9))
    assert (ran.code, ran.err) == (2, f"{path}: is a file: name a folder\n")

    def denied(folder: Path, *more: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "mkdir", denied)
    ran = split(capsys, path)
    assert (ran.code, ran.err) == (2, f"{tmp_path}/out: cannot be written: Permission denied\n")


def test_a_run_killed_at_any_moment_is_taken_up_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, many(6000, 100))
    begun = time.monotonic()
    assert split(capsys, path, "--max-requests", "100").code == 0
    longest = 2 * (time.monotonic() - begun) + 0.3
    other, chance = tmp_path / "other", random.Random(7)
    for _ in range(5):
        process = launched(KILLER, "0", str(other), *command(path, str(other), 100))
        time.sleep(chance.uniform(0.1, longest))
        process.kill()
        process.wait(timeout=60)
    assert launched(KILLER, "0", str(other), *command(path, str(other), 100)).wait(timeout=60) == 0
    whole = {name: held for name, (held, _) in contents(tmp_path / "out").items()}
    assert {name: held for name, (held, _) in contents(other).items()} == whole
    assert b"".join(sorted(b"".join(parts(path)).splitlines())) == b"".join(sorted(path.read_bytes().splitlines()))
