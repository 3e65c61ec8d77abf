"""Words that can never come true, in rules and in accounts, are noticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner import Refused, files
from planner.facts import VOCABULARY
from tests.making import ROOT, planned, planned_one, workload

RULE = """\
id: own
kind: lint
level: warning
summary: A rule of our own.
why: It shows what a rule can say.
remedy: Do nothing at all.
source: ours
when:
  - {leaf}
message: "it fires"
examples:
  fires: [{{use_case: {word}}}]
  silent: [{{use_case: routing}}]
"""


def own(folder: Path, leaf: str, word: str = "chatbot") -> None:
    """Reads a rule with that condition."""
    (folder / "own.yaml").write_text(RULE.format(leaf=leaf, word=word), encoding="utf-8")
    files.load_rules([folder])


def test_a_rule_that_asks_for_a_use_case_that_none_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"own\.yaml:9:5: use_case is never 'chatbott', did you mean 'chatbot'\?"):
        own(tmp_path, "use_case is chatbott")
    with pytest.raises(Refused, match="use_case is never 'robot'"):
        own(tmp_path, "use_case in [chatbot, robot]")
    with pytest.raises(Refused, match=r"batch_poll_until is never 'done'"):
        own(tmp_path, "batch_poll_until lacks done")


def test_an_example_with_such_a_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="'chatbott' does not fit use_case: it is never 'chatbott'"):
        own(tmp_path, "use_case is chatbot", "chatbott")


def test_a_word_that_cannot_be_listed_is_free(tmp_path: Path) -> None:
    own(tmp_path, "model is any-name-of-a-model")


def _enums(schema: Any) -> dict[str, list[str]]:
    """Every list of words in the manifest's schema, by the name of its field."""
    found: dict[str, list[str]] = {}
    for name, field in schema.items() if isinstance(schema, dict) else ():
        if isinstance(field, dict):
            words = field.get("enum") or field.get("items", {}).get("enum") if "items" in field else field.get("enum")
            if words:
                found[name] = words
            found |= _enums(field)
    return found


def test_the_words_of_facts_are_those_of_the_manifest() -> None:
    enums = _enums(json.loads((ROOT / "schemas" / "manifest.schema.json").read_text(encoding="utf-8")))
    fields = {name: fact.field.rsplit(".", 1)[-1] for name, fact in VOCABULARY.items() if fact.words}
    fields |= {"pinned": "pin", "reasoning_effort": "effort"}
    stated = {name: field for name, field in fields.items() if name not in ("mode", "lane", "reasoning_basis")}
    assert len(stated) == 10
    for name, field in stated.items():
        assert list(VOCABULARY[name].words) == enums[field], name


def test_a_limit_for_a_model_that_nobody_has_is_reported() -> None:
    accounts = {"openai": {"enqueued_tokens": {"gpt-4.11": 10**9, "gpt-4.1": 10**9}}}
    found = [f for f in planned(workload(), accounts=accounts).findings if f.rule == "account-model-unknown"]
    assert [(f.path, f.level) for f in found] == [("/accounts/openai/enqueued_tokens/gpt-4.11", "warning")]
    assert "did you mean 'gpt-4.1'?" in found[0].message


def test_a_story_says_who_vouches_for_each_limit() -> None:
    report = planned(
        workload(provider="anthropic", model="claude-haiku-4-5"),
        trace_all=True,
        accounts={"anthropic": {"enqueued_requests": 7}},
    ).workloads[0]
    limits = {limit.limit: limit for limit in report.limits}
    assert limits["enqueued_requests"].value == "7"
    assert limits["enqueued_requests"].source == "account anthropic"
    assert limits["batch_file_bytes"].disputed
    assert "verified" in limits["batch_file_bytes"].source
    assert planned_one().limits == []
