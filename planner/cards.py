"""What a reader may want to know of the rules that spoke, whether a file or the engine states them."""

from __future__ import annotations

from collections.abc import Iterable

from planner.findings import ENGINE_FINDINGS
from planner.report import Finding, LintReport, RuleCard, Suppressed
from planner.rules import Rule

RULES_URL = "https://llm-workload-planner.invalid/rules.html"
"""Where the rules' pages are, for formats that need an address; a configuration's `rules_url` replaces it."""


def lint_report(
    files: Iterable[str], rules: Iterable[Rule], findings: Iterable[Finding], suppressed: Iterable[Suppressed] = ()
) -> LintReport:
    """The linter's report, with a card for every rule that it names."""
    found, allowed = list(findings), list(suppressed)
    cards = cards_of(rules, {finding.rule for finding in (*found, *(one.finding for one in allowed))}, RULES_URL)
    return LintReport(1, list(files), [cards[name] for name in sorted(cards)], found, allowed)


def cards_of(rules: Iterable[Rule], spoke: set[str], rules_url: str) -> dict[str, RuleCard]:
    """A card for each rule that spoke."""
    cards = {rule.id: _card(rule, rules_url) for rule in rules if rule.id in spoke}
    return cards | {name: _engine_card(name, rules_url) for name in spoke if name in ENGINE_FINDINGS}


def _card(rule: Rule, url: str) -> RuleCard:
    def flow(text: str) -> str:
        return " ".join(text.split())

    return RuleCard(
        rule.id, rule.level, rule.summary, flow(rule.why), flow(rule.remedy), rule.source, f"{url}#{rule.id}"
    )


def _engine_card(name: str, url: str) -> RuleCard:
    level, meaning, remedy = ENGINE_FINDINGS[name]
    return RuleCard(name, level, meaning, meaning, remedy, "planner", f"{url}#{name}")
