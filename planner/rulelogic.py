"""The logic of rules' conditions: which facts make them fire, found by trying the values that can matter.

A condition compares facts with thresholds and with each other, so it can change only at these: a number is tried below,
at, between and above the thresholds of the rules in question, a word at those that they name and at another, each also
unknown. What is found is a set of facts, not a promise that some manifest leads there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, NamedTuple

from planner.facts import VOCABULARY
from planner.known import Facts
from planner.operators import NUMERIC, OPERATORS, Unfit, literal
from planner.rulereader import LEAF
from planner.rules import Rule, Truth
from planner.units import simple

SIGNED = ("saving", "change", "days_until", "pin_extra")
"""Parts of the names of numbers that can be below 0."""
MOST_TRIED = 20_000
"""Sets of facts that are tried before a search gives up and says so."""

Known = dict[str, Any]


class Leaf(NamedTuple):
    """One comparison of a rule: its test, the facts that it reads, and the constants that it compares them with."""

    test: Callable[[Facts], Truth]
    reads: tuple[str, ...]
    constants: tuple[Any, ...]


class Formula(NamedTuple):
    """A rule's condition as a tree (all, any, none or leaf) over its leaves."""

    kind: str
    parts: tuple[Formula, ...] = ()
    leaf: Leaf | None = None


class Exhausted(Exception):
    """A search was given up: there may be such facts or not."""


def formula(rule: Rule, when: Sequence[Any]) -> Formula:
    """The tree of a rule whose file states that condition."""
    leaves = iter(rule.condition.leaves)
    return Formula("all", tuple(_part(rule, part, leaves) for part in when))


def _part(rule: Rule, part: Any, leaves: Iterator[Callable[[Facts], Truth]]) -> Formula:
    if isinstance(part, str):
        return Formula("leaf", (), _leaf(rule, part, next(leaves)))
    (word, parts), *_ = part.items()
    return Formula({"not": "none"}.get(word, word), tuple(_part(rule, inner, leaves) for inner in parts))


def _leaf(rule: Rule, text: str, test: Callable[[Facts], Truth]) -> Leaf:
    found = LEAF.fullmatch(text.strip())
    assert found is not None
    name, verb, operand = found.groups()
    if operand in ("known", "unknown"):
        return Leaf(test, (name,), ())
    if operand in rule.values:
        value = rule.values[operand][0]
        return Leaf(test, (name,), value if isinstance(value, tuple) else (value,))
    if operand in VOCABULARY:
        return Leaf(test, (name, operand), ())
    takes = OPERATORS[verb].takes
    try:
        value = literal(operand, VOCABULARY[name].kind if takes == "same" else takes)
    except Unfit:
        return Leaf(test, (name,), ())
    return Leaf(test, (name,), value if isinstance(value, tuple) else (value,))


def leaves_of(tree: Formula) -> Iterator[Leaf]:
    """Every comparison of the tree."""
    if tree.leaf is not None:
        yield tree.leaf
    for part in tree.parts:
        yield from leaves_of(part)


def values_of(trees: Iterable[Formula]) -> dict[str, list[Any]]:
    """The values of each fact at which some of the conditions can change, unknown last."""
    constants: dict[str, set[Any]] = {}
    for tree in trees:
        for leaf in leaves_of(tree):
            for name in leaf.reads:
                constants.setdefault(name, set()).update(leaf.constants)
            if len(leaf.reads) == 2:
                both = constants[leaf.reads[0]] | constants[leaf.reads[1]]
                constants[leaf.reads[0]] = constants[leaf.reads[1]] = both
    return {name: [*_values(name, found), None] for name, found in constants.items()}


def _values(name: str, constants: set[Any]) -> list[Any]:
    fact = VOCABULARY[name]
    if fact.kind == "flag":
        return [True, False]
    if fact.kind == "word":
        words = sorted(constants | set(fact.words), key=str)
        return words if fact.words else [*words, "another", "one-more"]
    if fact.kind == "words":
        return [tuple(sorted(constants, key=str)), ("another",), *((one,) for one in sorted(constants, key=str))]
    assert fact.kind in NUMERIC
    points = sorted(constants) or [1]
    between = [simple(Fraction(low + high, 2)) for low, high in pairwise(points)]
    signed = any(part in name for part in SIGNED)
    around = [points[0] - 1, simple(Fraction(points[0]) / 2), points[-1] + 1, points[-1] * 2 + 2, 0]
    return [value for value in dict.fromkeys([*points, *between, *around]) if signed or value >= 0]


def _ways(tree: Formula, wanted: bool) -> list[tuple[tuple[Leaf, bool], ...]]:
    """The sets of comparisons, each with its truth, of which one must hold for the tree to be as wanted."""
    if tree.leaf is not None:
        return [((tree.leaf, wanted),)]
    inner = wanted if tree.kind != "none" else not wanted
    every = (tree.kind == "all") is wanted if tree.kind != "none" else wanted
    parts = [_ways(part, inner) for part in tree.parts]
    if not every:
        return [way for ways in parts for way in ways]
    return [tuple(one for way in ways for one in way) for ways in product(*parts)]


def witness(trees: Sequence[Formula], accept: Callable[[Known], bool] = lambda known: True) -> Known | None:
    """Facts for which all the conditions hold and that are accepted; None where there are none. Raises Exhausted."""
    values = values_of(trees)
    tried = [0]
    for ways in product(*(_ways(tree, True) for tree in trees)):
        bounds = [one for way in ways for one in way]
        found = _solve(bounds, values, accept, tried)
        if found is not None:
            return found
    return None


def _solve(
    bounds: Sequence[tuple[Leaf, bool]],
    values: Mapping[str, list[Any]],
    accept: Callable[[Known], bool],
    tried: list[int],
) -> Known | None:
    names = list(dict.fromkeys(name for leaf, _ in bounds for name in leaf.reads))
    due = {name: [b for b in bounds if max(map(names.index, b[0].reads)) == at] for at, name in enumerate(names)}

    def go(at: int, known: Known) -> Known | None:
        if at == len(names):
            said = {name: value for name, value in known.items() if value is not None}
            return said if accept(said) else None
        for value in values[names[at]]:
            tried[0] += 1
            if tried[0] > MOST_TRIED:
                raise Exhausted
            now = {**known, names[at]: value}
            facts = Facts(known=now)
            if all(leaf.test(facts) is wanted for leaf, wanted in due[names[at]]):
                found = go(at + 1, now)
                if found is not None:
                    return found
        return None

    return go(0, {})


def without(rules: Sequence[tuple[Rule, Formula]], known: Known) -> Known | None:
    """The facts, with more of them known, so that none of the rules fires; None where there is no way. Raises Exhausted."""
    values = values_of(tree for _, tree in rules)
    tried = [0]

    def go(known: Known) -> Known | None:
        tried[0] += 1
        if tried[0] > MOST_TRIED // 10:
            raise Exhausted
        facts = Facts(known=known)
        firing = next((rule for rule, _ in rules if rule.condition.test(facts)), None)
        if firing is None:
            return known
        for name in firing.condition.reads:
            for value in values[name] if name not in known else ():
                if value is None:
                    continue
                now = {**known, name: value}
                if firing.condition.test(Facts(known=now)) is not True:
                    found = go(now)
                    if found is not None:
                        return found
        return None

    return go(known)
