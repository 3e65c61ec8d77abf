"""planner diff: what it takes, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from planner import files
from tests.console import Ran, run
from tests.making import manifest_text, workload

BEFORE = manifest_text(workload(latency={"max": "1s"}))
AFTER = manifest_text(workload(latency={"max": "1s"}, volume={"requests": 2000, "per": "month"}))


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with old.yaml and new.yaml, in which the command runs."""
    (tmp_path / "old.yaml").write_text(BEFORE, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(AFTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def diff(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    """The command on a fixed day."""
    return run(capsys, "diff", "--on", "2026-11-24", *arguments)


def data(ran: Ran) -> Any:
    """The JSON that was printed, which fits its schema."""
    found = json.loads(ran.out)
    jsonschema.validate(found, dict(files.load_schema("diff")))
    return found


def test_two_manifests(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = diff(capsys, "old.yaml", "new.yaml")
    assert ran.code == 0
    assert ran.out.startswith("Monthly cost +$6.00 (+100 %): $6.00 to $12.00. By cause: volume +$6.00.")


def test_saved_plans_and_manifests_in_any_mixture(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("old", "new"):
        run(capsys, "plan", "--on", "2026-11-24", f"{name}.yaml", "-f", "json", "-o", f"{name}.json")
    for old in ("old.yaml", "old.json"):
        for new in ("new.yaml", "new.json"):
            totals = data(diff(capsys, old, new, "-f", "json"))["totals"]
            assert (totals["delta_usd"], totals["causes"]["volume"]) == ("6", "6")


def test_the_old_side_may_have_a_day_and_prices_of_its_own(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = diff(capsys, "old.yaml", "old.yaml", "--old-prices", "article-2025-12", "-f", "json")
    found = data(ran)
    assert found["before"]["price_book"]["name"] == "article-2025-12"
    assert found["after"]["price_book"]["name"] == "list"
    ran = diff(capsys, "old.yaml", "old.yaml", "--old-on", "2026-11-01", "-f", "json")
    assert data(ran)["before"]["valued_on"] == "2026-11-01"


def test_an_options_gate_fails_the_run(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(capsys, "old.yaml", "new.yaml", "--max-increase-usd", "6").code == 0
    ran = diff(capsys, "old.yaml", "new.yaml", "--max-increase-usd", "5.99")
    assert ran.code == 4
    assert "gate all workloads: exceeded: $6.00 a month more, above the bound of $5.99" in ran.out
    assert diff(capsys, "old.yaml", "new.yaml", "--max-increase-percent", "99").code == 4
    assert diff(capsys, "old.yaml", "new.yaml", "--max-total-usd", "11").code == 4


def test_a_gate_of_the_configuration_fails_the_run(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (there / "planner.yaml").write_text("version: 1\ndiff: {gates: [{provider: openai, max_increase_usd: 5}]}\n")
    assert diff(capsys, "old.yaml", "new.yaml").code == 4
    (there / "planner.yaml").write_text("version: 1\ndiff: {gates: [{owner: x, max_increase_usd: 5}]}\n")
    assert diff(capsys, "old.yaml", "new.yaml").code == 0
    (there / "planner.yaml").write_text("version: 1\ndiff: {gates: [{owner: x}]}\n")
    assert diff(capsys, "old.yaml", "new.yaml").code == 2


def test_a_new_finding_fails_the_run_and_an_old_one_does_not(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ending = manifest_text(workload(latency={"max": "1s"}, model="gpt-4.1"), budget={"monthly_usd": 9})
    (there / "old.yaml").write_text(ending, encoding="utf-8")
    assert diff(capsys, "old.yaml", "old.yaml", "--fail-on", "note").code == 0
    added = manifest_text(workload(latency={"max": "1s"}), workload(id="more", volume={"requests": 1, "per": "month"}))
    (there / "new.yaml").write_text(added, encoding="utf-8")
    assert diff(capsys, "old.yaml", "new.yaml", "--fail-on", "note").code == 1
    assert diff(capsys, "old.yaml", "new.yaml", "--fail-on", "error").code == 0


def test_an_allowed_finding_is_not_new(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = data(diff(capsys, "new.yaml", "old.yaml", "-f", "json"))["findings"]
    assert found["new"] == []
    extra = BEFORE + "- " + manifest_text(workload(id="more")).split("- ", 1)[1]
    (there / "new.yaml").write_text(extra, encoding="utf-8")
    new = data(diff(capsys, "old.yaml", "new.yaml", "-f", "json"))["findings"]["new"]
    rules = sorted({one["rule"] for one in new})
    assert rules
    allowed = extra.replace("- id: more", f"# planner: allow {', '.join(rules)} -- agreed\n- id: more")
    (there / "new.yaml").write_text(allowed, encoding="utf-8")
    assert data(diff(capsys, "old.yaml", "new.yaml", "-f", "json"))["findings"]["new"] == []


def test_what_cannot_be_priced_is_3_and_json_is_whole(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (there / "new.yaml").write_text(AFTER.replace("gpt-4.1", "gpt-99"), encoding="utf-8")
    ran = diff(capsys, "old.yaml", "new.yaml", "-f", "json")
    assert ran.code == 3
    assert data(ran)["totals"]["after_usd"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["old.yaml"], "name two files, OLD and NEW, or one file and --base REVISION"),
        (["old.yaml", "new.yaml", "old.yaml"], "name two files"),
        (["old.yaml", "new.yaml", "--base", "main"], "with --base name one file"),
        (["old.yaml", "none.yaml"], "none.yaml: no such file"),
        (["old.yaml", "new.yaml", "-f", "jsn"], "did you mean 'json'?"),
        (["old.yaml", "new.yaml", "--max-increase-usd", "nan"], "is not an amount"),
        (["old.yaml", "new.yaml", "--max-increase-usd=-1"], "is not an amount"),
        (["old.yaml", "--base", "main"], "is in no repository of git"),
    ],
)
def test_wrong_usage_is_2_and_writes_nothing(
    there: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    ran = diff(capsys, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def git(folder: Path, *arguments: str) -> None:
    """git in the folder, as nobody in particular."""
    who = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(there: Path) -> Path:
    """A repository in which llm/workloads.yaml was committed, and changed since."""
    (there / "llm").mkdir()
    file = there / "llm" / "workloads.yaml"
    file.write_text(BEFORE, encoding="utf-8")
    git(there, "init", "--quiet", "-b", "trunk")
    git(there, "add", "llm")
    git(there, "commit", "--quiet", "-m", "before")
    file.write_text(AFTER, encoding="utf-8")
    return there


def test_a_file_and_what_it_was_in_a_revision(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = data(diff(capsys, "--base", "trunk", "llm/workloads.yaml", "-f", "json"))
    assert found["totals"]["causes"]["volume"] == "6"
    assert found["before"]["name"] == "trunk:llm/workloads.yaml"
    assert found["findings"] == {"new": [], "gone": []}
    monkeypatch.chdir(repository / "llm")
    assert data(diff(capsys, "--base", "HEAD", "workloads.yaml", "-f", "json"))["totals"]["delta_usd"] == "6"


def test_a_file_that_the_revision_does_not_have_is_all_new(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = diff(capsys, "--base", "trunk", "new.yaml", "-f", "json", "--max-increase-percent", "1000")
    assert ran.code == 4
    assert data(ran)["totals"]["causes"]["added"] == "12"


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "-p", "", "trunk:llm/workloads.yaml", "a b"])
def test_a_revision_that_is_none_is_2(repository: Path, capsys: pytest.CaptureFixture[str], revision: str) -> None:
    ran = diff(capsys, f"--base={revision}", "llm/workloads.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "revision" in ran.err
    assert not (repository / "x").exists()


def test_a_manifest_that_was_wrong_in_the_revision_is_2_with_its_place(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "llm" / "workloads.yaml").write_text("version: 2\n", encoding="utf-8")
    git(repository, "commit", "--quiet", "-a", "-m", "wrong")
    (repository / "llm" / "workloads.yaml").write_text(AFTER, encoding="utf-8")
    ran = diff(capsys, "--base", "trunk", "llm/workloads.yaml")
    assert ran.code == 2
    assert ran.err.startswith("trunk:llm/workloads.yaml:1:")
