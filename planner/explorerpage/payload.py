"""What a page knows beside the prices: limits, reasoning ratios, rules and the use-case matrix, as JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from planner.catalog import Catalog
from planner.explorerpage.packing import VERSION, prices
from planner.facts import USE_CASES, VOCABULARY
from planner.operators import NUMERIC, Value
from planner.rulelogic import Formula, formula, leaves_of
from planner.rules import SLOT, Rule

_ROW = re.compile(r"matrix: ([^;]+), ([^,;]+), ([^,;]+)")
_WAIT = re.compile(r"(\d+) ?(ms|s|m|h|d)")


def payload(
    catalog: Catalog, whens: Mapping[str, Any], limits: Mapping[str, Any], policy: str, on: date
) -> dict[str, Any]:
    """All that a page computes with. `whens` are the conditions of the rules as their files state them, by id;
    `limits` the limit files by provider."""
    return {
        "version": VERSION,
        "on": on.isoformat(),
        "prices": prices(catalog.book, on),
        "limits": {provider: _limits(file) for provider, file in limits.items()},
        "words": [
            {"provider": provider, "condition": condition, "words": words}
            for provider in limits
            for condition in ("tier", "subscription")
            if (words := catalog.limits.words(provider, condition))
        ],
        "reasoning": {
            policy: {
                effort: {level: str(ratio[level]) for level in ("low", "expected", "high")}
                for effort, ratio in ratios.items()
            }
            for policy, ratios in catalog.reasoning.items()
        },
        "measured_high": str(catalog.measured_high),
        "reasoning_policy": policy,
        "rules": [rule_data(rule, whens[rule.id]) for rule in catalog.rules],
        "facts": sorted(facts_of(catalog.rules, whens)),
        "use_cases": USE_CASES,
        "matrix": [row for rule in catalog.rules if (row := _matrix_row(rule, whens[rule.id])) is not None],
    }


def _limits(file: Mapping[str, Any]) -> dict[str, Any]:
    """Values with their conditions; numbers as text, so that no reader rounds them."""
    kept = ("limit", "models", "tier", "subscription", "region", "min_input_tokens", "source")
    entries = []
    for entry in file["limits"]:
        stated = {name: entry[name] for name in kept if name in entry}
        value = entry["value"]
        number = isinstance(value, int) and not isinstance(value, bool)
        entries.append({**stated, **({"number": str(value)} if number else {"value": value})})
    sources = {
        name: {"title": source["title"], "verified": str(source["verified"])}
        for name, source in file["sources"].items()
    }
    return {"sources": sources, "limits": entries}


def rule_data(rule: Rule, when: Any) -> dict[str, Any]:
    """A rule with its condition as a tree."""
    return {
        "id": rule.id,
        "kind": rule.kind,
        "family": rule.family,
        "summary": rule.summary,
        "why": rule.why,
        "remedy": rule.remedy,
        "source": rule.source,
        "message": rule.message,
        "assign": rule.assign,
        "strength": rule.strength,
        "weight": rule.weight,
        "level": rule.level,
        "marks": rule.marks,
        "values": [
            {"name": name, "kind": kind, "value": _value(value, kind)} for name, (value, kind) in rule.values.items()
        ],
        "when": _tree(formula(when, rule.values)),
    }


def _tree(part: Formula) -> dict[str, Any]:
    if part.leaf is None:
        return {"word": {"none": "not"}.get(part.kind, part.kind), "parts": [_tree(inner) for inner in part.parts]}
    leaf = part.leaf
    stated: dict[str, Any] = {"fact": leaf.name, "verb": leaf.verb}
    if leaf.takes == "word":
        return {**stated, "known": (leaf.operand == "known") is (leaf.verb == "is")}
    if leaf.takes == "fact":
        return {**stated, "other": leaf.operand}
    return {**stated, "value": _value(leaf.operand, VOCABULARY[leaf.name].kind)}


def _value(value: Value, kind: str) -> Any:
    """A number as text of a fraction; words as they are."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if kind in NUMERIC else value


def facts_of(rules: Iterable[Rule], whens: Mapping[str, Any]) -> set[str]:
    """The facts that the rules read or speak of."""
    named = {slot for rule in rules for slot in SLOT.findall(rule.message)}
    read = {name for rule in rules for leaf in leaves_of(formula(whens[rule.id], rule.values)) for name in leaf.reads}
    return (named | read) & VOCABULARY.keys()


def _wait(latency: str) -> str | None:
    """A wait that meets what a row asks for: 24 h ok is 24 h; under 5 s is a tenth less."""
    found = _WAIT.search(latency)
    if found is None:
        return None
    length, unit = int(found[1]), found[2]
    if "<" not in latency:
        return f"{length}{unit}"
    tenths = length * 9
    return f"{tenths // 10}.{tenths % 10}{unit}".replace(".0", "")


def _matrix_row(rule: Rule, when: Any) -> dict[str, Any] | None:
    """A row of the use-case matrix: what the rule's source says of it, and the wait that it speaks of."""
    found = _ROW.search(rule.source)
    if rule.family != "matrix" or found is None:
        return None
    uses = [
        leaf.operand
        for leaf in leaves_of(formula(when, rule.values))
        if leaf.name == "use_case" and leaf.verb in ("is", "in")
    ]
    names = list(uses[0]) if uses and isinstance(uses[0], tuple) else uses
    return {
        "rule": rule.id,
        "use_cases": names,
        "label": found[1],
        "volume": found[2],
        "latency": found[3],
        "wait": _wait(found[3]),
        "assign": rule.assign,
    }
