"""The straight line: from a manifest to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from planner import budgets, cases, findings
from planner.batchfiles.probe import RequestFile
from planner.case import Case
from planner.catalog import Catalog
from planner.decisions import Decision, decide
from planner.known import Facts
from planner.ledger import workload_report
from planner.manifest import Manifest
from planner.report import BookName, Finding, Report, WorkloadReport
from planner.reserves import reserves
from planner.rules import Index, Rule, Verdict, judge
from planner.settling import settle


def plan(
    manifest: Manifest,
    catalog: Catalog,
    on: date,
    request_files: Mapping[str, RequestFile] | None = None,
    trace_all: bool = False,
    gate: str = "expected",
) -> Report:
    """The plan of a manifest, valued on a day.

    `request_files` holds what each workload's request file was seen to contain, by workload id. `trace_all` keeps
    every rule's verdict and every fact. `gate` is expected or high: what a limit is held against.
    """
    rules = RuleSet(catalog.rules, trace_all)
    decided = _settled(cases.build(manifest, catalog, on, request_files or {}), rules)
    told = [_tell(manifest, one, rules) for one in decided]
    workloads = [workload for workload, _ in told]
    checks = budgets.compare(manifest.limits, workloads)
    found = [finding for _, own in told for finding in own]
    all_cases = [one.case for one in decided]
    found += [*findings.of_accounts(manifest, all_cases), *findings.of_account_models(manifest, all_cases)]
    found += findings.of_budgets(manifest, manifest.limits, checks)
    return Report(
        plan_version=1,
        name=manifest.name,
        valued_on=on,
        price_book=BookName(catalog.book.name, catalog.book.digest),
        gate=gate,
        coverage=budgets.coverage(workloads),
        workloads=workloads,
        totals=budgets.totals(workloads),
        budgets=checks,
        findings=findings.in_order(found),
    )


def settled(
    manifest: Manifest, catalog: Catalog, on: date, request_files: Mapping[str, RequestFile] | None = None
) -> list[Case]:
    """The workloads with their lanes decided and the sums of their accounts, for callers that need no report."""
    built = cases.build(manifest, catalog, on, request_files or {})
    return [one.case for one in _settled(built, RuleSet(catalog.rules, trace_all=False))]


class RuleSet:
    """The rules of a kind on known facts: those that fire, or every verdict where all is traced."""

    def __init__(self, rules: Sequence[Rule], trace_all: bool) -> None:
        self.trace_all = trace_all
        self._of = {kind: [r for r in rules if r.kind == kind] for kind in ("assignment", "lint")}
        self._index = {kind: Index(rules) for kind, rules in self._of.items()}

    def on(self, kind: str, facts: Facts) -> list[Verdict]:
        """The verdicts of the rules of that kind."""
        if self.trace_all:
            return [judge(rule, facts) for rule in self._of[kind]]
        return self._index[kind].fired(facts)


class Decided(NamedTuple):
    """A case with what is known of it, what the rules say, and what follows."""

    case: Case
    facts: Facts
    verdicts: list[Verdict]
    decision: Decision


def assigned(case: Case, rules: RuleSet) -> Decided:
    """The case with what the rules say of its lane."""
    facts = Facts(case)
    verdicts = rules.on("assignment", facts)
    return Decided(case, facts, verdicts, decide(verdicts, case.workload.pin, case.on, facts))


def _settled(built: Sequence[Case], rules: RuleSet) -> list[Decided]:
    """The cases decided one by one, each then with the sums of its account."""
    decided = [assigned(case, rules) for case in built]
    settled_cases = settle([one.case for one in decided], [one.decision for one in decided])
    return [one._replace(case=case) for one, case in zip(decided, settled_cases, strict=True)]


def _tell(manifest: Manifest, one: Decided, rules: RuleSet) -> tuple[WorkloadReport, list[Finding]]:
    """What is reported of one decided workload, and found in it."""
    told = tell(one, rules)
    own = findings.of_workload(manifest, one.case, told.facts, told.verdicts, one.decision, told.missing)
    return told.report, list(own)


class Tale(NamedTuple):
    """What is reported of a settled workload, with the facts and verdicts behind it; `missing` says which rates are."""

    report: WorkloadReport
    facts: Facts
    verdicts: list[Verdict]
    missing: list[str]


def tell(one: Decided, rules: RuleSet) -> Tale:
    """The bill, the budget and the verdicts of a settled workload."""
    case, decision = one.case, one.decision
    facts = one.facts.settled(case)
    verdicts = [*one.verdicts, *rules.on("lint", facts)]
    held = reserves(case.book, case.workload, case.on, case.requests, case.reasoning, case.costs, decision.lane)
    missing = findings.missing_prices(case, decision.lane, held)
    return Tale(workload_report(case, facts, verdicts, decision, held, rules.trace_all), facts, verdicts, missing)
