"""A set of rules as a whole: what can never fire or decide, what contradicts, and what no example would notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from planner.documents import Document
from planner.facts import VOCABULARY
from planner.known import Facts
from planner.operators import bare, literal
from planner.problems import Path, Refused
from planner.rulelogic import Exhausted, Formula, Known, formula, values_of, without, witness
from planner.rulereader import LEAF, read_rule
from planner.rules import OUTCOME, Rule, try_examples
from planner.units import plain

SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "is": "is not", "is not": "is", "in": "not in", "not in": "in",
         "includes": "lacks", "lacks": "includes"}  # fmt: skip
UNITS = {"duration": "s", "percent": "%", "usd": "", "number": ""}
MOST_COMBINED = 20_000
MOST_MARKS = 10_000
"""More than the values of any rule: a changed rule has no places of its own."""


class Stated(NamedTuple):
    """A rule, the file that states it, and its condition as a tree."""

    rule: Rule
    document: Document
    tree: Formula


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
    return Stated(rule, document, formula(rule, document.data["when"]))


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


def _example(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return bare(value, VOCABULARY[name].kind)


def _flaw(one: Stated, check: str, level: str, says: str, known: Known | None = None, path: Path = ("id",)) -> Flaw:
    mark = one.document.where(path)
    told = None if known is None else shown(known)
    return Flaw(check, level, one.rule.id, one.document.name, mark.line, mark.column, says, told)


def _never_fires(one: Stated) -> Iterator[Flaw]:
    try:
        if witness([one.tree]) is None:
            yield _flaw(one, "never-fires", "error", "no facts make this rule fire", path=("when",))
    except Exhausted:
        yield _flaw(one, "not-decided", "note", "too many facts to say whether this rule can fire", path=("when",))


def _shadowed(one: Stated, assigning: Sequence[Stated]) -> Iterator[Flaw]:
    """Whether a heavier rule fires wherever this one does."""
    heavier = [(o.rule, o.tree) for o in assigning if _weight(o.rule) > _weight(one.rule)]

    def alone(known: Known) -> bool:
        return without(heavier, known) is not None

    try:
        if witness([one.tree]) is not None and witness([one.tree], alone) is None:
            says = "wherever this rule fires, a heavier one fires too: it never decides"
            level = "note" if one.rule.stated_params else "warning"
            says += ", with its parameters as they are" if one.rule.stated_params else ""
            yield _flaw(one, "shadowed", level, says, witness([one.tree]), ("when",))
    except Exhausted:
        yield _flaw(one, "not-decided", "note", "too many facts to say whether this rule ever decides", path=("when",))


def _weight(rule: Rule) -> tuple[bool, int]:
    return rule.strength == "required", rule.weight


def _opposed(one: Stated, other: Stated) -> Iterator[Flaw]:
    """Two rules of equal standing that can want opposite lanes at once."""
    a, b = one.rule, other.rule
    both_required = a.strength == b.strength == "required"
    if a.assign == b.assign or not (both_required or (a.strength == b.strength and a.weight == b.weight)):
        return
    try:
        known = witness([one.tree, other.tree])
    except Exhausted:
        yield _flaw(one, "not-decided", "note", f"too many facts to say whether it can fire together with {b.id}")
        return
    if known is not None and both_required:
        yield _flaw(
            one, "contradiction", "error", f"wants {a.assign} where {b.id} wants {b.assign}, both required", known
        )
    elif known is not None:
        says = f"wants {a.assign} where {b.id} wants {b.assign}, both with weight {a.weight}: it stays in real time"
        yield _flaw(one, "tie", "note", says, known)


def _gap(assigning: Sequence[Stated]) -> Iterator[Flaw]:
    """Facts for which no rule decides, so that work stays in real time."""
    if not assigning:
        return
    try:
        known = without([(one.rule, one.tree) for one in assigning], {})
    except Exhausted:
        known = None
    if known is not None:
        yield Flaw("gap", "note", "-", "rules", 1, 1, "nothing decides here, so it stays in real time", shown(known))


def _unnoticed(one: Stated) -> Iterator[Flaw]:
    """Changes of the rule that none of its examples would notice, each with an example that would."""
    if not any(one.rule.examples.values()):
        yield _flaw(one, "no-examples", "warning", "a rule without examples is not tested")
        return
    for says, path, data, overrides in _mutants(one):
        changed = Document(one.document.name, data, [0] * MOST_MARKS)
        try:
            mutant = read_rule(changed, one.rule.family, overrides)
        except Refused:
            continue
        if try_examples(mutant):
            continue
        differing = _difference(one, mutant, data)
        if differing is not None:
            known, outcome = differing
            told = f"no example notices {says}; add one that is {outcome}"
            yield _flaw(one, "unnoticed", "warning", told, known, path)


def _difference(one: Stated, mutant: Rule, data: dict[str, Any]) -> tuple[Known, str] | None:
    """Facts on which the rule and its mutant differ, and what the rule says there; None where none were found."""
    values = values_of([one.tree, formula(mutant, data["when"])])
    names = list(values)
    tried = 0
    stack: list[tuple[int, Known]] = [(0, {})]
    while stack and tried < MOST_COMBINED:
        at, known = stack.pop()
        if at < len(names):
            stack += [(at + 1, known | ({} if v is None else {names[at]: v})) for v in reversed(values[names[at]])]
            continue
        tried += 1
        facts = Facts(known=known)
        outcome = one.rule.condition.test(facts)
        if outcome is not mutant.condition.test(facts):
            return known, OUTCOME[outcome]
    return None


def _mutants(one: Stated) -> Iterator[tuple[str, Path, dict[str, Any], dict[str, Any]]]:
    """The rule changed in one place: what was changed, where, the data, and parameters in place of its own."""
    data = one.document.data
    for name, (value, kind) in one.rule.values.items():
        if name in one.rule.stated_params and kind in UNITS:
            for step in (1, -1):
                yield (
                    f"{name} one {'more' if step > 0 else 'less'}",
                    ("params", name),
                    data,
                    {name: _literal(value + step, kind)},
                )
    for path, part in _parts(data["when"], ("when",)):
        parent, last = path[:-1], path[-1]
        siblings = _at(data, parent)
        if isinstance(part, str):
            for says, text in _leaf_mutants(part):
                yield says, path, _with(data, path, text), {}
        else:
            (word, inner), *_ = part.items()
            swapped = {"any": "all", "all": "any"}.get(word)
            if swapped and len(inner) > 1:
                yield f"{swapped} in place of {word}", path, _with(data, path, {swapped: inner}), {}
        if isinstance(last, int) and len(siblings) > 1:
            rest = [sibling for index, sibling in enumerate(siblings) if index != last]
            yield "this condition left out", path, _with(data, parent, rest), {}


def _leaf_mutants(text: str) -> Iterator[tuple[str, str]]:
    found = LEAF.fullmatch(text.strip())
    if found is None:
        return
    name, verb, operand = found.groups()
    if operand == "known":
        yield "unknown in place of known", f"{name} {verb} unknown"
        return
    if operand == "unknown":
        yield "known in place of unknown", f"{name} {verb} known"
        return
    yield f"{SWAPS[verb]} in place of {verb}", f"{name} {SWAPS[verb]} {operand}"
    kind = VOCABULARY[name].kind
    if kind in UNITS and operand[0].isdigit():
        value = literal(operand, kind)
        for step in (1, -1):
            says = f"{name} {verb} {operand} with one {'more' if step > 0 else 'less'}"
            yield says, f"{name} {verb} {_literal(value + step, kind)}"


def _literal(value: Any, kind: str) -> str:
    return f"{plain(value)}{UNITS[kind]}"


def _parts(parts: Sequence[Any], path: Path) -> Iterator[tuple[Path, Any]]:
    for index, part in enumerate(parts):
        yield (*path, index), part
        if isinstance(part, dict):
            for word, inner in part.items():
                yield from _parts(inner, (*path, index, word))


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _with(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    _at(changed, path[:-1])[path[-1]] = value
    return changed
