"""planner plan: the assignment, the costs and the budgets of a manifest."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from planner import formats
from planner.commands._shared import planned, valuing, write, writing
from planner.report import exit_code


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@valuing
@writing("text, json, markdown, csv")
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
    format_name: str,
    output: Path | None,
    fail_on: str | None,
) -> None:
    """Assign each workload of MANIFEST to real-time or batch and print what a month costs."""
    render = formats.plan_format(format_name)
    report, _, _, settings = planned(manifest, day, prices, rule_folders, config)
    write(render(report), output)
    sys.exit(exit_code(report.findings, report.budgets, fail_on or settings.fail_on, report.gate))
