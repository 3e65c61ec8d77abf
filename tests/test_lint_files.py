"""What the linter takes: files, folders, patterns, standard input, several documents in a file, and very many files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.console import run
from tests.making import manifest_text, workload

Capsys = pytest.CaptureFixture[str]
ON = ("--on", "2026-11-24")


def put(folder: Path, *names: str) -> None:
    """A manifest in each of the files."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(manifest_text(workload(id=path.stem)), encoding="utf-8")


def checked(out: str) -> list[str]:
    """The files that were checked."""
    return [Path(name).name for name in json.loads(out)["files"]]


def test_a_pattern_finds_files_where_the_shell_did_not(tmp_path: Path, capsys: Capsys) -> None:
    put(tmp_path, "a/one.yaml", "a/b/two.yaml", "three.yml")
    ran = run(capsys, "lint", str(tmp_path / "**" / "*.yaml"), *ON, "-f", "json")
    assert checked(ran.out) == ["two.yaml", "one.yaml"]
    ran = run(capsys, "lint", str(tmp_path / "*.json"), *ON)
    assert (ran.code, "no file fits this pattern" in ran.err) == (2, True)


def test_a_file_named_twice_is_checked_once(tmp_path: Path, capsys: Capsys) -> None:
    put(tmp_path, "one.yaml")
    name = str(tmp_path / "one.yaml")
    assert checked(run(capsys, "lint", name, name, str(tmp_path), *ON, "-f", "json").out) == ["one.yaml"]


def test_a_dash_is_standard_input(capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    text = manifest_text(workload(model="gpt-99"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    ran = run(capsys, "lint", "-", *ON)
    assert ran.code == 3
    assert ran.out.startswith("<stdin>:5:10: error: w: unknown model 'gpt-99'")


def test_each_manifest_of_a_file_with_several_documents_is_checked(tmp_path: Path, capsys: Capsys) -> None:
    other = "kind: ConfigMap\n"
    texts = [manifest_text(workload(id="one")), other, manifest_text(workload(id="two", model="gpt-99"))]
    path = tmp_path / "all.yaml"
    path.write_text("---\n" + "---\n".join(texts), encoding="utf-8")
    ran = run(capsys, "lint", str(path), *ON, "-f", "json")
    unknown = [one for one in json.loads(ran.out)["findings"] if one["rule"] == "price-unknown"]
    line = path.read_text(encoding="utf-8").splitlines().index("  model: gpt-99") + 1
    assert [(one["workload"], one["line"]) for one in unknown] == [("two", line)]
    assert {one["workload"] for one in json.loads(ran.out)["findings"]} == {"one", "two"}
    assert run(capsys, "plan", str(path), *ON).code == 2


def test_very_many_files_give_what_each_gives_alone(tmp_path: Path, capsys: Capsys) -> None:
    names = [f"m{number:02}.yaml" for number in range(40)]
    put(tmp_path, *names)
    (tmp_path / "m07.yaml").write_text(manifest_text(workload(model="gpt-99")), encoding="utf-8")
    together = run(capsys, "lint", str(tmp_path), *ON, "-f", "json")
    assert together.code == 3
    alone = [run(capsys, "lint", str(tmp_path / name), *ON, "-f", "json") for name in names]
    found = [finding for one in alone for finding in json.loads(one.out)["findings"]]
    assert json.loads(together.out)["findings"] == found
    assert checked(together.out) == names
    (tmp_path / "m11.yaml").write_text("version: 1\n", encoding="utf-8")
    broken = run(capsys, "lint", str(tmp_path / "m*.yaml"), *ON, "-f", "json")
    assert (broken.code, broken.out) == (2, "")
    assert "m11.yaml:1:1: 'workloads' is missing" in broken.err
