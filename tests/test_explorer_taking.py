"""What is taken along from the explorer: the manifest, the record, the event; and a team's own workloads in it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from click.testing import CliRunner

from planner.cli import group
from planner.explorerpage.payload import payload
from tests.exploring import EXAMPLE, SCENARIO, THINKING, built, by_chance, explorer, fragment_of, library
from tests.making import DAY

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_copied_manifests_are_accepted_by_the_plan_and_priced_the_same(browser: Browser, tmp_path: Path) -> None:
    found = library()
    data = payload(found.catalog, found.whens, found.limits, "effort", DAY)
    chance = random.Random(7)
    fragments = [SCENARIO, THINKING, *(fragment_of(by_chance(chance, data)) for _ in range(40))]
    with explorer(browser, SCENARIO) as shown:
        assert yaml.safe_load(shown.page.inner_text("#text-manifest"))["workloads"][0]["model"] == "gpt-4.1"
        records = shown.page.evaluate("asked => asked.map(one => window.plannerExplorer.evaluate(one))", fragments)
    path = tmp_path / "workloads.yaml"
    for record in records:
        path.write_text(record["manifest"], encoding="utf-8")
        ran = CliRunner().invoke(group, ["plan", str(path), "--on", str(DAY), "--format", "json"])
        plan = json.loads(ran.stdout)
        workload, cost = plan["workloads"][0], record["calculated_monthly_cost"]
        assert [f for f in plan["findings"] if f["rule"] == "account-unused"] == []
        for name in ("real_time_usd", "batch_usd", "flex_usd", "priority_usd", "expected_usd", "budget_usd"):
            assert workload["monthly"][name] == cost[name], record["manifest"]
        assert (workload["mode"], workload["decided_by"], workload["reason"]) == (
            cost["mode"],
            cost["decided_by"],
            cost["reason"],
        )


def test_the_record_can_be_taken_along(browser: Browser) -> None:
    with explorer(browser, SCENARIO) as shown:
        page = shown.page
        with page.expect_download() as waiting:
            page.click("#save-json")
        record = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
        assert record == page.evaluate("() => window.plannerExplorer.record()")
        assert {"user_selections", "calculated_monthly_cost", "comparison_delta"} <= record.keys()
        assert record["calculated_monthly_cost"]["batch_usd"] == "13696.875"
        assert record["comparison_delta"]["batch_saving_usd"] == "13696.875"
        assert record["user_selections"]["account"] == {"tier": "tier-3", "subscription": None, "enqueued_tokens": None}
        with page.expect_download() as waiting:
            page.click("#save-manifest")
        assert waiting.value.suggested_filename == "workloads.yaml"
        page.click("#copy-json")
        page.wait_for_function(
            "() => ['Copied', 'Press Ctrl+C'].includes(document.querySelector('#copy-json').textContent)"
        )


def test_a_page_that_embeds_it_hears_every_choice(browser: Browser) -> None:
    host = """<!doctype html><title>Docs</title><iframe id=x title=Explorer src=/explorer.html width=900 height=700></iframe>
    <script>window.heard = []; document.addEventListener("planner-change", e => heard.push(e.detail));</script>"""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("https://docs.test/", lambda route: route.fulfill(body=host, content_type="text/html"))
    page.route("https://docs.test/explorer.html", lambda route: route.fulfill(path=built(), content_type="text/html"))
    page.goto("https://docs.test/")
    frame = page.frame_locator("#x")
    frame.locator("#f-use_case").select_option("chatbot")
    page.wait_for_function("() => window.heard.some(one => one.user_selections.use_case === 'chatbot')")
    last = page.evaluate("() => window.heard.at(-1)")
    assert last["calculated_monthly_cost"]["decided_by"] == "chatbot"
    assert set(asked) == {"https://docs.test/", "https://docs.test/explorer.html"}
    context.close()


def test_own_workloads_stand_in_the_grid_as_the_plan_has_them(browser: Browser) -> None:
    ran = CliRunner().invoke(group, ["plan", str(EXAMPLE), "--on", str(DAY), "--format", "json"])
    plan = {workload["id"]: workload for workload in json.loads(ran.stdout)["workloads"]}
    with explorer(browser, path=built(str(EXAMPLE))) as shown:
        page = shown.page
        chips = page.locator("#own .chip")
        assert chips.count() == len(plan)
        for chip in chips.all():
            name = chip.locator(".id").inner_text()
            column = chip.evaluate("chip => chip.closest('td').cellIndex")
            assert (column == 2) is (plan[name]["mode"] == "batch"), name
            assert (
                chip.locator(".number")
                .inner_text()
                .startswith(f"${float(plan[name]['monthly']['expected_usd']):,.2f}"[:-1])
            )
        page.locator("#own .chip", has_text="product-descriptions").click()
        said = page.inner_text("#simpler")
        assert said.startswith("product-descriptions without batch settings")
        assert said.endswith("The plan: batch, $1,597.97 a month.")
        record = page.evaluate("() => window.plannerExplorer.record()")
        assert (
            record["calculated_monthly_cost"]["expected_usd"] == plan["product-descriptions"]["monthly"]["expected_usd"]
        )
        assert record["calculated_monthly_cost"]["decided_by"] == "content-generation"


def test_break_even_of_an_own_workload_varies_the_share_that_the_manifest_states_in_tokens(browser: Browser) -> None:
    """support-chatbot a month: 1,217,500 x 1,800 in at $1 (0.1 cached), x 220 out at $5; batch $1,765.375 at any share.

    Real time is 1,339.25 + 2,191.50 - 1,972.35 x share, which is 1,765.375 at 89.507 %.
    """
    with explorer(browser, path=built(str(EXAMPLE))) as shown:
        shown.page.locator("#own .chip", has_text="support-chatbot").click()
        shown.page.wait_for_function("() => document.querySelector('#breakeven').innerText.includes('cached input on')")
        assert "From 89.51 % cached input on, real time costs no more than batch" in shown.page.inner_text("#breakeven")
