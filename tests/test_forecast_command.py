"""The command, its formats, its exit codes, and what it loads."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from planner import forecastviews
from planner.disk import load_schema
from tests.console import Ran, run
from tests.forecasting import price_file
from tests.making import ROOT, manifest_text, workload

EXAMPLE = str(ROOT / "examples" / "growing.yaml")
CERTAIN = workload(model="steady", user_facing=True)


def ran(capsys: pytest.CaptureFixture[str], folder: Path, *options: str, **fields: Any) -> Ran:
    """The forecast of three months with own prices."""
    workloads = fields.pop("workloads", [CERTAIN])
    (folder / "m.yaml").write_text(manifest_text(*workloads, **fields), encoding="utf-8")
    prices = ("--prices", str(price_file(folder)))
    return run(capsys, "forecast", str(folder / "m.yaml"), "--months", "3", "--start", "2026-12", *prices, *options)


def as_data(capsys: pytest.CaptureFixture[str], folder: Path, *options: str, **fields: Any) -> Any:
    return json.loads(ran(capsys, folder, "--format", "json", *options, **fields).out)


@pytest.mark.parametrize("options", [(), ("--draws", "0"), ("--draws", "1024"), ("--scenario", "launch", "--set", "workloads.*.volume.requests=0.5x")])  # fmt: skip
def test_json_fits_its_schema(capsys: pytest.CaptureFixture[str], options: tuple[str, ...]) -> None:
    text = run(capsys, "forecast", EXAMPLE, "--start", "2026-12", "--months", "2", "--format", "json", *options).out
    Draft202012Validator(load_schema("forecast")).validate(json.loads(text))
    assert json.loads(text)["scenarios"][0]["months"][0]["month"] == "2026-12"


def test_a_gap_fits_the_schema_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = as_data(capsys, tmp_path, workloads=[workload(model="orphan", user_facing=True)])
    Draft202012Validator(load_schema("forecast")).validate(data)
    assert data["scenarios"][0]["months"][2]["expected_usd"] is None


@pytest.mark.parametrize("name", forecastviews.names())
def test_every_format_shows_the_gap(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    found = ran(capsys, tmp_path, "--format", name, workloads=[workload(model="orphan", user_facing=True)])
    assert found.code == 3
    assert "orphan is retired from 2027-02-01" in found.out


def test_text_and_its_names_keep_the_width(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    long = workload(id="w" * 100, owner="o" * 200, volume={"requests": {"low": 1, "high": 10**12}, "per": "day"})
    limits = [{"name": "n" * 150, "owner": "o" * 200, "monthly_usd": 10**11}]
    found = ran(capsys, tmp_path, "--set", "workloads.*.volume.requests=3x", workloads=[long], budgets=limits)
    assert max(map(len, found.out.splitlines())) <= 100


def test_csv_has_a_row_per_sum_and_month(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = ran(capsys, tmp_path, "--format", "csv", budget={"monthly_usd": 7}).out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["sum"], row["month"], row["expected_usd"]) for row in rows[:3]] == [
        ("workload", "2026-12", "6"), ("workload", "2027-01", "6"), ("workload", "2027-02", "6"),
    ]  # fmt: skip
    kinds = ["owner", "provider", "model", "lane", "limit", "total"]
    assert [row["sum"] for row in rows[3:]] == [kind for kind in kinds for _ in range(3)]


@pytest.mark.parametrize(("limit", "code"), [(6, 0), (5, 4)])
def test_the_exit_code_is_4_where_the_expected_cost_crosses_a_limit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, limit: int, code: int
) -> None:
    assert ran(capsys, tmp_path, budget={"monthly_usd": limit}).code == code


def test_a_scenario_does_not_change_the_exit_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = ran(capsys, tmp_path, "--set", "workloads.w.volume.requests=2x", budget={"monthly_usd": 6})
    assert found.code == 0
    assert "+$18.00 (+100.0 %)" in found.out
    assert "total 2026-12" in found.out


@pytest.mark.parametrize(
    ("change", "costs"),
    [
        ("workloads.w.volume.requests=2x", "36"),
        ("workloads.*.volume.requests=0.5x", "9"),
        ("workloads.w.volume.requests=3000", "54"),
        ("workloads.w.model=dear", "45"),
        ("workloads.w.growth.percent_per_month=100", "42"),
        ("workloads.w.tokens.output=0", "6"),
    ],
)
def test_set_changes_one_value(capsys: pytest.CaptureFixture[str], tmp_path: Path, change: str, costs: str) -> None:
    stated, variant = as_data(capsys, tmp_path, "--set", change)["scenarios"]
    assert stated["expected_usd"] == "18"
    assert variant["expected_usd"] == costs
    assert variant["changes"] == [change.replace("=", " = ")]


def test_a_factor_reaches_what_only_the_defaults_state(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bare = {key: value for key, value in CERTAIN.items() if key != "tokens"}
    tokens = {"tokens": {"input": 1000, "output": 500}}
    data = as_data(capsys, tmp_path, "--set", "workloads.w.tokens.input=2x", workloads=[bare], defaults=tokens)
    assert [one["expected_usd"] for one in data["scenarios"]] == ["18", "24"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--set", "workloads.ww.volume.requests=2x"), "leads to no workload, did you mean 'w'?"),
        (("--set", "workloads.w.volume.request=2x"), "there is no number to multiply: write the value itself"),
        (
            ("--set", "workloads.w.volum.requests=2"),
            "--set workloads.w.volum.requests: unknown key 'volum', did you mean 'volume'?",
        ),
        (("--set", "workloads.w.id.x=2"), "leads into a value that has no keys"),
        (("--set", "workloads.w.volume.requests"), "write it as workloads.ID.volume.requests=2x"),
        (("--set", "workloads.w.volume.requests=1e3"), "a number to some readers and text to others"),
        (
            ("--set", "workloads.w.volume.requests=2x", "--set", "workloads.w.volume.requests=3x"),
            "--set workloads.w.volume.requests is given twice: keep one of the values",
        ),
        (("--draws", "1"), "1 is too few for a percentile: write 0, or at least 1024"),
        (("--draws", "1023"), "1023 is too few for a percentile: write 0, or at least 1024"),
        (("--scenario", "launhc"), "no scenario 'launhc', did you mean 'launch'?; there are: launch"),
        (("--start", "2026-13"), "'2026-13' is not a month: write it as 2026-12"),
        (("--format", "jsn"), "no format 'jsn', did you mean 'json'?"),
    ],
)
def test_what_is_wrong_is_one_line_and_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    scenarios = {"launch": {"set": {"workloads.w.volume.requests": "2x"}}}
    found = ran(capsys, tmp_path, *options, scenarios=scenarios)
    assert found.code == 2
    assert says in found.err
    assert found.out == ""


def test_all_scenarios_of_the_manifest_stand_beside_it_unless_some_are_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    scenarios = {name: {"set": {"workloads.w.volume.requests": f"{n}x"}} for n, name in ((2, "two"), (3, "three"))}

    def names(*options: str) -> list[str]:
        data = as_data(capsys, tmp_path, *options, scenarios=scenarios)
        return [one["name"] for one in data["scenarios"]]

    assert names() == ["as stated", "two", "three"]
    assert names("--scenario", "three") == ["as stated", "three"]
    assert names("--set", "workloads.w.volume.requests=4x") == ["as stated", "--set"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"workloads.w.volume.requests": "many"}, "9:36: scenario s: 'many' does not fit: write a number or a mapping"),
        ({"workloads.w.volum.requests": 5}, "9:7: scenario s: unknown key 'volum', did you mean 'volume'?"),
        ({"workloads.w.provider": "2x"}, "9:29: scenario s: there is no number to multiply: write the value itself"),
        ({"workloads.w.id.x": 1}, "9:7: scenario s: 'workloads.w.id.x' leads into a value that has no keys"),
        ({"workloads.w.growth.percent_per_month": 1000}, "9:45: scenario s: workload w grows beyond 1,000,000,000,000,000 requests per month in 2027-12"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_scenario_is_said_at_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    fine = {"workloads.w.model": "dear"}
    scenarios = {"first": {"description": "as it is", "set": fine}, "s": {"set": changes}}
    found = ran(capsys, tmp_path, "--months", "30", scenarios=scenarios)
    assert (found.code, found.out) == (2, "")
    assert says in found.err.splitlines()[0]


def test_growth_beyond_what_a_manifest_may_state_is_refused_at_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    growing = workload(model="steady", growth={"percent_per_month": 1000})
    found = ran(capsys, tmp_path, "--months", "120", workloads=[growing])
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert "m.yaml:15:5: workload w grows beyond 1,000,000,000,000,000 requests per month in 2027-12:" in found.err


def test_fail_on_makes_a_warning_count(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    limits = [{"owner": "nobody", "monthly_usd": 5}]
    assert ran(capsys, tmp_path, budgets=limits).code == 1
    assert ran(capsys, tmp_path, "--fail-on", "never", budgets=limits).code == 0


@pytest.mark.parametrize("gate", ["expected", "high"])
def test_the_gate_and_the_levels_come_from_the_configuration(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, gate: str
) -> None:
    (tmp_path / "planner.yaml").write_text(f"gate: {gate}\nrules: {{budget-at-risk: error}}\n", encoding="utf-8")
    thinking = workload(model="steady", user_facing=True, reasoning={"tokens": 1000, "tokens_are": "extra"})
    data = ran(capsys, tmp_path, workloads=[thinking], budget={"monthly_usd": 15})
    assert data.code == (4 if gate == "high" else 1)
    assert "error: total: the budget of $15.60 in 2026-12 is above the limit of $15.00" in " ".join(data.out.split())


def test_without_libraries_an_uncertain_forecast_says_what_to_install(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "planner.forecasting.simulation", None)
    monkeypatch.setitem(sys.modules, "planner.forecasting.draws", None)
    unsure = workload(model="steady", user_facing=True, volume={"requests": {"low": 1, "high": 9}, "per": "day"})
    found = ran(capsys, tmp_path, workloads=[unsure])
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert "pip install 'llm-workload-planner[forecast]'" in found.err
    assert (
        "1 uncertain number stated; no draws were asked for"
        in ran(capsys, tmp_path, "--draws", "0", workloads=[unsure]).out
    )
    assert ran(capsys, tmp_path, workloads=[CERTAIN]).code == 0


def test_a_certain_forecast_says_so_and_loads_nothing_to_draw_with(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(manifest_text(CERTAIN), encoding="utf-8")
    prices = str(price_file(tmp_path))
    loaded = _loaded("forecast", str(tmp_path / "m.yaml"), "--start", "2026-12", "--prices", prices)
    assert "no chance is in them" in loaded[0]
    assert loaded[1] & {"numpy", "scipy", "planner.forecasting.simulation"} == set()


def test_other_commands_load_neither_the_forecast_nor_its_libraries() -> None:
    _, loaded = _loaded("plan", str(ROOT / "examples" / "workloads.yaml"), "--on", "2026-11-24")
    assert not [name for name in loaded if name.startswith(("numpy", "scipy", "planner.forecast"))]


def _loaded(*arguments: str) -> tuple[str, set[str]]:
    """What the command prints, and the modules that a new process loads for it."""
    code = (
        "import sys\nfrom planner.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\nprint(*sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=True
    )
    shown, _, modules = done.stdout.rstrip("\n").rpartition("\n")
    return shown, set(modules.split())
