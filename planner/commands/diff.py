"""planner diff: what changes in cost from one plan to another, and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click

from planner import allowing, diffviews, files
from planner.commands._shared import read_day, today, valuing, write, writing
from planner.config import Config
from planner.configfiles import configured
from planner.diffgates import EVERYTHING, Gate, judge_gates, read_gates
from planner.diffing.comparison import compare, nothing
from planner.diffing.splitting import Side
from planner.diffing.verdict import exit_code_of
from planner.disk import load_schema, read_bytes
from planner.documents import read_document
from planner.manifest import Manifest
from planner.parsing import parse
from planner.plan import plan
from planner.problems import Refused, quoted, safe
from planner.report import Report
from planner.revisions import at_revision, beside_at_revision
from planner.savedplans import is_saved_plan, read_plan

EMPTY = "(no such file)"


def read_amount(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    """An amount such as 500 or 12.5, in exact digits."""
    if value is None:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter(f"{quoted(value)} is not an amount: write it as 500 or 12.5", ctx, param)
    return amount


def gating(command: Any) -> Any:
    """The options that bound the change of all workloads together."""
    for option, says in (
        ("--max-total-usd", "Fail where the total rises above this from below."),
        ("--max-increase-percent", "Fail where the total rises by more percent."),
        ("--max-increase-usd", "Fail where the total rises by more dollars a month."),
    ):
        command = click.option(option, metavar="NUMBER", callback=read_amount, help=says)(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--base", metavar="REVISION", help="Compare the one file named with what it was in this revision of git.")
@valuing
@click.option(
    "--old-on", metavar="DATE", callback=read_day, help="Day whose prices count for OLD; that of NEW when absent."
)
@click.option("--old-prices", multiple=True, help="Price book for OLD; that of NEW when absent.")
@gating
@writing(", ".join(diffviews.names()))
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Lowest level of a new finding that makes the exit code 1; error when absent.",
)
def command(
    paths: tuple[Path, ...],
    base: str | None,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    old_on: date | None,
    old_prices: tuple[str, ...],
    max_increase_usd: Decimal | None,
    max_increase_percent: Decimal | None,
    max_total_usd: Decimal | None,
    format_name: str,
    output: Path | None,
    fail_on: str | None,
) -> None:
    """Compare what a month costs in OLD and NEW, each a manifest or a plan saved as JSON.

    With --base there is one file, and OLD is the manifest that it was in that revision of git.
    """
    render = diffviews.diff_format(format_name)
    old_input, new_input = _inputs(paths, base)
    settings = configured(paths[-1], config)
    new_on = day or today()
    terms = (
        _Terms(old_on or new_on, old_prices or prices, rule_folders, settings),
        _Terms(new_on, prices, rule_folders, settings),
    )
    old, new = _sides(old_input, new_input, terms)
    bounds = {
        "max_increase_usd": max_increase_usd,
        "max_increase_percent": max_increase_percent,
        "max_total_usd": max_total_usd,
    }
    gates = [*_own_gate(bounds), *read_gates(settings.rest.get("diff", {}).get("gates", ()))]
    diff = compare(old, new)._replace(gates=judge_gates(gates, old.report, new.report))
    write(render(diff), output)
    sys.exit(exit_code_of(diff, new.report, fail_on or settings.fail_on))


def _own_gate(bounds: Mapping[str, Decimal | None]) -> list[Gate]:
    stated = {kind: bound for kind, bound in bounds.items() if bound is not None}
    return [Gate(EVERYTHING, {}, stated)] if stated else []


class _Input(NamedTuple):
    """One of the two things compared: a plan that was saved, a manifest, or neither where there was no file."""

    name: str
    manifest: Manifest | None = None
    saved: Report | None = None
    laid_in: Path | None = None
    """The folder that holds what the manifest names, where that is not what is there now."""


class _Terms(NamedTuple):
    """How a manifest is valued."""

    on: date
    prices: tuple[str, ...]
    rule_folders: tuple[Path, ...]
    settings: Config


def _inputs(paths: Sequence[Path], base: str | None) -> tuple[_Input, _Input]:
    """What is compared. Raises Refused where it is not two things."""
    if base is None:
        if len(paths) != 2:
            raise click.UsageError("name two files, OLD and NEW, or one file and --base REVISION")
        return _read(paths[0]), _read(paths[1])
    if len(paths) != 1:
        raise click.UsageError("with --base name one file")
    raw = at_revision(base, paths[0]) if paths[0].parent.is_dir() else None
    now = _Input(f"{paths[0]} {EMPTY}") if raw is not None and not paths[0].exists() else _read(paths[0])
    name = f"{base}:{paths[0]}"
    return (
        _Input(f"{name} {EMPTY}") if raw is None else _with_files(_of(raw, name, str(paths[0])), base, paths[0])
    ), now


def _with_files(one: _Input, base: str, path: Path) -> _Input:
    """The manifest with the price files and request files that it names as they were in the revision."""
    if one.manifest is None:
        return one
    books = files.book_names()
    names = [name for name in one.manifest.prices if name not in books]
    absolute = next((name for name in names if Path(name).is_absolute()), None)
    if absolute is not None:
        says = f"{quoted(absolute)} is an absolute path, which no revision has: name it from the manifest's folder"
        raise Refused([f"{safe(path)}: {says}"])
    names += [w.batch.request_file for w in one.manifest.workloads if w.batch.request_file]
    if names:
        folder = Path(click.get_current_context().with_resource(TemporaryDirectory())).resolve()
        one.manifest.document.name = str(beside_at_revision(base, path, dict.fromkeys(names), folder))
        one = one._replace(laid_in=folder)
    return one


def _read(path: Path) -> _Input:
    return _of(read_bytes(path), str(path), str(path))


def _of(raw: bytes, name: str, path: str) -> _Input:
    """The plan or manifest in the bytes; files that a manifest names are looked for beside the path."""
    if is_saved_plan(raw):
        return _Input(name, saved=read_plan(raw, name, load_schema("plan")))
    document = read_document(raw, name)
    manifest = parse(document, load_schema("manifest"))
    document.name = path
    return _Input(name, manifest)


def _sides(old: _Input, new: _Input, terms: tuple[_Terms, _Terms]) -> tuple[Side, Side]:
    """The two plans. Each catalog knows the models of both, so that mixtures of the two can be priced."""
    workloads = [w for one in (old, new) if one.manifest for w in one.manifest.workloads]
    if new.manifest is None and new.saved is None:
        earlier = _side(old, terms[0], workloads, None)
        return earlier, Side(new.name, nothing(earlier.report))
    later = _side(new, terms[1], workloads, None)
    try:
        return _side(old, terms[0], workloads, later), later
    except Refused as refused:
        if old.laid_in is None:
            raise
        raise Refused(_then(line, old) for line in refused.complaints) from None


def _then(line: str, old: _Input) -> str:
    """A complaint about the old side in the words of the revision."""
    return line.replace(f"{old.laid_in}/", f"{old.name.partition(':')[0]}:")


def _side(one: _Input, terms: _Terms, workloads: Sequence[Any], later: Side | None) -> Side:
    if one.saved is not None:
        return Side(one.name, one.saved)
    if one.manifest is None:
        assert later is not None
        return Side(one.name, nothing(later.report))
    manifest = one.manifest
    everything = manifest._replace(workloads=tuple(workloads))
    catalog = files.load_catalog(everything, terms.prices, terms.rule_folders, terms.settings)
    report = plan(manifest, catalog, terms.on, files.probe_request_files(manifest), gate=terms.settings.gate)
    known = {rule.id for rule in catalog.rules} | {n for n, level in terms.settings.levels.items() if level == "none"}
    found, _ = allowing.sift([manifest.document], terms.settings.levelled(report.findings), known)
    return Side(one.name, report._replace(findings=found), manifest, catalog)
