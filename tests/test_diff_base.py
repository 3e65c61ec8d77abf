"""planner diff --base: what a manifest names is read as it was in the revision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.console import Ran, run
from tests.making import manifest_text, workload
from tests.test_diff_command import git

Capsys = pytest.CaptureFixture[str]
RATES = """book: acme
provider: openai
sources: {{contract: {{title: "Contract", verified: 2026-09-30}}}}
models:
  gpt-4.1:
    rates: [{{lane: standard, since: 2026-10-01, source: contract, input: {input}, output: 8}}]
"""
NAMED = "../prices/acme.yaml"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose manifest names a price file beside its folder, with one dollar a million input tokens."""
    monkeypatch.chdir(tmp_path)
    for folder in ("llm", "prices"):
        (tmp_path / folder).mkdir()
    priced(tmp_path, "1")
    manifest(tmp_path, prices=["list", NAMED])
    git(tmp_path, "init", "--quiet", "-b", "trunk")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "--quiet", "-m", "before")
    return tmp_path


def priced(root: Path, usd_per_mtok: str) -> None:
    (root / "prices" / "acme.yaml").write_text(RATES.format(input=usd_per_mtok), encoding="utf-8")


def manifest(root: Path, **fields: Any) -> None:
    one = workload(latency={"max": "1s"}, **fields.pop("of", {}))
    (root / "llm" / "workloads.yaml").write_text(manifest_text(one, **fields), encoding="utf-8")


def against_base(capsys: Capsys, *options: str) -> Ran:
    return run(capsys, "diff", "--on", "2026-11-24", "--base", "trunk", "llm/workloads.yaml", "-f", "json", *options)


def test_a_changed_price_file_is_a_change_of_price(repository: Path, capsys: Capsys) -> None:
    """1,000 requests of 1,000 input tokens are a million: 1 dollar before, 3 now; 500,000 output tokens stay 4."""
    priced(repository, "3")
    found = json.loads(against_base(capsys).out)
    assert found["totals"]["before_usd"] == "5"
    assert found["totals"]["after_usd"] == "7"
    assert found["totals"]["causes"]["price"] == "2"


def test_a_folder_of_price_files_is_read_whole(repository: Path, capsys: Capsys) -> None:
    manifest(repository, prices=["list", "../prices"])
    git(repository, "commit", "--quiet", "-a", "-m", "folder")
    priced(repository, "2")
    assert json.loads(against_base(capsys).out)["totals"]["causes"]["price"] == "1"


def test_a_price_file_that_the_revision_has_not_is_said_in_its_words(repository: Path, capsys: Capsys) -> None:
    git(repository, "rm", "--quiet", "--cached", "prices/acme.yaml")
    git(repository, "commit", "--quiet", "-m", "without")
    ran = against_base(capsys)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("trunk:llm/workloads.yaml:")
    assert "no such price file" in ran.err
    assert "/tmp" not in ran.err


def test_a_wrong_price_file_is_shown_with_its_place_in_the_revision(repository: Path, capsys: Capsys) -> None:
    (repository / "prices" / "acme.yaml").write_text(
        "book: acme\nprovider: 5\nsources: {}\nmodels: {}\n", encoding="utf-8"
    )
    git(repository, "commit", "--quiet", "-a", "-m", "wrong")
    priced(repository, "1")
    ran = against_base(capsys)
    assert ran.code == 2
    assert ran.err.startswith("trunk:llm/../prices/acme.yaml:2:11:")


def test_a_request_file_is_looked_at_as_it_was(repository: Path, capsys: Capsys) -> None:
    line = '{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4.1"}}\n'
    (repository / "llm" / "requests.jsonl").write_text("﻿" + line, encoding="utf-8")
    manifest(repository, of={"batch": {"request_file": "requests.jsonl"}})
    git(repository, "add", "-A")
    git(repository, "commit", "--quiet", "-m", "with a mark")
    (repository / "llm" / "requests.jsonl").write_text(line, encoding="utf-8")
    found = json.loads(against_base(capsys).out)["findings"]
    assert [one["rule"] for one in found["gone"]] == ["request-file-bom"]
    assert found["new"] == []


def test_nothing_is_left_behind(repository: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(repository / "tmp"))
    assert against_base(capsys).code == 0
    assert list((repository / "tmp").iterdir()) == []


def test_a_file_that_is_gone_is_all_removed(repository: Path, capsys: Capsys) -> None:
    (repository / "llm" / "workloads.yaml").unlink()
    found = json.loads(against_base(capsys).out)
    assert (found["totals"]["before_usd"], found["totals"]["after_usd"]) == ("5", "0")
    assert found["totals"]["causes"]["removed"] == "-5"
    assert found["after"]["name"] == "llm/workloads.yaml (no such file)"


def test_a_file_that_never_was_is_2(repository: Path, capsys: Capsys) -> None:
    ran = run(capsys, "diff", "--base", "trunk", "llm/other.yaml")
    assert (ran.code, ran.err) == (2, "llm/other.yaml: no such file\n")
    ran = run(capsys, "diff", "--base", "trunk", "none/other.yaml")
    assert (ran.code, ran.err) == (2, "none/other.yaml: no such file\n")


def test_an_absolute_path_is_refused_since_both_sides_would_read_what_is_there_now(
    repository: Path, capsys: Capsys
) -> None:
    manifest(repository, prices=["list", str(repository / "prices" / "acme.yaml")])
    git(repository, "commit", "--quiet", "-a", "-m", "absolute")
    priced(repository, "3")
    ran = against_base(capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "is an absolute path, which no revision has" in ran.err


def test_a_link_is_refused_by_its_name(repository: Path, capsys: Capsys) -> None:
    (repository / "prices" / "acme.yaml").rename(repository / "prices" / "real.yaml")
    (repository / "prices" / "acme.yaml").symlink_to("real.yaml")
    git(repository, "add", "-A")
    git(repository, "commit", "--quiet", "-m", "link")
    ran = against_base(capsys)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"trunk:{NAMED}: is a link, which is not followed in a revision")
