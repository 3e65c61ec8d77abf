"""How planning scales: the time and memory of estates up to 100,000 workloads, and costs a second beside others.

Run by `make bench-scale`. The rivals are given the same work: check-jsonschema validates the same manifest and does
no more; litellm, genai-prices and a bare dictionary of Decimals price the same requests.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from planner.disk import DATA

MODELS = (
    ("openai", "gpt-6-luna", "global"),
    ("openai", "gpt-4.1", "global"),
    ("openai", "gpt-5.4-mini", "global"),
    ("anthropic", "claude-haiku-4-5", "global"),
    ("anthropic", "claude-sonnet-4-5", "global"),
    ("google-gemini", "gemini-2.5-flash", "global"),
    ("google-gemini", "gemini-2.5-pro", "global"),
    ("mistral", "mistral-large-2512", "global"),
    ("groq", "openai/gpt-oss-120b", "global"),
    ("deepseek", "deepseek-flash", "global"),
)
USES = ("chatbot", "content-generation", "data-analysis", "report-summarization", "model-evaluation")
HEAD = """\
version: 1
name: scale-benchmark
budget: {monthly_usd: 500000000}
accounts:
  openai: {tier: tier-5}
  anthropic: {tier: scale}
workloads:
"""
WORKLOAD = """\
  - id: workload-{number}
    use_case: {use}
    owner: team-{team}
    labels:
      product: shop-{product}
      stage: live
    provider: {provider}
    model: {model}
    volume:
      requests: {requests}
      per: {per}
    tokens:
      input: {input}
      output: {output}
      max_output: 16000
    reasoning:
      effort: {effort}
    latency:
      max: {wait}
    user_facing: {facing}
    batch: {{expires_after: 14d, fallback: real-time, on_limit: exponential-backoff, partial_results: process}}
"""


def manifest(workloads: int) -> Iterator[str]:
    """The text of a manifest of so many workloads, 20 lines each, no two alike."""
    yield HEAD
    for number in range(workloads):
        provider, model, _ = MODELS[number % len(MODELS)]
        waits = number % 3
        yield WORKLOAD.format(
            number=number,
            use=USES[number % len(USES)] if waits else "chatbot",
            team=number % 50,
            product=number % 7,
            provider=provider,
            model=model,
            requests=1000 + 37 * number,
            per=("day", "month", "week")[number % 3],
            input=200 + number % 7919,
            output=50 + number % 1201,
            effort=("low", "medium", "high")[number % 3],
            wait="48h" if waits else "5s",
            facing="false" if waits else "true",
        )


COUNT = 20_000
DAY = "2026-11-24"
"""The day whose prices count, so that the same work is measured whenever this runs."""
INSTALL = "python -m pip install --editable '.[bench]'"
REQUESTS = 20_000


class Run(NamedTuple):
    """A command that ended well: wall time in seconds, the most memory it held in MB."""

    seconds: float
    megabytes: float


def run(command: tuple[str, ...]) -> Run:
    """Runs the command without its output. Leaves with code 1 where it did not do its work."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    taken = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1, 4):
        print(f"{command[0]} ended with code {child.returncode}", file=sys.stderr)
        raise SystemExit(1)
    return Run(taken, usage.ru_maxrss / 1024)


def sizes(counts: list[int], validate: int, folder: Path) -> list[tuple[str, ...]]:
    """Rows of time and memory: the plan at each size, and check-jsonschema merely validating one of them."""
    rows = []
    planner, rival = str(_beside("planner")), str(_beside("check-jsonschema"))
    for count in counts:
        path = folder / f"{count}.yaml"
        with path.open("w", encoding="utf-8") as out:
            out.writelines(manifest(count))
        for name in ("lint", "plan"):
            measured = run((planner, name, "--on", DAY, "--output", str(folder / "out.txt"), str(path)))
            rows.append(_row(f"planner {name}", count, measured))
        if count == validate:
            schema = DATA / "schemas" / "manifest.schema.json"
            rows.append(_row("check-jsonschema", count, run((rival, "--schemafile", str(schema), str(path)))))
    return rows


def _row(name: str, count: int, measured: Run) -> tuple[str, ...]:
    each = measured.seconds / count * 1e6
    return (name, f"{count:,}", f"{measured.seconds:.1f} s", f"{each:.0f} us", f"{measured.megabytes:.0f} MB")


def _beside(name: str) -> Path:
    """The program beside this Python. Leaves with code 2 where it is missing."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        print(f"not installed: {name}. Run {INSTALL} and try again.", file=sys.stderr)
        raise SystemExit(2)
    return path


def costs() -> list[tuple[str, ...]]:
    """Rows of requests priced a second by each pricer, each in a process of its own."""
    rates = {}
    for name in PRICERS:
        printed = subprocess.run(
            (sys.executable, "-c", _PRICING.format(setup=PRICERS[name][0], call=PRICERS[name][1], count=REQUESTS)),
            capture_output=True,
            text=True,
            check=False,
        )
        if printed.returncode:
            last = printed.stderr.strip().splitlines()[-1:]
            print(f"{name} cannot be measured: {' '.join(last)}. Run {INSTALL} and try again.", file=sys.stderr)
            raise SystemExit(2)
        rates[name] = float(printed.stdout)
    ours = rates["planner"]
    return [(name, f"{rate:,.0f}", f"{ours / rate:.2f}") for name, rate in rates.items()]


_PRICING = """
import time
{setup}
best = 0
for _ in range(3):
    start = time.perf_counter()
    for i in range({count}):
        {call}
    best = max(best, {count} / (time.perf_counter() - start))
print(best)
"""
PRICERS = {
    "planner": (
        f"""
from datetime import date
from planner import files
from planner.requestcosts import request_cost
book, on = files.load_price_book(("list",), {{"openai": {{"gpt-4.1"}}}}), date.fromisoformat("{DAY}")
""",
        'request_cost(book, "openai", "gpt-4.1", on, 1000 + i, 500, 100)',
    ),
    "a dict of Decimals": (
        """
from decimal import Decimal
rates = {("openai", "gpt-4.1"): {"input": Decimal("2"), "cached": Decimal("0.5"), "output": Decimal("8")}}
""",
        """rate = rates["openai", "gpt-4.1"]
        (rate["input"] * (900 + i) + rate["cached"] * 100 + rate["output"] * 500) / 1000000""",
    ),
    "genai-prices": (
        "from genai_prices import Usage, calc_price",
        """calc_price(Usage(input_tokens=1000 + i, cache_read_tokens=100, output_tokens=500),
            model_ref="gpt-4.1", provider_id="openai")""",
    ),
    "litellm": (
        """
import os
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm
""",
        """litellm.cost_per_token(model="gpt-4.1", prompt_tokens=1000 + i, completion_tokens=500,
            cache_read_input_tokens=100)""",
    ),
}
"""What each needs before the loop, and how it prices one request of its own size."""


def main() -> None:
    """Measures and prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[COUNT, 5 * COUNT], help="workloads of the manifests")
    parser.add_argument("--validate", type=int, default=COUNT, help="size that check-jsonschema validates too")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as folder:
        rows = sizes(asked.sizes, asked.validate, Path(folder))
    print(tabulate(rows, ("command", "workloads", "time", "each", "memory"), colalign=("left", *["right"] * 4)))
    print()
    print(tabulate(costs(), ("pricer", "requests a second", "planner is times as fast"), disable_numparse=True))


if __name__ == "__main__":
    main()
