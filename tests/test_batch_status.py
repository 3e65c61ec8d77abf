"""planner batch status: the catalog of statuses, what is said of each, and words that nobody knows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import files
from planner.batchfiles.rows import OUTCOMES
from planner.batchfiles.statuses import text
from planner.requestfiles import load_dialects
from planner.schema import misfits
from planner.statusfiles import load_statuses, providers
from tests.console import run
from tests.making import ROOT

PATHS = sorted((ROOT / "catalog" / "statuses").glob("*.yaml"))
each_provider = pytest.mark.parametrize("provider", providers())

ARTICLE = {
    "validating": "wait",
    "in_progress": "wait",
    "finalizing": "wait",
    "completed": "fetch",
    "failed": "read batch.errors",
    "expired": "submit only the rest anew",
    "cancelling": "wait",
    "cancelled": "fetch the partial results",
}
"""The article's table, with its wrong action for expired put right."""


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.stem))
def test_a_file_fits_its_schema_names_it_and_is_named_for_its_provider(path: object) -> None:
    document = files.read(str(path))
    assert misfits(document.data, files.load_schema("statuses")) == []
    assert document.text.startswith("# yaml-language-server: $schema=../../schemas/statuses.schema.json\n")
    assert str(path).endswith(f"/{document.data['provider']}.yaml")


def test_every_dialect_has_its_statuses_and_a_way_to_read_its_results() -> None:
    for dialect in load_dialects():
        known = load_statuses(dialect.name)
        assert set(known.results["billed"]) <= set(OUTCOMES), dialect.name
        assert known.results["billed"]["ok"] is True
        assert known.billing is not None
        assert set(known.results.get("words", {}).values()) <= set(OUTCOMES)


@each_provider
def test_statuses_differ_and_one_at_least_is_the_end(provider: str) -> None:
    known = load_statuses(provider)
    names = [each.status for each in known.statuses]
    assert len(set(names)) == len(names)
    assert any(each.final for each in known.statuses)
    assert all(each.action == "wait" or each.final or each.action for each in known.statuses)
    for each in known.statuses:
        assert known.find(each.status) == known.find(each.status.lower()) == each
        assert text(known, each.status).startswith(f"{each.status} (")


@pytest.mark.parametrize("word", ARTICLE)
def test_the_article_s_table_is_there(word: str) -> None:
    found = load_statuses("openai").find(word)
    assert found is not None
    assert ARTICLE[word] in found.action
    assert found.final is (word in ("completed", "failed", "expired", "cancelled"))


def test_expired_is_over_and_finished_work_is_billed() -> None:
    found = load_statuses("openai").find("expired")
    assert found is not None
    assert found.billed == "finished requests"
    assert "nothing to cancel" in found.action
    gemini = load_statuses("gemini").find("EXPIRED")
    assert gemini is not None
    assert "no results" in gemini.meaning


def test_a_status_says_meaning_action_source_and_day(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "batch", "status", "failed", "--provider", "openai")
    assert ran.code == 0
    assert "failed (job, over): the file was refused, or the queue" in ran.out
    assert "token_limit_exceeded is no fault of the file" in ran.out
    assert "do: read batch.errors" in ran.out
    assert "verified 2026-10-01" in ran.out


def test_without_a_status_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "batch", "status", "--provider", "bedrock")
    assert ran.code == 0
    assert "PartiallyCompleted (job, over)" in ran.out
    assert ran.out.count("    do: ") == 10


@pytest.mark.parametrize(
    ("provider", "word", "near"),
    [
        ("openai", "complete", "completed"),
        ("gemini", "runing", "JOB_STATE_RUNNING"),
        ("mistral", "sucess", "SUCCESS"),
        ("anthropic", "cancelled", "canceled"),
    ],
)
def test_an_unknown_status_names_the_nearest(
    provider: str, word: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(capsys, "batch", "status", word, "--provider", provider)
    assert ran.code == 1
    assert f"did you mean '{near}'?" in ran.out
    assert "Treat the job as not over" in ran.out


@pytest.mark.parametrize(
    "word", ["BATCH_STATE_EXPIRED", "JobState.JOB_STATE_EXPIRED", "job_state_expired", " expired\n"]
)
def test_a_status_of_gemini_is_found_as_the_service_and_as_its_sdk_write_it(word: str) -> None:
    found = load_statuses("google-gemini").find(word)
    assert found is not None
    assert found.status == "JOB_STATE_EXPIRED"


def test_an_unknown_provider_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "batch", "status", "done", "--provider", "openia")
    assert (ran.code, ran.out) == (2, "")
    assert "no provider 'openia', did you mean 'openai'?" in ran.err


def test_json_has_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(run(capsys, "batch", "status", "ended", "--provider", "anthropic", "-f", "json").out)
    assert data["statuses"][0]["final"] is True
    assert data["statuses"][0]["source"]["verified"] == "2026-10-01"
    data = json.loads(run(capsys, "batch", "status", "x", "--provider", "anthropic", "-f", "json").out)
    assert data["statuses"] == []
    assert "no status 'x'" in data["unknown"]


@given(st.text(max_size=30), st.sampled_from(providers()))
def test_no_word_at_all_breaks_it_or_steers_a_terminal(word: str, provider: str) -> None:
    assert text(load_statuses(provider), word).replace("\n", "").isprintable()
