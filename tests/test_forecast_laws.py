"""What holds of every forecast."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import log, sqrt
from statistics import NormalDist
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from planner import plan
from planner.units import total
from tests.forecasting import amounts, catalog_of, forecast_of
from tests.making import manifest_text, read, workload

MODELS = ("gpt-6-luna", "gpt-5.4-mini")
CALLERS: list[dict[str, Any]] = [{}, {"user_facing": True}, {"latency": {"max": "48h"}}]
NUMBERS = st.integers(0, 3_000_000)

volumes = st.one_of(
    st.builds(lambda n, per: {"requests": n, "per": per}, NUMBERS, st.sampled_from(["day", "week", "month", "once"])),
    st.builds(lambda n: {"requests": {"mean": n, "p95": n * 2}, "per": "day"}, st.integers(1, 100_000)),
    st.builds(lambda n, m: {"requests": {"low": n, "high": n + m}, "per": "week"}, NUMBERS, NUMBERS),
)
reasonings = st.one_of(
    st.builds(lambda effort: {"effort": effort}, st.sampled_from(["none", "low", "medium", "high"])),
    st.builds(lambda n: {"tokens": n, "tokens_are": "extra"}, st.integers(0, 5000)),
)


@st.composite
def workloads(draw: st.DrawFn, least: int = 1) -> list[dict[str, Any]]:
    """Workloads without growth, on models whose prices do not change in the months that are tested."""
    return [
        workload(
            id=f"w{number}",
            model=draw(st.sampled_from(MODELS)),
            volume=draw(volumes),
            tokens={"input": {"mean": draw(st.integers(1, 8000)), "p95": 9000}, "output": draw(st.integers(0, 2000))},
            reasoning=draw(reasonings),
            owner=draw(st.sampled_from(["a", "b"])),
            **draw(st.sampled_from(CALLERS)),
        )
        for number in range(draw(st.integers(least, 3)))
    ]


def tokens_fit(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The workloads with a 95th percentile that their mean allows."""
    for one in found:
        mean = one["tokens"]["input"]["mean"]
        one["tokens"]["input"]["p95"] = min(9000, mean * 3)
    return found


estates = workloads().map(tokens_fit)


@settings(max_examples=40, deadline=None)
@given(estates)
def test_a_month_without_growth_is_the_plan_to_the_last_digit(estate: list[dict[str, Any]]) -> None:
    manifest = read(manifest_text(*estate))
    planned = plan(manifest, catalog_of(manifest), date(2026, 12, 1))
    found = forecast_of(*estate, months=1)
    for own, month in zip(planned.workloads, (w.months[0] for w in found.workloads), strict=True):
        assert month.expected_usd == own.monthly.expected_usd
        assert month.budget_usd == own.monthly.budget_usd
        assert month.parts[0].lane == own.lane
    assert found.expected_usd == total((planned.totals.expected_usd, planned.totals.one_off_usd))


@settings(max_examples=25, deadline=None)
@given(workloads(least=2).map(tokens_fit))
def test_months_are_additive_over_workloads(estate: list[dict[str, Any]]) -> None:
    together = amounts(forecast_of(*estate))
    alone = [amounts(forecast_of(one)) for one in estate]
    assert together == [total(month) for month in zip(*alone, strict=True)]


@settings(max_examples=25, deadline=None)
@given(estates, st.sampled_from([{"percent_per_month": 0}, {"seasonality": [100] * 12}, {"events": [{"month": "2027-01", "percent": 0}]}]))  # fmt: skip
def test_no_growth_is_constant(estate: list[dict[str, Any]], growth: dict[str, Any]) -> None:
    recurring = [one for one in estate if one["volume"]["per"] != "once"] or [workload(model=MODELS[0])]
    bare = amounts(forecast_of(*recurring))
    assert len(set(bare)) == 1
    assert amounts(forecast_of(*({**one, "growth": growth} for one in recurring))) == bare


@settings(max_examples=15, deadline=None)
@given(estates)
def test_percentiles_are_monotone_and_the_mean_is_the_exact_one(estate: list[dict[str, Any]]) -> None:
    found = forecast_of(*estate, draws=1024)
    if found.simulated is None:
        assert found.uncertain == []
        return
    fans = [found.simulated.total, *found.simulated.months, *found.simulated.workloads.values()]
    for fan in fans:
        assert fan is not None
        assert fan.p10 <= fan.p50 <= fan.p90 <= fan.p99
    assert found.expected_usd is not None
    assert found.simulated.mean_usd is not None
    assert found.simulated.error_mean_usd is not None
    slack = 8 * found.simulated.error_mean_usd + found.expected_usd / 1000 + Decimal("0.02")
    assert abs(found.simulated.mean_usd - found.expected_usd) <= slack


ratios = st.integers(105, 380).map(lambda n: Decimal(n) / 100)
ends = st.tuples(st.integers(1, 99), st.integers(101, 900))


@settings(max_examples=30, deadline=None)
@given(st.one_of(ratios, ends), st.integers(0, 10**6))
def test_the_band_from_p10_to_p90_holds_the_truth_in_80_percent(stated: Decimal | tuple[int, int], seed: int) -> None:
    """The probability that the stated distribution gives the band, by its own formula and not by draws."""
    volume: dict[str, Any] = {"mean": 1_000_000, "p95": int(1_000_000 * stated)} if isinstance(stated, Decimal) else {
        "low": stated[0] * 10_000, "mean": 1_000_000, "high": stated[1] * 10_000,
    }  # fmt: skip
    found = forecast_of(workload(volume={"requests": volume, "per": "day"}), draws=2048, seed=seed)
    assert found.simulated is not None
    assert found.expected_usd is not None
    for fan, exact in zip(found.simulated.months, (month.expected_usd for month in found.months), strict=True):
        assert fan is not None
        assert exact is not None
        p10, p90 = (below(float(p / exact), stated) for p in (fan.p10, fan.p90))
        assert abs(p90 - p10 - 0.8) < 0.02
        assert abs(p10 - 0.1) < 0.015


def below(factor: float, stated: Decimal | tuple[int, int]) -> float:
    """The probability of a factor below this."""
    if isinstance(stated, Decimal):
        z = 1.6448536269514722
        s = z - sqrt(max(0.0, z * z - 2 * log(stated)))
        return NormalDist().cdf((log(factor) + s * s / 2) / s)
    low, high = stated[0] / 100, stated[1] / 100
    share = (high - 1) / (high - low)
    if factor < 1:
        return share * (factor - low) / (1 - low)
    return share + (1 - share) * (factor - 1) / (high - 1)


@settings(max_examples=15, deadline=None)
@given(st.integers(100, 10_000), st.integers(2, 6))
def test_the_fan_narrows_to_the_exact_line(requests: int, power: int) -> None:
    widths = []
    for spread in (Decimal("0.5"), Decimal(1) / 10**power, Decimal(0)):
        low, high = (Decimal(f"{requests * (1 + sign * spread):.7f}") for sign in (-1, 1))
        ends = {"low": low, "high": high}
        found = forecast_of(workload(volume={"requests": ends, "per": "day"}), draws=256)
        fan = found.simulated.total if found.simulated else None
        widths.append(fan.p99 - fan.p10 if fan else Decimal(0))
        if fan:
            assert found.expected_usd is not None
            assert abs(fan.p50 - found.expected_usd) <= found.expected_usd * spread / 5 + Decimal("0.01")
        else:
            assert found.uncertain == []
    assert widths[0] > widths[1] >= widths[2] == 0
