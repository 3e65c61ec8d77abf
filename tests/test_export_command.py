"""planner export: files by their names, saved plans, exit codes, one-line refusals, nothing half-written."""

from __future__ import annotations

import builtins
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from planner.exports import focus, tables
from planner.exports.columns import columns, scale
from planner.problems import Refused
from tests.console import Ran, run
from tests.exporting import added, rows_of
from tests.making import ROOT, manifest_text, workload
from tests.test_export_focus import example

D = Decimal
ON = ("--on", "2026-11-24")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest that is priced and has no findings that fail."""
    path = tmp_path / "w.yaml"
    path.write_text(manifest_text(workload(latency={"max": "1s"}, owner="naïve")), encoding="utf-8")
    return path


def export(capsys: Capture, what: str, *arguments: object) -> Ran:
    """The export on the day of the tests."""
    return run(capsys, "export", what, *map(str, arguments))


# Forms


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_parquet_read_back_is_the_csv(capsys: Capture, tmp_path: Path, version: str) -> None:
    found = ROOT / "examples" / "workloads.yaml", *ON, "--focus-version", version
    files = [tmp_path / f"f.{form}" for form in ("csv", "parquet")]
    assert [export(capsys, "focus", *found, "-o", path).code for path in files] == [0, 0]
    plain, table = rows_of(files[0].read_text(encoding="utf-8")), parquet.read_table(files[1])
    assert table.num_rows == len(plain) > 40
    kinds = {column.name: column.kind for column in columns(version)}
    for row, told in zip(table.to_pylist(), plain, strict=True):
        assert list(row) == list(told)
        for name, cell in row.items():
            assert told[name] == shown(cell), name
            if scale(kinds[name]) is not None and cell is not None:
                assert D(told[name]) == cell


def shown(cell: Any) -> str:
    """A cell of Parquet as CSV has it."""
    if isinstance(cell, datetime):
        assert cell.utcoffset() == datetime.now(UTC).utcoffset()
        return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(cell, Decimal):
        text = format(cell, "f")
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    return cell or ""


def test_amounts_in_parquet_are_exact_decimals(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    export(capsys, "focus", ROOT / "examples" / "small.yaml", *ON, "-o", path)
    schema = parquet.read_schema(path)
    assert schema.field("BilledCost").type == pyarrow.decimal128(38, 6)
    assert schema.field("ListUnitPrice").type == pyarrow.decimal128(38, 18)
    assert schema.field("PricingQuantity").type == pyarrow.decimal128(38, 12)
    assert schema.field("ChargePeriodStart").type == pyarrow.timestamp("us", "UTC")
    assert sum(parquet.read_table(path)["BilledCost"].to_pylist()) == D("6775.3875")


def test_amounts_that_parquet_cannot_hold_are_refused() -> None:
    report = example()
    w = report.workloads[0]
    huge = report._replace(workloads=[w._replace(lines=[w.lines[0]._replace(usd=D(10) ** 40)])])
    with pytest.raises(Refused, match="more digits than the 38 of Parquet"):
        tables.as_parquet(focus.table(huge))


def test_standard_output_is_csv_without_a_byte_order_mark_and_a_file_for_spreadsheets_has_one(
    capsys: Capture, tmp_path: Path, manifest: Path
) -> None:
    path = tmp_path / "b.csv"
    assert export(capsys, "budget", manifest, *ON, "-o", path).code == 0
    for target in ((), ("-o", "-")):
        ran = export(capsys, "budget", manifest, *ON, *target)
        assert (ran.code, ran.err) == (0, "")
        assert path.read_text(encoding="utf-8") == "\ufeff" + ran.out
    other = tmp_path / "f.csv"
    export(capsys, "focus", manifest, *ON, "-o", other)
    assert other.read_text(encoding="utf-8") == export(capsys, "focus", manifest, *ON).out


def test_the_form_is_that_of_the_name_unless_it_is_stated(capsys: Capture, tmp_path: Path, manifest: Path) -> None:
    path = tmp_path / "budget.dat"
    ran = export(capsys, "budget", manifest, *ON, "-o", path)
    assert (ran.code, path.exists()) == (2, False)
    assert f"{path}: name it *.csv or *.xlsx, or give --format" in ran.err
    assert export(capsys, "budget", manifest, *ON, "-o", path, "--format", "xlsx").code == 0
    assert path.read_bytes().startswith(b"PK")
    assert export(capsys, "focus", manifest, *ON, "-o", tmp_path / "F.CSV").code == 0
    ran = export(capsys, "focus", manifest, *ON, "--format", "parquet")
    assert (ran.code, ran.out) == (2, "")
    assert "parquet is written to a file: name one with --output" in ran.err


@pytest.mark.parametrize(
    ("what", "form", "library"), [("focus", "parquet", "pyarrow"), ("budget", "xlsx", "XlsxWriter")]
)
def test_a_library_that_is_not_there_is_named(
    capsys: Capture, tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch, what: str, form: str, library: str
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == library.lower():
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    path = tmp_path / f"x.{form}"
    ran = export(capsys, what, manifest, *ON, "-o", path)
    assert (ran.code, path.exists(), ran.err.count("\n")) == (2, False, 1)
    assert f"needs {library}: run pip install 'llm-workload-planner[{form}]', or write CSV" in ran.err


def test_csv_loads_no_library_of_the_other_forms(manifest: Path) -> None:
    code = (
        "import sys\nfrom planner.cli import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code\n"
        "assert not {'pyarrow', 'numpy', 'xlsxwriter'} & set(sys.modules)\n"
    )
    for what in ("focus", "budget"):
        command = [sys.executable, "-c", code, "export", what, str(manifest), *ON]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert ran.returncode == 0, ran.stderr


# Inputs


@pytest.mark.parametrize("what", ["focus", "budget"])
def test_a_saved_plan_gives_the_rows_of_its_manifest(capsys: Capture, tmp_path: Path, what: str) -> None:
    source, saved = ROOT / "examples" / "small.yaml", tmp_path / "plan.json"
    assert run(capsys, "plan", str(source), *ON, "--format", "json", "-o", str(saved)).code == 4
    assert export(capsys, what, saved).out == export(capsys, what, source, *ON).out
    assert export(capsys, what, saved).code == 4


def test_a_saved_plan_is_valued_already(capsys: Capture, tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    run(capsys, "plan", str(ROOT / "examples" / "small.yaml"), *ON, "--format", "json", "-o", str(saved))
    ran = export(capsys, "focus", saved, *ON)
    assert (ran.code, ran.err) == (2, f"{saved}: is a plan, valued already: leave out --on, --prices and --rules\n")
    saved.write_text('{"plan_version": 1}')
    assert export(capsys, "focus", saved).code == 2


def test_negotiated_prices_stand_beside_the_list_and_a_saved_plan_has_none(capsys: Capture, tmp_path: Path) -> None:
    source, contract = ROOT / "examples" / "small.yaml", ROOT / "examples" / "negotiated.yaml"
    prices = ("--prices", str(contract))
    rows = rows_of(export(capsys, "focus", source, *ON, *prices).out)
    # 12 % less in real time: 2 x 0.88; the batch price is 0.90 where the list has 1
    assert [rows[n]["ContractedUnitPrice"] for n in (0, 4)] == ["1.76", "0.9"]
    assert [rows[n]["ListUnitPrice"] for n in (0, 4)] == ["2", "1"]
    assert [rows[n]["ListCost"] for n in (0, 4)] == ["487", "152.1875"]
    assert [rows[n]["BilledCost"] for n in (0, 4)] == ["428.56", "136.96875"]
    saved = tmp_path / "plan.json"
    run(capsys, "plan", str(source), *ON, *prices, "--format", "json", "-o", str(saved))
    ran = export(capsys, "focus", saved)
    assert (ran.code, ran.out) == (2, "")
    assert "was priced with list+negotiated and has no list prices: name its manifest" in ran.err
    assert export(capsys, "budget", saved).code == export(capsys, "budget", source, *ON, *prices).code


# Exit codes


def test_over_budget_is_exit_code_4_and_the_file_is_whole(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    ran = export(capsys, "focus", ROOT / "examples" / "small.yaml", *ON, "-o", path)
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.endswith("small.yaml: written, exit code 4: a budget is exceeded, planner plan says which\n")
    assert added(rows_of(path.read_text(encoding="utf-8")), "BilledCost") == D("6775.3875")


def test_what_cannot_be_priced_is_no_focus_file_and_an_empty_budget_cell(capsys: Capture, tmp_path: Path) -> None:
    source, path = tmp_path / "w.yaml", tmp_path / "out.csv"
    source.write_text(manifest_text(workload(), workload(id="lost", model="gpt-0")), encoding="utf-8")
    path.write_text("as it was", encoding="utf-8")
    ran = export(capsys, "focus", source, *ON, "-o", path)
    assert (ran.code, ran.out, path.read_text(encoding="utf-8")) == (3, "", "as it was")
    assert ran.err.splitlines() == [
        f"{source}: lost: cannot be priced, planner plan says why",
        "nothing was written: FOCUS has no row without a cost",
    ]
    ran = export(capsys, "budget", source, *ON)
    assert (ran.code, rows_of(ran.out)[1]["expected_usd"]) == (3, "")


def test_a_budget_that_is_not_known_is_an_empty_cell_and_exit_code_3(capsys: Capture, tmp_path: Path) -> None:
    source = tmp_path / "w.yaml"
    batch = {"fallback": "flex", "fallback_share": "10%"}  # gpt-4.1 has no flex rate
    source.write_text(
        manifest_text(workload(use_case="model-evaluation", latency={"max": "24h"}, batch=batch)), encoding="utf-8"
    )
    ran = export(capsys, "focus", source, *ON)
    assert (ran.code, added(rows_of(ran.out), "BilledCost")) == (3, D(3))
    assert [row["x_WorkloadBudget"] for row in rows_of(ran.out)] == ["", ""]
    assert "written, exit code 3: something cannot be priced" in ran.err


def test_findings_at_or_above_a_level_are_exit_code_1(capsys: Capture, tmp_path: Path) -> None:
    source = tmp_path / "w.yaml"
    source.write_text(manifest_text(workload(model="o4-mini", reasoning={"effort": "low"})), encoding="utf-8")
    assert export(capsys, "budget", source, *ON).code == 1
    assert export(capsys, "budget", source, *ON, "--fail-on", "never").code == 0


def test_wrong_input_writes_nothing(capsys: Capture, tmp_path: Path) -> None:
    source, path = tmp_path / "w.yaml", tmp_path / "f.csv"
    source.write_text("version: 1\nworkloads: []\nx: 1\n", encoding="utf-8")
    for what in ("focus", "budget"):
        assert (export(capsys, what, source, *ON, "-o", path).code, path.exists()) == (2, False)
        assert export(capsys, what, tmp_path / "none.yaml", *ON).code == 2
        missing = export(capsys, what, ROOT / "examples" / "small.yaml", *ON, "-o", tmp_path / "no" / "f.csv")
        assert (missing.code, missing.err.count("\n")) == (2, 1)


def test_a_name_that_says_another_form_than_the_option_is_refused(
    capsys: Capture, manifest: Path, tmp_path: Path
) -> None:
    ran = export(capsys, "focus", manifest, *ON, "-f", "csv", "-o", tmp_path / "x.parquet")
    assert ran.code == 2
    assert f"{tmp_path}/x.parquet is named as parquet, and --format says csv" in ran.err
    assert not (tmp_path / "x.parquet").exists()


@pytest.mark.parametrize("command", ["forecast", "lint", "explain", "report"])
def test_a_saved_plan_is_no_manifest_and_is_told_in_one_line(
    capsys: Capture, manifest: Path, tmp_path: Path, command: str
) -> None:
    saved = tmp_path / "plan.json"
    run(capsys, "plan", str(manifest), *ON, "-f", "json", "-o", str(saved))
    more = ["w"] if command == "explain" else ["-o", str(tmp_path / "r.html")] if command == "report" else []
    ran = run(capsys, command, str(saved), *more)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{saved}: is a saved plan: name the manifest that it was made from\n"


def test_a_label_named_owner_does_not_hide_the_owner(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(
        manifest_text(workload(latency={"max": "1s"}, owner="us", labels={"owner": "them"})), encoding="utf-8"
    )
    tags = rows_of(export(capsys, "focus", path, *ON).out)[0]["Tags"]
    assert '"owner":"them"' in tags
    assert '"planner/owner":"us"' in tags
