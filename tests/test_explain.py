"""explain tells the whole story: what is known, what fired, what won, and the sum."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.console import run
from tests.making import manifest_text, workload

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    path = tmp_path / "m.yaml"
    chat = workload(id="chat", user_facing=True, latency={"max": "2s"}, model="gpt-5.2", reasoning={"effort": "low"})
    night = workload(id="night", volume={"requests": 10000, "per": "day"}, latency={"max": "24h"}, model="gpt-5.2")
    path.write_text(manifest_text(chat, night), encoding="utf-8")
    return str(path)


def told(capsys: Capsys, manifest: str, name: str) -> str:
    ran = run(capsys, "explain", manifest, name, "--on", "2026-11-24")
    assert ran.code == 0
    return ran.out


def test_the_story_names_the_deciding_rule_and_the_values_it_saw(manifest: str, capsys: Capsys) -> None:
    story = told(capsys, manifest, "chat")
    assert "real-time, decided by user-facing: a person waits for the answer." in story
    assert "- wait-below-window (required, wants real-time): the caller waits at most 2 s" in story
    assert "saw latency_max_seconds 2 s, batch_window_seconds 24 h" in " ".join(story.split())


def test_the_story_says_what_is_not_known(manifest: str, capsys: Capsys) -> None:
    story = told(capsys, manifest, "night")
    unknown = story.partition("What is not known\n")[2].partition("\n\n")[0]
    assert "user_facing" in unknown
    assert "queue_limit_tokens" in unknown


def test_the_story_gives_each_rates_source_and_date(manifest: str, capsys: Capsys) -> None:
    story = " ".join(told(capsys, manifest, "chat").partition("The sum, line by line")[2].split())
    assert story.count("verified 2026-") == story.count("rate since") == 2  # said again only where it changes


def test_the_lines_of_the_story_add_up_to_its_sums(manifest: str, capsys: Capsys) -> None:
    ran = run(capsys, "explain", manifest, "chat", "--on", "2026-11-24", "-f", "json")
    (only,) = json.loads(ran.out)["workloads"]
    sums = {"expected": Decimal(0), "budget": Decimal(0)}
    for line in only["lines"]:
        sums[line["counts"]] += Decimal(line["usd"])
    assert sums["expected"] == Decimal(only["monthly"]["expected_usd"])
    assert sums["expected"] + sums["budget"] == Decimal(only["monthly"]["budget_usd"])
    assert {entry["verdict"] for entry in only["trace"]} == {"fires", "silent", "undecided"}


def test_what_was_outweighed_is_told(tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        manifest_text(workload(user_facing=True, cost_sensitive=True, latency={"max": "24h"})), encoding="utf-8"
    )
    assert "Outweighed: cost-sensitive (preferred, weight 50, wants batch)" in told(capsys, str(path), "w")


def test_queue_work_is_told_of_the_third_pattern_and_of_flex(tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(manifest_text(workload(model="gpt-5.2", latency={"max": "30m"})), encoding="utf-8")
    story = " ".join(told(capsys, str(path), "w").split())
    assert "Pattern: a queue that buffers the requests and works them off in off-peak hours." in story
    assert "a month in the flex lane: $4.38" in story


def test_an_unknown_workload_is_refused_with_a_suggestion(manifest: str, capsys: Capsys) -> None:
    ran = run(capsys, "explain", manifest, "nihgt")
    assert (ran.code, ran.out) == (2, "")
    assert "no workload 'nihgt', did you mean 'night'?" in ran.err
