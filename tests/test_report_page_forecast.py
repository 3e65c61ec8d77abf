"""The forecast on the report page: the fan, what it says without uncertainty or without its libraries, gaps, limits."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsing import opened
from tests.making import workload
from tests.pages import ON, Pages, made, manifest_in, ran

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FIGURES = "[...document.querySelectorAll('#forecast [data-of]')].map(e => e.dataset.of)"
PLOTTED = """kind => [...document.querySelectorAll(`#forecast svg.wide .mark-${kind} path`)]
    .map(path => path.getAttribute('d'))"""
STEADY = workload(
    model="gpt-6-luna",
    tokens={"input": 1000, "output": 500, "cached_input": 0},
    latency={"max": "1s"},
    user_facing=True,
)


def corners(path: str) -> list[tuple[Decimal, Decimal]]:
    """The points of a path of straight lines."""
    return [(Decimal(x), Decimal(y)) for x, y in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", path)]


def test_every_month_and_percentile_is_there(browser: Browser, pages: Pages) -> None:
    page = pages.of("growing")
    with opened(browser, page.path) as shown:
        found = set(shown.page.evaluate(FIGURES))
    for at in range(12):
        for name in ("expected_usd", "budget_usd"):
            assert f"forecast/scenarios/0/months/{at}/{name}" in found
        for name in ("p10", "p50", "p90"):
            assert f"forecast/scenarios/0/simulated/months/{at}/{name}" in found
    assert "forecast/scenarios/0/simulated/limits/0/probability_percent" in found


def test_the_fan_is_drawn_to_scale(browser: Browser, pages: Pages) -> None:
    page = pages.of("growing")
    fans = page.plan["forecast"]["scenarios"][0]["simulated"]["months"]
    with opened(browser, page.path) as shown:
        [band] = shown.page.evaluate(PLOTTED, "area")
        middle = shown.page.evaluate(PLOTTED, "line")[0]
        rule = shown.page.locator("#forecast svg.wide .mark-rule line[stroke='var(--over)']")
        [limit] = rule.evaluate_all("all => all.map(e => e.getAttribute('transform'))")
    points = corners(band)
    tops, bottoms, middles = points[:12], points[12:][::-1], corners(middle)
    if tops[0][1] > bottoms[0][1]:
        tops, bottoms = bottoms, tops
    height = tops[0][1] - bottoms[0][1]
    scale = height / (Decimal(fans[0]["p90"]) - Decimal(fans[0]["p10"]))
    ground = bottoms[0][1] - Decimal(fans[0]["p10"]) * scale
    for fan, top, middle_, bottom in zip(fans, tops, middles, bottoms, strict=True):
        for name, (_, y) in (("p90", top), ("p50", middle_), ("p10", bottom)):
            assert abs(ground + Decimal(fan[name]) * scale - y) < 1, name
    at = Decimal(re.findall(r",(-?[\d.]+)\)", limit)[0])
    assert abs(ground + 9000 * scale - at) < 1


@pytest.mark.parametrize("months", ["0", "1", "5"])
def test_it_looks_as_far_ahead_as_asked(months: str, tmp_path: Path, browser: Browser) -> None:
    page = made(tmp_path, manifest_in(tmp_path, STEADY), "--months", months)
    with opened(browser, page.path) as shown:
        assert shown.page.locator("#forecast").count() == (1 if months != "0" else 0)
        assert shown.page.locator("nav a[href='#forecast']").count() == (1 if months != "0" else 0)
        assert shown.page.locator(".months tbody tr").count() == int(months)
        assert shown.page.locator("#forecast svg.wide").count() == (1 if months == "5" else 0)


def test_without_stated_uncertainty_it_says_that_the_line_is_exact(tmp_path: Path) -> None:
    text = made(tmp_path, manifest_in(tmp_path, STEADY)).text
    assert "No uncertainty is stated, so there is no band: the line is the exact sum of what is expected." in text
    assert "P90" not in text[text.index("<body>") :]


def test_without_numpy_it_draws_what_is_expected_and_says_so(
    tmp_path: Path, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pages.of("growing")
    monkeypatch.setitem(sys.modules, "numpy", None)
    path = tmp_path / "plain.html"
    assert ran("report", str(pages.manifests["growing"]), *ON, "-o", str(path)) == whole.code
    text = path.read_text(encoding="utf-8")
    assert "To draw from them needs numpy and scipy (extra forecast), which are not installed" in text
    assert "P90" not in text[text.index("<body>") :]
    expected: dict[str, Any] = whole.plan["forecast"]["scenarios"][0]
    assert f'value="{Decimal(expected["expected_usd"])}"' in text


def test_a_month_that_cannot_be_priced_is_unknown_and_not_nothing(browser: Browser, tmp_path: Path) -> None:
    page = made(tmp_path, manifest_in(tmp_path, STEADY, workload(id="gone", model="gpt-99")))
    assert page.code == 3
    with opened(browser, page.path) as shown:
        amounts = shown.page.locator(".months td.main").evaluate_all("all => all.map(e => e.textContent)")
        assert amounts == ["unknown"] * 12
        assert "the known part is $" in (shown.page.locator("#forecast > .aside").first.text_content() or "")
        assert shown.page.locator("#forecast svg").count() == 0
        assert shown.page.locator("#forecast details").get_attribute("open") is not None


def test_what_rules_forgo_beside_an_unknown_saving_is_said_of_the_priced_part(tmp_path: Path) -> None:
    page = made(tmp_path, manifest_in(tmp_path, STEADY, workload(id="gone", model="gpt-99")), "--months", "0")
    assert " forgone by rules, of what is priced</dd>" in page.text
    assert "of what is priced" not in made(tmp_path, manifest_in(tmp_path, STEADY), "--months", "0").text


def test_a_limit_that_growth_crosses_names_its_month(browser: Browser, tmp_path: Path) -> None:
    growing = {**STEADY, "volume": {"requests": 100000, "per": "month"}, "growth": {"percent_per_month": 10}}
    page = made(tmp_path, manifest_in(tmp_path, growing, budget={"monthly_usd": 45}))
    [limit] = page.plan["forecast"]["scenarios"][0]["limits"]
    assert limit["crosses_in"] == "2027-03"
    with opened(browser, page.path) as shown:
        assert shown.page.locator(".limits .pill.bad").text_content() == "March 2027"


def test_months_without_a_price_are_named_and_promise_nothing(browser: Browser, pages: Pages) -> None:
    page = pages.of("estate")
    with opened(browser, page.path) as shown:
        asides = shown.page.locator("#forecast > .aside").all_text_contents()
        limits = shown.page.locator(".limits tbody tr").evaluate_all(
            "all => all.map(r => [...r.cells].slice(2, 4).map(c => c.textContent))"
        )
    assert asides[1] == (
        "Not drawn, since not everything in them can be priced: April 2027, May 2027, June 2027, July 2027, "
        "August 2027, September 2027, October 2027, November 2027."
    )
    assert limits == [["unknown", "unknown"], ["$2,472.55", "never"], ["unknown", "unknown"], ["$3,402.03", "never"]]
