"""planner lint: what is wrong with manifests, for CI."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from planner import formats
from planner.cards import lint_report
from planner.commands._shared import manifests, planned, valuing, write, writing
from planner.problems import Refused
from planner.report import WRONG_INPUT, Finding, exit_code
from planner.rules import Rule


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@valuing
@writing("text, json, markdown")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Lowest level that makes the exit code 1; error when absent.",
)
def command(
    paths: tuple[Path, ...],
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    format_name: str,
    output: Path | None,
    fail_on: str | None,
) -> None:
    """Check the manifests at PATHS (files or folders; workloads.yaml when none is named)."""
    render = formats.findings_format(format_name)
    findings: list[Finding] = []
    codes = [0]
    complaints: list[str] = []
    checked = manifests(paths)
    rules: dict[str, Rule] = {}
    for path in checked:
        try:
            report, _, catalog, settings = planned(path, day, prices, rule_folders, config)
        except Refused as refused:
            complaints += refused.complaints
            continue
        findings += report.findings
        rules |= {rule.id: rule for rule in catalog.rules}
        codes.append(exit_code(report.findings, report.budgets, fail_on or settings.fail_on, report.gate))
    if complaints:
        raise Refused(complaints)
    write(render(lint_report(map(str, checked), rules.values(), findings)), output)
    sys.exit(worst(codes))


def worst(codes: list[int]) -> int:
    """The code that counts where several hold: 2 > 3 > 4 > 1."""
    return max(codes, key=[0, 1, 4, 3, WRONG_INPUT].index)
