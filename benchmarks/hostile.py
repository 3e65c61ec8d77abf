"""Request files made to hurt, and what checking and splitting them takes: `python -m benchmarks.hostile`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

LINE = b'{"custom_id": "%s", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4.1", "max_tokens": 5, "messages": [{"role": "user", "content": "%s"}]}}\n'


WATCHED = """
import os, sys, re
leave, told = os._exit, sys.argv.pop(1)
def watched(code):
    with open("/proc/self/status") as status, open(told, "w") as out:
        out.write(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1])
    leave(code)
os._exit = watched
from planner.cli import start
start()
"""
"""The command line, which writes its peak in kB at its end. What the system says of a child counts its parent too."""


class Took(NamedTuple):
    """How a command ended, what it said last, and what it took."""

    code: int
    said: str
    seconds: float
    megabytes: float


def one_line(count: int) -> Iterator[bytes]:
    """All bytes in one line, in one text."""
    before, after = (LINE % (b"a", b"|")).split(b"|")
    yield before
    for _ in range(count // 1_000_000):
        yield b"word " * 200_000
    yield after


def one_line_of_values(count: int) -> Iterator[bytes]:
    """All bytes in one line, in a list of small objects."""
    yield b'{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"x": ['
    for _ in range(count // 800_000):
        yield b'{"a":1},' * 100_000
    yield b"0]}}\n"


def brackets(count: int) -> Iterator[bytes]:
    """So many lists in each other."""
    yield b'{"custom_id": "a", "body": ' + b"[" * count + b"]" * count + b"}\n"


def open_brackets(count: int) -> Iterator[bytes]:
    """So many lists in each other that never end, behind good lines."""
    yield b"".join(LINE % (b"r%d" % number, b"hello") for number in range(200))
    yield b"[" * count + b"\n"


def tiny(count: int) -> Iterator[bytes]:
    """So many lines of two bytes and their end."""
    for _ in range(count // 1000):
        yield b"{}\n" * 1000


def ids(count: int) -> Iterator[bytes]:
    """So many requests, each with its own id."""
    for start in range(0, count, 1000):
        yield b"".join(LINE % (b"id-%d" % number, b"hello") for number in range(start, start + 1000))


def models(count: int) -> Iterator[bytes]:
    """So many requests, each to its own model."""
    for number in range(count):
        yield (LINE % (b"r%d" % number, b"hello")).replace(b"gpt-4.1", b"m%d" % number)


FILES: dict[str, tuple[Callable[[int], Iterator[bytes]], int]] = {
    "200 MB in one line": (one_line, 200_000_000),
    "200 MB in one line of small objects": (one_line_of_values, 200_000_000),
    "a million nested brackets": (brackets, 1_000_000),
    "a million brackets that stay open": (open_brackets, 1_000_000),
    "ten million tiny lines": (tiny, 10_000_000),
    "ten million ids": (ids, 10_000_000),
    "a million models": (models, 1_000_000),
}
COMMANDS = {"check": ["check", "--tokens", "bytes"], "split": ["split", "--dialect", "openai", "--out"]}


def written(path: Path, name: str, share: int = 1) -> None:
    """The file of that name, or so small a share of it."""
    make, count = FILES[name]
    with path.open("wb") as out:
        out.writelines(make(count // share))


def took(path: Path, command: str) -> Took:
    """Runs the command on the file; the memory is told by the process itself, in a file."""
    more = [str(path.with_name("out"))] if command == "split" else []
    told = path.with_name("peak")
    begun = time.perf_counter()
    process = subprocess.run(
        [sys.executable, "-c", WATCHED, str(told), "batch", *COMMANDS[command], *more, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    return Took(process.returncode, process.stderr, time.perf_counter() - begun, int(told.read_text()) / 1024)


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=int, default=1, help="So small a share of each file.")
    share = parser.parse_args().share
    rows = []
    for name in FILES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "in.jsonl"
            written(path, name, share)
            for command in COMMANDS:
                found = took(path, command)
                rows.append((name, command, found.code, f"{found.seconds:.1f}", f"{found.megabytes:.0f}", found.said[-60:].strip()))  # fmt: skip
    print(tabulate(rows, ("file", "command", "exit code", "seconds", "peak MB", "says"), disable_numparse=True))


if __name__ == "__main__":
    main()
