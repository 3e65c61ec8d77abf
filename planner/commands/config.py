"""planner config: what holds here, and who says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from planner.commands._shared import write
from planner.config import Config
from planner.configfiles import configured


@click.group()
def command() -> None:
    """The configuration that holds for a file."""


@command.command("show")
@click.argument("path", required=False, type=click.Path(path_type=Path), default=Path())
@click.option("--config", type=click.Path(path_type=Path), help="Configuration; found upwards from PATH when absent.")
def show(path: Path, config: Path | None) -> None:
    """Print what holds for PATH (this folder when absent), each value with the place where it is stated."""
    settings = configured(path, config)
    lines = [
        f"{name} = {_shown(value)}  # {settings.places.get(name, 'built in')}" for name, value in _values(settings)
    ]
    write("\n".join(lines) + "\n", None)


def _values(settings: Config) -> Iterator[tuple[str, Any]]:
    for name in ("fail_on", "gate", "rule_folders", "rules_url", "baseline", "baseline_tolerance"):
        value = getattr(settings, name)
        if value is not None and value != ():
            yield name, value
    for rule, level in sorted(settings.levels.items()):
        yield f"rules.{rule}", level
    for rule, params in sorted(settings.params.items()):
        for param, value in sorted(params.items()):
            yield f"params.{rule}.{param}", value


def _shown(value: Any) -> str:
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list | tuple) else str(value)
