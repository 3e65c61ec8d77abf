"""The command line: exit codes, what is written where, and every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from planner import files
from tests.console import run
from tests.making import ROOT, manifest_text, workload

Capsys = pytest.CaptureFixture[str]
CHEAP = workload(model="gpt-6-luna", endpoint="/v1/responses", user_facing=True, latency={"max": "1s"})
UNPRICED = {**CHEAP, "id": "u", "model": "gpt-99"}
RETIRED = {**CHEAP, "id": "r", "model": "gpt-4.1-nano"}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return tmp_path / "workloads.yaml"


def written(path: Path, *workloads: dict[str, object], **fields: object) -> str:
    path.write_text(manifest_text(*workloads, **fields), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("command", ["plan", "lint"])
@pytest.mark.parametrize(
    ("code", "workloads", "fields"),
    [
        (0, [CHEAP], {}),
        (1, [CHEAP, RETIRED], {}),
        (2, [{**CHEAP, "modle": "x"}], {}),
        (3, [CHEAP, UNPRICED], {}),
        (4, [CHEAP], {"budget": {"monthly_usd": 0}}),
        (4, [CHEAP, RETIRED], {"budget": {"monthly_usd": 0}}),
        (3, [CHEAP, UNPRICED], {"budget": {"monthly_usd": 0}}),
        (2, [UNPRICED, {**CHEAP, "modle": "x"}], {"budget": {"monthly_usd": 0}}),
    ],
)
def test_exit_codes(
    command: str,
    code: int,
    workloads: list[dict[str, object]],
    fields: dict[str, object],
    manifest: Path,
    capsys: Capsys,
) -> None:
    ran = run(capsys, command, written(manifest, *workloads, **fields), "--on", "2026-11-24")
    assert ran.code == code
    assert bool(ran.out) is (code != 2)
    assert bool(ran.err) is (code == 2)


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)])
def test_fail_on_sets_the_level_from_which_findings_fail(level: str, code: int, manifest: Path, capsys: Capsys) -> None:
    going = {**CHEAP, "model": "gpt-4.1"}
    assert run(capsys, "lint", written(manifest, going), "--on", "2026-11-24", "--fail-on", level).code == code


def test_the_gate_high_holds_the_budget_against_the_limit(manifest: Path, tmp_path: Path, capsys: Capsys) -> None:
    thinking = {**CHEAP, "reasoning": {"effort": "high"}}
    name = written(manifest, thinking, budget={"monthly_usd": 2})
    config = tmp_path / "high.yaml"
    config.write_text("gate: high\n", encoding="utf-8")
    for command in ("plan", "lint"):
        assert run(capsys, command, name, "--on", "2026-11-24").code == 0
        assert run(capsys, command, name, "--on", "2026-11-24", "--config", str(config)).code == 4


def test_json_is_complete_on_three(manifest: Path, capsys: Capsys) -> None:
    ran = run(capsys, "plan", written(manifest, CHEAP, UNPRICED), "--on", "2026-11-24", "-f", "json")
    data = json.loads(ran.out)
    assert ran.code == 3
    assert data["totals"]["expected_usd"] is None
    assert data["coverage"] == {"workloads": 2, "priced": 1, "assumed": 1, "disputed": 0}
    assert data["workloads"][1]["monthly"]["expected_usd"] is None
    assert data["totals"]["priced_usd"] == data["workloads"][0]["monthly"]["expected_usd"]


def test_lint_of_several_files_and_folders_has_the_worst_code(tmp_path: Path, capsys: Capsys) -> None:
    written(tmp_path / "a.yaml", CHEAP)
    (tmp_path / "below").mkdir()
    written(tmp_path / "below" / "b.yaml", RETIRED)
    (tmp_path / "below" / "other.yaml").write_text("a: b\n", encoding="utf-8")
    ran = run(capsys, "lint", str(tmp_path), "--on", "2026-11-24")
    assert ran.code == 1
    assert "b.yaml:" in ran.out
    assert run(capsys, "lint", str(tmp_path / "a.yaml"), "--on", "2026-11-24").code == 0


def test_lint_names_every_broken_file_at_once(tmp_path: Path, capsys: Capsys) -> None:
    names = [written(tmp_path / f"{name}.yaml", {**CHEAP, "id": "BAD"}) for name in "ab"]
    ran = run(capsys, "lint", *names)
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(":")[0] for line in ran.err.splitlines()] == names


def test_an_output_file_is_written_as_a_whole_or_not_at_all(manifest: Path, tmp_path: Path, capsys: Capsys) -> None:
    target = tmp_path / "plan.json"
    target.write_text("old", encoding="utf-8")
    broken = written(tmp_path / "broken.yaml", {**CHEAP, "id": "BAD"})
    assert run(capsys, "plan", broken, "-o", str(target)).code == 2
    assert target.read_text(encoding="utf-8") == "old"
    ran = run(capsys, "plan", written(manifest, CHEAP), "-f", "json", "-o", str(target))
    assert (ran.code, ran.out) == (0, "")
    assert json.loads(target.read_text(encoding="utf-8"))["plan_version"] == 1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_day_is_an_argument(manifest: Path, capsys: Capsys) -> None:
    name = written(
        manifest, {**CHEAP, "provider": "google-gemini", "model": "gemini-4-argon", "endpoint": "generateContent"}
    )
    before = json.loads(run(capsys, "plan", name, "-f", "json", "--on", "2026-11-30").out)
    after = json.loads(run(capsys, "plan", name, "-f", "json", "--on", "2026-12-01").out)
    assert before["valued_on"] == "2026-11-30"
    assert float(after["totals"]["expected_usd"]) == 2 * float(before["totals"]["expected_usd"])


def test_init_writes_a_manifest_that_passes_and_leaves_an_existing_one_alone(manifest: Path, capsys: Capsys) -> None:
    assert run(capsys, "init", str(manifest)).code == 0
    assert run(capsys, "lint", str(manifest), "--on", "2026-11-24", "--fail-on", "warning").code == 0
    assert run(capsys, "plan", str(manifest), "--on", "2026-11-24").code == 0
    before = manifest.read_bytes()
    ran = run(capsys, "init", str(manifest))
    assert ran.code == 2
    assert "is there already" in ran.err
    assert manifest.read_bytes() == before


@pytest.mark.parametrize("name", files.schema_names())
def test_schema_prints_what_is_published(name: str, capsys: Capsys) -> None:
    ran = run(capsys, "schema", name)
    assert ran.code == 0
    assert json.loads(ran.out) == json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))


def test_schema_without_a_name_lists_them(capsys: Capsys) -> None:
    assert run(capsys, "schema").out.split() == list(files.schema_names())


def test_rules_list_show_and_test(tmp_path: Path, capsys: Capsys) -> None:
    rules = files.load_rules()
    listed = run(capsys, "rules", "list")
    assert listed.code == 0
    assert all(rule.id in listed.out for rule in rules)
    shown = run(capsys, "rules", "show", "low-volume")
    assert "**Why.**" in shown.out
    assert "`tokens` = 100,000" in shown.out
    assert run(capsys, "rules", "show", "low-volum").err.startswith("no rule 'low-volum', did you mean 'low-volume'?")
    tried = run(capsys, "rules", "test")
    assert tried.code == 0
    assert tried.out.endswith(" 0 wrong.\n")
    source = yaml.safe_load((ROOT / "rules" / "volume" / "low-volume.yaml").read_text(encoding="utf-8"))
    source["id"] = "mine"
    source["examples"]["fires"].append({"tokens_per_day": 5_000_000})
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(source), encoding="utf-8")
    wrong = run(capsys, "rules", "test", str(tmp_path))
    assert wrong.code == 1
    assert "mine: example fires" in wrong.out
    assert "the rule is silent there" in wrong.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plan", "nowhere.yaml"), "nowhere.yaml: no such file"),
        (("plan",), "Missing argument"),
        (("plam", "x"), "No such command"),
        (("plan", "x.yaml", "--onn", "2026-11-24"), "No such option"),
        (("plan", "x.yaml", "--on", "tomorrow"), "is not a day"),
        (("plan", "x.yaml", "-f", "jsn"), "did you mean 'json'?"),
        (("schema", "manifst"), "did you mean 'manifest'?"),
    ],
)
def test_wrong_usage_is_two_with_what_to_do(arguments: tuple[str, ...], says: str, capsys: Capsys) -> None:
    ran = run(capsys, *arguments)
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_an_unknown_price_book_is_refused_with_the_known_ones(manifest: Path, capsys: Capsys) -> None:
    ran = run(capsys, "plan", written(manifest, CHEAP), "--prices", "lists")
    assert ran.code == 2
    assert ran.err.startswith("no price book 'lists', did you mean 'list'?")


@pytest.mark.parametrize("command", ["plan", "lint", "explain", "export budget"])
def test_a_file_that_is_read_is_never_written_over(
    command: str, manifest: Path, tmp_path: Path, capsys: Capsys
) -> None:
    written(manifest, CHEAP)
    before = manifest.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(manifest)
    for output in (manifest, link):
        form = ["--format", "csv"] if command == "export budget" else []
        ran = run(capsys, *command.split(), str(manifest), *form, "-o", str(output))
        assert (ran.code, ran.out) == (2, "")
        assert manifest.read_bytes() == before


@pytest.mark.parametrize(
    ("command", "outputs"),
    [
        ("explore {m}", "-o {m}"),
        ("explore {m}", "-o {t}/page.html --catalog {m}"),
        ("explore {m}", "-o {t}/same.html --catalog {t}/same.html"),
        ("lint {m}", "--write-baseline --baseline {m}"),
        ("batch prepare {t}/t.csv --template {t}/t.yaml --to openai", "--out {t}/t.csv"),
        ("batch prepare {t}/t.csv --template {t}/t.yaml --to openai", "--out {t}/t.yaml"),
    ],
)
def test_outputs_of_other_names_write_over_nothing_either(
    command: str, outputs: str, manifest: Path, tmp_path: Path, capsys: Capsys
) -> None:
    written(manifest, CHEAP)
    (tmp_path / "t.csv").write_text("id,text\na,b\n", encoding="utf-8")
    (tmp_path / "t.yaml").write_text("model: gpt-4.1\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    ran = run(capsys, *f"{command} {outputs}".format(m=manifest, t=tmp_path).split())
    assert (ran.code, ran.out) == (2, "")
    assert "is read or written by this command already" in ran.err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_message_says_which_file(manifest: Path, capsys: Capsys) -> None:
    name = written(manifest, CHEAP)
    assert (
        run(capsys, "plan", name, "-o", name).err
        == f"{name}: is read or written by this command already: name another file\n"
    )
