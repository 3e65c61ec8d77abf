"""Options and steps that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from planner import files, formats
from planner.catalog import Catalog
from planner.config import Config
from planner.configfiles import configured
from planner.disk import exists, files_in, is_folder, read_bytes, write_atomically
from planner.manifest import Manifest
from planner.plan import plan
from planner.problems import Refused, safe
from planner.report import Report

F = TypeVar("F", bound=Callable[..., Any])


def read_day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A day such as 2026-11-24."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day: write it as 2026-11-24", ctx, param) from None


def valuing(command: F) -> F:
    """The options by which a manifest is valued."""
    for option in (
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            help="Configuration; the nearest planner.yaml (or tool.planner of a pyproject.toml) from the manifest's folder upwards when absent, none to use none.",
        ),
        click.option(
            "--rules",
            "rule_folders",
            multiple=True,
            type=click.Path(path_type=Path),
            help="Folder of rules of your own; may be given more than once.",
        ),
        click.option(
            "--prices",
            multiple=True,
            help="Price book, or a file or folder layered over list; replaces the manifest's choice.",
        ),
        click.option(
            "--on", "day", metavar="DATE", callback=read_day, help="Day whose prices count; today when absent."
        ),
    ):
        command = option(command)
    return command


def writing(formats: str) -> Callable[[F], F]:
    """The options by which the result is written."""

    def decorate(command: F) -> F:
        command = click.option(
            "--output",
            "-o",
            type=click.Path(path_type=Path),
            help="File to write, as a whole or not at all; standard output when absent.",
        )(command)
        return click.option(
            "--format", "-f", "format_name", default="text", show_default=True, help=f"One of {formats}."
        )(command)

    return decorate


def today() -> date:
    """The day in UTC: the one look at the clock."""
    return datetime.now(UTC).date()


class Planned(NamedTuple):
    """A report with what it was made from."""

    report: Report
    manifest: Manifest
    catalog: Catalog
    config: Config


def planned(
    path: Path,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    trace_all: bool = False,
) -> Planned:
    """The report of the manifest in a file."""
    settings = configured(path, config)
    manifest = files.load_manifest(path)
    catalog = files.load_catalog(manifest, prices, rule_folders, settings)
    request_files = files.probe_request_files(manifest)
    report = plan(manifest, catalog, day or today(), request_files, trace_all, settings.gate)
    return Planned(report._replace(findings=settings.levelled(report.findings)), manifest, catalog, settings)


def write(text: str, output: Path | None) -> None:
    """To the file, or to standard output."""
    if output is not None:
        write_atomically(output, text)
        return
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(encoding="utf-8", errors="replace")
    click.echo(_for_people(text) if out is not None and out.isatty() else text, nl=False)


def _for_people(text: str) -> str:
    """The text in the colours of its format, for a terminal that has any and a reader who wants them."""
    context = click.get_current_context(silent=True)
    name = context.params.get("format_name") if context else None
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain or name is None else formats.in_colour(name, text)


def read_stdin() -> bytes:
    """All of standard input. Raises Refused where there is none."""
    if sys.stdin is None:
        raise Refused(["-: there is no standard input"])
    return sys.stdin.buffer.read()


def manifests(paths: tuple[Path, ...]) -> list[Path]:
    """The files as named or as a pattern finds them, and in folders every *.yaml and *.yml with a key workloads."""
    found: list[Path] = []
    for path in paths or (Path("workloads.yaml"),):
        if is_folder(path):
            inside = [file for file in files_in(path, deep=True) if _looks_like_manifest(file)]
            if not inside:
                raise Refused([f"{safe(path)}: no manifest in this folder (a YAML file with version and workloads)"])
            found += inside
        elif any(sign in str(path) for sign in "*?[") and not exists(path):
            found += _matching(path)
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _matching(pattern: Path) -> list[Path]:
    """The files that a pattern finds, ** for any folders, for shells that leave it to the command."""
    from glob import glob

    found = [Path(name) for name in sorted(glob(str(pattern), recursive=True))]  # noqa: PTH207  a pattern may be absolute
    inside = [path for path in found if not is_folder(path)]
    if not inside:
        raise Refused([f"{safe(pattern)}: no file fits this pattern"])
    return inside


def _looks_like_manifest(path: Path) -> bool:
    raw = read_bytes(path)
    return b"\nworkloads:" in raw or raw.startswith(b"workloads:")
