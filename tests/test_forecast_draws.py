"""What is drawn has the distribution that was stated, and is the same for the same seed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from planner.forecasting.draws import CHUNK, Drawer, spread_of, variance_of
from planner.forecasting.inputs import Factor
from planner.forecasting.report import ScenarioForecast
from tests.forecasting import forecast_of
from tests.making import workload

LOGNORMAL = Factor(0, "volume", "", p95=Fraction(3, 2))
EVEN = Factor(1, "volume", "", low=Fraction(1, 2), high=Fraction(3, 2))
SKEWED = Factor(2, "reasoning", "", low=Fraction(2, 5), high=Fraction(12, 5))
ALL = [LOGNORMAL, EVEN, SKEWED]


def drawn(factors: list[Factor], groups: list[object] | None = None, correlation: float = 0.0) -> Any:
    drawer = Drawer(factors, groups or [None] * len(factors), correlation, 7, 0)
    return np.concatenate([drawer.next(CHUNK) for _ in range(16)])


def test_each_factor_has_mean_one_its_variance_and_its_ends() -> None:
    found = drawn(ALL)
    assert found.mean(axis=0) == pytest.approx([1, 1, 1], abs=2e-3)
    assert found.var(axis=0) == pytest.approx([variance_of(factor) for factor in ALL], rel=2e-2)
    assert np.quantile(found[:, 0], 0.95) == pytest.approx(1.5, rel=5e-3)
    assert found[:, 1].min() == pytest.approx(0.5, abs=1e-3)
    assert found[:, 2].max() == pytest.approx(2.4, abs=1e-2)
    assert (found > 0).all()


def test_a_month_averages_out_what_differs_from_request_to_request() -> None:
    one, many = spread_of(LOGNORMAL), spread_of(LOGNORMAL._replace(averaged_over=10_000))
    assert np.exp(many**2) - 1 == pytest.approx((np.exp(one**2) - 1) / 10_000)


def test_a_percentile_beyond_every_lognormal_takes_the_widest() -> None:
    assert spread_of(LOGNORMAL._replace(p95=20)) == pytest.approx(1.6448536)


def test_a_group_is_correlated_and_others_are_not() -> None:
    factors = [LOGNORMAL._replace(workload=number) for number in range(3)]
    scores = np.log(drawn(factors, ["team", "team", None], 0.5))
    table = np.corrcoef(scores.T)
    assert table[0, 1] == pytest.approx(0.5, abs=0.02)
    assert table[0, 2] == pytest.approx(0, abs=0.02)
    whole = np.log(drawn(factors, ["team", "team", None], 1.0))
    assert np.corrcoef(whole.T)[0, 1] == pytest.approx(1)


def test_more_inputs_than_sobol_dimensions_are_drawn_all_the_same() -> None:
    factors = [LOGNORMAL._replace(workload=number) for number in range(1100)]
    drawer = Drawer(factors, [None] * 1100, 0.0, 7, 0)
    assert drawer.sobol_inputs == 1024
    assert drawer.next(CHUNK).mean(axis=0) == pytest.approx(np.ones(1100), abs=0.05)


UNSURE: dict[str, Any] = {"volume": {"requests": {"mean": 10_000, "p95": 18_000}, "per": "day"}}


def simulated(*workloads: dict[str, Any], **fields: Any) -> ScenarioForecast:
    found = forecast_of(*workloads, draws=8192, **fields)
    assert found.simulated is not None
    return found


def test_the_same_seed_draws_the_same_and_another_within_the_error() -> None:
    first, again, other = (simulated(workload(**UNSURE), seed=seed).simulated for seed in (1, 1, 2))
    assert first == again
    assert first is not None
    assert first.total is not None
    assert other is not None
    assert other.total is not None
    assert first.total.p90 != other.total.p90
    assert abs(first.total.p90 - other.total.p90) <= 6 * (first.total.error_p90 + other.total.error_p90)


def test_the_fan_covers_simulated_truth_as_often_as_it_says() -> None:
    reasoned = workload(id="r", model="gpt-6-luna", reasoning={"effort": "medium"}, user_facing=True)
    uneven = workload(id="u", volume={"requests": {"low": 2000, "high": 9000}, "per": "day"})
    found = simulated(workload(**UNSURE), reasoned, uneven)
    assert found.simulated is not None
    assert found.simulated.total is not None
    random = np.random.default_rng(20261124)
    parts = {w.id: [float(m) for m in _parts(w)] for w in found.workloads}
    s, size = spread_of(Factor(0, "volume", "", p95=Fraction(9, 5))), 20_000
    truth = sum(parts["w"]) * random.lognormal(-s * s / 2, s, size)
    truth += sum(parts["u"]) * random.uniform(2000, 9000, size) / 5500
    below = random.random(size) < (6 - 2.5) / (6 - 1)
    ratio = np.where(below, random.uniform(1, 2.5, size), random.uniform(2.5, 6, size)) / 2.5
    truth += parts["r"][0] + parts["r"][1] + parts["r"][2] * ratio
    inside = np.mean((truth >= float(found.simulated.total.p10)) & (truth <= float(found.simulated.total.p90)))
    assert inside == pytest.approx(0.8, abs=4 * (0.8 * 0.2 / size) ** 0.5)


def _parts(forecast: Any) -> tuple[Decimal, Decimal, Decimal]:
    months = forecast.months
    return (
        sum((month.input_usd for month in months), Decimal(0)),
        sum((month.output_usd for month in months), Decimal(0)),
        sum((month.reasoning_usd for month in months), Decimal(0)),
    )


def test_shares_of_the_variance_add_up_and_go_by_weight() -> None:
    small = workload(id="small", volume={"requests": {"mean": 5_000, "p95": 9_000}, "per": "day"})
    drawn = simulated(workload(**UNSURE), small).simulated
    assert drawn is not None
    shares = {one.workload: one.share_percent for one in drawn.inputs}
    assert shares["w"] == pytest.approx(Decimal(80), abs=Decimal("0.7"))
    assert shares["small"] == pytest.approx(Decimal(20), abs=Decimal("0.7"))
    assert drawn.interactions_percent == pytest.approx(Decimal(0), abs=Decimal("0.7"))


def test_correlation_within_an_owner_widens_the_sum() -> None:
    pair = [workload(id=name, owner="team", **UNSURE) for name in ("a", "b")]
    widths = []
    for correlation in (0, Decimal("0.5"), 1):
        fan = simulated(*pair, uncertainty={"correlation": correlation}).simulated
        assert fan is not None
        assert fan.total is not None
        widths.append(fan.total.p90 - fan.total.p10)
    assert widths[0] < widths[1] < widths[2]


def test_tokens_that_vary_alike_are_not_averaged_out() -> None:
    tokens = {"input": {"mean": 1000, "p95": 3000}, "output": 100}
    widths = []
    for vary in ("by-request", "alike"):
        drawn = simulated(workload(tokens=tokens), uncertainty={"tokens_vary": vary}).simulated
        assert drawn is not None
        assert drawn.total is not None
        widths.append(drawn.total.p90 - drawn.total.p10)
    assert widths[0] * 20 < widths[1]


def test_the_probability_of_crossing_a_limit_and_its_likely_month() -> None:
    growing = workload(model="gpt-6-luna", user_facing=True, growth={"percent_per_month": 20}, **UNSURE)
    found = simulated(growing, budget={"monthly_usd": 200}, months=6)
    assert found.simulated is not None
    (risk,) = found.simulated.limits
    known = [percent for percent in risk.months if percent is not None]
    assert len(known) == 6
    assert known == sorted(known)
    assert risk.probability_percent == known[-1]
    assert risk.likely_month is not None
    assert risk.likely_month >= str(found.limits[0].crosses_in)


def test_limits_that_do_not_fit_at_once_get_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.forecasting import simulation

    pair = [workload(id=name, owner=name, **UNSURE) for name in ("a", "b")]
    budgets = [{"owner": "a", "monthly_usd": 1800}, {"owner": "b", "monthly_usd": 2000}]
    at_once = simulated(*pair, budgets=budgets, budget={"monthly_usd": 4000}).simulated
    monkeypatch.setattr(simulation, "CELLS", 1024 * 3 * 2)
    assert simulated(*pair, budgets=budgets, budget={"monthly_usd": 4000}).simulated == at_once


def test_workloads_of_one_driver_vary_together_and_those_of_another_owner_do_not() -> None:
    def width(*groups: dict[str, str]) -> Decimal:
        pair = [workload(id=f"w{number}", **UNSURE, **group) for number, group in enumerate(groups)]
        drawn = simulated(*pair, uncertainty={"correlation": 1}).simulated
        assert drawn is not None
        assert drawn.total is not None
        return drawn.total.p90 - drawn.total.p10

    apart = width({"owner": "a"}, {"owner": "b"})
    together = width({"owner": "a", "driver": "orders"}, {"owner": "b", "driver": "orders"})
    assert together > apart * Decimal("1.2")
    assert width({"owner": "a"}, {"owner": "a"}) == together
    assert width({"owner": "a", "driver": "orders"}, {"owner": "a", "driver": "users"}) == apart


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"tokens": {"input": {"low": 500, "high": 1500}, "output": 10}}, "input"),
        ({"tokens": {"input": 1000, "output": {"low": 500, "mean": 600, "high": 1500}}}, "output"),
        ({"reasoning": {"tokens": {"low": 500, "high": 1500}, "tokens_are": "extra"}}, "reasoning"),
    ],
)
def test_tokens_between_two_ends_hold_for_all_requests(fields: dict[str, Any], number: str) -> None:
    found = simulated(workload(model="gpt-6-luna", user_facing=True, **fields))
    assert [one.number for one in found.uncertain] == [number]
    assert found.simulated is not None
    assert found.simulated.total is not None
    assert found.expected_usd is not None
    assert found.simulated.total.p10 < found.expected_usd * Decimal("0.95")


def test_reasoning_from_an_effort_is_drawn_only_where_the_manifest_states_uncertainty() -> None:
    thinking = workload(model="gpt-6-luna", user_facing=True, reasoning={"effort": "medium"})
    assert forecast_of(thinking, draws=8).uncertain == []
    assert [one.number for one in forecast_of(thinking, uncertainty={"correlation": 0}).uncertain] == ["reasoning"]
    unsure = workload(id="u", **UNSURE)
    assert [one.number for one in forecast_of(thinking, unsure).uncertain] == ["reasoning", "volume"]


def test_a_sum_with_a_gap_has_no_percentiles() -> None:
    found = simulated(workload(**UNSURE), workload(id="x", model="no-such-model"), budget={"monthly_usd": 10})
    assert found.simulated is not None
    assert found.simulated.total is None
    assert found.simulated.months == [None] * 3
    assert found.simulated.limits[0].probability_percent is None
    assert (found.simulated.mean_usd, found.simulated.error_mean_usd) == (None, None)
    assert [one.share_percent for one in found.simulated.inputs] == [None]
    assert found.simulated.interactions_percent is None
    assert found.simulated.workloads["w"] is not None
    assert found.simulated.workloads["x"] is None
