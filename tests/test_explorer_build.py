"""The explorer's file: small, the same each time, locked against everything that is not in it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from planner.cli import group
from planner.library import load_library
from planner.problems import Refused
from tests.exploring import built, explorer
from tests.making import DAY, ROOT, manifest_text, workload

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SMALL_ENOUGH = 500_000
VENDOR = ROOT / "planner" / "explorerpage" / "vendor"


def explore(folder: Path, *arguments: str) -> Result:
    """The command in a folder."""
    return CliRunner().invoke(group, ["explore", "--on", str(DAY), "-o", str(folder / "explorer.html"), *arguments])


def page() -> str:
    """The page's text."""
    return built().read_text(encoding="utf-8")


def data_of(text: str) -> dict[str, Any]:
    """What a page knows, unpacked."""
    found = re.search(r'id="data">([^<]+)<', text)
    assert found is not None
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return data


def test_the_page_is_small_and_the_same_each_time(tmp_path: Path) -> None:
    assert explore(tmp_path).exit_code == 0
    again = (tmp_path / "explorer.html").read_bytes()
    assert again == built().read_bytes()
    assert len(again) < SMALL_ENOUGH


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else() -> None:
    text = page()
    script, style = (re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("script", "style"))
    assert (len(script), len(style)) == (1, 1)
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (script[0], style[0])]
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert found is not None
    assert found[1].split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{digests[0]}'",
        f"style-src 'sha256-{digests[1]}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    ours = text.replace((VENDOR / "d3.min.js").read_text(encoding="utf-8").strip(), "")
    assert not re.search(
        r"\son\w+=|style=\"|eval\(|new Function|innerHTML|fetch\(|XMLHttpRequest|sendBeacon|WebSocket|postMessage", ours
    )
    assert re.findall(r"(?:src|href)=\"(?!#|data:)", text) == []


def test_the_charts_library_says_its_version_and_its_licence() -> None:
    head = (VENDOR / "d3.min.js").read_text(encoding="utf-8")[:300]
    stated = json.loads((VENDOR / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name in ("d3-axis", "d3-scale", "d3-selection", "d3-shape"):
        assert f"{name} {stated[name]}" in head
    assert "ISC" in head
    assert "Mike Bostock" in (VENDOR / "LICENSE.txt").read_text(encoding="utf-8")


def test_the_catalog_holds_what_the_page_knows(tmp_path: Path) -> None:
    ran = explore(tmp_path, "--catalog", str(tmp_path / "model-catalog.json"))
    catalog = json.loads((tmp_path / "model-catalog.json").read_text(encoding="utf-8"))
    assert (
        ran.output
        == f"{tmp_path / 'explorer.html'}: {len(catalog['models'])} models, valued on {DAY} with price book list\n"
    )
    assert catalog == data_of((tmp_path / "explorer.html").read_text(encoding="utf-8"))["prices"]
    book = load_library().catalog.book
    listed = {(row["provider"], row["model"]) for row in catalog["models"]}
    assert listed == {(p, book.canonical(p, name)) for p in book.loaded() for name in book.names(p)}
    sonnet = next(row for row in catalog["models"] if row["model"] == "claude-3-5-sonnet")
    assert (sonnet["tier"], sonnet["retires"]["date"]) == ("general", "2025-10-28")
    assert sonnet["rates"]["global standard"]["usd_per_mtok"] == {
        "input": "3",
        "cached_input": "0.3",
        "cache_write": "3.75",
        "cache_write_1h": "6",
        "output": "15",
    }
    assert all(row["price_refreshed"] <= str(DAY) for row in catalog["models"] if "price_refreshed" in row)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no-such.yaml"], "no-such.yaml: no such file"),
        (["--prices", "lists"], "no price book 'lists', did you mean 'list'?; there are: article-2025-12, list, or name a file"),
        (["--rules", "no-such"], "no-such: no such folder of rules"),
    ],
)  # fmt: skip
def test_a_wrong_input_is_one_line_and_writes_nothing(tmp_path: Path, arguments: list[str], says: str) -> None:
    ran = explore(tmp_path, *arguments)
    assert isinstance(ran.exception, Refused)
    assert str(ran.exception) == says
    assert list(tmp_path.iterdir()) == []


def test_the_page_opens_in_the_browser_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    assert explore(tmp_path, "--open").exit_code == 0
    assert shown == [(tmp_path / "explorer.html").as_uri()]


def test_the_articles_scenario_with_its_own_prices(browser: Browser) -> None:
    with explorer(browser, path=built(str(ROOT / "examples" / "article-scenario-1.yaml"))) as shown:
        cost = shown.page.evaluate("() => window.plannerExplorer.record().calculated_monthly_cost")
        assert (cost["real_time_usd"], cost["batch_usd"], cost["mode"], cost["one_off"]) == (
            "450",
            "225",
            "batch",
            True,
        )
        assert shown.page.inner_text("#text-manifest").count("prices: [article-2025-12]") == 1


def test_a_teams_own_rules_and_prices_decide_in_the_page(browser: Browser, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "nights-only.yaml").write_text(
        "id: nights-only\nkind: assignment\nassign: batch\nstrength: required\nweight: 900\nsummary: Ours run at night.\nwhy: So it was agreed.\n"
        "remedy: Nothing.\nsource: the team\nparams: {most: 2K}\nwhen:\n  - any:\n      - requests_per_day < most\n      - not: [use_case is known]\n"
        'message: "{requests_per_day} a day, under {most}"\nexamples:\n  fires: [{requests_per_day: 1999, use_case: other}]\n'
        "  silent: [{requests_per_day: 2K, use_case: other}]\n  undecided: [{use_case: other}]\n",
        encoding="utf-8",
    )
    (tmp_path / "ours.yaml").write_text(
        "book: ours\nprovider: openai\nsources: {contract: {title: Contract, verified: 2026-11-01}}\n"
        "models:\n  gpt-4.1:\n    rates:\n      - {lane: batch, since: 2026-01-01, input: 0.1, output: 0.3, source: contract}\n",
        encoding="utf-8",
    )
    own = manifest_text(
        workload(volume={"requests": 1999, "per": "day"}, latency={"max": "48h"}, use_case="other"),
        prices=["list", "ours.yaml"],
        name="</script><b>x",
    )
    (tmp_path / "workloads.yaml").write_text(own, encoding="utf-8")
    assert explore(tmp_path, str(tmp_path / "workloads.yaml"), "--rules", str(rules)).exit_code == 0
    with explorer(browser, path=tmp_path / "explorer.html") as shown:
        cost = shown.page.evaluate("() => window.plannerExplorer.record().calculated_monthly_cost")
        assert (cost["decided_by"], cost["reason"]) == ("nights-only", "1,999 a day, under 2,000")
        assert cost["batch_usd"] == "15.21114", "60,844.5625 requests: $6.084456 in and $9.126684 out"
        assert shown.page.inner_text("#own-title") == "Your workloads: </script><b>x"
        shown.page.fill("#f-requests", "2000")
        assert (
            shown.page.evaluate("() => window.plannerExplorer.record().calculated_monthly_cost.decided_by")
            != "nights-only"
        )
