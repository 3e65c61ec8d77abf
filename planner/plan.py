"""The straight line: from a manifest to a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from planner import budgets, cases, findings
from planner.batchfiles.probe import RequestFile
from planner.case import Case
from planner.catalog import Catalog
from planner.decisions import Decision, decide
from planner.facts import observe, observe_settled
from planner.ledger import workload_report
from planner.manifest import Manifest
from planner.report import BookName, Finding, Report, WorkloadReport
from planner.reserves import reserves
from planner.rules import Verdict, judge
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
    assignment = [rule for rule in catalog.rules if rule.kind == "assignment"]
    workload_cases = cases.build(manifest, catalog, on, request_files or {})
    facts = [observe(case) for case in workload_cases]
    verdicts = [[judge(rule, known) for rule in assignment] for known in facts]
    decisions = [decide(v, c.workload.pin, on, f) for v, c, f in zip(verdicts, workload_cases, facts, strict=True)]
    settled = settle(workload_cases, decisions)
    told = [
        _tell(manifest, catalog, case, known, fired, decision, trace_all)
        for case, known, fired, decision in zip(settled, facts, verdicts, decisions, strict=True)
    ]
    workloads = [workload for workload, _ in told]
    checks = budgets.compare(manifest.limits, workloads)
    found = [finding for _, own in told for finding in own]
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
        findings=findings.in_order(
            [*found, *findings.of_accounts(manifest, settled), *findings.of_budgets(manifest, manifest.limits, checks)]
        ),
    )


def _tell(
    manifest: Manifest,
    catalog: Catalog,
    case: Case,
    known: dict[str, Any],
    assigned: list[Verdict],
    decision: Decision,
    trace_all: bool,
) -> tuple[WorkloadReport, list[Finding]]:
    """What is reported of one decided workload, and found in it."""
    facts = observe_settled(known, case)
    verdicts = [*assigned, *(judge(rule, facts) for rule in catalog.rules if rule.kind == "lint")]
    held = reserves(case.book, case.workload, case.on, case.requests, case.reasoning, case.costs, decision.lane)
    missing = findings.missing_prices(case, decision.lane, held)
    own = findings.of_workload(manifest, case, facts, verdicts, decision, missing)
    return workload_report(case, facts, verdicts, decision, held, trace_all), list(own)
