"""A forecast values each month on its own days: prices, retirements, growth and lanes, to the last digit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planner.forecasting.report import ScenarioForecast
from tests.forecasting import amounts, forecast_of, price_file
from tests.making import as_yaml, workload

LINES = Decimal("0.000004")
"""Each line of a stretch is rounded to 1e-6."""


@pytest.fixture(name="own")
def own_prices(tmp_path: Path) -> Path:
    return price_file(tmp_path)


def of(own: Path, model: str, **fields: Any) -> ScenarioForecast:
    more = {name: fields.pop(name) for name in ("months", "start", "calendar", "budget") if name in fields}
    return forecast_of(workload(model=model, user_facing=True, **fields), prices=own, **more)


def usd(*numbers: str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


def said(scenario: ScenarioForecast) -> list[str]:
    return [f"{change.day} {change.kind}: {change.says}" for change in scenario.events]


def test_without_changes_every_month_is_the_same(own: Path) -> None:
    assert amounts(of(own, "steady")) == usd("6", "6", "6")
    assert of(own, "steady").expected_usd == 18


def test_a_price_that_changes_inside_a_month_is_split_by_days(own: Path) -> None:
    found = of(own, "rising")
    january = Decimal(6 * 10 + 9 * 21) / 31
    assert amounts(found) == [Decimal(6), january.quantize(Decimal("0.000001")), Decimal(9)]
    assert [part.days for part in found.workloads[0].months[1].parts] == [10, 21]
    assert said(found) == ["2027-01-11 price: input $2 becomes $3, output $8 becomes $12 a million tokens"]


def test_a_tier_whose_price_changes_inside_a_month_is_split_by_days_too(own: Path) -> None:
    found = of(own, "tiered", tokens={"input": {"mean": 1000, "p95": 5000}, "output": 500})
    assert amounts(found) == usd("6", "6", "6")
    split = [Decimal(30), Decimal(30 * 10 + 60 * 21) / 31, Decimal(60)]
    assert [month.budget_usd for month in found.months] == pytest.approx(split, abs=LINES)
    dearer = of(own, "tiered", tokens={"input": 5000, "output": 500})
    assert amounts(dearer) == pytest.approx([Decimal(70), Decimal(70 * 10 + 140 * 21) / 31, Decimal(140)], abs=LINES)


def test_a_discount_that_begins_inside_a_month_is_split_by_days(tmp_path: Path) -> None:
    contract: dict[str, Any] = {
        "book": "contract",
        "provider": "openai",
        "sources": {"own": {"title": "a contract", "verified": "2026-11-01"}},
        "discounts": [{"percent": 50, "since": "2027-01-11", "until": "2027-02-14", "source": "own"}],
        "models": {},
    }
    (tmp_path / "contract.yaml").write_text(as_yaml(contract), encoding="utf-8")
    found = forecast_of(workload(model="gpt-5.4-mini", user_facing=True), prices=tmp_path / "contract.yaml")
    whole = amounts(found)[0]
    assert whole is not None
    assert [[part.days for part in month.parts] for month in found.workloads[0].months] == [[31], [10, 21], [14, 14]]
    split = [whole * Decimal("20.5") / 31, whole * Decimal("0.75")]
    assert amounts(found)[1:] == pytest.approx(split, abs=LINES)


def test_a_model_that_is_silently_rerouted_is_named_as_the_one_that_is_paid(own: Path) -> None:
    found = of(own, "rerouted")
    assert [part.model for part in found.workloads[0].months[1].parts] == ["rerouted", "dear"]
    assert amounts(found)[2] == 15
    assert said(found) == ["2027-01-16 model: rerouted is retired: dear is priced"]
    assert found.by["model"]["dear"] == pytest.approx([Decimal(0), Decimal(15 * 16) / 31, Decimal(15)], abs=LINES)
    assert found.by["model"]["rerouted"] == pytest.approx([Decimal(6), Decimal(6 * 15) / 31, Decimal(0)], abs=LINES)


def test_a_retired_model_is_priced_as_its_successor_from_that_day(own: Path) -> None:
    found = of(own, "ending")
    assert amounts(found) == [Decimal(6), ((6 * 15 + Decimal(15) * 16) / 31).quantize(Decimal("0.000001")), Decimal(15)]
    assert said(found) == ["2027-01-16 model: ending is retired: dear is priced"]


@pytest.mark.parametrize(
    ("model", "after", "says"),
    [
        ("orphan", [6, 6, None], "orphan is retired from 2027-02-01 and the price book names no successor"),
        ("circle", [6, None, None], "circle is retired from 2027-01-16 and the price book names no successor"),
        ("lost", [6, None, None], "unknown model 'never-heard-of' at openai"),
        ("expiring", [6, None, None], "no published standard rate for expiring at openai on 2027-02-01"),
    ],
)
def test_a_gap_is_unknown_with_its_reason_and_never_the_old_price(
    own: Path, model: str, after: list[int | None], says: str
) -> None:
    found = of(own, model, budget={"monthly_usd": 50})
    assert amounts(found) == after
    assert found.expected_usd is None
    assert says in (found.workloads[0].months[2].missing or "")
    assert found.limits[0].months[2].verdict == "unknown"
    assert found.limits[0].months[2].headroom_usd is None


def test_the_known_part_of_a_month_with_a_gap_still_counts_against_a_limit(own: Path) -> None:
    found = of(own, "circle", budget={"monthly_usd": 1})
    assert found.months[1].expected_usd is None
    assert found.months[1].priced_usd == (Decimal(6) * 15 / 31).quantize(Decimal("0.000001"))
    assert found.limits[0].months[1].verdict == "exceeded"


def test_mean_months_are_equal_and_calendar_months_have_their_days(own: Path) -> None:
    daily: dict[str, Any] = {"volume": {"requests": 1000, "per": "day"}, "start": "2027-01"}
    assert amounts(of(own, "steady", **daily)) == usd("182.625", "182.625", "182.625")
    assert amounts(of(own, "steady", calendar=True, **daily)) == usd("186", "168", "186")


@pytest.mark.parametrize(
    ("growth", "requests"),
    [
        ({"percent_per_month": 10}, ["1000", "1100", "1210", "1331"]),
        ({"percent_per_month": -50}, ["1000", "500", "250", "125"]),
        ({"steps": [{"from": "2027-01", "requests": 3000}, {"from": "2027-03", "requests": 0}]}, ["1000", "3000", "3000", "0"]),
        ({"ramp": {"from": "2026-12", "to": "2027-02", "requests": 2000}}, ["1000", "1500", "2000", "2000"]),
        ({"ramp": {"from": "2026-11", "to": "2027-02", "requests": 4000}}, ["2000", "3000", "4000", "4000"]),
        ({"events": [{"month": "2027-01", "percent": 40}]}, ["1000", "1400", "1000", "1000"]),
        ({"events": [{"month": "2027-01", "percent": -100}]}, ["1000", "0", "1000", "1000"]),
        ({"seasonality": [50, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 200]}, ["2000", "500", "1000", "1000"]),
        (
            {"percent_per_month": 100, "events": [{"month": "2027-01", "percent": 50}], "seasonality": [50] + [100] * 11},
            ["1000", "1500", "4000", "8000"],
        ),
    ],
)  # fmt: skip
def test_growth_is_exact(own: Path, growth: dict[str, Any], requests: list[str]) -> None:
    found = of(own, "steady", growth=growth, months=4)
    assert [month.requests for month in found.workloads[0].months] == usd(*requests)
    assert amounts(found) == [Decimal(number) * 6 / 1000 for number in requests]


@pytest.mark.parametrize(
    ("volume", "costs", "says"),
    [
        ({}, ["6", "0", "0"], "runs once, in 2026-12"),
        ({"month": "2027-02"}, ["0", "0", "6"], "runs once, in 2027-02"),
        ({"month": "2028-01"}, ["0", "0", "0"], "which is none of these months: it costs nothing in them"),
        ({"month": "2026-11"}, ["0", "0", "0"], "which is none of these months: it costs nothing in them"),
    ],
)
def test_a_one_off_job_costs_in_its_month(own: Path, volume: dict[str, str], costs: list[str], says: str) -> None:
    found = of(own, "steady", volume={"requests": 1000, "per": "once", **volume})
    assert amounts(found) == usd(*costs)
    assert [month.one_off_usd for month in found.months] == usd(*costs)
    assert says in said(found)[0]


def test_the_lane_is_decided_anew_as_the_volume_grows_over_a_threshold(own: Path) -> None:
    steps = {"steps": [{"from": "2027-01", "requests": 1_000_000}]}
    found = forecast_of(workload(model="both", latency={"max": "48h"}, growth=steps), prices=own)
    assert [month.parts[0].lane for month in found.workloads[0].months] == ["standard", "batch", "batch"]
    assert amounts(found) == usd("6", "3000", "3000")
    (lane,) = said(found)
    assert lane.startswith("2027-01-01 lane: standard becomes batch, decided by ")


def test_a_pin_ends_inside_a_month(own: Path) -> None:
    pin = {"pin": "batch", "because": "agreed", "until": "2027-01-10"}
    found = forecast_of(workload(model="both", latency={"max": "48h"}, lane=pin), prices=own)
    assert [(part.days, part.lane) for part in found.workloads[0].months[1].parts] == [(10, "batch"), (21, "standard")]
    january = Decimal(3 * 10 + 6 * 21) / 31
    assert amounts(found) == [Decimal(3), january.quantize(Decimal("0.000001")), Decimal(6)]


def test_limits_tell_the_first_month_above_and_the_exact_headroom(own: Path) -> None:
    found = of(own, "steady", growth={"percent_per_month": 100}, budget={"monthly_usd": 12})
    (limit,) = found.limits
    assert limit.crosses_in == "2027-02"
    assert [month.headroom_percent for month in limit.months] == [100, 0, -50]
    assert [month.headroom_usd for month in limit.months] == [6, 0, -12]


def test_a_limit_for_a_model_keeps_the_workload_whose_model_was_succeeded(own: Path) -> None:
    found = forecast_of(
        workload(model="ending", user_facing=True), prices=own, budgets=[{"model": "ending", "monthly_usd": 10}]
    )
    assert [month.expected_usd for month in found.limits[0].months][2] == 15
    assert found.limits[0].crosses_in == "2027-01"


def test_a_scope_that_covers_nothing_has_no_months(own: Path) -> None:
    found = forecast_of(workload(model="steady"), prices=own, budgets=[{"owner": "nobody", "monthly_usd": 10}])
    assert found.limits[0].months == []
    assert found.limits[0].crosses_in is None
