"""Where percentiles would be wrong, none are told, and every format says why."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from planner import forecastviews
from planner.disk import load_schema
from planner.forecasting.report import ScenarioForecast
from tests.console import Ran, run
from tests.forecasting import forecast_of, price_file
from tests.making import manifest_text, workload
from tests.pages import ran as pages_ran

WHY = "the input of w may lie on either side of 4,000 tokens, where tiered changes its price"


@pytest.fixture(name="own")
def own_prices(tmp_path: Path) -> Path:
    return price_file(tmp_path)


def tiered(spread: Any, **more: Any) -> dict[str, Any]:
    return workload(model="tiered", user_facing=True, tokens={"input": spread, "output": 0}, **more)


def drawn(own: Path, *workloads: dict[str, Any], **fields: Any) -> ScenarioForecast:
    return forecast_of(*workloads, prices=own, months=1, draws=1024, **fields)


@pytest.mark.parametrize(
    ("spread", "crosses"),
    [
        ({"low": 2000, "high": 5000}, True),
        ({"low": 3500, "mean": 4500, "high": 6000}, True),
        ({"low": 2000, "high": 4000}, False),
        ({"low": 4000, "high": 6000}, True),
        ({"low": 4001, "high": 6000}, False),
        ({"mean": 1000, "p95": 3000}, True),
        ({"mean": 1000, "p95": 1300}, False),
        ({"mean": 1000, "p95": 1635}, False),
        ({"mean": 1000, "p95": 1636}, True),
        ({"mean": 4000, "p95": 4100}, True),
        ({"mean": 12000, "p95": 13000}, False),
        ({"mean": 12000, "p95": 30000}, True),
        ({"mean": 1000, "p95": 20000}, True),
    ],
)
def test_an_input_on_both_sides_of_a_price_tier_is_not_drawn(own: Path, spread: Any, crosses: bool) -> None:
    found = drawn(own, tiered(spread))
    assert found.not_drawn == ([WHY] if crosses else [])
    assert (found.simulated is None) == crosses
    assert [one.number for one in found.uncertain] == ["input"]


def test_tokens_that_vary_alike_cross_a_tier_too_and_other_numbers_do_not(own: Path) -> None:
    assert drawn(own, tiered({"mean": 1000, "p95": 3000}), uncertainty={"tokens_vary": "alike"}).not_drawn == [WHY]
    unsure = {"requests": {"low": 10, "high": 9000}, "per": "month"}
    assert drawn(own, tiered(1000, volume=unsure)).not_drawn == []


def test_of_many_reasons_the_first_are_shown_and_all_are_kept(own: Path) -> None:
    found = drawn(own, *(tiered({"low": 1, "high": 5000}, id=f"w{number}") for number in range(6)))
    assert len(found.not_drawn) == 6
    assert found.why_not_drawn.count("either side") == 4
    assert found.why_not_drawn.endswith("; and 2 more")


def test_what_costs_nothing_stops_no_draw(own: Path) -> None:
    idle = tiered({"low": 1, "high": 5000}, id="idle", volume={"requests": 0, "per": "day"})
    unsure = tiered(1000, volume={"requests": {"low": 10, "high": 90}, "per": "day"})
    found = drawn(own, idle, unsure)
    assert (found.not_drawn, found.simulated is None) == ([], False)


def test_what_is_drawn_within_one_tier_is_linear(own: Path) -> None:
    """1,000 requests of 5,000 to 7,000 tokens at 10 dollars a million: even between 50 and 70 dollars."""
    volume = {"requests": 1000, "per": "month"}
    found = drawn(own, tiered({"low": 5000, "high": 7000}, volume=volume)).simulated
    assert found is not None
    assert found.total is not None
    assert found.total.p90 == pytest.approx(Decimal(68), abs=Decimal("0.1"))


UNSURE = {"uncertainty": {"correlation": 0}, "months": 3}


def test_reasoning_of_a_successor_is_uncertain_though_the_first_model_does_not_reason(own: Path) -> None:
    """From 2027-01-16 on 1,000 visible tokens bring 1,000 to 6,000 of reasoning, 2,500 in the mean."""
    found = reasoned(own, "unthinking")
    assert [(one.number, one.taken) for one in found.uncertain] == [
        ("reasoning", "tokens a request, 1000 to 6000, mean 2500")
    ]
    assert found.not_drawn == []
    assert found.simulated is not None
    first, _, last = found.simulated.months
    assert first is not None
    assert first.p10 == first.p99
    assert last is not None
    assert last.p10 < last.p50 < last.p90


def test_models_that_reason_alike_are_drawn_and_others_are_not(own: Path) -> None:
    alike, other = reasoned(own, "musing"), reasoned(own, "mild")
    assert (len(alike.uncertain), alike.not_drawn) == (1, [])
    assert alike.simulated is not None
    assert other.simulated is None
    assert other.not_drawn == [
        "reasoning of w is uncertain in other proportions after a change of model: "
        "500 to 2000, mean 1000, then 1000 to 6000, mean 2500 tokens a request"
    ]


def test_models_beyond_the_months_and_certain_manifests_do_not_matter(own: Path) -> None:
    assert reasoned(own, "mild", months=1).not_drawn == []
    assert reasoned(own, "mild", uncertainty={}).not_drawn == []


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("unthinking", ", with 2500 tokens of reasoning a request at its default effort medium"),
        ("mild", ", with 2500 tokens of reasoning a request at its default effort medium"),
        ("musing", ", with 2500 tokens of reasoning a request at its default effort medium"),
        ("steady", None),
    ],
)
def test_what_is_taken_for_the_reasoning_of_a_successor_is_told(own: Path, model: str, says: str | None) -> None:
    told = [one.says for one in reasoned(own, model).events]
    assert told == ([] if says is None else [f"{model} is retired: thinker is priced{says}"])


def test_measured_reasoning_stays_as_it_was_and_is_not_told_again(own: Path) -> None:
    measured = {"reasoning": {"tokens": 700, "tokens_are": "extra"}}
    found = forecast_of(workload(model="mild", user_facing=True, **measured), prices=own)
    assert [one.says for one in found.events] == ["mild is retired: thinker is priced"]


def reasoned(own: Path, model: str, **fields: Any) -> ScenarioForecast:
    thinking = workload(model=model, user_facing=True, tokens={"input": 1000, "output": 1000})
    thinking.pop("reasoning", None)
    return forecast_of(thinking, prices=own, draws=1024, **UNSURE | fields)


def ran(capsys: pytest.CaptureFixture[str], folder: Path, *options: str, **fields: Any) -> Ran:
    spread = fields.pop("spread", {"low": 2000, "high": 5000})
    (folder / "m.yaml").write_text(manifest_text(tiered(spread), **fields), encoding="utf-8")
    prices = ("--prices", str(price_file(folder)))
    return run(capsys, "forecast", str(folder / "m.yaml"), "--months", "2", "--start", "2026-12", *prices, *options)


@pytest.mark.parametrize("name", forecastviews.names())
def test_no_format_shows_a_percentile_or_a_probability(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    found = ran(capsys, tmp_path, "--format", name, budget={"monthly_usd": 400})
    text = " ".join(found.out.split())
    assert "probability" not in text.replace("probability_percent", "")
    assert name == "csv" or WHY in text
    if name == "json":
        stated = json.loads(found.out)["scenarios"][0]
        assert (stated["not_drawn"], stated["simulated"]) == ([WHY], None)
    elif name != "csv":
        assert "P90" not in text
        assert f"No percentiles: {WHY}." in text


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_a_scenario_without_a_price_says_why_and_promises_no_limit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    change = ("--set", "workloads.w.model=nope", "--format", name)
    found = ran(capsys, tmp_path, *change, spread=1000, budget={"monthly_usd": 400})
    text = " ".join(found.out.replace("|", " ").split())
    assert "--set: the known part is $0.00 (w: " in text
    assert "nope" in text.partition("the known part is")[2]
    row = next(line for line in found.out.splitlines() if line.lstrip("| ").startswith("--set") and "unknown" in line)
    assert row.count("unknown") == (4 if name == "text" else 3)
    assert "none" not in row


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_shares_of_an_unknown_sum_are_unknown(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    change = "workloads.w.model=nope"
    spread = {"low": 1000, "high": 3000}
    found = ran(capsys, tmp_path, "--set", change, "--format", "json", spread=spread)
    Draft202012Validator(load_schema("forecast")).validate(json.loads(found.out))
    (tmp_path / "m.yaml").write_text(manifest_text(tiered(spread), workload(id="gone", model="nope")), encoding="utf-8")
    found = run(capsys, "forecast", str(tmp_path / "m.yaml"), "--prices", str(tmp_path / "own.yaml"), "--format", name)
    (row,) = (line for line in found.out.splitlines() if "1000 to 3000" in line)
    assert row.rstrip(" |").endswith("unknown")


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_a_scenario_says_why_it_has_none(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    change = "workloads.w.tokens.input=2x"
    found = ran(capsys, tmp_path, "--set", change, "--format", name, spread={"low": 1000, "high": 3000})
    assert f"--set: No percentiles: {WHY}." in " ".join(found.out.split())


def test_the_report_page_shows_the_line_and_why(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(manifest_text(tiered({"low": 2000, "high": 5000})), encoding="utf-8")
    page = tmp_path / "page.html"
    prices = ("--prices", str(price_file(tmp_path)))
    pages_ran("report", str(tmp_path / "m.yaml"), "-o", str(page), "--on", "2026-11-24", *prices)
    text = page.read_text(encoding="utf-8")
    assert f"There is no band, since percentiles would be wrong: {WHY}." in text
    assert "P90" not in text[text.index("<body>") :]
