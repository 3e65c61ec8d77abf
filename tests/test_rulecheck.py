"""The check of a whole rule set: each kind of flaw is found with facts that show it, and a sound set has none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files
from planner.documents import read_document
from planner.known import Facts
from planner.rulecheck import Flaw, Stated, flaws, stated
from planner.rulelogic import Exhausted, values_of, witness
from planner.rulereader import read_rule
from planner.rules import judge
from tests.console import run
from tests.making import as_yaml

Capsys = pytest.CaptureFixture[str]
SOUND = {"fires": [{"latency_max_seconds": 59}], "silent": [{"latency_max_seconds": 60}]}


def rule(name: str, when: list[Any], examples: dict[str, Any] | None = None, **fields: Any) -> Stated:
    """A rule with that condition, as read from a file."""
    data = {
        "id": name, "kind": "assignment", "assign": "batch", "strength": "preferred", "weight": 10,
        "summary": "A rule of a test.", "why": "A test needs it.", "remedy": "None is needed.", "source": "the test",
        "when": when, "message": "it fires", "examples": examples or {}, **fields,
    }  # fmt: skip
    document = read_document(as_yaml(data).encode(), f"{name}.yaml")
    return stated(read_rule(document, "own"), document)


def found(*rules: Stated, check: str) -> list[Flaw]:
    """The flaws of that kind."""
    return [flaw for flaw in flaws(rules) if flaw.check == check]


def facts(flaw: Flaw) -> Facts:
    """The facts of a witness, read as an example of a rule is."""
    assert flaw.witness is not None
    data = read_document(flaw.witness.encode(), "w").data
    example = rule("reading", ["one_off is true"], {"fires": [data]}).rule.examples["fires"][0]
    return Facts(known=example)


@pytest.mark.parametrize(
    "when",
    [
        ["latency_max_seconds < 60s", "latency_max_seconds >= 60s"],
        ["use_case is chatbot", "use_case in [routing, search]"],
        ["tokens_per_day < 0"],
        ["user_facing is true", {"not": ["user_facing is true"]}],
        ["input_tokens < visible_output_tokens", "visible_output_tokens < input_tokens"],
        ["provider is known", "provider is unknown"],
    ],
)
def test_a_rule_that_no_facts_make_fire_is_named(when: list[Any]) -> None:
    (flaw,) = found(rule("never", when), check="never-fires")
    assert (flaw.level, flaw.rule, flaw.file) == ("error", "never", "never.yaml")


def test_a_rule_in_the_shadow_of_a_heavier_one_is_named() -> None:
    broad = rule("broad", ["latency_max_seconds < 60s"], assign="real-time", strength="required", weight=1)
    narrow = rule("narrow", ["latency_max_seconds < 5s", "background is true"])
    beside = rule("beside", ["background is true"])
    assert [flaw.rule for flaw in found(broad, narrow, beside, check="shadowed")] == ["narrow"]


def test_two_required_rules_that_can_contradict_are_shown_facts_for_which_both_fire() -> None:
    one = rule("one", ["latency_max_seconds < 60s"], assign="real-time", strength="required")
    two = rule("two", ["background is true", {"any": ["tokens_per_day > 1M", "one_off is true"]}], strength="required")
    (flaw,) = found(one, two, check="contradiction")
    assert flaw.level == "error"
    assert {judge(one.rule, facts(flaw)).outcome, judge(two.rule, facts(flaw)).outcome} == {"fires"}
    apart = rule("apart", ["latency_max_seconds >= 60s"], strength="required")
    assert found(one, apart, check="contradiction") == []


def test_two_preferred_rules_of_one_weight_can_tie() -> None:
    one = rule("one", ["background is true"], assign="real-time")
    two = rule("two", ["cost_sensitive is true"])
    assert [flaw.level for flaw in found(one, two, check="tie")] == ["note"]
    assert found(one, rule("two", ["cost_sensitive is true"], weight=11), check="tie") == []


def test_a_gap_shows_facts_for_which_nothing_fires() -> None:
    one = rule("one", ["latency_max_seconds is unknown"], assign="real-time")
    two = rule("two", ["latency_max_seconds < 60s"], assign="real-time")
    (flaw,) = found(one, two, check="gap")
    assert all(judge(each.rule, facts(flaw)).outcome != "fires" for each in (one, two))
    three = rule("three", ["latency_max_seconds >= 60s"])
    assert found(one, two, three, check="gap") == []


@pytest.mark.parametrize(
    ("when", "params", "examples", "unnoticed"),
    [
        (["latency_max_seconds < wait"], {"wait": "60s"}, SOUND, 0),
        (["latency_max_seconds < wait"], {"wait": "60s"}, {**SOUND, "silent": [{"latency_max_seconds": 61}]}, 2),
        (["latency_max_seconds < wait"], {"wait": "60s"}, {**SOUND, "fires": [{"latency_max_seconds": 58}]}, 1),
        (["latency_max_seconds < 60s", "background is true"], {},
         {"fires": [{"latency_max_seconds": 59, "background": True}], "silent": [{"latency_max_seconds": 60}]}, 1),
        (["latency_max_seconds < 60s"], {}, SOUND, 0),
        (["latency_max_seconds < 60s"], {}, {**SOUND, "silent": [{"latency_max_seconds": 61}]}, 2),
    ],
)  # fmt: skip
def test_a_change_that_no_example_would_notice_is_named_with_one_that_would(
    when: list[Any], params: dict[str, Any], examples: dict[str, Any], unnoticed: int
) -> None:
    one = rule("own", when, examples, params=params)
    missing = found(one, check="unnoticed")
    assert len(missing) == unnoticed, [flaw.says for flaw in missing]
    for flaw in missing:
        assert f"add one that is {judge(one.rule, facts(flaw)).outcome}" in flaw.says


def test_a_rule_without_examples_is_named() -> None:
    assert [flaw.rule for flaw in found(rule("own", ["background is true"]), check="no-examples")] == ["own"]


def test_the_built_in_rules_are_sound(capsys: Capsys) -> None:
    ran = run(capsys, "rules", "check", "-f", "json")
    assert ran.code == 0
    assert {flaw["check"] for flaw in json.loads(ran.out)["flaws"]} == {"shadowed", "gap"}


def test_a_flaw_of_a_team_s_own_rule_fails_with_its_place(tmp_path: Path, capsys: Capsys) -> None:
    own = rule("own", ["tokens_per_day < 0"], {"fires": [{}], "silent": [{}]}).document
    (tmp_path / "own.yaml").write_text(own.text, encoding="utf-8")
    ran = run(capsys, "rules", "check", str(tmp_path))
    assert ran.code == 1
    assert f"{tmp_path}/own.yaml:11:1: error: own: no facts make this rule fire [never-fires]" in ran.out


RULES = {one.id: stated(one, document) for one, document in files.rules_with_files()}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_facts_that_are_shown_make_both_rules_fire(data: st.DataObject) -> None:
    pair = [RULES[name] for name in data.draw(st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=2))]
    try:
        known = witness([one.tree for one in pair])
    except Exhausted:
        known = None
    if known is not None:
        assert all(judge(one.rule, known).outcome == "fires" for one in pair)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_where_no_facts_are_found_none_of_many_tried_make_both_fire(data: st.DataObject) -> None:
    pair = [RULES[name] for name in data.draw(st.lists(st.sampled_from(sorted(RULES)), min_size=2, max_size=2))]
    try:
        impossible = witness([one.tree for one in pair]) is None
    except Exhausted:
        impossible = False
    if impossible:
        values = values_of([one.tree for one in pair])
        known = {name: data.draw(st.sampled_from(found)) for name, found in values.items()}
        tried = Facts(known={name: value for name, value in known.items() if value is not None})
        assert not all(judge(one.rule, tried).outcome == "fires" for one in pair)
