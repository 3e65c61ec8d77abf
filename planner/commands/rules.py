"""planner rules: the rules that are in force, one rule's page, and their own tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner import files
from planner.commands._shared import write
from planner.configfiles import configured
from planner.formats._words import counted
from planner.problems import Refused, quoted, safe, suggestion
from planner.rules import try_examples

if TYPE_CHECKING:
    from planner.rulecheck import Flaw


@click.group()
def command() -> None:
    """List, show and test the rules."""


_folders = click.option(
    "--rules", "folders", multiple=True, type=click.Path(path_type=Path), help="Folder of rules of your own."
)
_config = click.option(
    "--config", type=click.Path(path_type=Path), help="Configuration: levels and parameters of rules."
)


@command.command("list")
@_folders
@_config
def list_rules(folders: tuple[Path, ...], config: Path | None) -> None:
    """One line per rule: what it does, how strongly, and when."""
    from tabulate import tabulate

    rules = files.load_rules(folders, configured(Path(), config))
    order = sorted(rules, key=lambda r: (r.kind, r.strength != "required" if r.assign else False, -r.weight, r.id))
    rows = [(r.id, r.assign or r.level, (f"{r.strength} {r.weight}" if r.assign else "lint"), r.summary) for r in order]
    write(tabulate(rows, ("rule", "does", "strength", "when"), maxcolwidths=[None, None, None, 48]) + "\n", None)


@command.command("show")
@click.argument("rule_id")
@_folders
@_config
def show(rule_id: str, folders: tuple[Path, ...], config: Path | None) -> None:
    """The page of one rule: what, why, remedy, condition, parameters, examples."""
    from planner.rulepages import page

    rules = {rule.id: rule for rule in files.load_rules(folders, configured(Path(), config))}
    if rule_id not in rules:
        raise Refused([f"no rule {quoted(rule_id)}{suggestion(rule_id, rules)}; planner rules list shows all"])
    write(page(rules[rule_id]), None)


@command.command("test")
@click.argument("own", metavar="[FOLDERS]...", nargs=-1, type=click.Path(path_type=Path))
@_folders
def test(own: tuple[Path, ...], folders: tuple[Path, ...]) -> None:
    """Try the rules in FOLDERS on their own examples; without folders, the built-in ones."""
    named = own + folders
    pairs = files.rules_with_files(named)
    if named:
        theirs = {str(path) for path in files.rule_files(named)}
        pairs = [(rule, document) for rule, document in pairs if rule.file in theirs]
    wrong = [(rule, document, each) for rule, document in pairs for each in try_examples(rule)]
    lines = []
    for rule, document, each in wrong:
        mark = document.where(("examples", each.expected, each.at))
        lines.append(f"{safe(rule.file)}:{mark.line}:{mark.column}: {rule.id}: {each.says}\n")
    tried = sum(len(examples) for rule, _ in pairs for examples in rule.examples.values())
    rules, examples = counted(len(pairs), "rule"), counted(tried, "example")
    write("".join(lines) + f"{rules}, {examples}, {len(wrong)} wrong.\n", None)
    sys.exit(1 if wrong else 0)


@command.command("check")
@click.argument("own", metavar="[FOLDERS]...", nargs=-1, type=click.Path(path_type=Path))
@_folders
@click.option("--config", type=click.Path(path_type=Path), help="Configuration; found upwards when absent.")
@click.option("--format", "-f", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(own: tuple[Path, ...], folders: tuple[Path, ...], config: Path | None, format_name: str) -> None:
    """Look at the rules as a whole, the built-in ones and those in FOLDERS: what can never fire or decide, what
    contradicts, what nobody decides, and what no example would notice if it were changed."""
    from planner.rulecheck import as_data, flaws, stated

    pairs = files.rules_with_files(own + folders, configured(Path(), config))
    found = flaws([stated(rule, document) for rule, document in pairs])
    worth = sum(flaw.level != "note" for flaw in found)
    if format_name == "json":
        import json

        text = json.dumps({"rules_check_version": 1, "flaws": [as_data(flaw) for flaw in found]}, indent=1) + "\n"
    else:
        text = "".join(f"{_flaw(flaw)}\n" for flaw in found)
        text += f"{counted(len(pairs), 'rule')} checked, {counted(worth, 'flaw')}.\n"
    write(text, None)
    sys.exit(1 if worth else 0)


def _flaw(flaw: Flaw) -> str:
    of = f"{safe(flaw.file)}:{flaw.line}:{flaw.column}: {flaw.level}: {flaw.rule}" if flaw.rule != "-" else flaw.level
    return f"{of}: {flaw.says} [{flaw.check}]" + (f"\n    {safe(flaw.witness)}" if flaw.witness else "")
