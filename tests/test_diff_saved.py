"""Comparisons of saved plans: the split comes from the lines, and where they cannot tell, they say so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from planner import files
from planner.diffing.bills import per_request
from planner.diffing.comparison import compare
from planner.diffing.report import WorkloadDiff
from planner.diffing.splitting import Side
from planner.formats import json as plan_json
from planner.problems import Refused
from planner.savedplans import is_saved_plan, read_plan
from tests.comparing import changed, parts, side
from tests.making import ROOT, workload

D = Decimal
QUICK_ANSWER = {"latency": {"max": "1s"}}


def one_of(before: dict[str, Any], after: dict[str, Any]) -> WorkloadDiff:
    """The change of the one workload of two saved plans."""
    (found,) = changed({**QUICK_ANSWER, **before}, {**QUICK_ANSWER, **after}, saved=True).workloads
    return found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"volume": {"requests": 2000, "per": "month"}}, {"volume": D(6)}),
        ({}, {"tokens": {"input": 2000, "output": 500}}, {"tokens": D(2)}),
        ({}, {"tokens": {"input": 1000, "cached_input": 1000, "output": 500}}, {"tokens": D("-1.5")}),
        ({}, {"model": "gpt-4.1-mini"}, {"model": D("-4.8")}),
        ({"model": "gpt-5"}, {"model": "gpt-5", "reasoning": {"effort": "low"}}, {"reasoning": D(5)}),
        ({"model": "gpt-5"}, {"model": "gpt-5", "lane": {"pin": "flex", "because": "agreed"}}, {"lane": D("-3.125")}),
        (
            {},
            {"volume": {"requests": 2000, "per": "month"}, "tokens": {"input": 2000, "output": 500}},
            {"volume": D(7), "tokens": D(3)},
        ),
    ],
)
def test_the_lines_know_the_causes(before: dict[str, Any], after: dict[str, Any], expected: dict[str, D]) -> None:
    assert parts(one_of(before, after).causes) == expected


def test_a_larger_tier_is_of_the_tokens() -> None:
    luna = {"model": "gpt-6-luna"}
    found = one_of(
        {**luna, "tokens": {"input": 272000, "output": 0}}, {**luna, "tokens": {"input": 272001, "output": 0}}
    )
    assert parts(found.causes) == {"tokens": found.delta_usd}


def test_another_book_is_the_cause_price() -> None:
    old = side(workload(**QUICK_ANSWER), prices=("list", str(ROOT / "examples" / "negotiated.yaml")), saved=True)
    (one,) = compare(old, side(workload(**QUICK_ANSWER), saved=True)).workloads
    assert parts(one.causes) == {"price": one.delta_usd}


def test_model_and_lane_at_once_cannot_be_told_apart() -> None:
    found = one_of({"model": "gpt-4.1"}, {"model": "gpt-5", "lane": {"pin": "flex", "because": "agreed"}})
    assert found.causes is None
    assert found.delta_usd is not None
    assert str(found.not_split).startswith("the model and the lane may each have changed the rates")


def test_a_plan_without_requests_does_not_say_what_one_costs() -> None:
    found = one_of({"volume": {"requests": 0, "per": "month"}}, {})
    assert (found.causes, found.delta_usd) == (None, D(6))
    assert "no requests" in str(found.not_split)


def test_a_plan_whose_lines_do_not_add_up_is_not_split() -> None:
    old, new = side(workload(), saved=True), side(workload(volume={"requests": 1, "per": "month"}), saved=True)
    (stated,) = old.report.workloads
    forged = stated._replace(monthly=stated.monthly._replace(expected_usd=D(5)))
    (one,) = compare(old._replace(report=old.report._replace(workloads=[forged])), new).workloads
    assert one.causes is None
    assert "do not add up" in str(one.not_split)


def test_a_line_that_is_not_its_tokens_times_its_rate_is_not_split() -> None:
    old, new = side(workload(), saved=True), side(workload(volume={"requests": 1, "per": "month"}), saved=True)
    (stated,) = old.report.workloads
    forged = stated._replace(lines=[line._replace(usd_per_mtok=D(7)) for line in stated.lines])
    (one,) = compare(old._replace(report=old.report._replace(workloads=[forged])), new).workloads
    assert "not its tokens times its rate" in str(one.not_split)


def test_a_plan_and_a_manifest_compare_too() -> None:
    diff = compare(side(workload(), saved=True), side(workload(volume={"requests": 2000, "per": "month"})))
    assert parts(diff.workloads[0].causes) == {"volume": D(6)}


@pytest.mark.parametrize(
    ("tokens", "requests"), [("380", "30.4375"), ("12.5", "4.348214"), ("0", "1000"), ("1", "0.000001")]
)
def test_tokens_of_a_request_are_found_through_the_rounding(tokens: str, requests: str) -> None:
    assert per_request((D(tokens) * D(requests)).quantize(D("0.000001")), D(requests)) == D(tokens)


def test_a_plan_read_back_is_the_plan() -> None:
    report = side(workload()).report
    raw = plan_json.render(report).encode()
    assert is_saved_plan(raw)
    assert read_plan(raw, "plan.json", files.load_schema("plan")) == report


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'{"plan_version": 1', "not a plan in JSON"),
        (b'{"plan_version": 2}', "plan.json: /"),
        (b'{"plan_version": 1, "x\\u001b": 1}', "plan.json: /"),
        (b'\xff{"plan_version": 1}', "not a plan in JSON"),
        (b'{"plan_version": ' + b"[" * 100_000, "not a plan in JSON"),
    ],
)
def test_what_is_no_plan_is_refused(raw: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        read_plan(raw, "plan.json", files.load_schema("plan"))
    assert all(complaint.isprintable() for complaint in refused.value.complaints)


def test_a_plan_with_an_id_twice_is_refused() -> None:
    report = side(workload()).report
    double = Side("x", report._replace(workloads=report.workloads * 2)).report
    with pytest.raises(Refused, match="same id"):
        read_plan(plan_json.render(double).encode(), "plan.json", files.load_schema("plan"))
