"""planner explain: the whole story of one workload."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from planner import budgets, formats
from planner.commands._shared import planned, valuing, write, writing
from planner.flips import flips
from planner.problems import Refused, quoted, suggestion
from planner.report import exit_code


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.argument("workload")
@valuing
@writing("text, json")
def command(
    manifest: Path,
    workload: str,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    format_name: str,
    output: Path | None,
) -> None:
    """Tell why WORKLOAD of MANIFEST is assigned as it is, and how its cost adds up."""
    report, stated, catalog, settings = planned(manifest, day, prices, rule_folders, config, trace_all=True)
    ids = [told.id for told in report.workloads]
    if workload not in ids:
        raise Refused(
            [
                f"{manifest}: no workload {quoted(workload)}{suggestion(workload, ids) or '; there are: ' + ', '.join(ids[:20])}"
            ]
        )
    told = report.workloads[ids.index(workload)]
    told = told._replace(flips=flips(stated, catalog, report.valued_on, stated.workloads[ids.index(workload)]))
    own = [finding for finding in report.findings if finding.workload == workload]
    if format_name == "text":
        from planner.story import tell

        rules = {rule.id: rule for rule in catalog.rules}
        text = tell(report, told, rules)
    else:
        text = formats.plan_format(format_name)(budgets.only(report, told, own))
    write(text, output)
    sys.exit(exit_code(own, [], settings.fail_on, report.gate))
