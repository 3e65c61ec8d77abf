"""What a reader should act on: fired lint rules, and what the engine itself found, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from planner.batchfiles.rulebook import CHECKS
from planner.budgets import AT_RISK, EXCEEDED
from planner.case import Case
from planner.decisions import Decision
from planner.facts import VOCABULARY
from planner.fixes import fix_of
from planner.known import Facts
from planner.manifest import Limit, Manifest, canonical_provider
from planner.places import WorkloadPlaces, finding_at, fingerprint, place_of
from planner.problems import Path, quoted, suggestion
from planner.report import PRICE_UNKNOWN, BudgetCheck, Finding
from planner.reserves import Missing
from planner.rules import Rule, Verdict, message
from planner.units import cents, cents_up, decimal6, minus

ENGINE_FINDINGS = {
    PRICE_UNKNOWN: ("error", "A rate that the plan needs is not known; nothing is priced by guess.", "name a model, region or lane that the price book knows, or add the rate in a price file of your own (prices: [list, your-file.yaml])"),
    "rules-contradict": ("error", "Two required rules, or a pin and a required rule, want opposite lanes.", "remove the pin, correct the workload, or change one of the two rules"),
    "rules-tie": ("warning", "Preferred rules of equal weight want opposite lanes, so it stays in real time.", "give one of the rules a higher weight"),
    "budget-covers-nothing": ("error", "A budget's scope fits no workload, so it guards nothing.", "correct the owner, provider, model or labels of the scope, or remove the budget"),
    "account-unused": ("warning", "An account is stated that no workload draws on, so its limits are held against nothing.", "correct its name (a provider, or a name that a workload's account gives), or remove it"),
    "allow-unused": ("warning", "A comment allows a rule that does not speak.", "remove the comment"),
    "allow-without-reason": ("warning", "A comment allows a rule and does not say why.", "write the reason behind two dashes: # planner: allow RULE -- reason"),
    "allow-wrong": ("warning", "A comment to planner allows nothing.", "write it as # planner: allow RULE -- reason"),
    "account-model-unknown": ("warning", "An account states a limit for a model that the price book does not know, so it is held against nothing.", "correct the name of the model, or remove the line"),
    "over-budget": ("error", "The expected cost is above a stated limit.", "lower the volume, the tokens or the model, or raise the limit"),
    "budget-at-risk": ("warning", "The expected cost keeps the limit, the budget with its reserves does not.", "measure the reasoning tokens, or raise the limit to the budget"),
}  # fmt: skip
"""Findings that no rule file states: level, meaning, remedy."""
CHECK_PREFIX = "batch-"
"""What stands before the name of a check of request files where the linter reports it."""
ENGINE_FINDINGS |= {CHECK_PREFIX + name: (check.level, check.summary, check.remedy) for name, check in CHECKS.items()}


def of_workload(
    manifest: Manifest,
    case: Case,
    facts: Facts,
    verdicts: Iterable[Verdict],
    decision: Decision,
    missing: Sequence[str],
) -> Iterator[Finding]:
    """The findings of one workload."""
    places = WorkloadPlaces(manifest, case.workload.position)
    subject, month = case.workload.id, case.costs[decision.lane].usd
    for verdict in verdicts:
        if verdict.rule.kind == "lint" and verdict.outcome == "fires":
            rule = verdict.rule
            path = places.of_fields(_fields(rule))
            stake = _stake(rule, facts, month)
            told = Told(rule.id, rule.level, message(rule, facts), rule.remedy, stake)
            fix = fix_of(rule, facts, manifest, case.workload.position)
            yield placed(manifest, told, subject, path)._replace(fix=fix)
    if decision.opposed:
        says = f"{decision.opposed[0]} and {decision.opposed[1]} want opposite lanes; it stays in real time"
        field = "lane" if "pin" in decision.opposed else "id"
        yield placed(manifest, engine("rules-contradict", says, month), subject, places.of_fields([field]))
    if decision.tied:
        says = f"{decision.tied[0]} and {decision.tied[1]} weigh the same and want opposite lanes"
        yield placed(manifest, engine("rules-tie", says, month), subject, places.of_fields(["id"]))
    for says in missing:
        yield placed(manifest, engine(PRICE_UNKNOWN, says), subject, places.of_fields(["model"]))


def _fields(rule: Rule) -> list[str]:
    return [VOCABULARY[name].field for name in rule.condition.reads if not VOCABULARY[name].decided]


def _stake(rule: Rule, facts: Facts, month: Decimal | None) -> Decimal | None:
    """What the rule says is at stake, where it is known; of a rule that names nothing, the workload's month."""
    if rule.stake is None:
        return month
    stake = facts[rule.stake]
    return None if stake is None else decimal6(stake)


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
            yield placed(manifest, engine("budget-covers-nothing", says), None, limit.path, limit.name)
        if check.verdict == EXCEEDED:
            shown = (
                "the known part alone is"
                if check.expected_usd is None
                else f"${cents(check.expected_usd):,} a month are expected,"
            )
            says = f"{limit.name}: {shown} above the limit of ${cents(limit.usd):,}"
            told = engine("over-budget", says, minus(check.expected_usd, check.limit_usd))
            yield placed(manifest, told, None, (*limit.path, "monthly_usd"), limit.name)
        elif check.verdict == AT_RISK and check.budget_usd is not None:
            says = f"{limit.name}: the budget of ${cents_up(check.budget_usd):,} a month is above the limit of ${cents(limit.usd):,}"
            told = engine("budget-at-risk", says, minus(check.budget_usd, check.limit_usd))
            yield placed(manifest, told, None, (*limit.path, "monthly_usd"), limit.name)


def of_accounts(manifest: Manifest, cases: Sequence[Case]) -> Iterator[Finding]:
    """Accounts that nobody draws on."""
    used = {case.account.name for case in cases}
    for key in manifest.document.data.get("accounts", {}):
        if key not in used and canonical_provider(key) not in used:
            near = suggestion(key, {case.workload.provider for case in cases})
            says = f"account {quoted(key)}: no workload draws on it{near}"
            yield placed(manifest, engine("account-unused", says), None, ("accounts", key), key, at_key=True)


def of_account_models(manifest: Manifest, cases: Sequence[Case]) -> Iterator[Finding]:
    """Limits that accounts state for models that nobody knows."""
    books = {case.account.name: (case.book, case.account.provider) for case in cases}
    for key, stated in manifest.document.data.get("accounts", {}).items():
        name = key if key in books else canonical_provider(key)
        if name not in books:
            continue
        book, provider = books[name]
        known = book.names(provider)
        for limit, by_model in stated.items():
            for model in by_model if isinstance(by_model, dict) else ():
                if book.canonical(provider, model) not in known and book.model(provider, model) is None:
                    says = f"account {quoted(key)}: {limit} for {quoted(model)}, a model that {provider} does not have{suggestion(model, known)}"
                    path = ("accounts", key, limit, model)
                    yield placed(manifest, engine("account-model-unknown", says), None, path, key, at_key=True)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings sorted by place, without doubles."""
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda f: (f.file, f.line, f.column, f.rule, f.message))


class Told(NamedTuple):
    """A finding before it has a place."""

    rule: str
    level: str
    says: str
    remedy: str
    stake: Decimal | None


def engine(rule: str, says: str, stake: Decimal | None = None) -> Told:
    """A finding that no rule file states."""
    level, _, remedy = ENGINE_FINDINGS[rule]
    return Told(rule, level, says, remedy, stake)


def placed(
    manifest: Manifest,
    told: Told,
    workload: str | None,
    path: Path,
    subject: str | None = None,
    at_key: bool = False,
) -> Finding:
    """The finding at its place in the manifest; `subject` names what it is about where that is no workload."""
    place = place_of(manifest.document, path, at_key)
    mark = fingerprint(told.rule, workload or subject, path)
    return finding_at(place, told.rule, told.level, told.says, told.remedy, mark, workload, told.stake)
