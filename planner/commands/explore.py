"""planner explore: one page in which to compare lanes and models."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from planner.commands._shared import check_no_input, planned, today, valuing
from planner.configfiles import configured
from planner.disk import folder_text, write_atomically
from planner.explorerpage import core, payload, start, workloads
from planner.explorerpage.page import page
from planner.library import load_library

PACKAGE = Path(__file__).resolve().parent.parent


@click.command()
@click.argument("manifest", required=False, type=click.Path(path_type=Path))
@valuing
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default=Path("explorer.html"),
    show_default=True,
    help="File to write, as a whole or not at all.",
)
@click.option(
    "--catalog",
    "catalog_file",
    type=click.Path(path_type=Path),
    help="File for the models and rates that the page knows, as JSON, such as model-catalog.json.",
)
@click.option("--open", "opens", is_flag=True, help="Show the page in the browser.")
def command(
    manifest: Path | None,
    day: date | None,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
    output: Path,
    catalog_file: Path | None,
    opens: bool,
) -> None:
    """Write one page that compares real-time and batch, cost and latency, for any model; with MANIFEST, your workloads too."""
    check_no_input(output)
    if catalog_file is not None:
        check_no_input(catalog_file, "catalog_file")
    day = day or today()
    data = _data(manifest, day, prices, rule_folders, config)
    text = page(_assets(), core.translated(_sources(), data["facts"]), data)
    if catalog_file is not None:
        write_atomically(catalog_file, json.dumps(data["prices"], indent=1, ensure_ascii=False) + "\n")
    write_atomically(output, text)
    models = len(data["prices"]["models"])
    click.echo(f"{output}: {models} models, valued on {day} with price book {data['prices']['book']['name']}")
    if opens:
        import webbrowser

        webbrowser.open(output.resolve().as_uri())


def _data(
    manifest: Path | None,
    day: date,
    prices: tuple[str, ...],
    rule_folders: tuple[Path, ...],
    config: Path | None,
) -> dict[str, Any]:
    """What the page knows."""
    settings = configured(manifest or Path.cwd() / "workloads.yaml", config)
    if manifest is None:
        named: tuple[str, ...] = prices or ("list",)
        library = load_library(named, rule_folders, settings)
        data = payload.payload(library.catalog, library.whens, library.limits, "effort", day)
        return {**data, "name": None, "workloads": [], "prices_named": named, "start": start.state(data, [])}
    found = planned(manifest, day, prices, rule_folders, config)
    named = prices or found.manifest.prices
    base = Path() if prices else manifest.parent
    library = load_library(named, rule_folders, settings, base)
    data = payload.payload(library.catalog, library.whens, library.limits, found.manifest.reasoning_policy, day)
    rows = workloads.rows(found.manifest, found.report)
    own = {"name": found.manifest.name or manifest.name, "workloads": rows, "prices_named": named}
    return {**data, **own, "start": start.state(data, rows)}


def _assets() -> dict[str, str]:
    """The page's own files by name."""
    return folder_text(PACKAGE / "explorerpage", (".js", ".css", ".html"))


def _sources() -> dict[str, str]:
    """The modules of the core by dotted name."""
    found = folder_text(PACKAGE, (".py",), deep=True)
    return {name.removesuffix(".py").replace("/", "."): text for name, text in found.items()}
