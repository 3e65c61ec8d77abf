"""One truth: what the page computes in a browser is what the planner computes, to the last digit."""

from __future__ import annotations

import os
import random
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from planner.explorerpage.payload import payload
from planner.plan import plan
from planner.report import PRICE_UNKNOWN, Report, WorkloadReport
from planner.units import plain
from tests.exploring import built, by_chance, explorer, fragment_of, library, manifest_of
from tests.making import DAY, as_yaml, read

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LINKS = "asked => asked.map(fragment => window.plannerExplorer.evaluate(fragment).link)"
CASES = int(os.environ.get("PLANNER_EXPLORER_CASES", "2500"))
ELSEWHERE = {"cheaper-elsewhere"}
"""Rules that compare the providers of a whole manifest; a page has one workload."""
ASK = "asked => asked.map(fragment => window.plannerExplorer.evaluate(fragment).outcome)"


def planned(choices: list[dict[str, str]], on: date) -> Report:
    """The plan of the choices, with the whole catalog."""
    return plan(read(as_yaml(manifest_of(choices))), library().catalog, on, trace_all=False)


def told(report: Report, workload: WorkloadReport) -> dict[str, Any]:
    """What the page has to say too."""
    month = workload.monthly._asdict()
    missing = [f.message for f in report.findings if f.rule == PRICE_UNKNOWN and f.workload == workload.id]
    return {
        "mode": workload.mode,
        "lane": workload.lane,
        "pattern": workload.pattern,
        "decided_by": workload.decided_by,
        "reason": workload.reason,
        "billed_as": workload.billed_as,
        "monthly": {k: v if v is None or isinstance(v, str) else plain(v) for k, v in month.items()},
        "missing": sorted(missing),
        "assumptions": workload.assumptions,
        "fired": [[entry.rule, entry.message] for entry in workload.trace if entry.rule not in ELSEWHERE],
        "lines": [
            [
                line.lane,
                line.token_class,
                line.counts,
                plain(line.usd),
                line.source,
                str(line.verified or ""),
                line.note,
            ]
            for line in workload.lines
        ],
    }


def shown(outcome: dict[str, Any]) -> dict[str, Any]:
    """The page's outcome in the same form."""
    names = ("mode", "lane", "pattern", "decided_by", "reason", "billed_as", "monthly", "assumptions")
    lines = ("lane", "token_class", "counts", "usd", "source", "verified", "note")
    return {
        **{name: outcome[name] for name in names},
        "missing": sorted(outcome["missing"]),
        "fired": [[rule["id"], rule["message"]] for rule in outcome["fired"] if rule["id"] not in ELSEWHERE],
        "lines": [[line[name] or ("" if name == "verified" else None) for name in lines] for line in outcome["lines"]],
    }


def data_on(on: date) -> dict[str, Any]:
    """What a page of that day knows."""
    found = library()
    return payload(found.catalog, found.whens, found.limits, "effort", on)


def compared(browser: Browser, on: date, cases: int, seed: int) -> Report:
    """The plan of choices by chance, once the page of that day was held against it."""
    chance = random.Random(seed)
    data = data_on(on)
    choices = [by_chance(chance, data) for _ in range(cases)]
    report = planned(choices, on)
    with explorer(browser, path=built("--on", str(on))) as page:
        outcomes = page.page.evaluate(ASK, [fragment_of(choice) for choice in choices])
    wrong = []
    for choice, workload, outcome in zip(choices, report.workloads, outcomes, strict=True):
        expected, got = told(report, workload), shown(outcome)
        if expected != got:
            wrong.append((choice, {k: (expected[k], got[k]) for k in expected if expected[k] != got[k]}))
    assert wrong[:3] == [], f"{len(wrong)} of {cases} differ"
    return report


def test_thousands_of_choices_come_out_as_in_a_plan(browser: Browser) -> None:
    report = compared(browser, DAY, CASES, seed=20261124)
    deciding = {workload.decided_by for workload in report.workloads}
    assert deciding >= {"chatbot", "batch-rate-missing", "low-volume", "high-volume", "queue-misses-deadline"}, deciding
    assert sum(workload.mode == "batch" for workload in report.workloads) > CASES / 40
    assert sum(workload.monthly.expected_usd is None for workload in report.workloads) > CASES / 100
    fired = {entry.rule for workload in report.workloads for entry in workload.trace}
    assert fired >= {"scheduled-price-rise", "context-window-exceeded", "regional-surcharge", "price-disputed"}, fired


@pytest.mark.parametrize("on", [date(2025, 6, 1), date(2027, 1, 1)], ids=str)
def test_so_they_do_on_days_with_other_prices(browser: Browser, on: date) -> None:
    compared(browser, on, CASES // 8, seed=on.year)


def test_a_link_says_all_that_was_chosen(browser: Browser) -> None:
    chance = random.Random(3)
    data = data_on(DAY)
    links = [fragment_of(by_chance(chance, data)) for _ in range(300)]
    with explorer(browser) as page:
        first = page.page.evaluate(LINKS, links)
        assert page.page.evaluate(LINKS, first) == first
    for asked, link in zip(links, first, strict=True):
        assert dict(part.split("=") for part in asked.split("&")) == dict(part.split("=") for part in link.split("&"))
