"""The report page in a browser: on a phone and a desk, light and dark, by keyboard, on paper, and under attack."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.browsing import DESKTOP, PHONE, opened, serious, too_wide
from tests.pages import Pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = (
    "estate",
    "growing",
    "over budget",
    "one workload, no finding, no budget",
    "a missing price",
    "60 workloads",
    "hostile names",
)
TABLET = (768, 1024)
OPEN_ALL = "document.querySelectorAll('details').forEach(details => details.open = true)"


@pytest.mark.parametrize("name", NAMES)
def test_everybody_can_read_it(name: str, browser: Browser, pages: Pages) -> None:
    page = pages.of(name)
    visible = "all => all.filter(e => e.checkVisibility()).length"
    with opened(browser, page.path) as shown:
        shown.page.evaluate(OPEN_ALL)
        for size, dark in ((PHONE, False), (TABLET, True), (DESKTOP, False), (PHONE, True), (DESKTOP, True)):
            shown.page.set_viewport_size({"width": size[0], "height": size[1]})
            shown.page.emulate_media(color_scheme="dark" if dark else "light")
            assert too_wide(shown.page) == [], size
            assert not shown.page.locator(f"figure svg.{'wide' if size == PHONE else 'narrow'}").evaluate_all(visible)
            if name == "estate" or (size, dark) in ((PHONE, False), (DESKTOP, True)):
                assert serious(shown.page) == [], (size, dark)


def test_it_is_dark_in_the_dark(browser: Browser, pages: Pages) -> None:
    page = pages.of("over budget")
    ground = "getComputedStyle(document.body).backgroundColor"
    bar = "getComputedStyle(document.querySelector('svg.wide .mark-rect path')).fill"
    colours = []
    for dark in (False, True):
        with opened(browser, page.path, dark=dark) as shown:
            colours.append((shown.page.evaluate(ground), shown.page.evaluate(bar)))
    assert colours == [("rgb(247, 246, 243)", "rgb(77, 93, 143)"), ("rgb(17, 19, 23)", "rgb(147, 164, 221)")]


def test_the_policy_refuses_what_is_put_into_the_page(browser: Browser, pages: Pages) -> None:
    page = pages.of("over budget")
    inject = """() => {
        const add = (tag, set) => document.body.appendChild(Object.assign(document.createElement(tag), set));
        add('script', {textContent: "document.title = 'taken'"});
        add('style', {textContent: 'body { display: none }'});
        add('img', {src: 'http://127.0.0.1:9/x.png'});
        add('div', {innerHTML: '<p style="position: fixed" onclick="document.title = 1" id="new">x</p>'});
        add('iframe', {src: 'http://127.0.0.1:9/'});
    }"""
    with opened(browser, page.path) as shown:
        title = shown.page.title()
        shown.page.evaluate(inject)
        shown.page.locator("#new").click()
        assert shown.page.title() == title
        assert shown.page.evaluate("getComputedStyle(document.body).display") == "block"
        assert shown.page.evaluate("getComputedStyle(document.querySelector('#new')).position") == "static"
        shown.page.wait_for_timeout(200)
        refused = " ".join(shown.complaints)
        for directive in ("script-src", "style-src", "img-src"):
            assert directive in refused
        shown.complaints.clear()
        shown.requests[:] = [url for url in shown.requests if not url.startswith("http://127.0.0.1:9/")]


def test_it_can_be_read_by_keyboard(browser: Browser, pages: Pages) -> None:
    page = pages.of("estate")
    focus = "document.activeElement.textContent.trim()"
    with opened(browser, page.path) as shown:
        order = []
        for _ in range(14):
            shown.page.keyboard.press("Tab")
            order.append(shown.page.evaluate(focus))
        links = shown.page.locator("nav a").all_text_contents()
        assert order[0] == "Skip to the summary"
        assert order[1 : len(links) + 1] == links
        outline = shown.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"
        shown.page.locator(".skip").focus()
        assert shown.page.locator(".skip").evaluate("e => e.getBoundingClientRect().top >= 0")
        shown.page.keyboard.press("Enter")
        assert shown.page.evaluate("document.activeElement.id") == "summary"
        bill = shown.page.locator("details.bill").first
        bill.locator("summary").focus()
        shown.page.keyboard.press("Enter")
        assert bill.evaluate("e => e.open")


def test_it_has_landmarks_captions_scopes_and_said_charts(browser: Browser, pages: Pages) -> None:
    page = pages.of("estate")
    with opened(browser, page.path) as shown:
        for landmark in ("banner", "navigation", "main", "contentinfo"):
            assert shown.page.get_by_role(landmark).count() == 1, landmark
        assert shown.page.evaluate("[...document.querySelectorAll('table')].every(t => t.caption?.textContent.trim())")
        assert shown.page.evaluate("[...document.querySelectorAll('th')].every(t => t.scope)")
        levels = shown.page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        for chart in shown.page.locator("svg.chart").all():
            assert chart.get_attribute("role") == "img"
            assert chart.locator("title").text_content()
            assert "$" in (chart.locator("desc").text_content() or "")


def test_on_paper_all_is_open_and_light(browser: Browser, pages: Pages) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    page = pages.of("200 workloads")
    with opened(browser, page.path, dark=True) as shown:
        paper = shown.page.pdf(prefer_css_page_size=True)
        shown.page.emulate_media(media="print", color_scheme="dark")
        assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not shown.page.get_by_role("navigation").is_visible()
    reader = PdfReader(BytesIO(paper))
    text = "\n".join(sheet.extract_text() for sheet in reader.pages)
    ids = {w["id"] for w in page.plan["workloads"]}
    assert len(ids) == 200
    assert {name for name in ids if name not in text} == set()
    assert "Total a month" in text
    width, height = (int(side) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == (594, 841)


def test_no_row_is_cut_between_two_sheets(browser: Browser, pages: Pages) -> None:
    page = pages.of("estate")
    with opened(browser, page.path) as shown:
        shown.page.emulate_media(media="print")
        broken = "[...document.querySelectorAll('tr, figure, .tiles')].filter(e => getComputedStyle(e).breakInside !== 'avoid').length"
        assert shown.page.evaluate(broken) == 0
        assert shown.page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
