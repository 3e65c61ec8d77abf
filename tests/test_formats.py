"""Formats: golden files, widths, and what a stranger's names can do to them."""

from __future__ import annotations

import csv
import io
import json

import jsonschema
import pytest

from planner import files, formats
from planner.formats import json as json_format
from planner.problems import Refused
from planner.report import Report
from tests import golden
from tests.making import planned, workload

SHOWN = golden.rendered()


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_format_shows_what_its_golden_file_holds(name: str) -> None:
    assert SHOWN[name] == (golden.FOLDER / name).read_text(encoding="utf-8"), "python -m tests.golden writes it anew"


def test_every_format_has_a_golden_file() -> None:
    assert set(formats.names()) == set(golden.ENDINGS)


@pytest.mark.parametrize("name", ["plan.txt", "explain.txt"])
def test_text_for_people_keeps_within_a_hundred_columns(name: str) -> None:
    assert max(map(len, SHOWN[name].splitlines())) <= 100


def test_a_plan_of_billions_with_long_names_keeps_its_amounts_and_the_width() -> None:
    name = "a" * 100
    report = planned(workload(id=name, volume={"requests": 10**9, "per": "day"}))
    text = formats.plan_format("text")(report)
    assert max(map(len, text.splitlines())) <= 100
    assert "182,625,000.00" in text


@pytest.mark.parametrize("requests", [10**12, 10**14])
def test_a_plan_of_trillions_gives_up_columns_and_not_amounts(requests: int) -> None:
    text = formats.plan_format("text")(planned(workload(id="a" * 60, volume={"requests": requests, "per": "day"})))
    assert max(map(len, text.splitlines())) <= 100
    assert f"{requests * 6 * 304375 // 10**7:,}.00" in text


@pytest.mark.parametrize("name", ["plan.txt", "plan.csv", "plan.md", "explain.txt", "lint.txt"])
def test_no_format_lets_a_control_character_through(name: str) -> None:
    assert all(c.isprintable() or c == "\n" for c in SHOWN[name])


def test_a_spreadsheet_finds_no_formula_in_any_cell() -> None:
    rows = list(csv.reader(io.StringIO(SHOWN["plan.csv"])))
    assert len({len(row) for row in rows}) == 1
    assert rows[1][1].startswith("'=cmd")
    assert not any(cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row)


def test_the_csv_leaves_an_unknown_amount_empty() -> None:
    rows = list(csv.DictReader(io.StringIO(SHOWN["plan.csv"])))
    assert rows[3]["expected_usd"] == ""
    assert rows[2]["expected_usd"] == "15"


def test_markup_in_names_stays_text_in_markdown() -> None:
    text = SHOWN["plan.md"]
    assert "<b>" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} <= {9, 7, 6}


def test_the_json_plan_and_the_json_findings_fit_their_schemas() -> None:
    for name, schema in (("plan.json", "plan"), ("lint.json", "lint")):
        jsonschema.validate(json.loads(SHOWN[name]), dict(files.load_schema(schema)))


def test_the_json_plan_read_back_is_the_same_report() -> None:
    report = golden.report(trace_all=True)
    assert json_format.parse(json_format.render(report)) == report


@pytest.mark.parametrize("text", ["[]", "{}", '{"plan_version": 1}', "null", "3"])
def test_json_that_is_no_plan_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        json_format.parse(text)


def test_the_schema_of_the_plan_lists_the_fields_of_the_report() -> None:
    schema = files.load_schema("plan")
    assert list(schema["properties"]) == list(Report._fields)


def test_money_in_json_is_a_plain_string_or_null() -> None:
    data = json.loads(SHOWN["plan.json"])
    amounts = [value for w in data["workloads"] for key, value in w["monthly"].items() if key.endswith("usd")]
    assert None in amounts
    assert all(value is None or "e" not in value.lower() for value in amounts)


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match=r"no format 'jsn', did you mean 'json'\?"):
        formats.plan_format("jsn")
    with pytest.raises(
        Refused, match="cannot show this; there are: github, gitlab, json, junit, markdown, sarif, text"
    ):
        formats.findings_format("csv")
    with pytest.raises(Refused, match="cannot show this; there are: csv, json, markdown, text"):
        formats.plan_format("sarif")
