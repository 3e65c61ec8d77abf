"""planner report: what the file holds and how the command behaves, read without a browser."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path

import pytest

from planner.commands import report
from tests.console import run
from tests.making import ROOT, workload
from tests.pages import HOSTILE, ON, Pages, hostile, made, manifest_in, many, ran

Capsys = pytest.CaptureFixture[str]
ESTATE = ROOT / "examples" / "workloads.yaml"


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_same_input_makes_the_same_bytes(tmp_path: Path, capsys: Capsys) -> None:
    first = made(tmp_path, ESTATE).path.read_bytes()
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LANG": "C", "TZ": "Asia/Tokyo"}
    code = "from planner.cli import main\nmain()"
    again = tmp_path / "again.html"
    subprocess.run(
        [sys.executable, "-c", code, "report", str(ESTATE), *ON, "-o", str(again)],
        env=environment, check=True, cwd=ROOT,
    )  # fmt: skip
    assert again.read_bytes() == first
    assert run(capsys, "report", str(ESTATE), *ON).out.encode() == first


@pytest.mark.parametrize(
    ("name", "code"),
    [("estate", 0), ("over budget", 4), ("one workload, no finding, no budget", 0), ("a missing price", 3)],
)
def test_the_exit_code_is_that_of_the_plan(name: str, code: int, pages: Pages) -> None:
    assert pages.of(name).code == code == ran("plan", str(pages.manifests[name]), *ON, "-o", os.devnull)


def test_fail_on_sets_the_level_from_which_findings_fail(tmp_path: Path) -> None:
    assert made(tmp_path, ESTATE, "--fail-on", "warning").code == 1
    assert made(tmp_path, ESTATE, "--fail-on", "never").code == 0


def test_a_wrong_input_writes_nothing_and_leaves_the_old_page(tmp_path: Path, capsys: Capsys) -> None:
    page = tmp_path / "report.html"
    page.write_text("old", encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 1\nworkloads: [{id: w}]\n", encoding="utf-8")
    told = run(capsys, "report", str(broken), *ON, "-o", str(page))
    assert (told.code, told.out, page.read_text(encoding="utf-8")) == (2, "", "old")
    assert "Traceback" not in told.err
    assert told.err.startswith(f"{broken}:2:")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.yaml", "report.html"]


@pytest.mark.parametrize("library", ["jinja2", "vl_convert"])
def test_without_its_libraries_it_says_how_to_get_them(
    library: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    for name in [name for name in sys.modules if name.startswith("planner.reportpage.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    told = run(capsys, "report", str(ESTATE), *ON)
    assert (told.code, told.out, told.err) == (2, "", report.MISSING + "\n")
    assert "[report]" in told.err


def test_no_other_command_loads_them() -> None:
    code = (
        "import sys\nfrom planner.cli import main\n"
        f"sys.argv = ['planner', 'plan', {str(ESTATE)!r}, '--on', '2026-11-24', '-o', {os.devnull!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print({'jinja2', 'markupsafe', 'vl_convert'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "set()"


@pytest.mark.parametrize("name", ["estate", "a missing price", "hostile names"])
def test_the_policy_allows_the_one_style_and_nothing_else(name: str, pages: Pages) -> None:
    text = pages.of(name).text
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    fingerprint = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = [
        attributes["content"]
        for tag, attributes in Elements(text).found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{fingerprint}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert text.index("Content-Security-Policy") < text.index("<style>")


@pytest.mark.parametrize("name", ["estate", "hostile names", "200 workloads"])
def test_no_element_can_run_or_fetch_anything(name: str, pages: Pages) -> None:
    elements = Elements(pages.of(name).text).found
    tags = {tag for tag, _ in elements}
    assert tags & {"script", "img", "iframe", "object", "embed", "form", "input", "base", "image", "use", "a:"} == set()
    for tag, attributes in elements:
        assert not [attribute for attribute in attributes if attribute.startswith("on") or attribute == "style"], tag
        for value in (attributes.get("href"), attributes.get("src"), attributes.get("xlink:href")):
            assert value is None or value.startswith("#") or value == "data:,"
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in elements if tag == "a"}
    assert targets <= set(ids)


def test_hostile_names_are_text_and_read_forwards(tmp_path: Path) -> None:
    text = made(tmp_path, manifest_in(tmp_path, *hostile(), name=HOSTILE[2])).text
    assert "{{ 7 * 7 }}" in text
    assert "49" not in re.sub(r"[\d.,-]*49[\d.,]+|[\d.,]+49", "", re.sub(r"<[^>]*>", "", text[text.index("<body>") :]))
    assert not [character for character in text if not character.isprintable() and character != "\n"]
    assert max(len(word) for word in re.findall(r">([^<]*)<", text[text.index("<body>") :])) <= 700


def test_reasons_and_prices_of_any_length_are_cut(tmp_path: Path) -> None:
    pin = {"pin": "real-time", "because": "x" * 1000}
    text = made(tmp_path, manifest_in(tmp_path, workload(lane=pin))).text
    assert "x" * 150 in text
    assert "x" * 700 not in text


def test_a_thousand_workloads_make_a_page_that_can_be_mailed(tmp_path: Path) -> None:
    page = made(tmp_path, manifest_in(tmp_path, *many(1000)))
    assert len(page.text.encode()) < 1_500_000
    shown = set(re.findall(r"job-\d{4}", page.text))
    assert len(shown) == 1000
    assert "<summary>960 more workloads, and the total</summary>" in page.text
