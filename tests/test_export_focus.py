"""FOCUS rows: worked out by hand, adding up to the plan, fit for the specification, safe from a stranger's names."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files, plan
from planner.exports import focus, tables
from planner.exports.columns import COLUMNS, VERSIONS, columns
from planner.formats import json as plan_json
from planner.report import Report
from tests.exporting import RULES, added, broken, focus_rows
from tests.making import DAY, ROOT, planned, workload
from tests.test_properties import quickly
from tests.test_properties import workloads as any_workloads

D = Decimal
QUICK = settings(max_examples=40, deadline=None)
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    'a,"b"\nc',
    "naïve 漢字 🙂",
    "\u202eevil",
    " =x",
    "a;b|c",
    "'",
    "{=1+1}",
    "https://a.b/c",
]


def example(name: str = "small.yaml") -> Report:
    """The plan of an example."""
    manifest = files.load_manifest(ROOT / "examples" / name)
    return plan(manifest, files.load_catalog(manifest), DAY)


# By hand


def test_the_rows_of_the_small_example_are_what_a_hand_works_out() -> None:
    # 20,000 a day x 30.4375 = 608,750 requests; 400 uncached at $2, 800 cached at $0.10, 250 + 250 at $10 a million.
    # 10,000 a day x 30.4375 = 304,375 requests as a batch; 500 at $1, 1,000 + 1,000 at $5 a million.
    found = [
        (r["x_WorkloadId"], r["x_TokenClass"], r["ConsumedQuantity"], r["PricingQuantity"], r["ContractedUnitPrice"], r["BilledCost"])
        for r in focus_rows(example())
    ]  # fmt: skip
    assert found == [
        ("support-chat", "input", "243500000", "243.5", "2", "487"),
        ("support-chat", "cached_input", "487000000", "487", "0.1", "48.7"),
        ("support-chat", "output", "152187500", "152.1875", "10", "1521.875"),
        ("support-chat", "reasoning_output", "152187500", "152.1875", "10", "1521.875"),
        ("product-descriptions", "input", "152187500", "152.1875", "1", "152.1875"),
        ("product-descriptions", "output", "304375000", "304.375", "5", "1521.875"),
        ("product-descriptions", "reasoning_output", "304375000", "304.375", "5", "1521.875"),
    ]


def test_a_row_says_that_it_is_planned_by_whom_it_was_decided_and_whose_price_it_is() -> None:
    report = example()
    row = focus_rows(report)[4]
    assert (row["x_ChargeStatus"], row["BillingAccountId"], row["InvoiceId"]) == ("Planned", "plan", "")
    assert row["ChargeDescription"] == "Planned: gpt-6.1-sol input tokens, batch lane, product-descriptions"
    assert (row["x_Lane"], row["x_DecidingRuleId"]) == ("batch", "content-generation")
    assert (row["x_ValuedOn"], row["x_PriceVerified"]) == ("2026-11-24T00:00:00Z", "2026-10-14T00:00:00Z")
    assert (row["x_PriceBookName"], row["x_PriceBookDigest"]) == ("list", report.price_book.digest)
    assert "Batch table of OpenAI's price page" in row["x_PriceSource"]
    assert (row["ServiceProviderName"], row["ServiceName"]) == ("OpenAI", "OpenAI API")
    assert (row["SkuId"], row["SkuPriceId"]) == ("openai/gpt-6.1-sol/input", "openai/gpt-6.1-sol/input/global/batch")
    assert json.loads(row["SkuPriceDetails"]) == {"x_Lane": "batch"}


def test_the_digest_is_that_of_the_plan_in_json() -> None:
    from hashlib import sha256

    report = example()
    assert focus_rows(report)[0]["x_PlanDigest"] == "sha256:" + sha256(plan_json.render(report).encode()).hexdigest()


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [("2026-11-24", "2026-11-01", "2026-12-01"), ("2026-12-31", "2026-12-01", "2027-01-01"), ("2027-01-31", "2027-01-01", "2027-02-01")],
)  # fmt: skip
def test_the_month_is_that_of_the_day_of_the_prices(day: str, start: str, end: str) -> None:
    from datetime import date

    (row, _) = focus_rows(planned(workload(), on=date.fromisoformat(day)))
    assert row["ChargePeriodStart"] == row["BillingPeriodStart"] == f"{start}T00:00:00Z"
    assert row["ChargePeriodEnd"] == row["BillingPeriodEnd"] == f"{end}T00:00:00Z"


def test_a_job_that_runs_once_a_region_and_a_tier_are_told() -> None:
    report = planned(
        workload(id="job", volume={"requests": 10, "per": "once"}),
        workload(id="large", model="gpt-6-luna", tokens={"input": 272001, "output": 0}),
        workload(id="near", model="gpt-6.1-sol", region="eu"),
    )
    by = {row["x_WorkloadId"]: row for row in focus_rows(report)}
    assert [by[name]["ChargeFrequency"] for name in ("job", "large")] == ["One-Time", "Usage-Based"]
    assert by["large"]["SkuPriceId"] == "openai/gpt-6-luna/input/global/standard/over-272000"
    assert json.loads(by["large"]["SkuPriceDetails"]) == {"x_Lane": "standard", "x_OverInputTokens": "272000"}
    assert (by["near"]["RegionId"], by["near"]["RegionName"], by["job"]["RegionId"]) == ("eu", "eu", "")


def test_owner_and_labels_are_tags_as_stated_and_ours_have_a_prefix() -> None:
    row = focus_rows(planned(workload(owner="shop", labels={"product": "web"}, user_facing=True)))[0]
    stated = {"owner": "shop", "product": "web"}
    ours = {"planner/workload": "w", "planner/lane": "standard", "planner/decided-by": "user-facing"}
    assert json.loads(row["Tags"]) == stated | ours
    both = focus_rows(planned(workload(owner="shop", labels={"owner": "web"})))[0]
    assert json.loads(both["Tags"])["owner"] == "web"


def test_where_the_list_has_no_price_the_list_price_is_null_and_its_cost_repeats_the_billed_one() -> None:
    report = planned(workload())
    rows = tables.as_csv(focus.table(report, "1.4", {"w": None})).splitlines()
    assert "no list price is known, ListCost repeats BilledCost" in rows[1]
    row = focus.table(report, "1.4", {"w": None}).rows[0]
    by = dict(zip([column.name for column in columns("1.4")], row, strict=True))
    assert (by["ListUnitPrice"], by["ListCost"], by["BilledCost"]) == (None, D(2), D(2))


def test_a_sku_is_of_the_model_that_is_billed_by_the_name_of_the_list() -> None:
    report = planned(
        workload(id="alias", model="gpt-5.5-2026-04-23"),
        workload(id="routed", provider="deepseek", model="deepseek-v4-flash"),
    )
    found = {row["x_WorkloadId"]: (row["x_ModelId"], row["SkuId"]) for row in focus_rows(report)}
    assert found == {
        "alias": ("gpt-5.5-2026-04-23", "openai/gpt-5.5/output"),
        "routed": ("deepseek-v4-flash", "deepseek/deepseek-flash/output"),
    }


# Laws


@QUICK
@given(any_workloads())
def test_costs_and_budgets_add_up_to_the_plan_to_the_last_digit(stated: list[dict[str, Any]]) -> None:
    report = quickly([{**one, "model": one["model"].replace("gpt-0", "gpt-5")} for one in stated])
    assert focus.unpriced(report) == []
    rows = focus_rows(report)
    totals = report.totals
    assert totals.expected_usd is not None
    assert totals.one_off_usd is not None
    for cost in ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost"):
        assert added(rows, cost) == totals.expected_usd + totals.one_off_usd
    for w in report.workloads:
        own = [row for row in rows if row["x_WorkloadId"] == w.id]
        assert added(own, "BilledCost") == w.monthly.expected_usd
        assert added(own, "x_WorkloadBudget") == (w.monthly.budget_usd if own else 0)
    assert added([r for r in rows if r["ChargeFrequency"] == "One-Time"], "BilledCost") == totals.one_off_usd


@QUICK
@given(any_workloads())
def test_quantity_times_price_is_the_cost_but_for_its_one_rounding(stated: list[dict[str, Any]]) -> None:
    report = quickly([{**one, "model": one["model"].replace("gpt-0", "gpt-5")} for one in stated])
    for row in focus_rows(report):
        product = D(row["PricingQuantity"]) * D(row["ContractedUnitPrice"])
        assert abs(product - D(row["ContractedCost"])) <= D("0.000001")
        assert D(row["PricingQuantity"]) * 1_000_000 == D(row["ConsumedQuantity"])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["small.yaml", "workloads.yaml", "ci.yaml"])
def test_the_rows_of_the_examples_are_what_focus_asks_for(name: str, version: str) -> None:
    rows = focus_rows(example(name), version)
    assert rows
    assert broken(rows, version) == []
    for row in rows:
        assert row["ChargePeriodStart"] < row["ChargePeriodEnd"]
        assert row["EffectiveCost"] == row["BilledCost"]
        for objects in (row["Tags"], row["SkuPriceDetails"]):
            assert all(isinstance(value, str) for value in json.loads(objects).values())
        assert all(key.startswith("x_") for key in json.loads(row["SkuPriceDetails"]))
        assert (row["RegionId"] == "") == (row["RegionName"] == "")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_columns_are_those_of_the_version_with_ours_behind_them(version: str) -> None:
    names = [column.name for column in columns(version)]
    own = [name for name in names if name.startswith("x_")]
    assert names == sorted(set(names) - set(own)) + sorted(own)
    assert {name for name, rule in RULES.items() if version in rule.versions} <= set(names)
    gone = {name for name, rule in RULES.items() if version not in rule.versions}
    assert not gone & set(names)
    assert all(re.fullmatch(r"(x_)?[A-Z][A-Za-z0-9]{1,47}", name) for name in names)


def test_a_sku_price_has_one_sku_and_a_sku_the_same_meter_everywhere() -> None:
    parents, meters = defaultdict(set), defaultdict(set)
    for row in focus_rows(example("workloads.yaml")):
        parents[row["SkuPriceId"]].add(row["SkuId"])
        meters[row["SkuId"]].add(row["SkuMeter"])
    assert {len(found) for found in (*parents.values(), *meters.values())} == {1}


def test_every_provider_with_a_list_price_has_a_name_that_people_know() -> None:
    stems = {path.stem for path in files.book_files("list")}
    assert stems == set(focus.SELLERS)


def test_a_provider_of_ones_own_goes_by_its_name() -> None:
    report = example()
    own = report._replace(workloads=[report.workloads[0]._replace(provider="acme")])
    assert focus_rows(own)[0]["ServiceProviderName"] == focus_rows(own)[0]["ServiceName"] == "acme"


# Names of strangers


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_neither_break_a_row_nor_become_a_formula(text: str) -> None:
    report = example()
    first = report.workloads[0]
    lines = [first.lines[0]._replace(source=text, note=text)]
    w = first._replace(id=text, model=text, reason=text, owner=text, labels={"k": text}, lines=lines, decided_by=text)
    rows = focus_rows(report._replace(name=text, workloads=[w]))
    assert len(rows) == 1
    row = rows[0]
    assert row["BillingAccountName"].startswith("Plan")
    assert None not in row
    tags = json.loads(row["Tags"])
    assert (tags["owner"], tags["k"], tags["planner/workload"]) == (text, text, text)
    for cell in row.values():
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert cell.isprintable()


def test_the_account_bears_the_name_of_the_plan() -> None:
    names = [focus_rows(example()._replace(name=name))[0]["BillingAccountName"] for name in (None, "shop", "=1+1")]
    assert names == ["Plan", "Plan shop", "Plan =1+1"]


def test_a_harmless_name_is_written_as_it_is() -> None:
    report = example()
    w = report.workloads[0]._replace(id='naïve, "漢字" 🙂', lines=report.workloads[0].lines[:1])
    assert focus_rows(report._replace(workloads=[w]))[0]["x_WorkloadId"] == 'naïve, "漢字" 🙂'


def test_the_note_of_each_column_is_there_for_the_docs() -> None:
    assert all(column.says and "|" not in column.says for column in COLUMNS)


@QUICK
@given(st.decimals(0, 10**12, places=20))
def test_a_unit_price_is_held_to_eighteen_places(price: Decimal) -> None:
    report = example()
    w = report.workloads[0]
    rows = focus_rows(report._replace(workloads=[w._replace(lines=[w.lines[0]._replace(usd_per_mtok=price)])]))
    held = D(rows[0]["ContractedUnitPrice"])
    assert abs(held - price) <= D("5e-19")
    assert held == held.quantize(D("1e-18"), context=Context(prec=60))
