"""The watch on the pages itself: a page that does what none of ours may do is caught."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browsing import PHONE, opened, serious, too_wide

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"


def page(folder: Path, inside: str) -> Path:
    """A page with that inside."""
    path = folder / "page.html"
    path.write_text(PAGE.format(inside), encoding="utf-8")
    return path


def test_a_quiet_page_passes(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, page(tmp_path, "<p>Quiet.</p>"), PHONE) as shown:
        assert shown.page.title() == "A page"
        assert serious(shown.page) == []
        assert too_wide(shown.page) == []


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<img alt='' src='http://127.0.0.1:9/x.png'>", "more than its own file|console"),
        ("<link rel=stylesheet href='other.css'>", "more than its own file"),
        ("<script>console.error('oh')</script>", "console"),
        ("<script>undefined.x</script>", "console"),
    ],
)
def test_a_page_that_asks_or_complains_is_caught(browser: Browser, tmp_path: Path, inside: str, why: str) -> None:
    with pytest.raises(AssertionError, match=why), opened(browser, page(tmp_path, inside)):
        pass


def test_what_cannot_be_read_or_sticks_out_is_caught(browser: Browser, tmp_path: Path) -> None:
    inside = "<p style='color:#ddd;background:#fff'>Pale</p><div class=wide style='width:900px'>Wide</div>"
    with opened(browser, page(tmp_path, inside), PHONE) as shown:
        assert [found.partition(":")[0] for found in serious(shown.page)] == ["color-contrast"]
        assert too_wide(shown.page) == ["DIV.wide"]
