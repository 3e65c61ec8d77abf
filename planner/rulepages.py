"""A page per rule, written from its file: for docs/rules.md and for planner rules show."""

from __future__ import annotations

from collections.abc import Sequence

from planner.facts import VOCABULARY
from planner.operators import Value, shown
from planner.rules import Offer, Rule

FAMILIES = {
    "matrix": "The use-case matrix",
    "latency": "Latency: who waits, and how long",
    "volume": "Volume: how much, and is it worth it",
    "quota": "Quotas and queues",
    "caps": "What providers and models allow",
    "batch": "Running a batch: fallback, statuses, partial results",
    "files": "Batch request files",
    "pricing": "Prices",
    "reasoning": "Hidden reasoning tokens",
    "lifecycle": "Models that end, decisions that expire",
}


def page(rule: Rule, depth: int = 1) -> str:
    """The rule as Markdown under a heading of the given depth, always with the same parts in the same order."""
    parts = [
        f"{'#' * depth} {rule.id}",
        f"{rule.summary}",
        f"**{_does(rule)}**",
        f"**Why.** {_flow(rule.why)}",
        f"**What to do.** {_flow(rule.remedy)}",
        "**Fires when** all of this holds:\n\n```yaml\n" + "\n".join(rule.when) + "\n```",
    ]
    if rule.values:
        params = ", ".join(f"`{name}` = {shown(value, kind)}" for name, (value, kind) in sorted(rule.values.items()))
        parts.append(f"**Parameters.** {params}")
    if rule.fix:
        parts.append(f"**Fix.** {_fix(rule.fix)}")
    parts += [f"**Says.** {rule.message}", "**Examples.**\n\n" + _examples(rule), f"**Source.** {rule.source}"]
    return "\n\n".join(parts) + "\n"


def book(rules: Sequence[Rule]) -> str:
    """The pages of all rules, family by family."""
    families = list(dict.fromkeys([*FAMILIES, *sorted({rule.family for rule in rules})]))
    parts = [
        "# Rules\n\nWritten from the files in `rules/` by `make docs`; do not edit. "
        "A required rule beats any preferred one; among equals the higher weight decides; where nothing decides, "
        "work stays in real time. A rule whose facts are not known is undecided and never fires.\n",
        _index(rules),
    ]
    for family in families:
        members = [rule for rule in rules if rule.family == family]
        if members:
            parts.append(f"## {FAMILIES.get(family, family)}\n")
            parts += [page(rule, 3) for rule in sorted(members, key=_rank)]
    return "\n".join(parts)


def _index(rules: Sequence[Rule]) -> str:
    rows = [
        f"| [{r.id}](#{r.id}) | {r.assign or r.level} | {_rank_words(r)} | {r.summary} |"
        for r in sorted(rules, key=_rank)
    ]
    return "\n".join(["| rule | does | strength | when |", "|---|---|---|---|", *rows]) + "\n"


def _rank(rule: Rule) -> tuple[object, ...]:
    return (rule.kind, rule.strength != "required" if rule.assign else False, -rule.weight, rule.id)


def _rank_words(rule: Rule) -> str:
    return f"{rule.strength}, {rule.weight}" if rule.assign else "finding"


def _does(rule: Rule) -> str:
    if rule.assign:
        return f"Assigns {rule.assign}; {rule.strength}, weight {rule.weight}."
    marked = f" Marks the workload for a {rule.marks}." if rule.marks else ""
    return f"Reports a finding of level {rule.level}.{marked}"


def _fix(offer: Offer) -> str:
    if offer.does == "run":
        return f"A command {offer.says}:\n\n```sh\n{offer.what}\n```"
    to = f"[{', '.join(offer.to)}]" if isinstance(offer.to, list) else offer.to
    does = f"sets `{offer.what}` to `{to}`" if offer.does == "set" else f"removes `{offer.what}`"
    return f"`--fix{'' if offer.safe else ' --unsafe-fixes'}` {does}: {offer.says}."


def _examples(rule: Rule) -> str:
    lines = []
    for outcome, examples in rule.examples.items():
        lines += [f"- {outcome}: {_facts(facts)}" for facts in examples]
    return "\n".join(lines)


def _facts(facts: dict[str, Value]) -> str:
    return (
        ", ".join(f"`{name}` {shown(value, VOCABULARY[name].kind)}" for name, value in facts.items()) or "nothing known"
    )


def _flow(text: str) -> str:
    return " ".join(text.split())
