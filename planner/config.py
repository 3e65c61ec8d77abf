"""A team's configuration: levels and parameters of rules, what makes a run fail, and where each value came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from planner.documents import Document
from planner.findings import ENGINE_FINDINGS
from planner.problems import Path, Problem, Refused, quoted, suggestion
from planner.report import Finding
from planner.rules import Rule
from planner.schema import Schema, misfits
from planner.units import exact, percent

FIXED = ("price-unknown", "over-budget")
"""Findings with an exit code of their own: no configuration makes less of them."""
TOLERANCE = 10
"""Percent by which the money at stake may grow before a finding counts as worse than in the baseline."""


class Place(NamedTuple):
    """Where a value is stated."""

    document: Document
    path: Path

    def at(self, name: str) -> Place:
        """The place of what has that dotted name below here."""
        return Place(self.document, (*self.path, *name.split(".")))

    def __str__(self) -> str:
        mark = self.document.where(self.path)
        return f"{self.document.name}:{mark.line}:{mark.column}"


class Override(NamedTuple):
    """What holds for those files that match one of the patterns, seen from the folder of the configuration."""

    patterns: tuple[str, ...]
    levels: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]
    others: Mapping[str, str]
    place: Place


class Config(NamedTuple):
    """`levels` and `params` are by rule id. `gate` is what limits are held against: expected or high.

    `places` says where each value is stated, by its dotted name; what is not in it is built in. `base` is the folder
    from which the patterns of `overrides`, the rule folders and the baseline are named.
    """

    levels: Mapping[str, str] = {}
    params: Mapping[str, Mapping[str, Any]] = {}
    fail_on: str = "error"
    gate: str = "expected"
    rule_folders: tuple[str, ...] = ()
    rules_url: str | None = None
    baseline: str | None = None
    baseline_tolerance: str = f"{TOLERANCE}%"
    overrides: tuple[Override, ...] = ()
    places: Mapping[str, Place] = {}
    base: str = ""
    rest: Mapping[str, Any] = {}

    @property
    def tolerance_percent(self) -> Any:
        """The tolerance as a number."""
        return percent(self.baseline_tolerance) or exact(Decimal(0))

    def level(self, rule: str) -> str | None:
        """The level that the team gave the rule; none switches it off."""
        return self.levels.get(rule)

    def apply(self, rule: Rule) -> Rule:
        """The rule at the team's level; an assignment rule keeps its strength."""
        level = self.level(rule.id)
        return rule if level is None or rule.kind == "assignment" else rule._replace(level=level)

    def levelled(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with those of the engine at the team's level; rules have theirs already."""
        told = []
        for finding in findings:
            level = self.level(finding.rule) if finding.rule in ENGINE_FINDINGS else None
            if level != "none":
                told.append(finding if level is None else finding._replace(level=level))
        return told

    def over(self, layer: Config) -> Config:
        """This configuration with another one laid over it."""
        stated = {name: getattr(layer, name) for name in _SINGLE if name in layer.places}
        return self._replace(
            levels={**self.levels, **layer.levels},
            params=_joined(self.params, layer.params),
            rule_folders=(*self.rule_folders, *layer.rule_folders),
            overrides=(*self.overrides, *layer.overrides),
            places={**self.places, **layer.places},
            base=layer.base,
            rest={**self.rest, **layer.rest},
            **stated,
        )

    def for_file(self, name: str) -> Config:
        """What holds for a file, named from the folder of the configuration with forward slashes."""
        config = self
        for override in self.overrides:
            if any(_pattern(pattern).fullmatch(name) for pattern in override.patterns):
                places = {f"rules.{rule}": override.place for rule in override.levels}
                places |= {
                    f"params.{rule}.{key}": override.place for rule, keys in override.params.items() for key in keys
                }
                places |= dict.fromkeys(override.others, override.place)
                config = config.over(
                    Config(
                        override.levels,
                        override.params,
                        override.others.get("fail_on", self.fail_on),
                        override.others.get("gate", self.gate),
                        places=places,
                        base=config.base,
                    )
                )
        return config

    def check(self, rules: Mapping[str, Rule]) -> None:
        """Raises Refused where a rule or a parameter is named that does not exist, with the place."""
        wrong = [(fault, self.places.get(fault.name)) for fault in _faults(self.levels, self.params, rules)]
        for override in self.overrides:
            inside = [
                (fault, override.place.at(fault.name)) for fault in _faults(override.levels, override.params, rules)
            ]
            wrong += inside
        complaints = [line for fault, place in wrong for line in fault.complaints(place)]
        if complaints:
            raise Refused(dict.fromkeys(complaints))


_SINGLE = ("fail_on", "gate", "rules_url", "baseline", "baseline_tolerance")


class _Fault(NamedTuple):
    """What is wrong with a value of that dotted name. `about` is how many parts of the name the fault is about."""

    name: str
    about: int
    at_key: bool
    says: str

    def complaints(self, place: Place | None) -> tuple[str, ...]:
        """The fault as a line, with its place where that is known."""
        if place is None:
            return (self.says,)
        path = place.path[: len(place.path) - len(self.name.split(".")) + self.about]
        return place.document.refuse([Problem(path, self.says, self.at_key)]).complaints


def _faults(
    levels: Mapping[str, str], params: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Rule]
) -> Iterator[_Fault]:
    known = [*rules, *ENGINE_FINDINGS]
    for rule, level in levels.items():
        name = f"rules.{rule}"
        if rule not in known:
            yield _Fault(name, 2, True, f"no rule {quoted(rule)}{suggestion(rule, known)}")
        elif rule in FIXED:
            yield _Fault(name, 2, False, f"{rule} has an exit code of its own: its level cannot be changed")
        elif rule in rules and rules[rule].kind == "assignment" and level != "none":
            says = f"rule {rule} assigns a lane and has no level: only none, which switches it off"
            yield _Fault(name, 2, False, says)
    for rule, stated in params.items():
        for param in stated:
            name = f"params.{rule}.{param}"
            if rule not in rules:
                yield _Fault(name, 2, True, f"no rule {quoted(rule)}{suggestion(rule, rules)}")
            elif param not in rules[rule].stated_params:
                near = suggestion(param, rules[rule].stated_params)
                yield _Fault(name, 3, True, f"rule {rule} has no parameter {quoted(param)}{near}")


def parse_config(document: Document, schema: Schema, base: str = "") -> Config:
    """The configuration in the document, without what it extends. Raises Refused with places."""
    problems = misfits(document.data, schema)
    if problems:
        raise document.refuse(problems)
    data = document.data
    return Config(
        **_levels_and_params(data),
        **{name: data[name] for name in _SINGLE if name in data},
        rule_folders=tuple(data.get("rule_folders", ())),
        overrides=tuple(_override(document, index, one) for index, one in enumerate(data.get("overrides", ()))),
        places=dict(_places(document)),
        base=base,
        rest={name: data[name] for name in ("diff",) if name in data},
    )


def _levels_and_params(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"levels": data.get("rules", {}), "params": data.get("params", {})}


def _override(document: Document, index: int, data: Mapping[str, Any]) -> Override:
    place = Place(document, ("overrides", index))
    others = {name: data[name] for name in ("fail_on", "gate") if name in data}
    return Override(tuple(data["files"]), **_levels_and_params(data), others=others, place=place)


def _places(document: Document) -> Iterator[tuple[str, Place]]:
    data = document.data
    for name in data:
        if name not in ("rules", "params", "overrides"):
            yield name, Place(document, (name,))
    for rule in data.get("rules", {}):
        yield f"rules.{rule}", Place(document, ("rules", rule))
    for rule, params in data.get("params", {}).items():
        for param in params:
            yield f"params.{rule}.{param}", Place(document, ("params", rule, param))


def _joined(below: Mapping[str, Mapping[str, Any]], above: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {rule: {**below.get(rule, {}), **above.get(rule, {})} for rule in (*below, *above)}


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """A pattern such as llm/**/*.yaml; one without a slash is for the file's name in any folder."""
    glob = glob if "/" in glob else f"**/{glob}"
    parts: Iterable[str] = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts))


def layered(layers: Sequence[Config]) -> Config:
    """The layers joined, the last on top."""
    config = Config()
    for layer in layers:
        config = config.over(layer)
    return config
