"""planner report: the plan as one page for a browser, to send and to keep."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from planner import files
from planner.cards import RULES_URL, cards_of
from planner.commands._shared import planned, valuing, write
from planner.flips import flips
from planner.forecasting.calendar import with_successors
from planner.forecasting.forecast import Draws, forecast
from planner.problems import Refused
from planner.report import exit_code

MISSING = "the page needs libraries that are not installed: pip install 'llm-workload-planner[report]'"
LIBRARIES = ("jinja2", "markupsafe", "vl_convert")


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option(
    "--months",
    type=click.IntRange(0, 120),
    default=12,
    show_default=True,
    help="How many months the forecast looks ahead; 0 for none.",
)
@valuing
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="File to write, as a whole or not at all; standard output when absent.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Lowest level that makes the exit code 1; error when absent.",
)
def command(
    manifest: Path,
    months: int,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    output: Path | None,
    fail_on: str | None,
) -> None:
    """Write the plan of MANIFEST as one HTML page that needs no network and no script."""
    dearest, render = _renderer()
    report, stated, catalog, settings = planned(manifest, day, prices, rule_folders, config)
    ahead = None
    if months:
        whole = with_successors(stated, lambda some: files.load_catalog(some, prices, rule_folders, settings))
        asked = Draws() if _can_draw() else Draws(0)
        seen = files.probe_request_files(stated)
        ahead = forecast(stated, whole, report.valued_on, months, draws=asked, request_files=seen, gate=settings.gate)
    spoke = {w.decided_by or "" for w in report.workloads} | {finding.rule for finding in report.findings}
    cards = cards_of(catalog.rules, spoke, settings.rules_url or RULES_URL)
    turns = {
        one.workload.id: flips(stated, catalog, report.valued_on, stated.workloads[one.at]) for one in dearest(report)
    }
    write(render(report, manifest.as_posix(), cards, turns, ahead), output)
    sys.exit(exit_code(report.findings, report.budgets, fail_on or settings.fail_on, report.gate))


def _renderer() -> tuple[Callable[..., Any], Callable[..., str]]:
    """Which workloads the page tells more of, and what makes it. Raises Refused where its libraries are missing."""
    try:
        from planner.reportpage.page import dearest, render
    except ModuleNotFoundError as missing:
        if missing.name not in LIBRARIES:
            raise
        raise Refused([MISSING]) from None
    return dearest, render


def _can_draw() -> bool:
    """Whether the libraries are there that percentiles are drawn with."""
    from importlib.util import find_spec

    try:
        return all(find_spec(name) is not None for name in ("numpy", "scipy"))
    except ValueError:
        return False
