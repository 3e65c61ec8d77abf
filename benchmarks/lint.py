"""Linting very many files: planner lint beside yamllint, on the same 1,000 manifests of 20 workloads each.

Run by `make bench`. Both are called once, on the folder.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

from benchmarks.startup import DAY, INSTALL, SLOWING, manifest, program


def write_files(folder: Path, files: int) -> None:
    """So many manifests of 20 workloads, no two alike."""
    text = manifest(20)
    for number in range(files):
        own = text.replace("startup-benchmark", f"manifest-{number}").replace(
            "requests: 1500", f"requests: {1500 + number}"
        )
        (folder / f"m{number:04}.yaml").write_text(own, encoding="utf-8")


def seconds(command: tuple[str, ...]) -> float:
    """Wall time of one run. Leaves with code 1 where the command does not succeed."""
    environment = {name: value for name, value in os.environ.items() if name not in SLOWING}
    start = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    taken = time.perf_counter() - start
    if ran.returncode != 0:
        print(f"{command[0]} ended with code {ran.returncode}:\n{ran.stdout[-2000:]}{ran.stderr}", file=sys.stderr)
        raise SystemExit(1)
    return taken


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=1000, help="number of manifests")
    asked = parser.parse_args()
    programs = {name: program(name) for name in ("planner", "yamllint")}
    if None in programs.values():
        print(
            f"not installed: {[name for name in programs if programs[name] is None]}. Run {INSTALL}.", file=sys.stderr
        )
        raise SystemExit(2)
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), asked.files)
        taken = {
            "planner lint": seconds((str(programs["planner"]), "lint", "--on", DAY, folder)),
            "yamllint": seconds((str(programs["yamllint"]), folder)),
        }
    print(f"{asked.files:,} files, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    ours = taken["planner lint"]
    rows = [
        (name, f"{time:.1f} s", f"{time / asked.files * 1000:.1f} ms", f"{ours / time:.2f}")
        for name, time in taken.items()
    ]
    print(tabulate(rows, ("command", "time", "a file", "planner / it"), colalign=("left", "right", "right", "right")))


if __name__ == "__main__":
    main()
