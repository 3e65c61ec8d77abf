"""Rules as data: read once into closures, then judged in three-valued logic with a trace."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from planner.facts import VOCABULARY
from planner.known import Facts
from planner.operators import Value, bare, shown

Truth = bool | None
"""True, False, or None where a fact that it needs is not known (Kleene)."""

SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Condition(NamedTuple):
    """A tree of comparisons, compiled. `reads` are the facts it looks at, in the order of the text.

    `holds` says whether it is true and looks no further than that needs. `leaves` are its single comparisons. It can
    hold only where the fact `key` is known, and is one of `among` if that is not None; without a key it has to be tried.
    """

    test: Callable[[Facts], Truth]
    holds: Callable[[Facts], Truth]
    reads: tuple[str, ...]
    leaves: tuple[Callable[[Facts], Truth], ...]
    key: str | None = None
    among: tuple[Value, ...] | None = None


class Offer(NamedTuple):
    """A fix as the rule's file states it: a field of the workload to set or to remove, or a command to run.

    `to` is a value, or a fact or parameter in braces; a duration or number is kept between the facts `at_least` and
    `at_most` as far as they are known. `instead` overrides what the defaults state, where removing cannot.
    """

    does: str
    what: str
    says: str
    safe: bool = False
    to: Any = None
    at_least: str | None = None
    at_most: str | None = None
    instead: str | None = None


class Rule(NamedTuple):
    """One rule as its file states it, with its condition compiled. `assign` is real-time or batch.

    `stake` is the fact that says how much money a month a finding speaks of.
    """

    id: str
    kind: str
    family: str
    summary: str
    why: str
    remedy: str
    source: str
    message: str
    condition: Condition
    stated_params: dict[str, Any]
    values: dict[str, tuple[Value, str]]
    examples: dict[str, list[dict[str, Any]]]
    when: tuple[str, ...]
    assign: str | None
    strength: str
    weight: int
    level: str
    marks: str | None
    stake: str | None
    fix: Offer | None
    file: str


class Verdict(NamedTuple):
    """What a rule says of a workload: fires, silent or undecided."""

    rule: Rule
    outcome: str


OUTCOME = {True: "fires", False: "silent", None: "undecided"}


def judge(rule: Rule, facts: Mapping[str, Value]) -> Verdict:
    """The rule's verdict on the facts."""
    known = facts if isinstance(facts, Facts) else Facts(known=facts)
    return Verdict(rule, OUTCOME[rule.condition.test(known)])


class Index:
    """Rules by the fact that each cannot fire without, so that most need not be tried."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._always = [rule for rule in rules if rule.condition.key is None]
        self._known: dict[str, list[Rule]] = {}
        self._among: dict[str, dict[Value, list[Rule]]] = {}
        for rule in rules:
            key, among = rule.condition.key, rule.condition.among
            if key is not None and among is None:
                self._known.setdefault(key, []).append(rule)
            elif key is not None:
                by_value = self._among.setdefault(key, {})
                for value in among or ():
                    by_value.setdefault(value, []).append(rule)

    def fired(self, facts: Facts) -> list[Verdict]:
        """The verdicts of those rules that fire, by id."""
        tried = list(self._always)
        for key, rules in self._known.items():
            if facts[key] is not None:
                tried += rules
        for key, by_value in self._among.items():
            if (value := facts[key]) is not None:
                tried += by_value.get(value, ())
        found = [rule for rule in tried if rule.condition.holds(facts)]
        return [Verdict(rule, "fires") for rule in sorted(found, key=lambda rule: rule.id)]


def saw(rule: Rule, facts: Facts) -> dict[str, str]:
    """The values of those facts that the rule looks at and that are known, in plain digits and words."""
    seen = {name: facts[name] for name in rule.condition.reads}
    return {name: bare(value, VOCABULARY[name].kind) for name, value in seen.items() if value is not None}


def message(rule: Rule, facts: Facts) -> str:
    """The rule's message with the facts and parameters put in; what is not known says so."""
    return filled(rule, rule.message, facts)


def filled(rule: Rule, text: str, facts: Facts) -> str:
    """The text with the facts and parameters put in."""
    parts = _parts(text)
    said = list(parts)
    for at in range(1, len(parts), 2):
        name = parts[at]
        if name in rule.values:
            said[at] = shown(*rule.values[name])
        else:
            said[at] = "unknown" if facts[name] is None else shown(facts[name], VOCABULARY[name].kind)
    return "".join(said)


@cache
def _parts(text: str) -> tuple[str, ...]:
    """The text cut at its slots: every second part is a name."""
    return tuple(SLOT.split(text))


class Wrong(NamedTuple):
    """An example that does not come out as it says: its outcome, its place among those, and the rule's outcome there."""

    expected: str
    at: int
    facts: dict[str, Value]
    outcome: str

    @property
    def says(self) -> str:
        """What is wrong, in words."""
        saw = ", ".join(f"{name} {bare(value, VOCABULARY[name].kind)}" for name, value in self.facts.items())
        does = "fires" if self.outcome == "fires" else f"is {self.outcome}"
        return f"example {self.expected} {self.at + 1} ({saw or 'nothing known'}): the rule {does} there"


def try_examples(rule: Rule) -> list[Wrong]:
    """What the rule's own examples show to be wrong with it; nothing if all hold."""
    return [
        Wrong(expected, at, facts, outcome)
        for expected, examples in rule.examples.items()
        for at, facts in enumerate(examples)
        if (outcome := judge(rule, facts).outcome) != expected
    ]


def all_of(tests: Sequence[Callable[[Facts], Truth]]) -> Callable[[Facts], Truth]:
    """Kleene's and: false if one is false, else unknown if one is unknown, else true."""

    def test(facts: Facts) -> Truth:
        result: Truth = True
        for inner in tests:
            truth = inner(facts)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return test


def any_of(tests: Sequence[Callable[[Facts], Truth]]) -> Callable[[Facts], Truth]:
    """Kleene's or: true if one is true, else unknown if one is unknown, else false."""

    def test(facts: Facts) -> Truth:
        result: Truth = False
        for inner in tests:
            truth = inner(facts)
            if truth is True:
                return True
            if truth is None:
                result = None
        return result

    return test


def all_hold(tests: Sequence[Callable[[Facts], Truth]]) -> Callable[[Facts], Truth]:
    """Whether Kleene's and is true: as soon as one part is not, nothing more is looked at."""

    def holds(facts: Facts) -> Truth:
        for inner in tests:  # noqa: SIM110  a generator would double the time of most rules
            if not inner(facts):
                return False
        return True

    return holds


def none_of(tests: Sequence[Callable[[Facts], Truth]]) -> Callable[[Facts], Truth]:
    """Kleene's not, over any of the parts: unknown stays unknown."""
    either = any_of(tests)

    def test(facts: Facts) -> Truth:
        truth = either(facts)
        return None if truth is None else not truth

    return test
