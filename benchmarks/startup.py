"""How long a start takes: planner lint and plan beside yamllint and check-jsonschema, on the same manifest.

Run by `make bench`. Every round runs every command once, so that what disturbs the machine disturbs all alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tabulate import tabulate

from planner.disk import DATA

ROUNDS = 15
DAY = "2026-11-24"
"""The day whose prices count, so that the same work is measured whenever this runs."""
RIVALS = ("yamllint", "check-jsonschema")
INSTALL = "python -m pip install --editable '.[bench]'"
SLOWING = ("PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME", "PYTHONDEVMODE", "PYTHONTRACEMALLOC")
"""Settings under which Python would compile or record anew in every run; they are taken out for all commands."""

MODELS = (
    ("openai", "gpt-6-luna"),
    ("openai", "gpt-6.1-sol"),
    ("anthropic", "claude-sonnet-5-5"),
    ("anthropic", "claude-haiku-4-5"),
    ("google-gemini", "gemini-3.8-flash"),
)
HEAD = """\
---
version: 1
name: startup-benchmark
budget: {monthly_usd: 500000}
accounts:
  openai: {tier: tier-4}
  anthropic: {tier: scale}
  google-gemini:
    tier: tier-3
    enqueued_tokens: {gemini-3.8-flash: 400000000}
defaults:
  batch:
    expires_after: 14d
    fallback: real-time
    on_limit: exponential-backoff
    partial_results: process
workloads:
"""
WAITING = """\
  - id: chat-{number}
    use_case: chatbot
    owner: support-team
    labels: {{product: support}}
    provider: {provider}
    model: {model}
    volume: {{requests: 2000, per: day}}
    tokens: {{input: 1800, output: 220, max_output: 1000}}
    reasoning: {{effort: low}}
    latency: {{max: 1s}}
    user_facing: true
    streaming: true
"""
OVERNIGHT = """\
  - id: texts-{number}
    use_case: content-generation
    owner: catalog-team
    labels: {{product: shop}}
    provider: {provider}
    model: {model}
    volume: {{requests: 1500, per: day}}
    tokens: {{input: {{mean: 500, p95: 2000}}, output: 1000, max_output: 4000}}
    reasoning: {{effort: low}}
    latency: {{max: 48h}}
    budget: {{monthly_usd: 50000}}
"""


class Contender(NamedTuple):
    """A command line, and the name under which the table lists it."""

    name: str
    command: tuple[str, ...]


def manifest(workloads: int = 20) -> str:
    """A manifest of so many workloads on five models of three providers; yamllint finds no error in it."""
    parts = [HEAD]
    for number in range(workloads):
        provider, model = MODELS[number % len(MODELS)]
        kind = WAITING if number % 2 else OVERNIGHT
        parts.append(kind.format(number=number, provider=provider, model=model))
    return "".join(parts)


def program(name: str) -> str | None:
    """The program as installed beside this Python, else as found on the path."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def contenders(path: Path) -> list[Contender]:
    """All that is measured, on the manifest at the path. Leaves with code 2 where a program is missing."""
    found = {name: program(name) for name in ("planner", *RIVALS)}
    missing = [name for name, where in found.items() if where is None]
    if missing:
        print(f"not installed: {', '.join(missing)}. Run {INSTALL} (or make bench) and try again.", file=sys.stderr)
        raise SystemExit(2)
    programs = {name: where for name, where in found.items() if where is not None}
    schema = DATA / "schemas" / "manifest.schema.json"
    return [
        Contender("planner lint", (programs["planner"], "lint", "--on", DAY, str(path))),
        Contender("planner plan", (programs["planner"], "plan", "--on", DAY, str(path))),
        Contender("yamllint", (programs["yamllint"], str(path))),
        Contender("check-jsonschema", (programs["check-jsonschema"], "--schemafile", str(schema), str(path))),
        Contender("python -c pass", (sys.executable, "-c", "pass")),
    ]


def seconds(contender: Contender) -> float:
    """Wall time of one run. Leaves with code 1 and the output where the command does not succeed."""
    environment = {name: value for name, value in os.environ.items() if name not in SLOWING}
    start = time.perf_counter()
    ran = subprocess.run(contender.command, capture_output=True, text=True, check=False, env=environment)
    taken = time.perf_counter() - start
    if ran.returncode != 0:
        print(f"{contender.name} ended with code {ran.returncode}:\n{ran.stdout}{ran.stderr}", file=sys.stderr)
        raise SystemExit(1)
    return taken


def measure(entries: Sequence[Contender], rounds: int) -> dict[str, list[float]]:
    """Wall times by name. A first round, which fills the caches of the disk and of Python, does not count."""
    times: dict[str, list[float]] = {entry.name: [] for entry in entries}
    for number in range(rounds + 1):
        for entry in entries:
            taken = seconds(entry)
            if number:
                times[entry.name].append(taken)
    return times


def table(times: dict[str, list[float]]) -> str:
    """Best and median in milliseconds, and how our two commands compare: ours divided by theirs, best by best."""
    lint, plan = min(times["planner lint"]), min(times["planner plan"])
    rows = [
        (
            name,
            f"{1000 * min(taken):.0f}",
            f"{1000 * median(taken):.0f}",
            f"{lint / min(taken):.2f}",
            f"{plan / min(taken):.2f}",
        )
        for name, taken in times.items()
    ]
    head = ("command", "best ms", "median ms", "lint / it", "plan / it")
    return tabulate(rows, head, disable_numparse=True, colalign=("left", "right", "right", "right", "right"))


def surroundings(rounds: int) -> str:
    """What the figures depend on, in one line."""
    rivals = ", ".join(f"{name} {version(name)}" for name in RIVALS)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{rounds} interleaved rounds, {python}, {os.cpu_count()} processors, {rivals}"


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each command runs (%(default)s)")
    rounds = max(1, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workloads.yaml"
        path.write_text(manifest(), encoding="utf-8")
        times = measure(contenders(path), rounds)
    print(f"20 workloads, {surroundings(rounds)}\n\n{table(times)}")


if __name__ == "__main__":
    main()
