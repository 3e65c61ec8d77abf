"""planner schema: a published JSON Schema."""

from __future__ import annotations

from pathlib import Path

import click

from planner import files
from planner.commands._shared import write


@click.command()
@click.argument("name", required=False)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="File to write; standard output when absent.")
def command(name: str | None, output: Path | None) -> None:
    """Print the JSON Schema NAME (manifest, rule, prices, ...), or list them all."""
    write(files.schema_text(name) if name else "".join(f"{each}\n" for each in files.schema_names()), output)
