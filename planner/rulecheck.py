"""A set of rules as a whole: what can never fire or decide, what contradicts, and what no example would notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

from planner.documents import Document
from planner.facts import VOCABULARY
from planner.known import Facts
from planner.operators import NUMERIC, Value, bare
from planner.problems import Path
from planner.rulelogic import (
    FALSE,
    TRUE,
    UNDECIDED,
    Exhausted,
    Formula,
    Known,
    Leaf,
    Wanted,
    compiled,
    formula,
    leaf,
    witness,
)
from planner.rulereader import read_rule
from planner.rules import OUTCOME, Rule, judge, try_examples
from planner.units import plain, simple

SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "is": "is not", "is not": "is", "in": "not in", "not in": "in",
         "includes": "lacks", "lacks": "includes"}  # fmt: skip
WORDS = {"any": "any", "all": "all", "none": "not"}
INSTEAD = {"any": "all", "all": "any", "none": "any"}
NOT_TRUE = FALSE | UNDECIDED


class Stated(NamedTuple):
    """A rule, the file that states it, and its condition as a tree.

    `own` is the rule with the parameters that its file states, for which its examples are written.
    """

    rule: Rule
    document: Document
    tree: Formula
    own: Rule


class Flaw(NamedTuple):
    """What is wrong with a set of rules. `check` names the kind; `witness` are facts that show it."""

    check: str
    level: str
    rule: str
    file: str
    line: int
    column: int
    says: str
    witness: str | None


def stated(rule: Rule, document: Document) -> Stated:
    """The rule with its file."""
    tree = formula(document.data["when"], rule.values)
    return Stated(rule, document, tree, read_rule(document, rule.family))


def flaws(rules: Sequence[Stated]) -> list[Flaw]:
    """What is wrong with the rules, in their order: each alone, then with each other, then what nobody decides."""
    assigning = [one for one in rules if one.rule.assign]
    found = [flaw for one in rules for flaw in (*_never_fires(one), *_unnoticed(one))]
    found += [flaw for one in assigning for flaw in _shadowed(one, assigning)]
    found += [flaw for pair in combinations(assigning, 2) for flaw in _opposed(*pair)]
    return found + list(_gap(assigning))


def shown(known: Known) -> str:
    """Facts as an example of a rule states them."""
    inner = (f"{name}: {_example(name, value)}" for name, value in known.items())
    return "{" + ", ".join(inner) + "}"


def _example(name: str, value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return bare(value, VOCABULARY[name].kind)


def _flaw(one: Stated, check: str, level: str, says: str, known: Known | None = None, path: Path = ("id",)) -> Flaw:
    mark = one.document.where(path)
    told = None if known is None else shown(known)
    return Flaw(check, level, one.rule.id, one.document.name, mark.line, mark.column, says, told)


def _unsaid(one: Stated, what: str, path: Path = ("when",)) -> Flaw:
    return _flaw(one, "not-decided", "note", f"too many cases to say {what}", path=path)


def _never_fires(one: Stated) -> Iterator[Flaw]:
    try:
        if witness([(one.tree, TRUE)]) is None:
            yield _flaw(one, "never-fires", "error", "no facts make this rule fire", path=("when",))
    except Exhausted:
        yield _unsaid(one, "whether this rule can fire")


def _outranks(other: Rule, one: Rule) -> bool:
    """Whether the one rule cannot decide where the other fires."""
    if (other.strength == "required") is not (one.strength == "required"):
        return other.strength == "required"
    opposite = other.assign != one.assign
    if opposite and one.strength == "required":
        return one.assign == "batch"
    return other.weight > one.weight or (opposite and other.weight == one.weight and one.assign == "batch")


def _shadowed(one: Stated, assigning: Sequence[Stated]) -> Iterator[Flaw]:
    """Whether a rule that outranks this one fires wherever it does."""
    above = [other for other in assigning if _outranks(other.rule, one.rule)]
    try:
        known = witness([(one.tree, TRUE)])
        if known is None or _alone(one.tree, above):
            return
        always = [other.rule.id for other in above if witness([(one.tree, TRUE), (other.tree, NOT_TRUE)]) is None]
        over = f"{always[0]}, which outranks it," if always else "one of the rules that outrank it"
        says = f"wherever this rule fires, {over} fires too: it never decides"
        decides = any(_alone(tree, above) for tree in _other_params(one))
        says += ", with its parameters as they are" if decides else ""
        yield _flaw(one, "shadowed", "note" if decides else "warning", says, known, ("when",))
    except Exhausted:
        yield _unsaid(one, "whether this rule ever decides")


def _alone(tree: Formula, above: Sequence[Stated]) -> bool:
    return witness([(tree, TRUE), *((other.tree, NOT_TRUE) for other in above)]) is not None


def _other_params(one: Stated) -> Iterator[Formula]:
    """The condition with one of its numbers changed as a team might."""
    for name, (value, kind) in one.rule.values.items():
        if name in one.rule.stated_params and kind in NUMERIC:
            for other in (value + 1, value * 2, simple(Fraction(value) / 2), value - 1):
                yield _with_param(one.tree, name, other)


def _opposed(one: Stated, other: Stated) -> Iterator[Flaw]:
    """Two rules of equal standing that can want opposite lanes at once."""
    a, b = one.rule, other.rule
    both_required = a.strength == b.strength == "required"
    if a.assign == b.assign or not (both_required or (a.strength == b.strength and a.weight == b.weight)):
        return
    says = f"wants {a.assign} where {b.id} wants {b.assign}, both "
    try:
        known = witness([(one.tree, TRUE), (other.tree, TRUE)])
    except Exhausted:
        yield _unsaid(one, f"whether it can fire together with {b.id}")
        return
    if known is not None and both_required:
        yield _flaw(one, "contradiction", "error", f"{says}required", known)
    elif known is not None:
        yield _flaw(one, "tie", "warning", f"{says}with weight {a.weight}: it stays in real time", known)


def _gap(assigning: Sequence[Stated]) -> Iterator[Flaw]:
    """Facts for which no rule decides, so that work stays in real time."""
    if not assigning:
        return
    check, says = "gap", "nothing decides here, so it stays in real time"
    try:
        known = witness([(one.tree, NOT_TRUE) for one in assigning])
    except Exhausted:
        known, check, says = {}, "not-decided", "too many cases to say whether something always decides"
    if known is not None:
        yield Flaw(check, "note", "-", "rules", 1, 1, says, shown(known) if check == "gap" else None)


def _unnoticed(one: Stated) -> Iterator[Flaw]:
    """Examples that do not hold, or else changes of the rule that no example would notice, each with one that would."""
    wrong = try_examples(one.own)
    for each in wrong:
        yield _flaw(one, "wrong-example", "error", each.says, path=("examples", each.expected, each.at))
    if not any(one.own.examples.values()):
        yield _flaw(one, "no-examples", "warning", "a rule without examples is not tested")
    elif not wrong:
        yield from _changes(one, formula(one.document.data["when"], one.own.values))


def _changes(one: Stated, tree: Formula) -> Iterator[Flaw]:
    for says, path, changed in (*_param_mutants(one.own, tree), *_mutants(tree)):
        test = compiled(changed)
        tried = ((outcome, Facts(known=known)) for outcome, all_ in one.own.examples.items() for known in all_)
        if any(OUTCOME[test(facts)] != outcome for outcome, facts in tried):
            continue
        try:
            known = _difference(tree, changed)
        except Exhausted:
            yield _unsaid(one, f"whether an example notices {says}, or a later change", path)
            return
        if known is not None:
            outcome = judge(one.own, known).outcome
            told = f"no example notices {says}; add one that {'fires' if outcome == 'fires' else f'is {outcome}'}"
            yield _flaw(one, "unnoticed", "warning", told, known, path)


def _difference(tree: Formula, changed: Formula) -> Known | None:
    """Facts for which the two come out differently; None where there are none."""
    for outcome in (TRUE, FALSE, UNDECIDED):
        wanted: list[Wanted] = [(tree, outcome), (changed, (TRUE | FALSE | UNDECIDED) & ~outcome)]
        known = witness(wanted)
        if known is not None:
            return known
    return None


Mutant = tuple[str, Path, Formula]
"""What was changed in a condition, where, and the condition so changed."""


def _param_mutants(rule: Rule, tree: Formula) -> Iterator[Mutant]:
    for name, (value, kind) in rule.values.items():
        if name in rule.stated_params and kind in NUMERIC:
            for says, other in _steps(value):
                yield f"{name} {says}", ("params", name), _with_param(tree, name, other)


def _steps(value: Value) -> Iterator[tuple[str, Value]]:
    """A threshold a little higher and lower: by one where it is whole, else by a hundredth of it."""
    step, said = (1, "one") if Fraction(value).denominator == 1 else (abs(Fraction(value)) / 100, "1 %")
    yield f"{said} more", simple(value + step)
    yield f"{said} less", simple(value - step)


def _with_param(tree: Formula, name: str, value: Value) -> Formula:
    if tree.leaf is not None:
        each = tree.leaf
        return tree if each.param != name else tree._replace(leaf=leaf(each.name, each.verb, value, "constant", name))
    return tree._replace(parts=tuple(_with_param(part, name, value) for part in tree.parts))


def _mutants(tree: Formula) -> Iterator[Mutant]:
    """The condition changed in one place, in every way."""
    if tree.leaf is not None:
        for says, other in _leaf_mutants(tree.leaf):
            yield says, tree.path, tree._replace(leaf=other)
        return
    if len(tree.parts) > 1 or tree.kind == "none":
        kind = INSTEAD[tree.kind]
        yield f"{WORDS[kind]} in place of {WORDS[tree.kind]}", tree.path, tree._replace(kind=kind)
    for at, part in enumerate(tree.parts):
        before, after = tree.parts[:at], tree.parts[at + 1 :]
        if before or after:
            yield "this condition left out", part.path, tree._replace(parts=before + after)
        for says, path, changed in _mutants(part):
            yield says, path, tree._replace(parts=(*before, changed, *after))


def _leaf_mutants(each: Leaf) -> Iterator[tuple[str, Leaf]]:
    if each.takes == "word":
        other = "unknown" if each.operand == "known" else "known"
        yield f"{other} in place of {each.operand}", leaf(each.name, each.verb, other, "word")
        return
    swapped = SWAPS[each.verb]
    yield f"{swapped} in place of {each.verb}", leaf(each.name, swapped, each.operand, each.takes, each.param)
    if each.takes == "constant" and each.param is None and VOCABULARY[each.name].kind in NUMERIC:
        for says, value in _steps(each.operand):
            told = f"{each.name} {each.verb} {plain(each.operand)} with {says}"
            yield told, leaf(each.name, each.verb, value, "constant")


def as_data(flaw: Flaw) -> Mapping[str, Any]:
    """The flaw for machines; what speaks of the whole set has no rule and no place."""
    data = flaw._asdict()
    return data if flaw.rule != "-" else {**data, "rule": None, "file": None, "line": None, "column": None}
