"""What a person at a terminal sees of the linter: which formats there are, and colours."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from planner import formats
from planner.formats import text
from tests import golden
from tests.console import run
from tests.making import manifest_text, workload


def test_help_lists_the_formats_that_can_show_findings(capsys: pytest.CaptureFixture[str]) -> None:
    can = [n for n in formats.names() if hasattr(import_module(f"planner.formats.{n}"), "render_findings")]
    said = " ".join(run(capsys, "lint", "--help").out.split())
    assert f"One of {', '.join(can)}." in said
    assert {"sarif", "junit", "github", "gitlab"} <= set(can)


def test_colour_is_only_added_to_what_the_text_says() -> None:
    plain = formats.findings_format("text")(golden.lint())
    coloured = text.in_colour(plain)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert coloured.count("\x1b[1;31merror\x1b[0m") == 3
    assert coloured.count("\x1b[35m[over-budget]\x1b[0m") == 2
    assert coloured.count("\x1b[32m^") == len(golden.lint().findings)


@pytest.mark.parametrize(
    ("terminal", "environment", "format_name", "colours"),
    [
        (True, {}, "text", True),
        (True, {"NO_COLOR": ""}, "text", True),
        (True, {"NO_COLOR": "1"}, "text", False),
        (True, {"TERM": "dumb"}, "text", False),
        (True, {}, "json", False),
        (False, {}, "text", False),
    ],
)
def test_colours_are_for_a_terminal_whose_reader_wants_them(
    terminal: bool,
    environment: dict[str, str],
    format_name: str,
    colours: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = tmp_path / "workloads.yaml"
    name.write_text(manifest_text(workload(model="gpt-99")), encoding="utf-8")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    ran = run(capsys, "lint", str(name), "--on", "2026-11-24", "-f", format_name)
    assert ran.code == 3
    assert ("\x1b[" in ran.out) is colours
