"""From a rule's file to a rule: its conditions compiled, and every name and literal in it checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from planner.documents import Document
from planner.facts import VOCABULARY
from planner.known import Facts
from planner.operators import OPERATORS, Unfit, Value, literal
from planner.problems import Path, Problem, quoted, suggestion
from planner.rules import SLOT, Condition, Offer, Rule, Truth, all_hold, all_of, any_of, none_of

LEAF = re.compile(r"([a-z][a-z0-9_]*)\s+(<=|>=|<|>|is not|is|not in|in|includes|lacks)\s+(\S.*?)\s*")


def read_rule(document: Document, family: str, overrides: Mapping[str, Any] | None = None) -> Rule:
    """The rule in a document that fits the rule schema, its parameters replaced by the overrides.

    Raises Refused where a comparison, a name or an example makes no sense. Examples keep the rule's own parameters.
    """
    data = document.data
    reader = _Reader(data, dict(overrides or {}))
    condition = reader.all(data["when"], ("when",))
    reader.slots(data["message"], ("message",))
    offer = reader.offer(data["fix"]) if "fix" in data else None
    stake = data.get("stake")
    if stake is not None and (stake not in VOCABULARY or VOCABULARY[stake].kind != "usd"):
        amounts = [name for name, fact in VOCABULARY.items() if fact.kind == "usd"]
        reader.problems.append(
            Problem(("stake",), f"{quoted(stake)} is no amount of money{suggestion(stake, amounts)}")
        )
    for name in reader.params:
        if name not in reader.values:
            reader.problems.append(
                Problem(("params", name), f"parameter {quoted(name)} is not used: remove it", at_key=True)
            )
    if data["kind"] == "lint" and "assign" in data:
        reader.problems.append(Problem(("assign",), "a lint rule assigns nothing: remove it", at_key=True))
    examples = {outcome: reader.examples(outcome) for outcome in ("fires", "silent", "undecided")}
    if reader.problems:
        raise document.refuse(reader.problems)
    return Rule(
        id=data["id"],
        kind=data["kind"],
        family=family,
        summary=data["summary"].strip(),
        why=data["why"].strip(),
        remedy=data["remedy"].strip(),
        source=data["source"],
        message=data["message"].strip(),
        condition=condition,
        stated_params=data.get("params", {}),
        values=reader.values,
        examples=examples,
        when=tuple(reader.lines),
        assign=data.get("assign"),
        strength=data.get("strength", "preferred"),
        weight=data.get("weight", 0),
        level=data.get("level", "note"),
        marks=data.get("marks"),
        stake=data.get("stake"),
        fix=offer,
        file=document.name,
    )


class _Reader:
    """Compiles one rule and gathers what is wrong with it."""

    def __init__(self, data: dict[str, Any], overrides: dict[str, Any]) -> None:
        self.params: dict[str, Any] = {**data.get("params", {}), **overrides}
        self.decided = data["kind"] == "lint"
        self.values: dict[str, tuple[Value, str]] = {}
        self.problems: list[Problem] = []
        self.lines: list[str] = []
        self._examples = data.get("examples", {})

    def all(self, parts: Sequence[Any], path: Path, depth: int = 0) -> Condition:
        compiled = [self._part(part, (*path, index), depth) for index, part in enumerate(parts)]
        return joined("all", compiled)

    def slots(self, text: str, path: Path) -> None:
        """Takes note of slots that nothing fills."""
        for name in SLOT.findall(text):
            if name not in self.params and name not in VOCABULARY:
                self._wrong(path, f"no fact or parameter {quoted(name)}{suggestion(name, VOCABULARY)}")

    def offer(self, stated: dict[str, Any]) -> Offer:
        """The fix; what it sets and its bounds have to be names that there are."""
        does = next(word for word in ("set", "remove", "run") if word in stated)
        fields = {fact.field for fact in VOCABULARY.values()}
        if does != "run" and not any(f"{field}.".startswith(f"{stated[does]}.") for field in fields):
            self._wrong(
                ("fix", does), f"no rule can see the field {quoted(stated[does])}{suggestion(stated[does], fields)}"
            )
        for key in ("run", "to", "says"):
            if isinstance(stated.get(key), str):
                self.slots(stated[key], ("fix", key))
        for key in ("at_least", "at_most"):
            if key in stated and stated[key] not in VOCABULARY:
                self._wrong(("fix", key), f"no fact {quoted(stated[key])}{suggestion(stated[key], VOCABULARY)}")
        rest = {key: stated.get(key) for key in ("to", "at_least", "at_most", "instead")}
        return Offer(does, stated[does], stated["says"], stated.get("safe", False), **rest)

    def _part(self, part: Any, path: Path, depth: int) -> Condition:
        if isinstance(part, str):
            self.lines.append("  " * depth + part)
            return self._leaf(part, path)
        (word, parts), *_ = part.items()
        self.lines.append("  " * depth + f"{word}:")
        compiled = [self._part(inner, (*path, word, index), depth + 1) for index, inner in enumerate(parts)]
        return joined(word, compiled)

    def _leaf(self, text: str, path: Path) -> Condition:
        found = LEAF.fullmatch(text.strip())
        if not found:
            return self._wrong(
                path,
                f"{quoted(text)} is not a comparison: write it as `fact operator operand`, such as `latency_max_seconds < 60s`",
            )
        name, verb, operand = found.groups()
        fact = VOCABULARY.get(name)
        if fact is None:
            return self._wrong(path, f"no fact {quoted(name)}{suggestion(name, VOCABULARY)}")
        if fact.decided and not self.decided:
            return self._wrong(
                path, f"{quoted(name)} is known only after the decision: a rule that assigns cannot read it"
            )
        if verb in ("is", "is not") and operand in ("known", "unknown"):
            wanted = (operand == "known") is (verb == "is")
            return asked_for(name, wanted)
        operator = OPERATORS[verb]
        if fact.kind not in operator.kinds:
            return self._wrong(path, f"{quoted(verb)} cannot stand behind {name}, which is a {fact.kind}")
        return self._comparison(name, verb, operand, path)

    def _comparison(self, name: str, verb: str, operand: str, path: Path) -> Condition:
        kind = VOCABULARY[name].kind
        other = VOCABULARY.get(operand)
        if other is not None and operand not in self.params:
            if other.kind != kind:
                return self._wrong(path, f"{name} is a {kind}, {operand} a {other.kind}: they cannot be compared")
            if other.decided and not self.decided:
                return self._wrong(
                    path, f"{quoted(operand)} is known only after the decision: a rule that assigns cannot read it"
                )
            return beside(name, verb, operand)
        takes = OPERATORS[verb].takes
        wanted = kind if takes == "same" else takes
        try:
            value = literal(self.params.get(operand, operand), wanted)
        except Unfit as unfit:
            self.values.setdefault(operand, (0, "number"))
            known = [] if operand in self.params else [*self.params, *VOCABULARY]
            return self._wrong(
                path,
                f"{quoted(self.params.get(operand, operand))} does not fit {name}: {unfit}{suggestion(operand, known)}",
            )
        strange = self._strange(name, value)
        if strange is not None:
            return self._wrong(path, f"{name} is never {quoted(strange)}{suggestion(strange, VOCABULARY[name].words)}")
        if operand in self.params:
            self.values[operand] = (value, "words" if wanted == "list" else wanted)
        return compared_with(name, verb, value)

    @staticmethod
    def _strange(name: str, value: Value) -> str | None:
        """A word that the fact can never be."""
        words = VOCABULARY[name].words
        stated = value if isinstance(value, tuple) else (value,)
        return next((word for word in stated if words and word not in words), None)

    def examples(self, outcome: str) -> list[dict[str, Value]]:
        read = []
        for index, example in enumerate(self._examples.get(outcome, ())):
            facts = {}
            for name, stated in example.items():
                path = ("examples", outcome, index, name)
                if name not in VOCABULARY:
                    self._wrong(path, f"no fact {quoted(name)}{suggestion(name, VOCABULARY)}")
                    continue
                try:
                    value = facts[name] = literal(stated, VOCABULARY[name].kind)
                    if (strange := self._strange(name, value)) is not None:
                        raise Unfit(f"it is never {quoted(strange)}{suggestion(strange, VOCABULARY[name].words)}")
                except Unfit as unfit:
                    self._wrong(path, f"{quoted(stated)} does not fit {name}: {unfit}")
            read.append(facts)
        return read

    def _wrong(self, path: Path, says: str) -> Condition:
        self.problems.append(Problem(path, says))
        return _compared(lambda facts: None)


def _compared(test: Callable[[Facts], Truth], *reads: str) -> Condition:
    return Condition(test, test, reads, (test,))


def asked_for(name: str, wanted: bool) -> Condition:
    """The condition that a fact is known, or is not."""
    known = _compared(is_known(name, wanted), name)
    return known._replace(key=name) if wanted else known


def compared_with(name: str, verb: str, value: Value) -> Condition:
    """The condition that compares a fact with a value."""
    among = {"is": (value,), "in": value}.get(verb) if VOCABULARY[name].kind in ("flag", "word") else None
    return _compared(against(OPERATORS[verb].holds, name, value), name)._replace(key=name, among=among)


def beside(name: str, verb: str, operand: str) -> Condition:
    """The condition that compares a fact with another."""
    return _compared(between(OPERATORS[verb].holds, name, operand), name, operand)._replace(key=name)


def is_known(name: str, wanted: bool) -> Callable[[Facts], Truth]:
    """Whether a fact is known, or is not."""
    return lambda facts: (facts[name] is not None) is wanted


def against(holds: Callable[[Value, Value], bool], name: str, value: Value) -> Callable[[Facts], Truth]:
    """Compares a fact with a value."""

    def test(facts: Facts) -> Truth:
        seen = facts[name]
        return None if seen is None else holds(seen, value)

    return test


def between(holds: Callable[[Value, Value], bool], name: str, operand: str) -> Callable[[Facts], Truth]:
    """Compares two facts."""

    def test(facts: Facts) -> Truth:
        seen, other = facts[name], facts[operand]
        return None if seen is None or other is None else holds(seen, other)

    return test


JOINING = {"any": any_of, "all": all_of, "not": none_of}


def joined(word: str, parts: Sequence[Condition]) -> Condition:
    """The condition that holds where all, any or (with not) none of the parts do."""
    reads = dict.fromkeys(name for part in parts for name in part.reads)
    leaves = tuple(leaf for part in parts for leaf in part.leaves)
    test = JOINING[word]([part.test for part in parts])
    whole = Condition(test, test, tuple(reads), leaves)
    if word != "all":
        return whole
    whole = whole._replace(holds=all_hold([part.holds for part in parts]))
    keyed = sorted((part for part in parts if part.key), key=lambda part: part.among is None)
    return whole._replace(key=keyed[0].key, among=keyed[0].among) if keyed else whole
