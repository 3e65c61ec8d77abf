"""planner export: a plan as FOCUS rows for cost tools, or as budget rows for spreadsheets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import click

from planner import files
from planner.commands._shared import F, Planned, check_no_input, planned, valuing, write
from planner.configfiles import configured
from planner.costs import rate_at
from planner.disk import load_schema, read_bytes, write_atomically
from planner.exports import budget, focus, tables
from planner.exports.columns import NEWEST, VERSIONS
from planner.problems import Refused, safe
from planner.rates import Rate
from planner.report import CLEAN, UNPRICED, Report, exit_code
from planner.savedplans import is_saved_plan, read_plan

LIST = "list"
FORMS = ("csv", "parquet", "xlsx")
SAYS = {
    1: "it has findings",
    UNPRICED: "something cannot be priced",
    4: "a budget is exceeded",
}


@click.group()
def command() -> None:
    """Write a plan for other programs: FOCUS rows, or budget rows for spreadsheets.

    MANIFEST may also be a plan that planner plan --format json saved.
    """


def exporting(*forms: str) -> Callable[[F], F]:
    """The arguments of an export that can be written in these forms."""

    def decorate(function: F) -> F:
        for option in (
            click.option(
                "--fail-on",
                type=click.Choice(["error", "warning", "note", "never"]),
                help="Lowest level that makes the exit code 1; error when absent.",
            ),
            click.option("--format", "-f", "form", type=click.Choice(forms), help="As the file is named when absent."),
            click.option(
                "--output",
                "-o",
                type=click.Path(path_type=Path),
                help="File to write, as a whole or not at all; CSV to standard output when absent or -.",
            ),
            valuing,
            click.argument("manifest", type=click.Path(path_type=Path)),
        ):
            function = option(function)
        return function

    return decorate


class Valued(NamedTuple):
    """A plan with the lowest level that fails, and what it was made from, unless it was saved."""

    report: Report
    fail_on: str
    made: Planned | None


def valued(
    path: Path,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    fail_on: str | None,
) -> Valued:
    """The plan of a manifest, or the plan that was saved in the file."""
    raw = read_bytes(path)
    if not is_saved_plan(raw):
        made = planned(path, day, prices, rule_folders, config)
        return Valued(made.report, fail_on or made.config.fail_on, made)
    if day or prices or rule_folders:
        raise Refused([f"{safe(path)}: is a plan, valued already: leave out --on, --prices and --rules"])
    report = read_plan(raw, str(path), load_schema("plan"))
    return Valued(report, fail_on or configured(path, config).fail_on, None)


@command.command("focus")
@exporting("csv", "parquet")
@click.option("--focus-version", type=click.Choice(VERSIONS), default=NEWEST, show_default=True, help="FOCUS version.")
def write_focus(
    manifest: Path,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    form: str | None,
    output: Path | None,
    fail_on: str | None,
    focus_version: str,
) -> None:
    """Write what MANIFEST is expected to cost as FOCUS rows, one per workload and token class.

    Nothing is written where a cost is not known (exit code 3).
    """
    chosen = chosen_form(form, output, ("csv", "parquet"))
    plan = valued(manifest, day, prices, rule_folders, config, fail_on)
    lost = focus.unpriced(plan.report)
    if lost:
        for name in lost:
            click.echo(f"{safe(manifest)}: {safe(name)}: cannot be priced, planner plan says why", err=True)
        click.echo("nothing was written: FOCUS has no row without a cost", err=True)
        sys.exit(UNPRICED)
    for name in (w.id for w in plan.report.workloads if not focus.runs(w, plan.report)):
        click.echo(f"{safe(manifest)}: {safe(name)}: runs once, in another month, and has no row", err=True)
    rows = focus.table(plan.report, focus_version, list_rates(plan, str(manifest)))
    deliver(tables.as_csv(rows) if chosen == "csv" else tables.as_parquet(rows), output)
    leave(plan, manifest)


@command.command("budget")
@exporting("csv", "xlsx")
def write_budget(
    manifest: Path,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    form: str | None,
    output: Path | None,
    fail_on: str | None,
) -> None:
    """Write the plan of MANIFEST as rows for a spreadsheet: workloads, sums, limits and what is left of them."""
    chosen = chosen_form(form, output, ("csv", "xlsx"))
    plan = valued(manifest, day, prices, rule_folders, config, fail_on)
    if chosen == "xlsx":
        deliver(tables.as_xlsx(budget.sheets(plan.report), plan.report.valued_on), output)
    else:
        mark = tables.BYTE_ORDER_MARK if to_file(output) else ""
        deliver(mark + tables.as_csv(budget.table(plan.report)), output)
    leave(plan, manifest)


def to_file(output: Path | None) -> bool:
    """Whether there is a file to write, and not standard output."""
    return output is not None and str(output) != "-"


def chosen_form(stated: str | None, output: Path | None, known: tuple[str, ...]) -> str:
    """The form that is stated, else that of the file's name, else CSV. Raises UsageError where none fits."""
    form = stated
    if form is None:
        form = output.suffix.lower().lstrip(".") if output is not None and to_file(output) else "csv"
    named = output.suffix.lower().lstrip(".") if output is not None and to_file(output) else ""
    if stated is not None and named in FORMS and named != stated:
        raise click.UsageError(f"{safe(output)} is named as {named}, and --format says {stated}")
    if form not in known:
        raise click.UsageError(f"{safe(output)}: name it {' or '.join(f'*.{one}' for one in known)}, or give --format")
    if form != "csv" and not to_file(output):
        raise click.UsageError(f"{form} is written to a file: name one with --output")
    return form


def list_rates(plan: Valued, name: str) -> dict[str, Rate | None] | None:
    """The list's rate of each workload in its lane; None where the plan was priced with the list itself."""
    report = plan.report
    if report.price_book.name == LIST:
        return None
    if plan.made is None:
        raise Refused(
            [f"{safe(name)}: was priced with {safe(report.price_book.name)} and has no list prices: name its manifest"]
        )
    manifest = plan.made.manifest
    book = files.load_catalog(manifest, (LIST,)).book
    lanes = {w.id: w.lane for w in report.workloads}
    return {w.id: rate_at(book, w, lanes[w.id], report.valued_on, w.input.mean) for w in manifest.workloads}


def deliver(content: str | bytes, output: Path | None) -> None:
    """To the file, or text to standard output."""
    if output is not None and to_file(output):
        check_no_input(output)
        write_atomically(output, content)
    elif isinstance(content, str):
        write(content, None)


def leave(plan: Valued, manifest: Path) -> None:
    """Ends with the exit code of the plan, and says what it means."""
    code = exit_code(plan.report.findings, plan.report.budgets, plan.fail_on, plan.report.gate)
    if code != CLEAN:
        click.echo(f"{safe(manifest)}: written, exit code {code}: {SAYS[code]}, planner plan says which", err=True)
    sys.exit(code)
