"""How fast a request file is split, beside a bare copy with its SHA-256: `python -m benchmarks.batchfiles`."""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tabulate import tabulate

from planner.batchfiles.dialects import named
from planner.batchfiles.splitting import Caps
from planner.requestfiles import load_dialects
from planner.requestparts import Plan, split

LINE_BYTES = (400, 1600, 5000)
MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o")
WORDS = "The parcel was late, and nobody answered the phone. "


def made(path: Path, megabytes: int, line_bytes: int) -> int:
    """Writes a request file of about that size; its bytes."""
    said = (WORDS * (line_bytes // len(WORDS) + 1))[: line_bytes - 190]
    with path.open("w", encoding="utf-8") as out:
        for number in range(megabytes * 1_000_000 // line_bytes):
            body = {"model": MODELS[number % 3], "max_tokens": 50, "messages": [{"role": "user", "content": said}]}
            line = {"custom_id": f"r{number}", "method": "POST", "url": "/v1/chat/completions", "body": body}
            out.write(json.dumps(line) + "\n")
    return path.stat().st_size


def copied(path: Path, to: Path) -> None:
    """The least that any split does: reads, hashes, writes."""
    sha = hashlib.sha256()
    with path.open("rb") as source, to.open("wb") as out:
        while piece := source.read(1 << 20):
            sha.update(piece)
            out.write(piece)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Prints a table of megabytes a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300)
    size = parser.parse_args().megabytes
    dialect = named("openai", load_dialects())
    plan = Plan(dialect, True, lambda model: Caps(50_000, 200_000_000, 40_000_000), {})
    rows = []
    for line_bytes in LINE_BYTES:
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / "in.jsonl", Path(folder) / "out"
            millions = made(path, size, line_bytes) / 1_000_000
            took = [
                seconds(lambda path=path, out=out: copied(path, out.with_name("copy"))),  # type: ignore[misc]
                seconds(lambda path=path, out=out: split(str(path), out, plan)),  # type: ignore[misc]
                seconds(lambda path=path, out=out: split(str(path), out, plan)),  # type: ignore[misc]
            ]
            rows.append((line_bytes, *(round(millions / one) for one in took)))
    print(tabulate(rows, ("bytes a line", "copy and hash, MB/s", "split, MB/s", "split again, MB/s")))


if __name__ == "__main__":
    main()
