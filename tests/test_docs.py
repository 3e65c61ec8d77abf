"""The docs say what the product does: generated parts are fresh, commands exist, shown output is real."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from docs import generate
from planner import cli, files
from planner import plan as public_plan
from tests.console import run
from tests.making import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```(console|yaml)\n(.*?)```", re.DOTALL)
FROM_NOTHING = {"writing-rules.md"}
"""Documents whose commands run in an empty folder, on the files that the document has a reader write."""


def test_generated_parts_are_fresh() -> None:
    for (document, part), content in generate.parts().items():
        text = (generate.DOCS / document).read_text(encoding="utf-8")
        assert generate.filled(text, part, content) == text, f"{document}: run `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.name))
def test_shown_output_is_what_the_command_prints(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = document.name in FROM_NOTHING
    monkeypatch.chdir(tmp_path if own else ROOT)
    for kind, block in BLOCK.findall(document.read_text(encoding="utf-8")):
        if kind == "yaml":
            if own:
                write_as_told(block)
            continue
        command, _, shown = block.removeprefix("$ ").partition("\n")
        _, *arguments = shlex.split(command)
        assert run(capsys, *arguments).out.strip() == shown.strip(), command


def write_as_told(block: str) -> None:
    """Writes the block to the file that its first line names, behind what is there if it says so."""
    first, _, rest = block.partition("\n")
    name, _, where = first.removeprefix("# ").partition(", ")
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if where == "at its end" else ""
    path.write_text(before + rest, encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.name))
def test_every_command_and_option_that_a_document_names_exists(document: Path) -> None:
    import click

    context = click.Context(cli.group)
    names = cli.group.list_commands(context)
    for name, rest in re.findall(r"`planner ([a-z]+)([^`\n]*)", document.read_text(encoding="utf-8")):
        assert name in names, f"planner {name}"
        command = cli.group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            below = command.get_command(context, rest.split()[0]) if rest.split() else command
            assert below is not None, f"planner {name}{rest}"
            command = below
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, f"planner {name}{rest}"


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in cli.group.list_commands(None):  # type: ignore[arg-type]
        assert f"planner {name}" in readme, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.name))
def test_every_link_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_every_rule_that_a_document_names_exists() -> None:
    known = {rule.id for rule in files.load_rules()}
    article = (ROOT / "docs" / "article.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", article) if not name.startswith("article-")}
    assert named
    assert named <= known


def test_the_example_of_the_library_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert code is not None
    exec(compile(code[1], "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "support-chat real-time chatbot 5101.325000",
        "product-descriptions batch content-generation 4717.812500",
    ]


def test_the_doctest_of_the_package_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    manifest = files.load_manifest("examples/workloads.yaml")
    report = public_plan(manifest, files.load_catalog(manifest), on=date(2026, 11, 24))
    assert report.workloads[0].mode == "real-time"


def test_the_project_speaks_of_itself_alone() -> None:
    words = re.compile(r"(?<![.a-z0-9])/(?:work|root|tmp)/|pypi\.org|pythonhosted|npmjs", re.IGNORECASE)
    folders = ("planner", "rules", "catalog", "schemas", "docs", "examples", "benchmarks")
    paths = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".md", ".yaml", ".json")
    ]
    for path in [*paths, *ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]:
        found = words.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path}: {found and found[0]}"
