"""How fast request files are checked and split, beside what libraries do with them: `python -m benchmarks.batchfiles`.

Every line is a process of its own on one core, start and end included; the best of some rounds, in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

REQUESTS = 50_000
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
TYPED = """
import sys, msgspec
class Message(msgspec.Struct): role: str; content: str
class Body(msgspec.Struct): model: str; messages: list[Message]; max_tokens: int | None = None
class Line(msgspec.Struct): custom_id: str; method: str; url: str; body: Body
decode = msgspec.json.Decoder(Line).decode
for line in open(sys.argv[1], "rb"): line.decode(); decode(line)
"""
LOOP = "import sys, {0}\nfor line in open(sys.argv[1], 'rb'): {0}.loads(line)"
COPY = """
import sys, os, hashlib
sha = hashlib.sha256()
with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as out:
    while piece := source.read(1 << 20): sha.update(piece); out.write(piece)
    out.flush(); os.fsync(out.fileno())
"""
DUCKDB = """
import sys, duckdb
duckdb.execute("SET threads = 1")
duckdb.execute("SELECT count(DISTINCT custom_id), sum(length(body)) FROM read_json(?, format = 'newline_delimited',"
    " columns = {custom_id: 'VARCHAR', method: 'VARCHAR', url: 'VARCHAR', body: 'JSON'})", [sys.argv[1]]).fetchall()
"""
PLANNER = "from planner.cli import start; start()"
CHECK = ["-c", PLANNER, "batch", "check", "{file}", "--tokens", "bytes", "--fail-on", "never"]
STDLIB, BARE, WHOLE = "json of the standard library", "msgspec, typed, with UTF-8", "planner batch check"
WORKS = {
    STDLIB: ["-c", LOOP.format("json"), "{file}"],
    "orjson": ["-c", LOOP.format("orjson"), "{file}"],
    BARE: ["-c", TYPED, "{file}"],
    "duckdb, one thread": ["-c", DUCKDB, "{file}"],
    WHOLE: CHECK,
    "planner batch check --no-price": [*CHECK, "--no-price"],
    "copy with SHA-256": ["-c", COPY, "{file}", "{folder}"],
    "planner batch split": ["-c", PLANNER, "batch", "split", "{file}", "--out", "{folder}"],
}


class Run(NamedTuple):
    """What a process took: seconds of the clock and of the processor, and its largest memory in megabytes."""

    wall: float
    cpu: float
    megabytes: float


def prose(chance: random.Random, size: int) -> str:
    """English in its letters, capitals, digits and signs, if not in its words."""
    words, length = [], 0
    while length < size:
        word = "".join(chance.choices(LETTERS, k=chance.randint(2, 9)))
        word = word.capitalize() if chance.random() < 0.1 else word
        word = str(chance.randint(0, 2025)) if chance.random() < 0.02 else word
        words.append(word + (chance.choice(",.;:!") if chance.random() < 0.1 else ""))
        length += len(words[-1]) + 1
    return " ".join(words)


def made(path: Path, megabytes: int, kind: str) -> int:
    """Writes a request file of about that size; its bytes."""
    chance = random.Random(1)
    size = max(10, megabytes * 1_000_000 // REQUESTS - 260)
    texts = [prose(chance, size) for _ in range(1000)]
    if kind == "escapes":
        texts = [text.replace(". ", ".\n").replace("; ", ' "so" ') for text in texts]
    if kind == "accents":
        texts = [text.replace("e", "\u00e9", 40) for text in texts]
    models = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o") if kind == "models" else ("gpt-4.1",)
    system = {"role": "system", "content": "Sort the ticket into one of four queues."}
    with path.open("w", encoding="utf-8") as out:
        for number in range(REQUESTS):
            messages = [system, {"role": "user", "content": texts[number % 1000]}]
            body = {"model": models[number % len(models)], "max_tokens": 50, "messages": messages}
            line = {"custom_id": f"request-{number}", "method": "POST", "url": "/v1/chat/completions", "body": body}
            out.write(json.dumps(line, ensure_ascii=kind != "accents") + "\n")
    return path.stat().st_size


def ran(arguments: list[str]) -> Run:
    """Runs Python with the arguments on one core."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return Run(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measured(path: Path, rounds: int) -> dict[str, Run]:
    """The best of each work."""
    runs: dict[str, list[Run]] = {name: [] for name in WORKS}
    for _ in range(rounds):
        for name, arguments in WORKS.items():
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                places = {"{file}": str(path), "{folder}": f"{folder}/out"}
                runs[name].append(ran([places.get(part, part) for part in arguments]))
    return {name: Run(*(min(values) for values in zip(*each, strict=True))) for name, each in runs.items()}


def main() -> None:
    """Prints a table for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="*", default=["plain", "escapes", "accents", "models"])
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    folder = Path(tempfile.mkdtemp())
    for kind in chosen.kinds:
        size = made(folder / "in.jsonl", chosen.megabytes, kind) / 1_000_000
        found = measured(folder / "in.jsonl", chosen.rounds)
        rows = [
            (name, f"{size / run.wall:.0f}", f"{size / run.cpu:.0f}", f"{run.megabytes:.0f}", f"{found[STDLIB].cpu / run.cpu:.2f}", f"{found[BARE].cpu / run.cpu:.2f}")
            for name, run in found.items()
        ]  # fmt: skip
        head = (f"{kind}, {size:.0f} MB", "MB/s", "MB/s of processor", "peak MB", "x stdlib", "x msgspec")
        print(tabulate(rows, head, disable_numparse=True), end="\n\n")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
