"""The configuration: where it is found, what lies over what, and what it says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import Refused, files
from planner.config import Config, parse_config
from planner.configfiles import configured, find, names
from planner.documents import read_document
from tests.console import run
from tests.making import ROOT, manifest_text, workload

Capsys = pytest.CaptureFixture[str]


def put(folder: Path, **texts: str) -> None:
    """Writes the texts into files; two underscores in a name stand for a slash, one before the ending for a dot."""
    for name, text in texts.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_nearest_configuration_upwards_counts(tmp_path: Path) -> None:
    put(tmp_path, planner="fail_on: warning\n", a__planner="fail_on: note\n", a__b__m="x\n", c__m="x\n")
    assert configured(tmp_path / "a" / "b" / "m.yaml", None).fail_on == "note"
    assert configured(tmp_path / "c" / "m.yaml", None).fail_on == "warning"
    assert configured(tmp_path / "c" / "m.yaml", Path("none")) == Config()


def test_nothing_above_the_root_of_a_repository_counts(tmp_path: Path) -> None:
    put(tmp_path, planner="fail_on: warning\n", repo__sub__m="x\n")
    (tmp_path / "repo" / ".git").mkdir()
    assert find(tmp_path / "repo" / "sub" / "m.yaml") is None


def test_a_table_of_pyproject_is_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.planner]\ngate = "high"\n', encoding="utf-8"
    )
    assert configured(tmp_path / "m.yaml", None).gate == "high"


def test_a_fault_in_pyproject_points_at_the_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\n\n[tool.planner]\ngates = "high"\n', encoding="utf-8")
    with pytest.raises(Refused, match=r"pyproject\.toml:3:1: unknown key 'gates', did you mean 'gate'\?"):
        configured(tmp_path / "m.yaml", None)


def test_a_pyproject_without_the_table_is_passed_by(tmp_path: Path) -> None:
    put(tmp_path, planner="gate: high\n", sub__m="x\n")
    (tmp_path / "sub" / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    assert find(tmp_path / "sub" / "m.yaml") == tmp_path / "planner.yaml"


def test_a_file_lies_over_what_it_extends_and_a_later_one_over_an_earlier(tmp_path: Path) -> None:
    put(
        tmp_path,
        company="rules: {price-stale: error, output-uncapped: none}\nparams: {low-volume: {tokens: 1M}}\n",
        planner="extends: [strict, company.yaml]\nrules: {output-uncapped: note}\ngate: expected\n",
    )
    config = configured(tmp_path / "m.yaml", None)
    assert config.levels["price-stale"] == "error"  # company over strict
    assert config.levels["output-uncapped"] == "note"  # the file over company
    assert config.levels["price-disputed"] == "warning"  # strict
    assert config.params == {"low-volume": {"tokens": "1M"}}
    assert (config.fail_on, config.gate) == ("warning", "expected")


def test_what_extends_in_a_circle_or_nothing_is_refused_with_its_place(tmp_path: Path) -> None:
    put(tmp_path, planner="extends: b.yaml\n", b="extends: planner.yaml\n", c="extends: [strikt]\n")
    with pytest.raises(Refused, match=r"b\.yaml:1:10: 'planner\.yaml' extends this file in turn"):
        configured(tmp_path / "m.yaml", None)
    with pytest.raises(Refused, match=r"c\.yaml:1:11: 'strikt': no such configuration, did you mean 'strict'\?"):
        configured(tmp_path / "m.yaml", tmp_path / "c.yaml")


def test_nothing_outside_the_repository_is_read(tmp_path: Path, capsys: Capsys) -> None:
    secret = "password: hunter2\n"
    put(tmp_path, secret=secret, repo__planner="extends: ../secret.yaml\n", repo__a="extends: link.yaml\n")
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "repo" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    for name in ("planner.yaml", "a.yaml"):
        with pytest.raises(Refused, match="lies outside the repository") as refused:
            configured(tmp_path / "repo" / "m.yaml", tmp_path / "repo" / name)
        assert "hunter2" not in str(refused.value)
    for book in ("../secret.yaml", str(tmp_path / "secret.yaml"), "link.yaml"):
        put(tmp_path, repo__m=manifest_text(workload(), prices=["list", book]))
        ran = run(capsys, "plan", str(tmp_path / "repo" / "m.yaml"), "--config", "none")
        assert (ran.code, "lies outside the repository" in ran.err, "hunter2" in ran.err) == (2, True, False)


def test_a_price_file_elsewhere_in_the_repository_is_read(tmp_path: Path, capsys: Capsys) -> None:
    book = (ROOT / "examples" / "negotiated.yaml").read_text(encoding="utf-8")
    put(tmp_path, prices__own=book, llm__m=manifest_text(workload(), prices=["list", "../prices/own.yaml"]))
    name = str(tmp_path / "llm" / "m.yaml")
    assert run(capsys, "plan", name, "--on", "2026-11-24").code == 2
    (tmp_path / ".git").mkdir()
    assert run(capsys, "plan", name, "--on", "2026-11-24").code == 0


def test_an_override_holds_for_its_files_only_and_the_last_one_wins(tmp_path: Path) -> None:
    put(
        tmp_path,
        planner="""\
overrides:
  - files: ["llm/**/*.yaml"]
    fail_on: warning
    rules: {price-stale: error}
  - files: [night.yaml]
    rules: {price-stale: none}
    params: {low-volume: {tokens: 5M}}
""",
    )
    assert configured(tmp_path / "llm" / "a" / "day.yaml", None).levels == {"price-stale": "error"}
    assert configured(tmp_path / "llm" / "day.yaml", None).fail_on == "warning"
    night = configured(tmp_path / "llm" / "night.yaml", None)
    assert (night.levels, night.fail_on) == ({"price-stale": "none"}, "warning")
    assert night.params == {"low-volume": {"tokens": "5M"}}
    assert configured(tmp_path / "other.yaml", None).levels == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("overrides: [{files: [a], rules: {low-volum: none}}]", "c.yaml:1:34: no rule 'low-volum', did you mean"),
        (
            "overrides: [{files: [a], params: {low-volume: {x: 1}}}]",
            "c.yaml:1:48: rule low-volume has no parameter 'x'",
        ),
        ("rules: {over-budget: none}", "c.yaml:1:22: over-budget has an exit code of its own"),
        ("rules: {low-volume: error}", "c.yaml:1:21: rule low-volume assigns a lane and has no level"),
        ("overrides: [{rules: {}}]", "c.yaml:1:13: 'files' is missing"),
        ("baseline_tolerance: much", "c.yaml:1:21:"),
    ],
)
def test_a_name_that_nothing_has_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        files.load_rules((), parse_config(read_document(text.encode(), "c.yaml"), files.load_schema("config")))
    assert says in str(refused.value)


def test_a_finding_of_the_engine_takes_the_team_s_level(tmp_path: Path, capsys: Capsys) -> None:
    put(tmp_path, m=manifest_text(workload(), accounts={"mistral": {"tier": "x"}}))
    lint = ("lint", str(tmp_path / "m.yaml"), "--on", "2026-11-24", "--config")
    put(tmp_path, up="rules: {account-unused: error}\n", off="rules: {account-unused: none}\n")
    assert "warning: account 'mistral'" in run(capsys, *lint, "none").out
    assert run(capsys, *lint, str(tmp_path / "up.yaml")).code == 1
    assert "account 'mistral'" not in run(capsys, *lint, str(tmp_path / "off.yaml")).out


def test_rules_of_a_configured_folder_speak(tmp_path: Path, capsys: Capsys) -> None:
    put(
        tmp_path,
        planner="rule_folders: [rules]\n",
        m=manifest_text(workload()),
        rules__ours="""\
id: ours
kind: lint
level: error
summary: A rule of our own.
why: We want it so.
remedy: Ask us about it.
source: ours
when: [provider is openai]
message: "{provider} is used"
examples: {fires: [{provider: openai}], silent: [{provider: xai}]}
""",
    )
    ran = run(capsys, "lint", str(tmp_path / "m.yaml"), "--on", "2026-11-24")
    assert ran.code == 1
    assert "openai is used [ours]" in ran.out


def test_every_built_in_set_names_only_what_there_is() -> None:
    assert names() == ["article", "recommended", "strict"]
    for name in names():
        config = files.load_config(ROOT / "catalog" / "configs" / f"{name}.yaml")
        files.load_rules((), config)


def test_recommended_is_what_holds_without_any() -> None:
    config = files.load_config(ROOT / "catalog" / "configs" / "recommended.yaml")
    assert config._replace(places={}, base="") == Config()


def test_the_article_s_set_keeps_what_the_article_warns_of_and_every_error() -> None:
    off = files.load_config(ROOT / "catalog" / "configs" / "article.yaml").levels
    lint = [rule for rule in files.load_rules() if rule.kind == "lint"]
    beyond = {rule.id for rule in lint if "article" not in rule.source and rule.level != "error"}
    assert off == dict.fromkeys(sorted(beyond), "none")


def test_the_configuration_shows_each_value_with_its_origin(
    tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        tmp_path,
        planner="""\
extends: strict
rules: {price-stale: note}
overrides:
  - {files: ["night/*"], gate: expected}
""",
    )
    monkeypatch.chdir(tmp_path)
    told = run(capsys, "config", "show").out
    assert "fail_on = warning  # configs/strict.yaml:4:10" in told
    assert "rules.price-stale = note  # planner.yaml:2:22" in told
    assert "gate = high" in told
    told = run(capsys, "config", "show", "night/m.yaml").out
    assert "gate = expected  # planner.yaml:4:5" in told
    told = run(capsys, "config", "show", "--config", "none").out
    assert "fail_on = error  # built in" in told
