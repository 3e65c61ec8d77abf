"""The explorer in a browser: what a reader chooses, sees, links to and takes along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browsing import PHONE, opened, serious, too_wide
from tests.exploring import EXAMPLE, SCENARIO, THINKING, built, explorer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def words(page: Page, selector: str) -> str:
    """The text at a place."""
    return " ".join(page.locator(selector).first.inner_text().split())


def redrawn(page: Page) -> None:
    """Waits until the charts are those of the present choice."""
    address = page.evaluate("() => location.hash").lstrip("#")
    page.wait_for_selector(f'html[data-charts="{address}"]', state="attached")


def test_the_first_scenario_is_answered_in_figures_worked_out_by_hand(browser: Browser) -> None:
    with explorer(browser, SCENARIO) as shown:
        page = shown.page
        assert words(page, "#result .verdict") == "Batch"
        assert (
            words(page, ".because")
            == "Content generation of 150,000,000 tokens a day, above 1,000,000, can wait 24 h. content-generation"
        )
        assert words(page, "#lane-standard-usd") == "$27,393.75"
        assert words(page, "#lane-batch-usd") == words(page, "#figure-expected") == "$13,696.88"
        assert words(page, "#lane-flex-usd") == "no price"
        assert "50 % against real time" in words(page, ".figures")
        assert words(page, "#waves") == "1 wave"
        assert "Expected finish: 24 h, within the 24 h that are allowed." in words(page, "#queue")
        assert words(page, "#live") == "Batch, $13,696.88 a month. Decided by content-generation."
        assert page.locator("#lanes svg[role=img]").get_attribute("aria-label") == (
            "Cost a month by lane: Real time $27.4K, seconds, as the model takes; no time is published; "
            "Batch $13.7K, 1 wave, done within 24 h; Priority $47.9K, seconds, ahead of others; no time is published."
        )


def test_a_reasoning_model_gets_its_buffer(browser: Browser) -> None:
    with explorer(browser, THINKING) as shown:
        page = shown.page
        assert (words(page, "#figure-expected"), words(page, "#figure-budget")) == ("$4.75", "$8.25")
        assert "Reasoning buffer $3.50 the high end of effort medium" in words(page, "#budget").replace(
            "reasoning may reach ", ""
        )
        assert words(page, "#result .verdict") == "Real time"


def test_choosing_changes_the_answer_and_the_address_and_the_link_shows_the_same(browser: Browser) -> None:
    with explorer(browser, SCENARIO) as shown:
        page = shown.page
        page.select_option("#f-use_case", "chatbot")
        page.fill("#f-requests", "2,000")
        page.select_option("#f-per", "week")
        page.fill("#f-model", "claude haiku 4-5 anthropic")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.fill("#f-input", "1000")
        page.fill("#f-output", "500")
        page.fill("#f-cached_percent", "50")
        page.fill("#f-latency_max", "5s")
        page.select_option("#f-effort", "none")
        assert words(page, "#result .verdict") == "Real time"
        address = page.evaluate("() => location.hash")
        assert address == (
            "#v=1&use=chatbot&provider=anthropic&model=claude-haiku-4-5&region=global&n=2000&per=week&in=1000&out=500"
            "&cached=50&effort=none&wait=5s"
        )
        redrawn(page)
        seen = {part: words(page, part) for part in ("#result", "#models", "#matrix", "#why", "#bill", "#take")}
    with explorer(browser, address.lstrip("#")) as again:
        assert {part: words(again.page, part) for part in seen} == seen


def test_sliders_and_fields_move_together(browser: Browser) -> None:
    with explorer(browser, SCENARIO) as shown:
        page = shown.page
        slider = page.get_by_label("Requests, slider")
        slider.focus()
        before = page.input_value("#f-requests")
        page.keyboard.press("ArrowRight")
        assert page.input_value("#f-requests") != before
        page.fill("#f-requests", "1000000")
        assert slider.input_value() == "667"
        page.get_by_label("Longest wait, slider").focus()
        page.keyboard.press("Home")
        assert page.input_value("#f-latency_max") == "100ms"
        page.fill("#f-latency_max", "soon")
        assert page.get_attribute("#f-latency_max", "aria-invalid") == "true"
        assert "wait=100ms" in page.evaluate("() => location.hash")


@pytest.mark.parametrize(
    "hostile",
    [
        "v=1&use=<script>alert(1)</script>&model=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&n=-5&in=1e99&wait=</style>",
        "v=2&n=7",
        "v=1&provider=__proto__&model=constructor&region=toString&tier=hasOwnProperty&per=valueOf",
        "%E0%A4%A&&&=&==&v=1&n=99999999999999999999999999&cached=101&out=" + "9" * 5000,
        "javascript:alert(1)",
    ],
)
def test_a_hostile_address_is_read_as_nothing(browser: Browser, hostile: str) -> None:
    with explorer(browser, hostile) as shown:
        page = shown.page
        record = page.evaluate("() => window.plannerExplorer.record()")
        assert record["user_selections"]["provider"] == "openai"
        assert record["user_selections"]["model"] == "gpt-4.1"
        assert record["user_selections"]["volume"] == {"requests": "100000", "per": "day"}
        assert page.locator("main img, main script").count() == 0
        page.select_option("#f-per", "hour")
        assert "per=hour" in page.evaluate("() => location.hash")


def test_the_matrix_has_eight_rows_each_with_its_verdict_and_rule(browser: Browser) -> None:
    with explorer(browser, SCENARIO) as shown:
        assert shown.page.locator("#matrix tbody tr").count() == 8
        for rule, approach in {
            "chatbot": "Real time", "content-generation": "Batch", "data-analysis": "Batch", "fraud-detection": "Real time",
            "image-processing": "Batch", "interactive-code": "Real time", "model-evaluation": "Batch",
            "report-summarization": "Batch",
        }.items():  # fmt: skip
            cells = shown.page.locator(f"#matrix tr:has(button[data-rule={rule}]) td").all()
            _, _, stated, named, verdict, _ = map(words_of, cells)
            assert (stated, named, verdict) == (approach, rule, f"{approach} {rule}")
        shown.page.click("button[data-rule=fraud-detection]")
        assert words(shown.page, ".because .rule") == "fraud-detection"
        assert "use=fraud-detection" in shown.page.evaluate("() => location.hash")


def words_of(row: Any) -> str:
    """The text of an element."""
    return " ".join(row.inner_text().split())


@pytest.mark.parametrize(
    ("provider", "model", "tier", "end"),
    [
        ("anthropic", "claude-3-5-sonnet", "general", "retired 2025-10-28"),
        ("openai", "gpt-4o-mini", "balanced", "retires 2027-01-14"),
        ("anthropic", "claude-3-5-haiku", "throughput", "retired 2026-02-19"),
    ],
)
def test_the_articles_models_are_offered_with_tier_refresh_and_end(
    browser: Browser, provider: str, model: str, tier: str, end: str
) -> None:
    with explorer(browser) as shown:
        page = shown.page
        page.fill("#f-model", f"{provider} {model}")
        option = page.locator("#model-list li").first
        assert f"{tier} · price of 2026-11-" in words_of(option)
        assert end in words_of(option)
        page.keyboard.press("Enter")
        assert page.input_value("#f-provider") == provider
        assert words(page, "#model-card").startswith(tier)
        assert end in words(page, "#model-card")
        gone = "was retired" if end.startswith("retired") else "will be retired"
        assert f"{model} {gone} on" in words(page, "#result .notice:last-of-type")


def test_what_has_no_price_is_said_and_never_guessed(browser: Browser) -> None:
    with explorer(browser, SCENARIO.replace("openai", "anthropic").replace("gpt-4.1", "claude-3-5-sonnet")) as shown:
        page = shown.page
        assert words(page, "#lane-batch-usd") == words(page, "#lane-flex-usd") == "no price"
        assert words(page, ".because .rule") == "batch-rate-missing"
        record = page.evaluate("() => window.plannerExplorer.record()")
        assert record["calculated_monthly_cost"]["batch_usd"] is None
        assert record["comparison_delta"]["batch_saving_usd"] is None


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [PHONE, (1280, 900)])
def test_phone_and_desktop_light_and_dark_can_be_read_by_everybody(
    browser: Browser, size: tuple[int, int], dark: bool
) -> None:
    with explorer(browser, THINKING, size, dark, built(str(EXAMPLE))) as shown:
        page = shown.page
        light = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
        assert (light == "rgb(16, 18, 22)") is dark
        assert too_wide(page) == []
        assert serious(page) == []
        page.click("#theme")
        assert page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") != light
        page.fill("#f-model", "gpt")
        page.click(".more summary")
        assert serious(page) == []


def test_it_is_usable_within_a_second(browser: Browser) -> None:
    times = []
    for _ in range(3):
        with opened(browser, built()) as shown:
            shown.page.wait_for_selector("html[data-ready]", state="attached")
            times.append(shown.page.evaluate("() => performance.getEntriesByName('planner-ready')[0].startTime"))
    assert min(times) < 1000, times
