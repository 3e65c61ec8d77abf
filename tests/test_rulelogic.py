"""What the search finds or rules out, held against random conditions and facts that were drawn without its help."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from planner.known import Facts
from planner.rulelogic import BIT, FALSE, TRUE, UNDECIDED, Exhausted, compiled, formula, possible, witness

NUMBERS = ("input_tokens", "visible_output_tokens", "max_output_tokens", "days_until_retirement")
FLAGS = ("user_facing", "background")
STATUSES = ("completed", "failed", "expired", "cancelled")
POINTS = (0, Fraction(1, 2), 1, 2, 3, 5, Fraction(11, 2), Fraction(23, 4), 6, 7, 8)


def comparison(chance: Random) -> str:
    """One comparison, with a constant, with another fact, or with being known."""
    kind = chance.random()
    if kind < 0.45:
        return f"{chance.choice(NUMBERS)} {chance.choice(('<', '<=', '>', '>=', 'is', 'is not'))} {chance.choice((0, 1, 5, 6))}"
    if kind < 0.7:
        return f" {chance.choice(('<', '<=', '>', '>=', 'is'))} ".join(chance.sample(NUMBERS, 2))
    if kind < 0.8:
        return f"{chance.choice(FLAGS)} is {chance.choice(('true', 'false'))}"
    if kind < 0.9:
        return f"batch_poll_until {chance.choice(('includes', 'lacks'))} {chance.choice(STATUSES[:3])}"
    if kind < 0.95:
        return f"use_case {chance.choice(('is', 'is not'))} {chance.choice(('chatbot', 'routing'))}"
    return f"{chance.choice(NUMBERS + FLAGS)} is {chance.choice(('known', 'unknown'))}"


def condition(chance: Random, depth: int = 0) -> list[Any]:
    """A condition of up to three parts, nested up to two deep."""
    leaf = chance.random() < 0.75 or depth > 1
    return [
        comparison(chance) if leaf else {chance.choice(("any", "all", "not")): condition(chance, depth + 1)}
        for _ in range(chance.randint(1, 3))
    ]


def some_facts(chance: Random) -> dict[str, Any]:
    """Facts, some of them unknown."""
    facts: dict[str, Any] = {name: chance.choice(POINTS) for name in NUMBERS}
    facts |= {name: chance.random() < 0.5 for name in FLAGS}
    facts["batch_poll_until"] = tuple(s for s in STATUSES if chance.random() < 0.5) or STATUSES[3:]
    facts["use_case"] = chance.choice(("chatbot", "routing", "search"))
    return {name: value for name, value in facts.items() if chance.random() < 0.85}


def test_what_is_found_holds_and_for_what_is_ruled_out_no_facts_are_drawn() -> None:
    chance = Random(20261124)
    found = ruled_out = 0
    for _ in range(1000):
        trees = [formula(condition(chance), {}) for _ in range(chance.randint(1, 2))]
        wanted = [(tree, chance.choice((TRUE, FALSE, UNDECIDED, FALSE | UNDECIDED))) for tree in trees]
        drawn = [some_facts(chance) for _ in range(200)]

        def holds(facts: dict[str, Any], wanted: list[Any] = wanted) -> bool:
            return all(BIT[compiled(tree)(Facts(known=facts))] & allowed for tree, allowed in wanted)

        try:
            known = witness(wanted)
        except Exhausted:
            continue
        if known is None:
            ruled_out += 1
            assert not [facts for facts in drawn if holds(facts) and possible(facts)], wanted
        else:
            found += 1
            assert holds(known), wanted
    assert found > 500
    assert ruled_out > 50


@pytest.mark.parametrize(
    "when",
    [
        ["batch_poll_until includes completed", "batch_poll_until includes failed", "batch_poll_until lacks expired"],
        ["input_tokens > 5", "visible_output_tokens > input_tokens", "visible_output_tokens < 6.1"],
    ],
)
def test_what_needs_two_members_or_two_points_between_constants_is_found(when: list[Any]) -> None:
    assert witness([(formula(when, {}), TRUE)]) is not None
