"""Every figure of the report page is that of the plan, read from the page as the browser has it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsing import opened
from tests.pages import CENT, Pages, as_shown, at_pointer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIGURES = (
    "[...document.querySelectorAll('[data-of]')].map(e => [e.dataset.of, e.tagName, e.value ?? null, e.textContent])"
)


def figures(page: Page) -> list[tuple[str, str, str | None, str]]:
    """The figures that say where they stand: the place, the element, the exact value, the text."""
    found: list[tuple[str, str, str | None, str]] = page.evaluate(FIGURES)
    return found


def pointers(plan: dict[str, Any]) -> set[str]:
    """The figures of a plan that a page may not leave out."""
    wanted = {f"totals/{name}_usd" for name in ("real_time", "expected", "budget", "saving")}
    for at in range(len(plan["workloads"])):
        wanted |= {f"workloads/{at}/monthly/{name}_usd" for name in ("real_time", "expected", "budget")}
    for at in range(len(plan["budgets"])):
        wanted |= {f"budgets/{at}/{name}_usd" for name in ("limit", "expected", "budget")}
    for by in ("lane", "owner", "provider"):
        names = plan["totals"]["by"][by]
        if list(names) != ["(none)"]:
            wanted |= {f"totals/by/{by}/{name.replace('~', '~0').replace('/', '~1')}" for name in names}
    return wanted


@pytest.mark.parametrize(
    "name",
    ["estate", "growing", "over budget", "one workload, no finding, no budget", "a missing price", "200 workloads"],
)
def test_every_figure_is_that_of_the_plan(name: str, browser: Browser, pages: Pages) -> None:
    page = pages.of(name)
    with opened(browser, page.path) as shown:
        found = figures(shown.page)
    assert pointers(page.plan) - {place for place, *_ in found} == set()
    for place, tag, value, text in found:
        amount = at_pointer(page.plan, place)
        if amount is None:
            assert (tag, text) == ("SPAN", "unknown"), place
        elif place.endswith("usd_per_mtok"):
            assert Decimal(text.removeprefix("$").replace(",", "")) == amount == Decimal(value or ""), place
        elif place.startswith("100 * ") or place.endswith("_percent"):
            assert text == f"{amount.quantize(Decimal('0.1'))} %", place
        elif place.rpartition("/")[2] in ("tokens", "requests_per_month"):
            assert Decimal(text.replace(",", "")) == amount == Decimal(value or ""), place
        else:
            assert (text, Decimal(value or "")) == (as_shown(amount, place), amount), place


@pytest.mark.parametrize("name", ["estate", "a model that goes to its successor"])
def test_the_prices_are_those_that_the_plan_was_priced_with(name: str, browser: Browser, pages: Pages) -> None:
    page = pages.of(name)
    lines = [
        (w["provider"], w["billed_as"], line)
        for w in page.plan["workloads"]
        for line in w["lines"]
        if line["usd_per_mtok"] is not None
    ]
    script = """[...document.querySelectorAll('.prices tbody tr')].flatMap(row => [...row.querySelectorAll('data')].map(rate => [
        row.querySelector('.small').textContent, row.querySelector('.id').textContent, rate.value,
        row.cells[3].textContent, row.cells[4].textContent,
        document.querySelector(row.querySelector('a').getAttribute('href')).textContent]))"""
    with opened(browser, page.path) as shown:
        found = {tuple(row) for row in shown.page.evaluate(script)}
    assert found == {
        (provider, model, line["usd_per_mtok"], line["since"], line["verified"], line["source"])
        for provider, model, line in lines
    }


def test_the_headline_adds_up_to_the_cent(browser: Browser, pages: Pages) -> None:
    page = pages.of("estate")
    with opened(browser, page.path) as shown:
        tiles = shown.page.locator(".tiles dd:not(.sub)").all_text_contents()
        beside = shown.page.locator(".tiles dd.sub").all_text_contents()
        chart = shown.page.locator("#bridge-wide-desc").text_content()
    assert tiles == ["$15,568.72", "$12,904.43", "$2,664.29", "$14,431.56"]
    assert beside[2:] == ["17.1 % of real time; $1,866.38 forgone by rules", "reserve $1,527.13"]
    assert Decimal("12904.43") + Decimal("1527.13") == Decimal("14431.56")
    assert chart == (
        "All in real time $15,568.72; Saved by the plan − $2,664.29; Planned $12,904.43; Reserve + $1,527.13; "
        "To budget $14,431.56. US dollars a month."
    )


def test_the_shares_of_a_split_are_of_the_whole(browser: Browser, pages: Pages) -> None:
    page = pages.of("estate")
    script = (
        "[...document.querySelectorAll('.split .share data')].map(e => [e.closest('table').caption.innerText, e.value])"
    )
    with opened(browser, page.path) as shown:
        shares = shown.page.evaluate(script)
    for by in ("By owner", "By provider", "By lane"):
        whole = sum((Decimal(value) for caption, value in shares if caption == by), Decimal(0))
        assert abs(whole - 100) < CENT


def test_gauges_and_bars_are_as_long_as_their_amounts(browser: Browser, pages: Pages) -> None:
    page = pages.of("over budget")
    with opened(browser, page.path) as shown:
        over, reserve = (
            shown.page.locator(f".budgets rect.{kind}").get_attribute("width") for kind in ("over", "reserve")
        )
        limit = shown.page.locator(".budgets line.limit").get_attribute("x1")
    longest = Decimal("9819.1375") * Decimal("1.05")
    parts = {
        name: 100 * Decimal(amount) / longest
        for name, amount in (("over", "6775.3875"), ("reserve", "3043.75"), ("limit", "5000"))
    }
    for name, drawn in (("over", over), ("reserve", reserve), ("limit", limit)):
        assert drawn is not None
        assert abs(Decimal(drawn.removesuffix("%")) - parts[name]) < CENT, name
