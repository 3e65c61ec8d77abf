"""planner forecast: what the months to come cost, and how far that is uncertain."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from planner import files, forecastviews
from planner.catalog import Catalog
from planner.commands._shared import today, valuing, write, writing
from planner.configfiles import configured
from planner.disk import load_schema
from planner.forecasting.calendar import Horizon, successors
from planner.forecasting.forecast import Draws, Variant, forecast
from planner.forecasting.report import AS_STATED, exit_code
from planner.forecasting.scenarios import changed, read_change
from planner.growth import month_number
from planner.manifest import Manifest
from planner.problems import Refused, quoted, suggestion

MONTH = r"[12][0-9]{3}-(0[1-9]|1[0-2])"
SET = "--set"
"""Name of the scenario that the options --set make."""


def read_month(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """A month such as 2026-12, counted from year 0."""
    if value is None:
        return None
    if not re.fullmatch(MONTH, value):
        raise click.BadParameter(f"{quoted(value)} is not a month: write it as 2026-12", ctx, param)
    return month_number(value)


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
    help="Draws of uncertain numbers, rounded up to a power of two; 0 for the expected cost alone.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Makes the same draws again.")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="A what-if beside the manifest as stated.")
@click.option("--scenario", "names", multiple=True, metavar="NAME", help="A scenario of the manifest beside it.")
@valuing
@writing(", ".join(forecastviews.names()))
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
) -> None:
    """Forecast what the workloads of MANIFEST cost month by month.

    Each month is decided and priced on its own days. The exit code speaks of the manifest as stated.
    """
    render = forecastviews.forecast_format(format_name)
    settings = configured(manifest, config)
    stated = files.load_manifest(manifest)
    on = day or today()
    horizon = Horizon(on.year * 12 + on.month if start is None else start, months, calendar)

    def load(one: Manifest) -> Catalog:
        return files.load_catalog(one, prices, rule_folders, settings)

    variants = [
        Variant(name, one, with_successors(one, load), changes) for name, one, changes in _variants(stated, names, sets)
    ]
    report = forecast(variants, horizon, Draws(draws, seed), files.probe_request_files(stated))
    write(render(report), output)
    sys.exit(exit_code(report))


def with_successors(manifest: Manifest, load: Callable[[Manifest], Catalog]) -> Catalog:
    """A catalog that also knows the models that follow those of the manifest."""
    workloads = manifest.workloads
    while True:
        catalog = load(manifest._replace(workloads=workloads))
        asked = {(w.provider, w.model) for w in workloads}
        more = {
            (w.provider, name): w._replace(model=name)
            for w in workloads
            for name in successors(catalog.book, w.provider, w.model)
            if (w.provider, name) not in asked
        }
        if not more:
            return catalog
        workloads = (*workloads, *more.values())


def _variants(
    stated: Manifest, names: Sequence[str], sets: Sequence[str]
) -> list[tuple[str, Manifest, Mapping[str, Any]]]:
    """The manifest as stated, then each scenario that was asked for, then what --set makes of it."""
    schema = load_schema("manifest")
    found: list[tuple[str, Manifest, Mapping[str, Any]]] = [(AS_STATED, stated, {})]
    for name in dict.fromkeys(names):
        if name not in stated.scenarios:
            known = f"; there are: {', '.join(stated.scenarios)}" if stated.scenarios else "; the manifest states none"
            raise Refused([f"no scenario {quoted(name)}{suggestion(name, stated.scenarios)}{known}"])
        changes = stated.scenarios[name]
        place = stated.document.where(("scenarios", name))
        where = f"{stated.document.name}:{place.line}:{place.column}: scenario {name}"
        found.append((name, changed(stated, where, changes, schema), changes))
    if sets:
        changes = dict(read_change(text) for text in sets)
        found.append((SET, changed(stated, SET, changes, schema), changes))
    return found
