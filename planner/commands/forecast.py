"""planner forecast: what the months to come cost, and how far that is uncertain."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from planner import files, forecastviews
from planner.commands._shared import today, valuing, write, writing
from planner.configfiles import configured
from planner.disk import load_schema
from planner.forecasting.calendar import with_successors
from planner.forecasting.forecast import Draws, Variant, forecast
from planner.forecasting.report import AS_STATED, exit_code
from planner.forecasting.scenarios import changed, option_source, read_changes, scenario_source
from planner.growth import month_number
from planner.manifest import Manifest
from planner.problems import Refused, quoted, suggestion

MONTH = r"[12][0-9]{3}-(0[1-9]|1[0-2])"
LEAST_DRAWS = 1024
SET = "--set"
"""Name of the scenario that the options --set make."""


def read_month(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """A month such as 2026-12, counted from year 0."""
    if value is None:
        return None
    if not re.fullmatch(MONTH, value):
        raise click.BadParameter(f"{quoted(value)} is not a month: write it as 2026-12", ctx, param)
    return month_number(value)


def read_draws(ctx: click.Context, param: click.Parameter, value: int) -> int:
    """How many draws: none, or enough for the standard error of a percentile to mean something."""
    if 0 < value < LEAST_DRAWS:
        raise click.BadParameter(f"{value} is too few for a percentile: write 0, or at least {LEAST_DRAWS}", ctx, param)
    return value


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("--months", type=click.IntRange(1, 120), default=12, show_default=True, help="How many months.")
@click.option("--start", metavar="MONTH", callback=read_month, help="First month; the one after --on when absent.")
@click.option("--calendar", is_flag=True, help="Months with their real days instead of mean months of 30.4375 days.")
@click.option(
    "--draws",
    type=click.IntRange(0, 131072),
    default=8192,
    show_default=True,
    callback=read_draws,
    help="Draws of uncertain numbers, 1,024 or more, rounded up to a power of two; 0 for the expected cost alone.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Makes the same draws again.")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="A what-if beside the manifest as stated.")
@click.option(
    "--scenario",
    "names",
    multiple=True,
    metavar="NAME",
    help="A scenario of the manifest; all of them when neither this nor --set is given.",
)
@valuing
@writing(", ".join(forecastviews.names()))
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Lowest level that makes the exit code 1; error when absent.",
)
def command(
    manifest: Path,
    months: int,
    start: int | None,
    calendar: bool,
    draws: int,
    seed: int,
    sets: tuple[str, ...],
    names: tuple[str, ...],
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    format_name: str,
    output: Path | None,
    fail_on: str | None,
) -> None:
    """Forecast what the workloads of MANIFEST cost month by month.

    Each month is decided and priced on its own days. Findings and the exit code speak of the manifest as stated.
    """
    render = forecastviews.forecast_format(format_name)
    settings = configured(manifest, config)

    def variant(name: str, one: Manifest, changes: Mapping[str, Any]) -> Variant:
        catalog = with_successors(one, lambda some: files.load_catalog(some, prices, rule_folders, settings))
        return Variant(name, one, catalog, changes, files.probe_request_files(one))

    stated = variant(AS_STATED, files.load_manifest(manifest), {})
    variants = [variant(*one) for one in _changed(stated.manifest, names, sets)]
    report = forecast(
        stated.manifest,
        stated.catalog,
        day or today(),
        months,
        start=start,
        calendar=calendar,
        draws=Draws(draws, seed),
        request_files=stated.request_files,
        gate=settings.gate,
        variants=variants,
    )
    report = report._replace(findings=settings.levelled(report.findings))
    write(render(report), output)
    sys.exit(exit_code(report, fail_on or settings.fail_on))


def _changed(
    stated: Manifest, names: Sequence[str], sets: Sequence[str]
) -> Iterator[tuple[str, Manifest, Mapping[str, Any]]]:
    """Each scenario that was asked for, then what --set makes of the manifest."""
    schema = load_schema("manifest")
    for name in dict.fromkeys(names or (() if sets else stated.scenarios)):
        if name not in stated.scenarios:
            known = f"; there are: {', '.join(stated.scenarios)}" if stated.scenarios else "; the manifest states none"
            raise Refused([f"no scenario {quoted(name)}{suggestion(name, stated.scenarios)}{known}"])
        changes = stated.scenarios[name]
        yield name, changed(stated, changes, scenario_source(stated.document, name), schema), changes
    if sets:
        changes = read_changes(sets)
        yield SET, changed(stated, changes, option_source, schema), changes
