"""planner batch prepare: a request file from a table and a template."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from planner.commands._shared import check_no_input, read_day, read_models, today
from planner.problems import safe


@click.command("prepare")
@click.argument("source", metavar="SOURCE")
@click.option(
    "--template",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='Body of a request in YAML or JSON, in which "{column}" is filled from each row.',
)
@click.option(
    "--to", "provider", required=True, metavar="PROVIDER", help="Service that the file is for, such as openai."
)
@click.option(
    "--out",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Request file to write, as a whole or not at all.",
)
@click.option(
    "--id", "id_column", metavar="COLUMN", help="Column with the ids of the requests; the row's number when absent."
)
@click.option("--endpoint", metavar="URL", help="Address of the requests; told from the body when absent.")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["csv", "tsv", "jsonl", "parquet"]),
    help="Format of SOURCE; told from its name when absent.",
)
@click.option(
    "--model",
    "mapping",
    multiple=True,
    callback=read_models,
    metavar="[DEPLOYMENT=]MODEL",
    help="Model of the job, or behind a deployment; may be given more than once.",
)
@click.option("--on", "day", metavar="DATE", callback=read_day, help="Day whose models count; today when absent.")
def command(
    source: str, template: Path, provider: str, out: Path, id_column: str | None, endpoint: str | None,
    form: str | None, mapping: dict[str, str], day: date | None,
) -> None:  # fmt: skip
    """Prepare a request file from the rows of SOURCE (CSV, JSONL, Parquet; - is standard input) and a template."""
    from planner.batchfiles.dialects import named
    from planner.manifest import Account, canonical_provider
    from planner.requestfiles import load_dialects, open_market
    from planner.requestmaking import prepare

    check_no_input(out, "out")
    dialect = named(canonical_provider(provider), load_dialects())
    account = Account(dialect.name, dialect.name, None, None, {})
    market = open_market(dialect, day or today(), account, mapping=mapping)
    found = prepare(source, form, template, dialect, market, out, id_column, endpoint)
    for says, count in found.warnings.items():
        click.echo(f"warning: {says}, in {count:,} request{'s' * (count != 1)}", err=True)
    where = "" if found.url is None else f" to {found.url}"
    click.echo(f"{found.rows:,} request{'s' * (found.rows != 1)}{where} for {dialect.title}: {safe(out)}")
