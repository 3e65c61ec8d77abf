"""planner report: the plan as one page for a browser, to send and to keep."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from planner.cards import RULES_URL, cards_of
from planner.commands._shared import Planned, planned, valuing, write
from planner.flips import flips
from planner.problems import Refused
from planner.report import exit_code

MISSING = "the page needs libraries that are not installed: pip install 'llm-workload-planner[report]'"
LIBRARIES = ("jinja2", "markupsafe", "vl_convert")


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path))
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
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    output: Path | None,
    fail_on: str | None,
) -> None:
    """Write the plan of MANIFEST as one HTML page that needs no network and no script."""
    page = _renderer()
    made = planned(manifest, day, prices, rule_folders, config)
    write(page(made, manifest.as_posix()), output)
    sys.exit(exit_code(made.report.findings, made.report.budgets, fail_on or made.config.fail_on, made.report.gate))


def _renderer() -> Callable[[Planned, str], str]:
    """What makes the page. Raises Refused where its libraries are not installed."""
    try:
        from planner.reportpage.page import dearest, render
    except ModuleNotFoundError as missing:
        if missing.name not in LIBRARIES:
            raise
        raise Refused([MISSING]) from None

    def rendered(made: Planned, source: str) -> str:
        report, manifest, catalog, settings = made
        spoke = {w.decided_by or "" for w in report.workloads} | {finding.rule for finding in report.findings}
        cards = cards_of(catalog.rules, spoke, settings.rules_url or RULES_URL)
        turns = {
            one.workload.id: flips(manifest, catalog, report.valued_on, manifest.workloads[one.at])
            for one in dearest(report)
        }
        return render(report, source, cards, turns)

    return rendered
