"""What a manifest says of the months to come, and what is refused with its place."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from planner.growth import Growth, Ramp, month_name, month_number
from planner.manifest import Spread
from planner.problems import Refused
from tests.making import manifest_text, read, workload


def of(volume: Any = 5, **fields: Any) -> Any:
    return read(manifest_text(workload(volume={"requests": volume, "per": "day"}, **fields))).workloads[0]


@pytest.mark.parametrize(
    ("stated", "read_as"),
    [
        ({"mean": 10, "p95": 15}, Spread(10, p95=15)),
        ({"low": 5, "high": 10}, Spread(Fraction(15, 2), low=5, high=10)),
        ({"low": 5, "mean": 6, "high": 10}, Spread(6, low=5, high=10)),
        ({"low": 5, "mean": 5, "high": 5}, Spread(5, low=5, high=5)),
    ],
)
def test_a_volume_may_be_a_range_whose_mean_every_plan_counts_with(stated: dict[str, int], read_as: Spread) -> None:
    volume = of(stated).volume
    assert (volume.spread, volume.requests) == (read_as, read_as.mean)


def test_growth_is_read_with_months_as_numbers() -> None:
    ramp = {"from": "2027-01", "to": "2027-06", "requests": 7}
    found = of(growth={"ramp": ramp, "events": [{"month": "2026-12", "percent": 40}]}).growth
    first = month_number("2027-01")
    assert found == Growth(ramp=Ramp(first, first + 5, 7), events=((first - 1, 40),))
    assert month_name(first + 12) == "2028-01"


def test_growth_of_the_defaults_is_replaced_as_a_whole_and_spares_one_off_jobs() -> None:
    own = workload(id="own", growth={"steps": [{"from": "2027-01", "requests": 2}]})
    job = workload(id="job", volume={"requests": 1, "per": "once"})
    text = manifest_text(own, job, workload(id="plain"), defaults={"growth": {"percent_per_month": 5}})
    stated, once, plain = (w.growth for w in read(text).workloads)
    assert stated is not None
    assert plain is not None
    assert (stated.percent_per_month, once, plain.percent_per_month) == (0, None, 5)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"volume": {"requests": {"mean": 10, "p95": 39}, "per": "day"}}, "8:7: a 95th percentile of 39 lies outside 1 to 3.8 times the mean of 10"),
        ({"volume": {"requests": {"mean": 10, "p95": 9}, "per": "day"}}, "8:7: a 95th percentile of 9 lies outside"),
        ({"volume": {"requests": {"low": 10, "high": 9}, "per": "day"}}, "8:7: low, mean and high are not in this order"),
        ({"volume": {"requests": {"low": 1000, "mean": 1000, "high": 3000}, "per": "day"}}, "8:7: a mean of 1000 at one end of 1000 to 3000 leaves no range: state a mean between them, or the number alone"),
        ({"tokens": {"input": {"low": 5, "mean": 9, "high": 9}, "output": 1}}, "11:7: a mean of 9 at one end of 5 to 9"),
        ({"reasoning": {"tokens": {"low": 5, "mean": 5, "high": 9}, "tokens_are": "extra"}}, "a mean of 5 at one end of 5 to 9"),
        ({"volume": {"requests": {"mean": 10, "high": 19}, "per": "day"}}, "8:7: a range is {mean, p95}, {low, high} or {low, mean, high}"),
        ({"volume": {"requests": 1, "per": "day", "month": "2027-01"}}, "only a job that runs once has a month, this is per day"),
        ({"growth": {"percent_per_month": 1, "steps": [{"from": "2027-01", "requests": 1}]}}, "percent_per_month and steps are two trends"),
        ({"growth": {"steps": [{"from": "2027-02", "requests": 1}, {"from": "2027-01", "requests": 1}]}}, "2027-01 does not come after 2027-02"),
        ({"growth": {"ramp": {"from": "2027-02", "to": "2027-02", "requests": 1}}}, "a ramp to 2027-02 does not come after 2027-02"),
        ({"growth": {"seasonality": [100] * 11}}, "the list is too short: write at least 12 entries"),
        ({"volume": {"requests": 1, "per": "once"}, "growth": {"percent_per_month": 1}}, "a job that runs once does not grow"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(manifest_text(workload(**fields)))
    assert says in str(refused.value)


def test_a_scenario_for_a_workload_that_is_not_there_is_refused_at_its_path() -> None:
    with pytest.raises(Refused, match=r"5:7: 'workloads\.x\.model' leads to no workload"):
        read(manifest_text(scenarios={"s": {"set": {"workloads.x.model": "gpt-4.1"}}}))
