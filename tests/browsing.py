"""A real browser for the pages: opened from disk as a reader would, with all that it says and asks for written down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""Chromium as root in a container, and without calls of its own to the network."""

PHONE = (390, 844)
DESKTOP = (1280, 900)


class Opened(NamedTuple):
    """A page, what its console complained of, and what it asked for beyond its own file."""

    page: Page
    complaints: list[str]
    requests: list[str]


def executable() -> str:
    """The browser: what PLANNER_BROWSER names, else the first found; the test fails with the remedy if there is none."""
    found = os.environ.get("PLANNER_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.fail("no Chromium: run `make browser`, or set PLANNER_BROWSER to the path of one")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser of its own profile, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable(), args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser, path: Path, size: tuple[int, int] = DESKTOP, dark: bool = False, fragment: str = ""
) -> Iterator[Opened]:
    """The file in a new window of that size in CSS pixels; `fragment` goes behind the # of its address."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        accept_downloads=True,
        reduced_motion="reduce",
    )
    complaints: list[str] = []
    requests: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: requests.append(asked.url))
    address = path.resolve().as_uri()
    page.goto(address + (f"#{fragment}" if fragment else ""))
    try:
        yield Opened(page, complaints, requests)
        beyond = [
            url for url in requests if url.partition("#")[0] != address and not url.startswith(("data:", "blob:"))
        ]
        assert beyond == [], "the page asked for more than its own file"
        assert complaints == [], "the console is not clean"
    finally:
        context.close()


def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page: the rule and the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'])}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def too_wide(page: Page) -> list[str]:
    """The elements that stick out of the window to the right, where the page itself would have to be moved sideways."""
    width = page.evaluate("document.documentElement.clientWidth")
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    found: list[str] = page.evaluate(
        "w => [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > w + 1)"
        ".map(e => e.tagName + '.' + e.className).slice(0, 20)",
        width,
    )
    return found
