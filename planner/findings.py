"""What a reader should act on: fired lint rules, and what the engine itself found, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from planner.budgets import AT_RISK, EXCEEDED
from planner.case import Case
from planner.decisions import Decision
from planner.facts import VOCABULARY
from planner.manifest import Limit, Manifest, canonical_provider
from planner.problems import Path, pointer, quoted, suggestion
from planner.report import PRICE_UNKNOWN, BudgetCheck, Finding
from planner.reserves import Missing
from planner.rules import Rule, Verdict, message
from planner.units import cents, cents_up

ENGINE_FINDINGS = {
    PRICE_UNKNOWN: ("error", "A rate that the plan needs is not known; nothing is priced by guess.", "name a model, region or lane that the price book knows, or add the rate in a price file of your own (prices: [list, your-file.yaml])"),
    "rules-contradict": ("error", "Two required rules, or a pin and a required rule, want opposite lanes.", "remove the pin, correct the workload, or change one of the two rules"),
    "rules-tie": ("warning", "Preferred rules of equal weight want opposite lanes, so it stays in real time.", "give one of the rules a higher weight"),
    "budget-covers-nothing": ("error", "A budget's scope fits no workload, so it guards nothing.", "correct the owner, provider, model or labels of the scope, or remove the budget"),
    "account-unused": ("warning", "An account is stated that no workload draws on, so its limits are held against nothing.", "correct its name (a provider, or a name that a workload's account gives), or remove it"),
    "over-budget": ("error", "The expected cost is above a stated limit.", "lower the volume, the tokens or the model, or raise the limit"),
    "budget-at-risk": ("warning", "The expected cost keeps the limit, the budget with its reserves does not.", "measure the reasoning tokens, or raise the limit to the budget"),
}  # fmt: skip
"""Findings that no rule file states: level, meaning, remedy."""


def of_workload(
    manifest: Manifest,
    case: Case,
    facts: Mapping[str, Any],
    verdicts: Iterable[Verdict],
    decision: Decision,
    missing: Sequence[str],
) -> Iterator[Finding]:
    """The findings of one workload."""
    place = _Places(manifest, case)
    for verdict in verdicts:
        if verdict.rule.kind == "lint" and verdict.outcome == "fires":
            rule = verdict.rule
            yield place.finding(rule.id, rule.level, place.of_rule(rule), message(rule, facts), rule.remedy)
    if decision.opposed:
        says = f"{decision.opposed[0]} and {decision.opposed[1]} want opposite lanes; it stays in real time"
        yield place.engine("rules-contradict", "lane" if "pin" in decision.opposed else "id", says)
    if decision.tied:
        yield place.engine(
            "rules-tie", "id", f"{decision.tied[0]} and {decision.tied[1]} weigh the same and want opposite lanes"
        )
    for says in missing:
        yield place.engine(PRICE_UNKNOWN, "model", says)


def missing_prices(case: Case, lane: str, held: object) -> list[str]:
    """What keeps the workload from being priced: the chosen lane, real time, or the budget's reserves."""
    needed = dict.fromkeys((case.costs[lane].missing, case.costs["standard"].missing))
    if isinstance(held, Missing):
        needed[held.says] = None
    return [says for says in needed if says is not None]


def of_budgets(manifest: Manifest, limits: Sequence[Limit], checks: Sequence[BudgetCheck]) -> Iterator[Finding]:
    """The findings of the limits."""
    for limit, check in zip(limits, checks, strict=True):
        if not check.workloads:
            says = f"{limit.name}: no workload is in this scope"
            yield _located(manifest, "budget-covers-nothing", None, limit.path, says)
        if check.verdict == EXCEEDED:
            shown = (
                "the known part alone is"
                if check.expected_usd is None
                else f"${cents(check.expected_usd):,} a month are expected,"
            )
            says = f"{limit.name}: {shown} above the limit of ${cents(limit.usd):,}"
            yield _located(manifest, "over-budget", None, (*limit.path, "monthly_usd"), says)
        elif check.verdict == AT_RISK and check.budget_usd is not None:
            says = f"{limit.name}: the budget of ${cents_up(check.budget_usd):,} a month is above the limit of ${cents(limit.usd):,}"
            yield _located(manifest, "budget-at-risk", None, (*limit.path, "monthly_usd"), says)


def of_accounts(manifest: Manifest, cases: Sequence[Case]) -> Iterator[Finding]:
    """Accounts that nobody draws on."""
    used = {case.account.name for case in cases}
    for key in manifest.document.data.get("accounts", {}):
        if key not in used and canonical_provider(key) not in used:
            near = suggestion(key, {case.workload.provider for case in cases})
            says = f"account {quoted(key)}: no workload draws on it{near}"
            yield _located(manifest, "account-unused", None, ("accounts", key), says, at_key=True)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings sorted by place, without doubles."""
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda f: (f.file, f.line, f.column, f.rule, f.message))


class _Places:
    """Where the fields of one workload stand: in it, in the defaults, or nowhere."""

    def __init__(self, manifest: Manifest, case: Case) -> None:
        self._manifest = manifest
        self._case = case
        self._own: Path = ("workloads", case.workload.position)

    def of_rule(self, rule: Rule) -> Path:
        fields = [VOCABULARY[name].field for name in rule.condition.reads if not VOCABULARY[name].decided]
        stated = [path for field in fields if (path := self._stated(field)) is not None]
        return stated[0] if stated else (*self._own, "id")

    def engine(self, rule: str, field: str, says: str) -> Finding:
        path = self._stated(field) or (*self._own, "id")
        return _located(self._manifest, rule, self._case.workload.id, path, says)

    def finding(self, rule: str, level: str, path: Path, says: str, remedy: str) -> Finding:
        return _finding(self._manifest, rule, level, self._case.workload.id, path, says, remedy)

    def _stated(self, field: str) -> Path | None:
        """The path of the field, or of the part above it, in the workload or else in the defaults."""
        data = self._manifest.document.data
        parts = tuple(field.split("."))
        for root, prefix in (
            (data["workloads"][self._case.workload.position], self._own),
            (data.get("defaults", {}), ("defaults",)),
        ):
            found = _depth(root, parts)
            if found:
                return (*prefix, *parts[:found])
        return None


def _depth(node: Any, parts: Path) -> int:
    depth = 0
    while depth < len(parts) and isinstance(node, dict) and parts[depth] in node:
        node = node[parts[depth]]
        depth += 1
    return depth


def _located(
    manifest: Manifest, rule: str, workload: str | None, path: Path, says: str, at_key: bool = False
) -> Finding:
    level, _, remedy = ENGINE_FINDINGS[rule]
    return _finding(manifest, rule, level, workload, path, says, remedy, at_key)


def _finding(
    manifest: Manifest,
    rule: str,
    level: str,
    workload: str | None,
    path: Path,
    says: str,
    remedy: str,
    at_key: bool = False,
) -> Finding:
    mark = manifest.document.where(path, at_key)
    return Finding(
        rule,
        level,
        workload,
        manifest.document.name,
        pointer(path),
        mark.line,
        mark.column,
        says,
        " ".join(remedy.split()),
    )
