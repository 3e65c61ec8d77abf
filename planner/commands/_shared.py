"""Options and steps that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import import_module
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
from planner.units import Exact, seconds
from planner.units import count as count_of

F = TypeVar("F", bound=Callable[..., Any])


class Group(click.Group):
    """Commands of its own, and those in modules _GROUP_COMMAND.py beside it, imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._beside()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._beside():
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(f"planner.commands._{self._stem()}_{cmd_name}").command
        return command

    def _stem(self) -> str:
        return str(self.callback.__module__).rpartition(".")[2]

    def _beside(self) -> list[str]:
        prefix = f"_{self._stem()}_"
        return [path.stem.removeprefix(prefix) for path in Path(__file__).parent.glob(f"{prefix}*.py")]


def read_day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A day such as 2026-11-24."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day: write it as 2026-11-24", ctx, param) from None


def read_count(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """A whole number such as 5000000 or 5M."""
    found = None if value is None else count_of(value)
    if value is not None and (not isinstance(found, int) or found < 0):
        raise click.BadParameter(f"{value!r} is not a whole number: write 5000000 or 5M", ctx, param)
    return found if isinstance(found, int) else None


def read_models(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """DEPLOYMENT=MODEL, or a model alone for all lines, under the empty name."""
    found = {}
    for value in values:
        left, equals, right = value.partition("=")
        found[left if equals else ""] = right if equals else left
    return found


def read_duration(ctx: click.Context, param: click.Parameter, value: str | None) -> Exact | None:
    """Seconds in a time such as 24h."""
    found = None if value is None else seconds(value)
    if value is not None and not found:
        raise click.BadParameter(f"{value!r} is no duration: write 24h, 90m or 2d", ctx, param)
    return found


def read_durations(ctx: click.Context, param: click.Parameter, value: str | None) -> list[Exact]:
    """Seconds in times such as 2h,5h,9h."""
    parts = () if value is None else value.split(",")
    return [found for part in parts if (found := read_duration(ctx, param, part.strip()))]


def read_moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A time such as 2026-11-24T02:00."""
    try:
        return None if value is None else datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time: write it as 2026-11-24T02:00", ctx, param) from None


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
    """To the file, or to standard output. Raises Refused for a file that the command was given to read."""
    if output is not None:
        check_no_input(output)
        write_atomically(output, text)
        return
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(encoding="utf-8", errors="replace")
    click.echo(_for_people(text) if out is not None and out.isatty() else text, nl=False)


def check_no_input(target: Path | None, param: str = "output") -> None:
    """Raises Refused where the file to be written, that of the parameter, is another one that the command was given."""
    context = click.get_current_context(silent=True)
    params = dict(context.params) if context else {}
    if target is None or params.pop(param, None) != target:
        return
    given = [one for value in params.values() for one in (value if isinstance(value, tuple) else (value,))]
    for one in given:
        if isinstance(one, str | Path) and _same(one, target):
            raise Refused([f"{safe(target)}: is read or written by this command already: name another file"])


def _same(one: str | Path, other: Path) -> bool:
    """Whether both are one file, also one that is not there yet where the first is surely meant as a file."""
    try:
        if Path(one).is_file() and other.is_file():
            return Path(one).samefile(other)
        return isinstance(one, Path) and one.resolve() == other.resolve()
    except (OSError, ValueError, RuntimeError):
        return False


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
