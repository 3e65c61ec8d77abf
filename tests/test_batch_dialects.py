"""The dialects of the catalog: each fits its schema, names what exists, and tells its own lines from others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from planner import files
from planner.batchfiles.dialects import Dialect, detect, like
from planner.batchfiles.rulebook import CHECKS, LEVELS
from planner.requestfiles import load_dialects, vocabulary
from planner.schema import misfits
from tests.making import ROOT
from tests.test_batch_check import bedrock, claude, dialects, gemini, request

PATHS = sorted((ROOT / "catalog" / "dialects").glob("*.yaml"))
each_file = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
each_dialect = pytest.mark.parametrize("dialect", load_dialects(), ids=lambda dialect: dialect.name)


@each_file
def test_a_dialect_fits_its_schema_names_it_and_is_named_for_its_provider(path: Path) -> None:
    document = files.read(path)
    assert misfits(document.data, files.load_schema("dialect")) == []
    assert path.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=../../schemas/dialect.schema.json\n"
    )
    assert document.data["dialect"] == path.stem
    assert (ROOT / "catalog" / "limits" / path.name).exists()


@each_file
def test_what_a_service_says_belongs_to_a_rule_and_has_a_source(path: Path) -> None:
    data = files.read(path).data
    for rule, saying in data.get("says", {}).items():
        assert rule in CHECKS, rule
        assert saying["source"] in data["sources"], rule
        assert saying.get("level", "error") in LEVELS


def rules_named(node: Any) -> set[str]:
    """The rules that the schemas of a dialect name, however deep."""
    if isinstance(node, list):
        return {rule for inner in node for rule in rules_named(inner)}
    if not isinstance(node, dict):
        return set()
    own = {node["x-check"]["rule"]} if "x-check" in node else set()
    return own | {rule for inner in node.values() for rule in rules_named(inner)}


@each_file
def test_a_schema_of_a_dialect_names_rules_that_exist(path: Path) -> None:
    data = files.read(path).data
    named = rules_named(data)
    assert named or "like" in data
    assert named <= set(CHECKS)


@each_dialect
def test_every_address_of_a_dialect_that_the_limits_know_leads_to_one_operation(dialect: Dialect) -> None:
    urls = [url for operation in dialect.operations for url in operation.urls]
    assert len(urls) == len(set(urls))
    assert bool(urls) == (dialect.url_at is not None)


@each_dialect
def test_a_vocabulary_that_a_dialect_names_is_one_that_can_be_had(dialect: Dialect) -> None:
    for encoding in dialect.encodings:
        assert vocabulary(encoding.name) is not None, encoding.name


TOGETHER = {"custom_id": "a", "body": {"model": "meta-llama/Llama-3.3-70B-Instruct-Turbo", "messages": []}}
MISTRAL = {"custom_id": "0", "body": {"max_tokens": 100, "messages": [{"role": "user", "content": "x"}]}}


@pytest.mark.parametrize(
    ("line", "name", "others"),
    [
        (request(), "openai", ()),
        (request(model="o3"), "openai", ()),
        (request(1, "/v1/embeddings", model="text-embedding-3-small"), "openai", ()),
        (request(1, "/chat/completions", model="gpt-4o-batch"), "azure-openai", ()),
        (request(1, "/chat/completions", model="our-deployment"), "azure-openai", ()),
        (request(model="llama-3.1-8b-instant"), "groq", ()),
        (request(model="google/gemma-3-4b-it"), "openai", ("azure-openai", "groq", "together")),
        (TOGETHER, "together", ()),
        (MISTRAL, "mistral", ("together",)),
        ({**MISTRAL, "body": {"model": "mistral-small-latest"}}, "mistral", ()),
        (claude(), "anthropic", ()),
        (gemini(), "google-gemini", ()),
        ({"request": gemini()["request"]}, "google-vertex", ()),
        (bedrock(), "aws-bedrock", ()),
        ({"modelInput": {}}, "aws-bedrock", ()),
    ],
)
def test_a_service_is_told_by_its_lines(line: dict[str, Any], name: str, others: tuple[str, ...]) -> None:
    found = detect([line], dialects())
    assert found is not None
    assert (found.dialect.name, found.others) == (name, others)


@pytest.mark.parametrize("line", [{}, {"prompt": "x"}, {"custom_id": "a", "response": {}}, {"messages": []}])
def test_lines_of_nobody_are_nobodys(line: dict[str, Any]) -> None:
    assert detect([line], dialects()) is None
    assert detect([], dialects()) is None


def test_one_line_out_of_shape_does_not_hide_whose_the_file_is() -> None:
    found = detect([request(1), {"oops": 1}, request(2)], dialects())
    assert found is not None
    assert found.dialect.name == "openai"


def test_a_dialect_like_another_keeps_what_it_does_not_state_and_never_its_words() -> None:
    base = {"dialect": "a", "title": "A", "line": {"x": 1, "y": 2}, "says": {"empty-file": {"source": "s"}}}
    own = {"dialect": "b", "line": {"y": None, "z": [3]}}
    assert like(base, own) == {"dialect": "b", "title": "A", "line": {"x": 1, "z": [3]}}


def test_a_dialect_that_is_put_into_the_folder_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "catalog" / "dialects"
    folder.mkdir(parents=True)
    for path in PATHS:
        (folder / path.name).write_bytes(path.read_bytes())
    own = {"dialect": "xai", "like": "openai", "sources": {"s": {"title": "ours", "verified": "2026-11-24"}}}
    (folder / "xai.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    monkeypatch.setattr("planner.requestfiles.DATA", tmp_path)
    assert {dialect.name for dialect in load_dialects()} == {path.stem for path in PATHS} | {"xai"}


def test_the_docs_describe_every_dialect_and_rule_with_its_level_and_place_every_error_of_the_providers() -> None:
    text = (ROOT / "docs" / "batch-files.md").read_text(encoding="utf-8")
    parts = {part.partition("\n")[0]: part for part in text.split("\n## ")}
    assert set(re.findall(r"^\| `([a-z-]+)` \|", parts["Dialects"], re.MULTILINE)) == {path.stem for path in PATHS}
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \| (.*) \| (.*) \|$", parts["Every rule"], re.MULTILINE)
    assert {rule: (level, says) for rule, level, says, _ in rows} == {
        n: (c.level, c.summary) for n, c in CHECKS.items()
    }
    errors = [row for row in parts["The providers' errors, and what finds them"].splitlines() if row.startswith("| ")][
        1:
    ]
    assert len(errors) == 33
    found_by = [row.rstrip(" |").rpartition(" | ")[2] for row in errors]
    for cell in found_by:
        named = set(re.findall(r"`([a-z0-9-]+)`", cell))
        assert named <= set(CHECKS), cell
        assert named or "cannot be seen offline: " in cell, cell
    codes = {dialect.saying(rule).code for dialect in dialects() for rule in CHECKS} - {None}
    told = {code for row in errors for code in re.findall(r"`([a-z_]+)`", row)}
    wire = {code for code in codes if code and code.islower() and "_" in code and " " not in code}
    assert wire - {"not_found_error"} <= told | {"request_too_large"}
