"""Laws of plans: order does not matter, JSON reads back as it was, three-valued logic, thresholds move what lies between."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files, plan
from planner.catalog import Catalog
from planner.config import Config
from planner.formats import json as plan_json
from planner.known import Facts
from planner.report import Report
from planner.rules import Rule, Truth, all_of, any_of, judge, none_of
from tests.making import DAY, manifest_text, read, rules_fired, workload

QUICK = settings(max_examples=40, deadline=None)
FEW = settings(max_examples=20, deadline=None)

MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-6-sol", "gpt-5.3-codex", "gpt-0")
"""The last one does not exist."""


@cache
def catalog() -> Catalog:
    """The catalog for these models, read once for many examples."""
    return files.load_catalog(read(manifest_text(*(workload(id=f"w{n}", model=m) for n, m in enumerate(MODELS)))))


def quickly(workloads: Sequence[dict[str, Any]], trace_all: bool = False, **fields: Any) -> Report:
    """The plan of these workloads with the catalog that is there."""
    return plan(read(manifest_text(*workloads, **fields)), catalog(), DAY, trace_all=trace_all)


def anew(workloads: Sequence[dict[str, Any]], **fields: Any) -> Report:
    """The plan of these workloads with a catalog of its own, every fact in it."""
    manifest = read(manifest_text(*workloads, **fields))
    return plan(manifest, files.load_catalog(manifest), DAY, trace_all=True)


@st.composite
def workloads(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few workloads of every kind; several share a model, and so a queue."""
    found = []
    for number in range(draw(st.integers(2, 5))):
        fields: dict[str, Any] = {
            "model": draw(st.sampled_from(MODELS)),
            "volume": {"requests": draw(st.integers(0, 10**5)), "per": draw(st.sampled_from(["day", "week", "once"]))},
            "tokens": {"input": draw(st.integers(0, 5_000)), "output": draw(st.integers(0, 2_000))},
            "reasoning": {"effort": draw(st.sampled_from(["none", "low", "high"]))},
            "labels": draw(st.sampled_from([{}, {"product": "shop"}, {"product": "search", "stage": "live"}])),
        }
        if draw(st.booleans()):
            fields |= {"latency": {"max": "40d"}, "use_case": "model-evaluation"}
        if draw(st.integers(0, 3)) == 0:
            fields |= {"user_facing": True, "owner": draw(st.sampled_from(["ann", "bob"]))}
        found.append(workload(id=f"w{number}", **fields))
    return found


# The order of workloads


@QUICK
@given(workloads(), st.randoms(use_true_random=False), st.integers(10**4, 10**9))
def test_the_order_of_workloads_does_not_matter(found: list[dict[str, Any]], chance: Any, quota: int) -> None:
    accounts = {"openai": {"enqueued_tokens": quota}}
    other = chance.sample(found, len(found))
    one, two = (anew(order, accounts=accounts, budget={"monthly_usd": 500}) for order in (found, other))
    assert {w.id: w for w in one.workloads} == {w.id: w for w in two.workloads}
    assert (one.totals, one.budgets, one.coverage) == (two.totals, two.budgets, two.coverage)
    told = [{(f.rule, f.level, f.workload, f.message) for f in report.findings} for report in (one, two)]
    assert told[0] == told[1]


@QUICK
@given(
    st.lists(st.tuples(st.integers(1, 1000), st.booleans()), min_size=1, max_size=6),
    st.integers(1_000_000, 4_000_000),
    st.data(),
)
def test_what_workloads_put_into_a_shared_queue_is_their_sum_in_any_order(
    shapes: list[tuple[int, bool]], quota: int, data: st.DataObject
) -> None:
    asked = sum(requests * 1000 for requests, person in shapes if not person)
    order = data.draw(st.permutations(range(len(shapes))))
    batches = {"use_case": "model-evaluation", "latency": {"max": "24h"}}
    mixed = [
        workload(id=f"w{n}", volume={"requests": shapes[n][0], "per": "day"}, user_facing=shapes[n][1], **batches)
        for n in order
    ]
    for found in anew(mixed, accounts={"openai": {"enqueued_tokens": quota}}).workloads:
        requests, person = shapes[int(found.id[1:])]
        assert found.mode == ("real-time" if person else "batch")
        assert ("queue-overbooked" in rules_fired(found)) == (not person and asked > quota)
        if not person:
            assert found.facts["enqueued_tokens_per_run"] == str(requests * 1000)
            assert found.facts["account_enqueued_tokens"] == str(asked)


def test_a_catalog_gives_the_same_plan_whatever_it_planned_before() -> None:
    queues = {"tier-1": "90000", "tier-3": "50000000", "tier-5": "5000000000"}
    used = files.load_catalog(read(manifest_text()))
    for tier in ("tier-3", "tier-1", "tier-5", "tier-3"):
        manifest = read(manifest_text(accounts={"openai": {"tier": tier}}))
        report = plan(manifest, used, DAY, trace_all=True)
        assert report.workloads[0].facts["queue_limit_tokens"] == queues[tier]


# JSON


@QUICK
@given(workloads(), st.booleans())
def test_a_plan_in_json_reads_back_as_it_was(found: list[dict[str, Any]], trace_all: bool) -> None:
    report = quickly(found, trace_all, name='läden, "quoted" → and more', budget={"monthly_usd": 1000})
    text = plan_json.render(report)
    assert plan_json.parse(text) == report
    assert plan_json.render(plan_json.parse(text)) == text


@QUICK
@given(workloads())
def test_amounts_in_json_are_decimal_strings_or_null_and_never_numbers(found: list[dict[str, Any]]) -> None:
    data = json.loads(plan_json.render(quickly(found)), parse_float=lambda text: pytest.fail(f"a float: {text}"))
    for one in data["workloads"]:
        assert all(value is None or isinstance(value, str) for value in one["monthly"].values())
        assert (one["monthly"]["real_time_usd"] is None) == (one["model"] == "gpt-0")
        assert all(isinstance(line["usd"], str) for line in one["lines"])


@pytest.mark.parametrize("text", ["{}", "[]", "null", "{", '{"plan_version": 1}', '"plan"'])
def test_what_is_no_plan_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        plan_json.parse(text)


# Three-valued logic

TRUTHS: tuple[Truth, ...] = (True, False, None)
Joined = Callable[[Sequence[Callable[[Facts], Truth]]], Callable[[Facts], Truth]]


def joined(join: Joined, *truths: Truth) -> Truth:
    """What the join makes of parts with these truths."""
    return join([lambda facts, truth=truth: truth for truth in truths])(Facts())  # type: ignore[misc]


def test_all_and_any_of_two_follow_kleene_s_tables() -> None:
    for a, b in product(TRUTHS, repeat=2):
        both = False if False in (a, b) else None if None in (a, b) else True
        either = True if True in (a, b) else None if None in (a, b) else False
        assert joined(all_of, a, b) is both, (a, b)
        assert joined(any_of, a, b) is either, (a, b)
        assert joined(none_of, a, b) is (None if either is None else not either), (a, b)
    assert (joined(all_of), joined(any_of), joined(none_of)) == (True, False, True)


def test_all_any_and_none_do_not_depend_on_order_or_grouping() -> None:
    for truths in product(TRUTHS, repeat=3):
        a, b, c = truths
        for join in (all_of, any_of):
            assert joined(join, joined(join, a, b), c) is joined(join, a, joined(join, b, c)) is joined(join, *truths)
        for join in (all_of, any_of, none_of):
            assert len({joined(join, *order) for order in permutations(truths)}) == 1


def test_not_any_is_all_not_and_not_all_is_any_not() -> None:
    for truths in product(TRUTHS, repeat=3):
        opposites = [joined(none_of, truth) for truth in truths]
        assert joined(none_of, *truths) is joined(none_of, joined(any_of, *truths)) is joined(all_of, *opposites)
        assert joined(none_of, joined(all_of, *truths)) is joined(any_of, *opposites)
        assert [joined(none_of, opposite) for opposite in opposites] == list(truths)


def test_knowing_more_never_turns_true_into_false_or_back() -> None:
    for join in (all_of, any_of, none_of):
        for truths in product(TRUTHS, repeat=3):
            before = joined(join, *truths)
            for known in product(*((truth,) if truth is not None else (True, False) for truth in truths)):
                assert before is None or joined(join, *known) is before, (join.__name__, truths, known)


RULES = files.load_rules()


def plain(rule: Rule) -> bool:
    """True where the rule does not ask what is known."""
    return not any(line.endswith((" is known", " is unknown")) for line in rule.when)


@pytest.mark.parametrize("rule", [rule for rule in RULES if plain(rule)], ids=lambda rule: rule.id)
def test_a_rule_that_knows_less_says_the_same_or_that_it_cannot_say(rule: Rule) -> None:
    for outcome in ("fires", "silent"):
        for facts in rule.examples[outcome]:
            for gone in facts:
                fewer = {name: value for name, value in facts.items() if name != gone}
                assert judge(rule, fewer).outcome in (outcome, "undecided"), gone


# Thresholds

volumes = st.lists(st.integers(1, 400), min_size=1, max_size=8)
"""Requests per day of 1,500 tokens each: from 1.5K to 600K tokens per day."""


def moved(rule: str, values: tuple[int, int], requests: list[int], field: str) -> tuple[list[str | None], ...]:
    """How the workloads are decided with the one and with the other value of the rule's threshold."""
    texts = [
        workload(id=f"w{n}", volume={"requests": r, "per": "day"}, latency={"max": "24h"})
        for n, r in enumerate(requests)
    ]
    manifest = read(manifest_text(*texts))
    reports = (
        plan(manifest, catalog()._replace(rules=files.load_rules((), Config(params={rule: {"tokens": value}}))), DAY)
        for value in values
    )
    return tuple([getattr(found, field) for found in report.workloads] for report in reports)


@FEW
@given(st.integers(1, 400), st.integers(1, 400), volumes)
def test_another_line_for_low_volume_moves_exactly_what_lies_between_the_two(
    one: int, other: int, requests: list[int]
) -> None:
    before, after = moved("low-volume", (one * 1500, other * 1500), requests, "mode")
    low, high = sorted((one, other))
    assert before == ["real-time" if number < one else "batch" for number in requests]
    changed = [number for number, a, b in zip(requests, before, after, strict=True) if a != b]
    assert changed == [number for number in requests if low <= number < high]


@FEW
@given(st.integers(70, 400), st.integers(70, 400), volumes)
def test_another_line_for_high_volume_moves_exactly_what_lies_between_the_two(
    one: int, other: int, requests: list[int]
) -> None:
    before, after = moved("high-volume", (one * 1500, other * 1500), requests, "decided_by")
    low, high = sorted((one, other))
    assert before == [
        "low-volume" if number * 1500 < 100_000 else "high-volume" if number > one else "non-urgent"
        for number in requests
    ]
    changed = [number for number, a, b in zip(requests, before, after, strict=True) if a != b]
    assert changed == [number for number in requests if low < number <= high]
