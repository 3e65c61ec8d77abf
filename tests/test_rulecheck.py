"""The check of a whole rule set: each kind of flaw is found with facts that show it, and a sound set has none."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner import files
from planner.documents import read_document
from planner.known import Facts
from planner.rulecheck import Flaw, Stated, flaws, stated
from planner.rulelogic import TRUE, Exhausted, compiled, possible, regions, witness
from planner.rulereader import read_rule
from planner.rules import OUTCOME, judge
from tests.console import run
from tests.making import ROOT, as_yaml

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
        ["cached_input_tokens > input_tokens"],
        ["batch_saving_usd < 0", "batch_saving_percent > 0"],
    ],
)
def test_a_rule_that_no_facts_make_fire_is_named(when: list[Any]) -> None:
    (flaw,) = found(rule("never", when), check="never-fires")
    assert (flaw.level, flaw.rule, flaw.file) == ("error", "never", "never.yaml")


@pytest.mark.parametrize(
    "when",
    [
        ["batch_usd < flex_usd", "flex_usd < real_time_usd", "real_time_usd < 10", "batch_usd > 9"],
        ["batch_poll_until includes completed", "batch_poll_until includes failed", "batch_poll_until lacks expired"],
        ["provider is not model", "model is not region", "provider is not region", "model is not gpt-5.5"],
        ["batch_saving_usd < 0", {"not": ["batch_saving_percent >= 0"]}],
        ["file_requests < file_bytes", "file_bytes < file_urls", "file_urls < file_deployments", "file_requests > 0"],
    ],
)
def test_facts_are_found_however_tightly_they_are_compared(when: list[Any]) -> None:
    one = rule("tight", when)
    known = witness([(one.tree, TRUE)])
    assert known is not None
    assert judge(one.rule, known).outcome == "fires"
    assert found(one, check="never-fires") == []


def test_a_rule_in_the_shadow_of_a_heavier_one_is_named() -> None:
    broad = rule("broad", ["latency_max_seconds < 60s"], assign="real-time", strength="required", weight=1)
    narrow = rule("narrow", ["latency_max_seconds < 5s", "background is true"])
    beside = rule("beside", ["background is true"])
    assert [flaw.rule for flaw in found(broad, narrow, beside, check="shadowed")] == ["narrow"]


def test_a_rule_is_in_no_shadow_where_it_fires_alone_for_some_facts() -> None:
    low = rule("low", ["tokens_per_day < 1000"], assign="real-time", strength="required")
    assert found(low, rule("own", ["tokens_per_day > 10"]), check="shadowed") == []
    either = [{"any": ["provider is unknown", "region is unknown"]}]
    wide = rule("wide", either, assign="real-time", strength="required")
    assert found(wide, rule("own", ["background is true"]), check="shadowed") == []
    assert found(wide, rule("own", ["region is unknown", "background is true"]), check="shadowed") != []


def test_a_rule_that_two_others_cover_between_them_is_in_their_shadow() -> None:
    two = [
        rule(name, [when], weight=20)
        for name, when in (("short", "latency_max_seconds < 60s"), ("long", "latency_max_seconds > 30s"))
    ]
    (flaw,) = found(*two, rule("own", ["latency_max_seconds is known"]), check="shadowed")
    assert "one of the rules that outrank it" in flaw.says


def test_a_batch_rule_never_decides_where_a_real_time_rule_of_its_weight_always_fires_too() -> None:
    real_time = rule("real-time", ["background is true"], assign="real-time")
    batch = rule("batch", ["background is true", "one_off is true"])
    assert [flaw.rule for flaw in found(real_time, batch, check="shadowed")] == ["batch"]


def test_another_value_of_a_parameter_that_lets_a_rule_decide_makes_its_shadow_a_note() -> None:
    over = rule("over", ["batch_usd < 100"], weight=20)
    own = rule("own", ["batch_usd < most"], params={"most": 100})
    assert [flaw.level for flaw in found(over, own, check="shadowed")] == ["note"]


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
    assert [flaw.level for flaw in found(one, two, check="tie")] == ["warning"]
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
        assert flaw.says.endswith(judge(one.rule, facts(flaw)).outcome)


def test_a_condition_with_a_parameter_that_no_example_needs_is_named() -> None:
    examples = {
        "fires": [{"latency_max_seconds": 59, "background": True}],
        "silent": [{"background": False, "latency_max_seconds": 1}],
    }
    one = rule("own", ["latency_max_seconds < wait", "background is true"], examples, params={"wait": "60s"})
    missing = found(one, check="unnoticed")
    assert any("this condition left out" in flaw.says for flaw in missing)
    assert {judge(one.rule, facts(flaw)).outcome for flaw in missing} == {"silent"}


def test_the_examples_that_are_shown_complete_a_rule() -> None:
    when = ["real_time_usd >= least", {"any": ["provider is openai", {"not": ["region in [eu, us]"]}]}]
    examples: dict[str, list[Any]] = {"fires": [], "silent": [], "undecided": [{}]}
    for _ in range(30):
        one = rule("own", when, examples, params={"least": "$2.50"})
        missing = found(one, check="unnoticed")
        if not missing:
            break
        shown = read_document(str(missing[0].witness).encode(), "w").data
        examples[judge(one.rule, facts(missing[0])).outcome].append(shown)
    assert missing == []
    assert min(len(examples["fires"]), len(examples["silent"])) >= 2


def test_an_example_that_does_not_hold_is_named_with_its_place(tmp_path: Path, capsys: Capsys) -> None:
    own = rule("own", ["latency_max_seconds < 60s"], {"fires": [{"latency_max_seconds": 60}], "silent": [{}]})
    assert [flaw.level for flaw in found(own, check="wrong-example")] == ["error", "error"]
    (tmp_path / "own.yaml").write_text(own.document.text, encoding="utf-8")
    ran = run(capsys, "rules", "test", str(tmp_path))
    assert ran.code == 1
    first, second, last = ran.out.splitlines()
    assert ": own: example fires 1 (latency_max_seconds 60): the rule is silent there" in first
    assert first.startswith(f"{tmp_path}/own.yaml:15:")
    assert second.endswith(": own: example silent 1 (nothing known): the rule is undecided there")
    assert last == "1 rule, 2 examples, 2 wrong."


def test_a_search_that_would_take_too_long_is_given_up_and_says_so() -> None:
    names = ("provider", "model", "region", "endpoint_stated", "successor", "price_book", "endpoint", "account_tier")
    holes = [f"{name} in [a, b, c, d, e, f, g]" for name in names]
    pairs = [f"{one} is not {other}" for at, one in enumerate(names) for other in names[at + 1 :]]
    one = rule("pigeons", [*holes, *pairs])
    given_up = found(one, check="not-decided")
    assert given_up[0].says == "too many cases to say whether this rule can fire"
    assert found(one, check="never-fires") == []


def test_a_rule_without_examples_is_named() -> None:
    assert [flaw.rule for flaw in found(rule("own", ["background is true"]), check="no-examples")] == ["own"]


@pytest.mark.parametrize("folders", [[], [str(ROOT / "examples" / "own-rules")]])
def test_the_built_in_rules_and_the_examples_of_own_ones_are_sound(folders: list[str], capsys: Capsys) -> None:
    ran = run(capsys, "rules", "check", "-f", "json", *folders)
    assert ran.code == 0
    assert {flaw["check"] for flaw in json.loads(ran.out)["flaws"]} == {"shadowed", "gap"}


def test_a_flaw_of_a_team_s_own_rule_fails_with_its_place(tmp_path: Path, capsys: Capsys) -> None:
    own = rule("own", ["tokens_per_day < 0"], {"fires": [{}], "silent": [{}]}).document
    (tmp_path / "own.yaml").write_text(own.text, encoding="utf-8")
    ran = run(capsys, "rules", "check", str(tmp_path))
    assert ran.code == 1
    assert f"{tmp_path}/own.yaml:11:1: error: own: no facts make this rule fire [never-fires]" in ran.out


RULES = {one.id: stated(one, document) for one, document in files.rules_with_files()}


PAIRS = st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=2, unique=True)


@settings(max_examples=150, deadline=None)
@given(PAIRS, st.lists(st.sampled_from([TRUE, 2, 4, 6]), min_size=2, max_size=2), st.data())
def test_facts_are_found_where_there_are_any_and_have_the_outcomes_that_were_asked_for(
    names: list[str], allowed: list[int], data: st.DataObject
) -> None:
    pair = [RULES[name] for name in names]
    wanted = [(one.tree, outcomes) for one, outcomes in zip(pair, allowed, strict=False)]
    outcomes = {"fires": 1, "silent": 2, "undecided": 4}

    def holds(known: dict[str, Any]) -> bool:
        return all(
            outcomes[judge(one.rule, known).outcome] & asked for one, (_, asked) in zip(pair, wanted, strict=True)
        )

    try:
        known = witness(wanted)
    except Exhausted:
        return
    if known is not None:
        assert possible(known)
        assert holds(known)
        return
    values = {name: data.draw(st.sampled_from(found)) for name, found in regions([one.tree for one in pair]).items()}
    tried = {name: value for name, value in values.items() if value is not None}
    assume(possible(tried))
    assert not holds(tried)


NUMBERS = st.sampled_from(["batch_usd", "flex_usd", "spend_cap_usd", "0", "1", "2.5"])
COMPARISONS = st.builds(
    "{} {} {}".format, st.sampled_from(["batch_usd", "flex_usd", "spend_cap_usd"]), st.sampled_from(["<", "<=", ">", "is", "is not"]), NUMBERS
) | st.sampled_from(["batch_usd is unknown", "one_off is true"])  # fmt: skip
CONDITIONS = st.lists(
    st.recursive(COMPARISONS, lambda inner: st.dictionaries(st.sampled_from(["any", "all", "not"]), st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=1), max_leaves=6),
    min_size=1, max_size=4,
)  # fmt: skip
AMOUNTS = st.sampled_from([None, 0, Fraction(1, 2), 1, Fraction(3, 2), Fraction(7, 4), 2, Fraction(5, 2), 3, 4])


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([None, True, False])), max_size=20))
def test_a_rule_of_any_shape_that_is_said_never_to_fire_fires_on_no_facts(
    when: list[Any], tried: list[tuple[Any, ...]]
) -> None:
    one = rule("any-shape", when)
    known = witness([(one.tree, TRUE)])
    assert known is None or judge(one.rule, known).outcome == "fires"
    for amounts in tried:
        seen = Facts(known=dict(zip(("batch_usd", "flex_usd", "spend_cap_usd", "one_off"), amounts, strict=True)))
        outcome = judge(one.rule, seen).outcome
        assert OUTCOME[compiled(one.tree)(seen)] == outcome
        assert known is not None or outcome != "fires"
