"""Formats of a forecast: golden files, the schema, and what a stranger's names can do."""

from __future__ import annotations

import csv
import io
import json

import jsonschema
import pytest

from planner import files, forecastviews
from planner.forecasting.report import ForecastReport
from tests import forecasting, golden

SHOWN = forecasting.rendered()


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_format_shows_what_its_golden_file_holds(name: str) -> None:
    shown = (golden.FOLDER / name).read_text(encoding="utf-8")
    assert SHOWN[name] == shown, "python -m tests.forecasting writes it anew"


def test_every_format_has_a_golden_file() -> None:
    assert set(forecastviews.names()) == set(forecasting.ENDINGS)


def test_the_json_fits_its_schema_and_lists_the_fields_of_the_report() -> None:
    schema = dict(files.load_schema("forecast"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(SHOWN["forecast.json"]), schema)
    assert list(schema["properties"]) == list(ForecastReport._fields)


def test_what_plan_and_forecast_share_is_the_same_in_both_schemas() -> None:
    plan, forecast = files.load_schema("plan")["$defs"], files.load_schema("forecast")["$defs"]
    shared = plan.keys() & forecast.keys()
    assert {"Finding", "Fix", "BookName"} <= shared
    assert {name: forecast[name] for name in shared} == {name: plan[name] for name in shared}


def test_text_keeps_within_a_hundred_columns() -> None:
    assert max(map(len, SHOWN["forecast.txt"].splitlines())) <= 100


def test_markdown_lets_no_name_bring_markup_of_its_own() -> None:
    shown = SHOWN["forecast.md"]
    assert "@team" not in shown
    assert "<b>" not in shown
    rows = [line.replace("\\|", "") for line in shown.splitlines() if line.startswith("|")]
    assert rows
    assert all(line.endswith("|") for line in rows)


def test_a_spreadsheet_finds_no_formula_in_any_cell() -> None:
    rows = list(csv.reader(io.StringIO(SHOWN["forecast.csv"])))
    assert len({len(row) for row in rows}) == 1
    assert not any(cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row)


def test_the_groups_of_each_kind_add_up_to_the_total_of_each_month() -> None:
    from decimal import Decimal

    stated = json.loads(SHOWN["forecast.json"])["scenarios"][0]
    months = [Decimal(month["expected_usd"]) for month in stated["months"]]
    for kind in ("owner", "provider", "model", "lane"):
        groups = stated["by"][kind].values()
        assert [sum(map(Decimal, month)) for month in zip(*groups, strict=True)] == months
