"""How fast a forecast draws, beside the bare arithmetic in numpy on the same draws, and how much memory it takes.

The bare evaluation gets the same points and takes the same percentiles of the same sums.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc
from tabulate import tabulate

from planner.disk import load_schema
from planner.documents import read_document
from planner.files import load_catalog
from planner.forecasting.calendar import with_successors
from planner.forecasting.draws import SOBOL, Z95
from planner.forecasting.forecast import Draws, forecast
from planner.forecasting.inputs import factors
from planner.forecasting.report import ScenarioForecast
from planner.forecasting.simulation import PERCENTILES, simulate
from planner.parsing import parse

DAY = date(2026, 11, 24)
ROUNDS = 5
HEAD = "version: 1\nbudget: {monthly_usd: 500000000}\nbudgets: [{owner: team-1, monthly_usd: 9000000}]\nworkloads:\n"
WORKLOAD = """\
  - id: w{number}
    owner: team-{team}
    provider: openai
    model: gpt-6-luna
    user_facing: true
    volume: {{requests: {{mean: {requests}, p95: {p95}}}, per: day}}
    growth: {{percent_per_month: 2}}
    tokens: {{input: {{mean: 900, p95: 2000}}, output: {{mean: 300, p95: 700}}}}
    reasoning: {{effort: none}}
"""


def estate(workloads: int) -> str:
    """The text of a manifest of so many workloads, each with three uncertain numbers."""
    return HEAD + "".join(
        WORKLOAD.format(number=n, team=n % 20, requests=1000 + n, p95=2 * (1000 + n)) for n in range(workloads)
    )


def bare(exact: ScenarioForecast, count: int, randomisations: int, seed: int) -> Any:
    """The same arithmetic without anything around it: points, factors, products, sums, percentiles."""
    usd_in = np.array([[float(month.input_usd) for month in w.months] for w in exact.workloads])
    usd_out = np.array([[float(month.output_usd) for month in w.months] for w in exact.workloads])
    workloads = len(usd_in)
    team = [n for n, w in enumerate(exact.workloads) if w.owner == "team-1"]
    s = Z95 - np.sqrt(Z95**2 - 2 * np.log(2))
    spread = np.repeat([s, 0.01, 0.01], workloads)
    found = []
    for number in range(randomisations):
        random = np.random.default_rng([seed, number])
        points = np.empty((count, 3 * workloads))
        first = min(SOBOL, 3 * workloads)
        points[:, :first] = qmc.Sobol(first, scramble=True, seed=random).random(count)
        points[:, first:] = random.random((count, 3 * workloads - first))
        factor = np.exp(spread * ndtri(points + 2.0**-33) - spread**2 / 2)
        volume, inputs, outputs = np.split(factor, 3, axis=1)
        of_in, of_out = volume * inputs, volume * outputs
        months = of_in @ usd_in + of_out @ usd_out
        limit = of_in[:, team] @ usd_in[team] + of_out[:, team] @ usd_out[team]
        each = of_in * usd_in.sum(axis=1) + of_out * usd_out.sum(axis=1)
        for sums in (months, months, limit, each, months.sum(axis=1)[:, None]):
            found.append(np.percentile(np.ascontiguousarray(sums.T), PERCENTILES, axis=1))
    return found


def timed(*works: Callable[[], Any]) -> list[float]:
    """The best of some rounds in seconds, for each; a round runs all, so that what disturbs the machine disturbs all."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for at, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[at] = min(best[at], time.perf_counter() - start)
    return best


def peak_mb() -> float:
    """The most memory that this process held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--workloads", type=int, default=1000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--draws", type=int, default=10_000)
    asked = parser.parse_args()
    manifest = parse(read_document(estate(asked.workloads).encode(), "bench.yaml"), load_schema("manifest"))
    catalog = with_successors(manifest, load_catalog)
    start = time.perf_counter()
    exact = forecast(manifest, catalog, DAY, asked.months, draws=Draws(0)).scenarios[0]
    exactly = time.perf_counter() - start
    uncertain = list(factors(manifest, catalog, exact.workloads))
    before = peak_mb()
    drawn = simulate(manifest, exact, uncertain, asked.draws, 0)
    peak = peak_mb()
    ours, theirs = timed(
        lambda: simulate(manifest, exact, uncertain, asked.draws, 0),
        lambda: bare(exact, drawn.draws // drawn.randomisations, drawn.randomisations, 0),
    )
    print(
        f"{asked.workloads:,} workloads, {asked.months} months, {drawn.draws:,} draws of {len(uncertain):,} numbers, "
        f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores\n"
    )
    rows = [
        ("the exact months", f"{exactly:.2f} s", ""),
        ("planner, draws", f"{ours:.2f} s", f"{ours / theirs:.2f}"),
        ("bare numpy, the same draws", f"{theirs:.2f} s", "1.00"),
        ("memory for the draws, at most", f"{peak - before:.0f} MB", ""),
    ]
    print(tabulate(rows, ("", "taken", "planner / it"), colalign=("left", "right", "right")))


if __name__ == "__main__":
    main()
