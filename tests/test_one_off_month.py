"""A job that runs once in a stated month: priced in that month, exported in that month."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.console import Ran, run
from tests.making import manifest_text, workload

Capsys = pytest.CaptureFixture[str]
JOB = workload(
    id="job", provider="google-gemini", model="gemini-3.8-flash", latency={"max": "1s"},
    volume={"requests": 100_000, "per": "once", "month": "2027-02"}, tokens={"input": 1000, "output": 0},
)  # fmt: skip
"""100 million input tokens: at $0.75 a million in 2026 $75, and at $1.50 from 2027-01-01 on $150."""


def asked(capsys: Capsys, folder: Path, *command: str, **fields: Any) -> Ran:
    path = folder / "workloads.yaml"
    path.write_text(manifest_text(JOB, **fields), encoding="utf-8")
    return run(capsys, *command, str(path))


def test_the_plan_prices_it_on_the_first_day_of_its_month(tmp_path: Path, capsys: Capsys) -> None:
    for day, usd in (("2026-11-24", "150"), ("2027-02-20", "150"), ("2027-05-01", "150")):
        ran = asked(capsys, tmp_path, "plan", "--on", day, "-f", "json", budget={"monthly_usd": 100})
        told = json.loads(ran.out)
        assert told["workloads"][0]["monthly"]["expected_usd"] == usd
        assert (told["workloads"][0]["one_off"], told["workloads"][0]["one_off_month"]) == (True, "2027-02")
        assert ran.code == 4


def test_the_forecast_says_the_same(tmp_path: Path, capsys: Capsys) -> None:
    told = json.loads(asked(capsys, tmp_path, "forecast", "--on", "2026-11-24", "--months", "4", "-f", "json").out)
    months = told["scenarios"][0]["workloads"][0]["months"]
    assert [month["expected_usd"] for month in months] == ["0", "0", "150", "0"]


@pytest.mark.parametrize(("day", "rows"), [("2026-11-24", 0), ("2027-02-20", 1), ("2027-05-01", 0)])
def test_only_the_export_of_its_month_has_it(tmp_path: Path, capsys: Capsys, day: str, rows: int) -> None:
    ran = asked(capsys, tmp_path, "export", "focus", "--on", day)
    assert len(ran.out.splitlines()) - 1 == rows
    assert ("job: runs once, in another month, and has no row" in ran.err) is (rows == 0)
