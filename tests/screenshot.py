"""The picture of the explorer in the README: `python -m tests.screenshot` writes it anew."""

from __future__ import annotations

from tests.browsing import launched
from tests.exploring import explorer
from tests.making import ROOT

VIEW = (
    "v=1&use=report-summarization&provider=openai&model=gpt-5&n=20000&per=week&in=5000&out=1000&cached=0&effort=medium"
    "&wait=48h&tier=tier-2"
)
SIZE = (1280, 1180)


def main() -> None:
    """The page at a telling choice, as a desktop shows it."""
    with launched() as browser, explorer(browser, VIEW, SIZE) as shown:
        shown.page.screenshot(path=ROOT / "examples" / "explorer.png")


if __name__ == "__main__":
    main()
