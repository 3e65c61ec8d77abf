"""The logic of rules' conditions: facts for which they are true, false or undecided, found by an exact search.

A condition compares facts with constants and with each other, so it changes only at these. Each fact is tried at every
constant that its comparisons name and in each region around and between them, as often as facts are compared with each
other; a word at those that are named and at others; everything also unknown. What is found is a set of facts, not a
promise that some manifest leads there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import chain, combinations, pairwise, product
from math import floor
from typing import Any, NamedTuple

from planner.facts import VOCABULARY
from planner.known import Facts
from planner.operators import NUMERIC, OPERATORS, Value, literal
from planner.problems import Path
from planner.rulereader import LEAF, against, between, is_known
from planner.rules import Truth, all_of, any_of, none_of
from planner.units import Exact, simple

TRUE, FALSE, UNDECIDED = 1, 2, 4
BIT = {True: TRUE, False: FALSE, None: UNDECIDED}
SIGNED = ("saving", "change", "days_until", "pin_extra", "surcharge", "break_even", "age_days")
"""Parts of the names of numbers that can be below 0."""
MOST_TRIED = 5_000
"""Values that are tried before a search gives up and says so."""
MOST_MEMBERS = 8
"""Members of one list that are told apart."""
IMPLIED: tuple[Any, ...] = (
    "cached_input_tokens <= input_tokens",
    "visible_output_tokens <= visible_output_reach",
    "requests_per_day <= requests_per_week",
    "batch_expiry_min_seconds <= batch_expiry_max_seconds",
    "batch_saving_usd <= real_time_usd",
    "flex_saving_usd <= real_time_usd",
    "batch_saving_percent <= 100%",
    {"any": ["batch_saving_usd < 0", "batch_saving_percent >= 0"]},
    {"any": ["batch_saving_usd >= 0", "batch_saving_percent <= 0"]},
    {"any": ["model_known is true", "model_reasons is unknown"]},
)
"""What holds of every workload as far as it is known. All other facts count as independent of each other."""

Known = dict[str, Any]
Wanted = tuple["Formula", int]
"""A condition, and the outcomes that are allowed for it: a sum of TRUE, FALSE and UNDECIDED."""


class Leaf(NamedTuple):
    """One comparison. `operand` is a constant, or the name of another fact, or known or unknown (`takes`)."""

    name: str
    verb: str
    operand: Value
    takes: str
    param: str | None
    test: Callable[[Facts], Truth]

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that it looks at."""
        return (self.name, self.operand) if self.takes == "fact" else (self.name,)

    @property
    def constants(self) -> tuple[Value, ...]:
        """The values that it compares them with."""
        if self.takes != "constant":
            return ()
        return self.operand if isinstance(self.operand, tuple) else (self.operand,)


class Formula(NamedTuple):
    """A condition as a tree (all, any, none or leaf) over its comparisons, and where each part stands in its file."""

    kind: str
    path: Path
    parts: tuple[Formula, ...] = ()
    leaf: Leaf | None = None


class Exhausted(Exception):
    """A search was given up: there may be such facts or not."""


def formula(when: Sequence[Any], values: Mapping[str, tuple[Value, str]], path: Path = ("when",)) -> Formula:
    """The tree of a condition as a file states it, with the values of its parameters."""
    return Formula("all", path, tuple(_part(part, values, (*path, at)) for at, part in enumerate(when)))


def _part(part: Any, values: Mapping[str, tuple[Value, str]], path: Path) -> Formula:
    if not isinstance(part, str):
        (word, parts), *_ = part.items()
        inner = tuple(_part(each, values, (*path, word, at)) for at, each in enumerate(parts))
        return Formula({"not": "none"}.get(word, word), path, inner)
    found = LEAF.fullmatch(part.strip())
    assert found is not None
    name, verb, operand = found.groups()
    if verb in ("is", "is not") and operand in ("known", "unknown"):
        return Formula("leaf", path, (), leaf(name, verb, operand, "word"))
    if operand in values:
        return Formula("leaf", path, (), leaf(name, verb, values[operand][0], "constant", operand))
    if operand in VOCABULARY:
        return Formula("leaf", path, (), leaf(name, verb, operand, "fact"))
    takes = OPERATORS[verb].takes
    value = literal(operand, VOCABULARY[name].kind if takes == "same" else takes)
    return Formula("leaf", path, (), leaf(name, verb, value, "constant"))


def leaf(name: str, verb: str, operand: Value, takes: str, param: str | None = None) -> Leaf:
    """A comparison with its test."""
    if takes == "word":
        return Leaf(name, verb, operand, takes, param, is_known(name, (operand == "known") is (verb == "is")))
    holds = OPERATORS[verb].holds
    return Leaf(name, verb, operand, takes, param, (between if takes == "fact" else against)(holds, name, operand))


def compiled(tree: Formula) -> Callable[[Facts], Truth]:
    """The tree's test, as its rule has it."""
    if tree.leaf is not None:
        return tree.leaf.test
    return {"all": all_of, "any": any_of, "none": none_of}[tree.kind]([compiled(part) for part in tree.parts])


def leaves_of(tree: Formula) -> Iterator[Leaf]:
    """Every comparison of the tree."""
    if tree.leaf is not None:
        yield tree.leaf
    for part in tree.parts:
        yield from leaves_of(part)


def reads_of(tree: Formula) -> set[str]:
    """The facts that the tree looks at."""
    return {name for each in leaves_of(tree) for name in each.reads}


@cache
def _implied() -> tuple[Formula, ...]:
    return tuple(formula([part], {}) for part in IMPLIED)


def possible(known: Mapping[str, Value]) -> bool:
    """Whether the facts agree with what holds of every workload."""
    return all(compiled(tree)(Facts(known=known)) is not False for tree in _implied())


def regions(trees: Sequence[Formula]) -> dict[str, list[Value]]:
    """The values of each fact between which some of the trees can differ, unknown last."""
    constants: dict[str, set[Value]] = {}
    groups: dict[str, set[str]] = {}
    for each in chain.from_iterable(map(leaves_of, trees)):
        for name in each.reads:
            constants.setdefault(name, set()).update(each.constants)
        compared = set(each.reads).union(*(groups.get(name, ()) for name in each.reads))
        groups.update(dict.fromkeys(compared, compared))
    return {
        name: [*_values(name, group, set().union(*(constants[member] for member in group))), None]
        for name, group in groups.items()
    }


def _values(name: str, group: set[str], constants: set[Value]) -> list[Value]:
    fact, many = VOCABULARY[name], len(group)
    if fact.kind == "flag":
        return [True, False]
    if fact.kind == "words":
        return _lists(fact.words, sorted(constants))
    if fact.kind == "word":
        if fact.words and many == 1:
            return [*sorted(constants), *[word for word in fact.words if word not in constants][:1]]
        named = constants.union(*(VOCABULARY[member].words for member in group))
        others = ["another", *(f"another-{at}" for at in range(2, many + 1))]
        return list(fact.words) or [*sorted(named), *others]
    assert fact.kind in NUMERIC
    points = sorted({*constants, 0})
    above = [points[-1] + at for at in range(1, many + 1)]
    inside = [value for low, high in pairwise(points) for value in _inside(low, high, many)]
    below = [points[0] - at for at in range(1, many + 1)]
    ordered = [*(point for point in points if point), *above, *inside, 0, *below]
    return [value for value in ordered if value >= 0 or any(part in name for part in SIGNED)]


def _inside(low: Exact, high: Exact, many: int) -> list[Exact]:
    """As many values between the two, whole ones where there is room; all of them end in decimals."""
    parts = 1 << many.bit_length()
    found = [low + Fraction(high - low) * at / parts for at in range(1, many + 1)]
    return [floor(value) if high - low >= parts else simple(value) for value in found]


def _lists(words: tuple[str, ...], members: list[str]) -> list[Value]:
    if len(members) > MOST_MEMBERS:
        raise Exhausted
    rest = tuple(word for word in words if word not in members)[:1] or (() if words else ("another",))
    sizes = range(1, len(members) + 1)
    return [*chain.from_iterable(combinations(members, size) for size in sizes), rest]


def witness(wanted: Sequence[Wanted]) -> Known | None:
    """Facts for which every condition has an outcome that is allowed; None where there are none. Raises Exhausted."""
    names = set().union(*(reads_of(tree) for tree, _ in wanted))
    implied = [(tree, TRUE | UNDECIDED) for tree in _implied() if reads_of(tree) <= names]
    return _Search([*wanted, *implied]).go({}, None)


class _Search:
    """Gives one fact after the other a value, and turns back as soon as a condition can no longer come out as wanted."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._wanted = wanted
        self._values = regions([tree for tree, _ in wanted])
        self._reads = [reads_of(tree) for tree, _ in wanted]
        self._masks: dict[tuple[Any, ...], int] = {}
        self._tried = 0

    def go(self, known: Known, masks: list[int] | None, at: str = "") -> Known | None:
        """The facts, with more of them decided; `masks` are the outcomes that were possible before `at` was."""
        now = [
            masks[number] if masks is not None and at not in self._reads[number] else self._mask(tree, known)
            for number, (tree, _) in enumerate(self._wanted)
        ]
        if any(not mask & allowed for mask, (_, allowed) in zip(now, self._wanted, strict=True)):
            return None
        still = next((each for mask, each in zip(now, self._wanted, strict=True) if mask & ~each[1]), None)
        if still is None:
            return {name: value for name, value in known.items() if value is not None}
        name = next(name for each in self._open(still[0], known) for name in each.reads if name not in known)
        values = self._values[name]
        for value in [None, *values[:-1]] if still[1] & UNDECIDED else values:
            self._tried += 1
            if self._tried > MOST_TRIED:
                raise Exhausted
            found = self.go({**known, name: value}, now, name)
            if found is not None:
                return found
        return None

    def _open(self, tree: Formula, known: Known) -> Iterator[Leaf]:
        """The comparisons on which the tree still depends."""
        mask = self._mask(tree, known)
        if tree.leaf is not None and mask & (mask - 1):
            yield tree.leaf
        for part in tree.parts if mask & (mask - 1) else ():
            yield from self._open(part, known)

    def _mask(self, tree: Formula, known: Known) -> int:
        """The outcomes that the tree can still have."""
        if tree.leaf is not None:
            return self._leaf_mask(tree.leaf, known)
        masks = [self._mask(part, known) for part in tree.parts]
        if tree.kind == "all":
            return _conjoined(masks)
        either = _negated(_conjoined([_negated(mask) for mask in masks]))
        return either if tree.kind == "any" else _negated(either)

    def _leaf_mask(self, each: Leaf, known: Known) -> int:
        key = (id(each), *(known.get(name, ...) for name in each.reads))
        if key not in self._masks:
            choices = [[known[name]] if name in known else self._values[name] for name in each.reads]
            mask = 0
            for values in product(*choices):
                mask |= BIT[each.test(Facts(known=dict(zip(each.reads, values, strict=True))))]
            self._masks[key] = mask
        return self._masks[key]


def _conjoined(masks: Sequence[int]) -> int:
    """Kleene's and over possible outcomes."""
    whole = 0
    if all(mask & TRUE for mask in masks):
        whole |= TRUE
    if any(mask & FALSE for mask in masks):
        whole |= FALSE
    if any(mask & UNDECIDED for mask in masks) and all(mask & (TRUE | UNDECIDED) for mask in masks):
        whole |= UNDECIDED
    return whole


def _negated(mask: int) -> int:
    return (mask & UNDECIDED) | (FALSE if mask & TRUE else 0) | (TRUE if mask & FALSE else 0)
