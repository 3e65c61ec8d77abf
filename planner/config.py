"""A team's configuration: levels and parameters of rules, and what makes a run fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from planner.documents import Document
from planner.problems import Path, Problem, Refused, quoted, suggestion
from planner.rules import Rule
from planner.schema import Schema, misfits


class Config(NamedTuple):
    """`levels` and `params` are by rule id. `gate` is what limits are held against: expected or high."""

    levels: Mapping[str, str] = {}
    params: Mapping[str, Mapping[str, Any]] = {}
    fail_on: str = "error"
    gate: str = "expected"
    document: Document | None = None

    def level(self, rule: str) -> str | None:
        """The level that the team gave the rule; none switches it off."""
        return self.levels.get(rule)

    def apply(self, rule: Rule) -> Rule:
        """The rule at the team's level; an assignment rule keeps its strength."""
        level = self.level(rule.id)
        return rule if level is None or rule.kind == "assignment" else rule._replace(level=level)

    def check(self, rules: Mapping[str, Rule]) -> None:
        """Raises Refused where a rule or a parameter is named that does not exist."""
        problems = []
        for section, named in (("rules", self.levels), ("params", self.params)):
            for rule in named:
                if section == "rules" and rule in rules and rules[rule].kind == "assignment" and named[rule] != "none":
                    says = f"rule {rule} assigns a lane and has no level: only none, which switches it off"
                    problems.append(Problem((section, rule), says))
                if rule not in rules:
                    problems.append(
                        Problem((section, rule), f"no rule {quoted(rule)}{suggestion(rule, rules)}", at_key=True)
                    )
        for rule, params in self.params.items():
            for name in params if rule in rules else ():
                if name not in rules[rule].stated_params:
                    known = rules[rule].stated_params
                    path: Path = ("params", rule, name)
                    problems.append(
                        Problem(
                            path, f"rule {rule} has no parameter {quoted(name)}{suggestion(name, known)}", at_key=True
                        )
                    )
        if problems and self.document is not None:
            raise self.document.refuse(problems)
        if problems:
            raise Refused(problem.says for problem in problems)


def parse_config(document: Document, schema: Schema) -> Config:
    """The configuration in the document. Raises Refused with places."""
    problems = misfits(document.data, schema)
    if problems:
        raise document.refuse(problems)
    data = document.data
    return Config(
        data.get("rules", {}),
        data.get("params", {}),
        data.get("fail_on", "error"),
        data.get("gate", "expected"),
        document,
    )
