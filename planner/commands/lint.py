"""planner lint: what is wrong with manifests, for CI."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from planner import formats
from planner.commands._shared import check_no_input, manifests, read_stdin, today, valuing, write, writing
from planner.linting import STDIN, Linted, Options, lint_files, name_in
from planner.problems import Refused, safe
from planner.report import worst

BASELINE = "planner-baseline.json"
LONG = 50
"""Files from which it takes longer than a moment."""


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@valuing
@writing(", ".join(formats.able("render_findings")))
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Lowest level that makes the exit code 1; error when absent.",
)
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="File of known findings: only new or worse ones count."
)
@click.option("--write-baseline", is_flag=True, help=f"Write that file ({BASELINE} when none is named) and end with 0.")
@click.option("--fix", is_flag=True, help="Mend in the files what can be mended, and show what is left.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and write nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Take fixes too that change amounts or make a choice for you.")
def command(
    paths: tuple[Path, ...],
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    format_name: str,
    output: Path | None,
    fail_on: str | None,
    baseline: Path | None,
    write_baseline: bool,
    fix: bool,
    diff: bool,
    unsafe_fixes: bool,
) -> None:
    """Check the manifests at PATHS: files, folders, patterns, or - for standard input (workloads.yaml when absent)."""
    render = formats.findings_format(format_name)
    named = manifests(paths)
    stdin = read_stdin() if any(str(path) == "-" for path in named) else b""
    options = Options(day or today(), prices, rule_folders, config, fail_on, baseline, not write_baseline, stdin)
    with _progress(len(named)) as tick:
        linted = lint_files(named, options, tick)
    if linted.complaints:
        raise Refused(linted.complaints)
    if fix or diff:
        patch = _mended(linted, unsafe_fixes, stdin, None if diff else named)
        if diff:
            write(patch, output)
            sys.exit(worst(linted.codes))
        linted = lint_files(named, options)
        if linted.complaints:
            raise Refused(linted.complaints)
    if write_baseline:
        _write_baseline(baseline or Path(BASELINE), linted)
        return
    write(render(linted.report()), output)
    sys.exit(worst(linted.codes))


def _mended(linted: Linted, unsafe: bool, stdin: bytes, named: list[Path] | None) -> str:
    """The patch that mends what was found; applied where the files are named."""
    from planner.formats._words import counted
    from planner.mending import mend

    if named and Path("-") in named:
        raise Refused(["-: standard input cannot be mended in place: use --diff"])
    mended = mend(linted.findings, unsafe, (STDIN, stdin))
    for one in mended:
        if named:
            one.write()
        for note in one.notes:
            click.echo(note, err=True)
    if named:
        click.echo(f"{counted(sum(one.done for one in mended), 'finding')} mended", err=True)
    return "".join(one.patch() for one in mended)


def _write_baseline(where: Path, linted: Linted) -> None:
    import json

    from planner.baseline import data_of

    check_no_input(where, "baseline")
    rows = [(name_in(where, Path(finding.file)), finding) for finding in linted.findings]
    data = data_of(rows)
    write(json.dumps(data, indent=1, ensure_ascii=False) + "\n", where)
    click.echo(f"{len(data['findings'])} findings are known from now on: {safe(where)}", err=True)


@contextmanager
def _progress(files: int) -> Iterator[Callable[[int], Any]]:
    """Shows on a terminal how many files are done, where they are many."""
    if files < LONG or not sys.stderr.isatty():
        yield lambda done: None
        return
    with click.progressbar(length=files, label="linting", file=sys.stderr) as bar:
        yield bar.update
