"""A JUnit report: findings among the tests of a CI server, a suite for each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from planner.formats._words import about, checked_files, in_cell, one_line, pointed, slashed
from planner.report import Finding, LintReport


class _Case(NamedTuple):
    """A finding as the outcome of a test: `failure` or `skipped`, and why."""

    finding: Finding
    outcome: str
    why: str
    message: str


def render_findings(lint: LintReport) -> str:
    """Errors and warnings fail; notes and what is allowed are skipped, since servers show no text of what passed."""
    cases: dict[str, list[_Case]] = {file: [] for file in checked_files(lint)}
    for case in _cases(lint):
        cases[case.finding.file].append(case)
    names: Counter[tuple[str, str]] = Counter()
    everything = [case for of_file in cases.values() for case in of_file]
    root = ET.Element("testsuites", {"name": "planner lint", **_counts(everything)})
    for file, of_file in cases.items():
        root.append(_suite(file, of_file, names))
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _cases(lint: LintReport) -> Iterator[_Case]:
    for finding in lint.findings:
        yield _Case(
            finding, "skipped" if finding.level == "note" else "failure", finding.level, in_cell(about(finding))
        )
    for finding, by, because in lint.suppressed:
        reason = f" ({one_line(because)})" if because else ""
        yield _Case(finding, "skipped", "allowed", f"allowed by {by}{reason}: {about(finding)}")


def _counts(cases: list[_Case]) -> dict[str, str]:
    outcomes = [case.outcome for case in cases]
    failures = outcomes.count("failure")
    return {
        "tests": str(len(outcomes)),
        "failures": str(failures),
        "errors": "0",
        "skipped": str(len(outcomes) - failures),
    }


def _suite(file: str, cases: list[_Case], names: Counter[tuple[str, str]]) -> ET.Element:
    """The tests of a file; one that passed where there is nothing to say."""
    shown = one_line(slashed(file))
    suite = ET.Element("testsuite", {"name": shown, **_counts(cases)})
    for case in cases:
        suite.append(_test(shown, case, names))
    if not cases:
        suite.set("tests", "1")
        ET.SubElement(suite, "testcase", classname=_class(shown), name="planner lint", file=shown)
    return suite


def _test(file: str, case: _Case, names: Counter[tuple[str, str]]) -> ET.Element:
    """A test whose name nobody else has: of two that are equal, servers drop one."""
    finding, key = case.finding, (_class(file), _name(case.finding))
    names[key] += 1
    name = key[1] if names[key] == 1 else f"{key[1]} #{names[key]}"
    test = ET.Element("testcase", classname=key[0], name=name, file=file, line=str(finding.line))
    outcome = ET.SubElement(test, case.outcome, type=case.why, message=case.message)
    outcome.text = "\n".join((f"{file}:{finding.line}:{finding.column}: {case.message}", *pointed(finding)))
    return test


def _class(file: str) -> str:
    """The file without its ending, which servers would take for the name of a class in a package."""
    return file.removesuffix(".yaml").removesuffix(".yml")


def _name(finding: Finding) -> str:
    """The rule and the place, without line and number, so that it stays when others are added above."""
    inner = finding.path.split("/", 3)[3:] if finding.path.startswith("/workloads/") else [finding.path.lstrip("/")]
    place = one_line("".join(inner))
    return one_line(f"{finding.rule}: {finding.workload}" if finding.workload else finding.rule) + (
        f" ({place})" if place else ""
    )
