"""Whatever is thrown at the command line: an exit code, one line per fault, and never a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.console import Ran, run
from tests.making import ROOT, manifest_text, workload

Capsys = pytest.CaptureFixture[str]
HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(
    max_examples=int(HUNT or "150"),
    deadline=None,
    derandomize=HUNT is None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SHOWN = [(does, form) for does in ("lint", "plan") for form in ("text", "json", "markdown")] + [("plan", "csv")]
VALID = """\
version: 1
name: estate
budget: {monthly_usd: 100}
budgets: [{owner: team, monthly_usd: 5}]
accounts: {openai: {tier: tier-4, enqueued_tokens: {gpt-4.1: 900000}}}
defaults: {provider: openai, reasoning: {effort: low}}
workloads:
  - id: words
    model: gpt-6-luna
    owner: team
    labels: &all {product: shop}
    volume: {requests: 100000, per: day}
    tokens: {input: {mean: 1000, p95: 15000}, output: 500, cached_input: 100}
    latency: {max: 24h}
    batch: {every: 1d, fallback_share: 2%, submit_at: "02:00"}
  - id: "vectors"
    use_case: embedding
    model: text-embedding-3-small
    labels: *all
    volume: {items: 7, per: once}
    tokens: {input: 350.5}
    lane: {pin: batch, because: we say so, until: 2027-06-30}
"""


def sound(ran: Ran, file: str) -> Ran:
    """What holds for every run on a file: a known code, output or complaints, and lines that a terminal can show."""
    assert ran.code in range(5)
    assert bool(ran.out) is (ran.code != 2)
    assert bool(ran.err) is (ran.code == 2)
    assert not [c for c in ran.out + ran.err if not c.isprintable() and c not in "\n\u200b\ufe0f"]
    for line in ran.err.splitlines():
        assert re.fullmatch(re.escape(file) + r"(:\d+:\d+)?: .{5,700}", line), line
    return ran


def on(capsys: Capsys, path: Path, raw: bytes, command: str = "plan", form: str = "text") -> Ran:
    """The run of a command on a file with these bytes."""
    path.write_bytes(raw)
    return sound(run(capsys, command, str(path), "--on", "2026-11-24", "--format", form), str(path))


PIECES = [*"a1{}[]'\"#%@\t\r\n\x00é\u2028💥", ": ", "- ", ", ", "\n  ", "&a ", "*a ", "!t ", "| ", "> ", "? "]
PIECES += ["version", "workloads", "id", "0x1F", "no", "\x1b[2J"]
anything = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.lists(st.sampled_from(PIECES), max_size=40).map(lambda pieces: "".join(pieces).encode()),
    st.text(max_size=30).map(lambda text: b"version: 1\nworkloads:\n  - id: " + text.encode()),
)

NASTY = ["", "~", "-1", "0", "-0.0", "1e999", "9" * 31, "0." + "9" * 29, "true", "[]", "{}", "[" * 50, "{a: " * 50]
NASTY += ["'" * 3, "x" * 5000, '"\\e]0;owned\\a"', '"\\x9b2J"', '"\\u202e"', '"\\0"', "💥", "../../..", "/dev/zero"]
NASTY += ["*all", "&all 1", "!!int 1", "no", "0s", "999999999w", "9999-12-31", "0001-01-01", "999.999999%", "gpt-4o"]
NASTY += ["1000000000", "1000000000000000", "xai", "azure", "none", "once", "second", "article-2025-12", "'24:00'"]
changes = st.lists(
    st.tuples(st.sampled_from(["drop", "double", "swap", "word", "word", "word"]), st.integers(0, 999), st.integers(0, 999)),
    min_size=1,
    max_size=4,
)  # fmt: skip


def mutated(wanted: list[tuple[str, int, int]]) -> str:
    """The valid manifest with lines dropped, doubled and swapped, and with words replaced by nasty ones."""
    lines = VALID.splitlines(keepends=True)
    for what, one, other in wanted:
        at, to = one % len(lines), other % len(lines)
        if what == "drop" and len(lines) > 1:
            del lines[at]
        elif what == "double":
            lines.insert(to, lines[at])
        elif what == "swap":
            lines[at], lines[to] = lines[to], lines[at]
        else:
            words = list(re.finditer(r"[\w./%-]+", "".join(lines)))
            word, text = words[one % len(words)], "".join(lines)
            nasty = NASTY[other % len(NASTY)]
            lines = (text[: word.start()] + nasty + text[word.end() :]).splitlines(keepends=True)
    return "".join(lines)


@FUZZ
@given(anything, st.sampled_from(SHOWN))
def test_any_bytes_are_answered(capsys: Capsys, tmp_path: Path, raw: bytes, shown: tuple[str, str]) -> None:
    on(capsys, tmp_path / "m.yaml", raw, *shown)


@FUZZ
@given(changes, st.sampled_from(SHOWN))
def test_any_change_of_a_manifest_is_answered(
    capsys: Capsys, tmp_path: Path, wanted: list[tuple[str, int, int]], shown: tuple[str, str]
) -> None:
    on(capsys, tmp_path / "m.yaml", mutated(wanted).encode(), *shown)


@pytest.mark.parametrize("shown", SHOWN)
def test_the_manifest_that_is_mutated_is_valid(capsys: Capsys, tmp_path: Path, shown: tuple[str, str]) -> None:
    assert on(capsys, tmp_path / "m.yaml", VALID.encode(), *shown).code == 4


HUGE = {
    "brackets": "[" * 900_000,
    "one line": "a" * 900_000,
    "a: on many lines": "a: \n" * 220_000,
    "keys": "".join(f"k{number}: 1\n" for number in range(50_000)),
    "tags": "- !t x\n" * 120_000,
    "traps": "".join(f"- 0{number}\n" for number in range(100_000)),
    "wrong workloads": "version: 1\nworkloads:\n" + "- {id: A}\n" * 85_000,
    "unknown keys": VALID + "".join(f"    k{number}: 1\n" for number in range(60_000)),
    "aliases": "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 9)}]" for n in range(12)),
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_megabyte_of_nonsense_is_refused_within_a_second(capsys: Capsys, tmp_path: Path, text: str) -> None:
    def quick() -> bool:
        begun = time.process_time()
        ran = on(capsys, tmp_path / "m.yaml", text.encode())
        assert ran.code == 2
        assert len(ran.err.splitlines()) <= 51
        return time.process_time() - begun < 1

    assert quick() or quick() or quick()


def test_a_megabyte_of_workloads_is_planned(capsys: Capsys, tmp_path: Path) -> None:
    many = [workload(id=f"w{number}", description="x" * 1900) for number in range(500)]
    begun = time.process_time()
    ran = on(capsys, tmp_path / "m.yaml", manifest_text(*many).encode(), form="csv")
    assert (ran.code, len(ran.out.splitlines())) == (0, 501)
    assert (tmp_path / "m.yaml").stat().st_size > 1_000_000
    assert time.process_time() - begun < 15


ESCAPES = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202e\n::error::x\r"


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("field", ["name", "model", "owner", "endpoint", "provider", "use_case", "account", "region"])
def test_no_name_reaches_the_terminal_with_its_control_characters(
    capsys: Capsys, tmp_path: Path, field: str, shown: tuple[str, str]
) -> None:
    outer, inner = ({"name": ESCAPES}, {}) if field == "name" else ({}, {field: ESCAPES})
    text = manifest_text(workload(**inner), budgets=[{"owner": ESCAPES, "name": ESCAPES, "monthly_usd": 0}], **outer)
    ran = on(capsys, tmp_path / "m.yaml", text.encode(), *shown)
    assert "\n::error::" not in ran.out + ran.err


@pytest.mark.parametrize(
    "name", ["a\x1b]0;owned\x07.yaml", "a\nb.yaml", "a\udcff.yaml", "a b'\".yaml", "-.yaml", "💥.yaml"]
)
def test_a_file_may_have_any_name(capsys: Capsys, tmp_path: Path, name: str) -> None:
    path, target = tmp_path / name, tmp_path / "out.json"
    for text, code in (manifest_text(), 0), ("version: 2\nworkloads: []\n", 2):
        path.write_text(text, encoding="utf-8")
        for argument in (str(path), str(tmp_path)):
            ran = run(capsys, "lint", argument, "--on", "2026-11-24", "--format", "json", "--output", str(target))
            assert (ran.code, ran.out, len(ran.err.splitlines())) == (code, "", code)
            assert all(line.isprintable() and ": " in line for line in ran.err.splitlines())
    missing = run(capsys, "plan", str(path) + "?")
    assert (missing.code, len(missing.err.splitlines()), missing.err.strip().isprintable()) == (2, 1, True)


@pytest.mark.parametrize("command", ["plan", "lint"])
def test_what_is_no_readable_file_is_refused_by_name(capsys: Capsys, tmp_path: Path, command: str) -> None:
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name, says in [
        (str(tmp_path / "none.yaml"), "no such file"),
        (str(tmp_path / "empty.yaml" / "below.yaml"), "cannot be read: Not a directory"),
        (str(tmp_path / "loop.yaml"), "cannot be read"),
        (str(tmp_path / ("n" * 300)), "cannot be read: File name too long"),
        ("/proc/self/mem", "cannot be read: Input/output error"),
        ("/dev/null", ":1:1: nothing is written here"),
        (str(tmp_path / "empty.yaml"), ":1:1: nothing is written here"),
    ]:
        ran = run(capsys, command, name)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1), name
        assert ran.err.lstrip("'").startswith(name)
        assert says in ran.err
    assert "is a folder: name a file" in run(capsys, "plan", str(tmp_path)).err


def test_lint_of_a_folder_passes_over_what_is_no_file(capsys: Capsys, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(manifest_text(), encoding="utf-8")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    assert run(capsys, "lint", str(tmp_path), "--on", "2026-11-24").code == 0


USAGE = [
    (["plan", "M", "--on", "tomorrow"], ["'tomorrow' is not a day: write it as 2026-11-24"]),
    (["plan", "M", "--format", "jsn"], ["no format 'jsn', did you mean 'json'?"]),
    (["lint", "M", "--format", "../text"], ["no format '../text'"]),
    (["plan", "M", "--prices", "lst"], ["no price book 'lst', did you mean 'list'?"]),
    (["plan", "M", "--prices", "/none/p.yaml"], ["/none/p.yaml", "no such"]),
    (["plan", "M", "--prices", "EMPTY"], ["EMPTY", "no price file"]),
    (["plan", "M", "--rules", "/none"], ["/none: no such folder of rules"]),
    (["plan", "M", "--config", "/none.yaml"], ["/none.yaml: no such file"]),
    (["plan", "M", "--frmat", "json"], ["No such option", "--format"]),
    (["plam", "M"], ["No such command 'plam'"]),
    (["plan", "M", "--output", "NONE/plan.txt"], ["cannot be written: No such file or directory"]),
    (["plan", "M", "--output", "EMPTY"], ["cannot be written: Is a directory"]),
]


@pytest.mark.parametrize(("arguments", "says"), USAGE, ids=[" ".join(arguments) for arguments, _ in USAGE])
def test_wrong_usage_is_two_and_says_what_was_meant(
    capsys: Capsys, tmp_path: Path, arguments: list[str], says: list[str]
) -> None:
    (tmp_path / "M").write_text(manifest_text(), encoding="utf-8")
    (tmp_path / "EMPTY").mkdir()
    ran = run(capsys, *(str(tmp_path / word) if word[0].isupper() else word for word in arguments))
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err
    assert all(part in ran.err for part in says), ran.err


def test_a_price_book_that_is_not_there_is_refused_where_the_manifest_names_it(capsys: Capsys, tmp_path: Path) -> None:
    for prices, place in [("lst", "2:9"), (["list", "ours/"], "4:3"), ("n" * 5000 + "/", "2:9"), ("a\0/", "2:9")]:
        ran = on(capsys, tmp_path / "m.yaml", manifest_text(prices=prices).encode())
        assert ran.err.startswith(f"{tmp_path / 'm.yaml'}:{place}: "), prices
    assert "did you mean 'list'?" in on(capsys, tmp_path / "m.yaml", manifest_text(prices="lst").encode()).err


def test_an_output_that_is_a_link_or_a_pipe_stays_one_and_a_private_file_private(
    capsys: Capsys, tmp_path: Path
) -> None:
    manifest, kept, pipe, link = (tmp_path / name for name in ("m.yaml", "kept.csv", "pipe", "link"))
    manifest.write_text(manifest_text(), encoding="utf-8")
    kept.touch(mode=0o600)
    link.symlink_to(kept)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for target in (link, pipe):
        assert run(capsys, "plan", str(manifest), "--format", "csv", "--output", str(target)).code == 0
    assert link.is_symlink()
    assert pipe.is_fifo()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_bytes() == os.read(reader, 100_000) != b""
    os.close(reader)


def test_an_output_that_cannot_be_finished_leaves_the_old_file(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "m.yaml").write_text(manifest_text(), encoding="utf-8")
    (tmp_path / "plan.txt").write_text("old", encoding="utf-8")
    monkeypatch.setattr("pathlib.Path.replace", full)
    ran = run(capsys, "plan", str(tmp_path / "m.yaml"), "--output", str(tmp_path / "plan.txt"))
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.yaml", "plan.txt"]
    assert (tmp_path / "plan.txt").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("more", ["> /dev/full", ">&-", "2>&- | head -c 1", "< /dev/null > /dev/null", "2> /dev/full"])
def test_a_process_ends_without_a_traceback_wherever_its_output_goes(tmp_path: Path, more: str) -> None:
    (tmp_path / "m.yaml").write_text(manifest_text(*[workload(id=f"w{n}") for n in range(100)]), encoding="utf-8")
    shell = f"{sys.executable} -m planner.cli plan {tmp_path / 'm.yaml'} --format json --fail-on never {more}"
    ran = subprocess.run(["sh", "-c", shell], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in ran.stderr
    assert ran.returncode != 1
