"""What a forge runs: the action's steps, with the forge's own programs replaced, and the hooks of pre-commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from planner import cli
from tests.making import ROOT, manifest_text, workload

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
GH = """\
#!/usr/bin/env bash
echo "$@" >> "$LOG"
case "$*" in *--paginate*) echo "$FOUND" ;; esac
"""


@pytest.fixture
def forge(tmp_path: Path) -> dict[str, str]:
    """The surroundings of a step: a folder with a manifest, the forge's files, and programs that only take notes."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "gh").write_text(GH, encoding="utf-8")
    (bin_folder / "gh").chmod(0o755)
    (tmp_path / "llm").mkdir()
    (tmp_path / "llm" / "w.yaml").write_text(manifest_text(workload(model="gpt-99")), encoding="utf-8")
    return {
        "PATH": os.pathsep.join((str(bin_folder), str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(tmp_path),
        "LOG": str(tmp_path / "log"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_REPOSITORY": "team/shop",
        "GITHUB_ACTION_PATH": str(ROOT),
        "PULL_REQUEST": "7",
        "MANIFEST": "llm/w.yaml",
        "PATHS": "llm/",
        "FAIL_ON": "",
        "SARIF": "",
        "BASE": "",
        "FOUND": "",
    }


def step(name: str, forge: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the step as a forge does: bash that ends at the first failure."""
    return subprocess.run(
        ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]),
        env={**forge, **more},
        cwd=forge["HOME"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_lint_step_annotates_and_ends_with_the_linter_s_code(forge: dict[str, str]) -> None:
    ran = step("lint", forge, SARIF="found.sarif")
    assert ran.returncode == 3, ran.stderr
    assert ran.stdout.startswith("::error file=llm/w.yaml,line=5,")
    assert Path(forge["GITHUB_OUTPUT"]).read_text(encoding="utf-8") == "code=3\n"
    assert '"2.1.0"' in (Path(forge["HOME"]) / "found.sarif").read_text(encoding="utf-8")


def test_the_lint_step_takes_a_level(forge: dict[str, str]) -> None:
    text = manifest_text(workload())
    (Path(forge["HOME"]) / "llm" / "w.yaml").write_text(text, encoding="utf-8")
    assert step("lint", forge).returncode == 0
    assert step("lint", forge, FAIL_ON="note").returncode == 1


def test_the_comment_is_made_once_and_then_updated(forge: dict[str, str]) -> None:
    assert step("comment", forge).returncode == 0
    log = Path(forge["LOG"])
    assert "--method POST repos/team/shop/issues/7/comments -F body=@planner-comment.md" in log.read_text("utf-8")
    body = (Path(forge["HOME"]) / "planner-comment.md").read_text(encoding="utf-8")
    assert body.startswith("<!-- planner -->")
    assert body in Path(forge["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
    log.unlink()
    assert step("comment", forge, FOUND="42").returncode == 0
    assert "--method PATCH repos/team/shop/issues/comments/42 -F body=" in log.read_text("utf-8")
    assert "POST" not in log.read_text("utf-8")


def test_with_a_base_the_comment_says_what_changes(forge: dict[str, str]) -> None:
    home = Path(forge["HOME"])
    manifest = home / "llm" / "w.yaml"
    manifest.write_text(manifest_text(workload()), encoding="utf-8")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "llm"), ("commit", "-q", "-m", "one")):
        subprocess.run((*git, *command), cwd=home, check=True)
    manifest.write_text(manifest_text(workload(volume={"requests": 2000, "per": "month"})), encoding="utf-8")
    assert step("comment", forge, BASE="HEAD").returncode == 0
    body = (home / "planner-comment.md").read_text(encoding="utf-8")
    assert body.startswith("<!-- planner-diff -->")
    assert "+$6.00 (+100 %)" in body  # 1,000 more requests of 1,000 x $2 and 500 x $8 per million


def test_a_manifest_that_cannot_be_read_leaves_the_old_comment_alone(forge: dict[str, str]) -> None:
    assert step("comment", forge, MANIFEST="llm/none.yaml").returncode == 0
    assert not Path(forge["LOG"]).exists()


def test_every_input_of_the_action_is_used_and_every_one_that_is_used_is_stated() -> None:
    used = {part.split("}}")[0].strip() for part in str(ACTION["runs"]).split("inputs.")}
    named = {word.split(" ")[0] for word in used}
    assert set(ACTION["inputs"]) <= named


def test_a_hook_runs_a_command_that_there_is() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["planner-lint", "planner-batch-check"]
    for hook in hooks:
        assert hook["entry"].split()[1] in cli.group.list_commands(None)  # type: ignore[arg-type]
