"""Whatever a manifest's text holds, no format of the linter breaks its reader or hands on what a reader would obey."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml
from sarif_kit.validate import validation_errors  # type: ignore[import-untyped]

from planner import formats
from planner.formats import text
from planner.report import LEVELS, Finding, Fix, LintReport, Suppressed
from tests.test_lint_formats import CARD, GITLAB, commands

NASTY = st.sampled_from(
    ["\x1b[31m", "\x00", "\r\n::error::x", "<b>&amp;]]>", "=cmd|' /C calc'!A0", "\u202e", "\ufffe", "\udcff", "%0A%25", "](x)",
     "|\\|`*", "\x85", "::stop-commands::x", "@team", "-->", "./", "\\", "\U0001f600", "1 | x:1:1: error: "]
)  # fmt: skip
TEXT = st.lists(NASTY | st.text(st.characters(exclude_categories=()), max_size=8), max_size=5).map("".join)
FINDINGS = st.builds(
    lambda width, **fields: Finding(**fields, end_column=fields["column"] + width),
    width=st.integers(1, 40),
    rule=st.just("a-rule"),
    level=st.sampled_from(LEVELS),
    workload=st.none() | TEXT,
    file=TEXT.map(lambda name: name + ".yaml"),
    path=TEXT,
    line=st.integers(1, 10**6),
    column=st.integers(1, 250),
    excerpt=TEXT,
    message=TEXT,
    remedy=TEXT,
    fingerprint=st.sampled_from(["0" * 16, "f" * 16]),
    usd_at_stake=st.none() | st.decimals(0, 10**9, places=6).map(Decimal),
    fix=st.none()
    | st.builds(Fix, TEXT, st.booleans(), st.just("/workloads/0/lane"), st.none() | TEXT, st.none() | TEXT),
)
REPORTS = st.builds(
    lambda findings, allowed: LintReport(1, ["clean.yaml"], [CARD], findings, allowed),
    st.lists(FINDINGS, max_size=4),
    st.lists(st.builds(Suppressed, FINDINGS, st.sampled_from(["comment", "baseline"]), st.none() | TEXT), max_size=2),
)


@given(REPORTS)
@pytest.mark.parametrize("name", formats.able("render_findings"))
def test_every_format_is_text_that_can_be_written_and_has_nothing_that_a_terminal_obeys(
    name: str, lint: LintReport
) -> None:
    shown = formats.findings_format(name)(lint)
    shown.encode()
    assert shown.replace("\n", "").replace("\u200b", "").isprintable()


def test_a_file_that_is_written_in_two_ways_is_one_artifact() -> None:
    lint = LintReport(1, ["a.yaml", "./a.yaml"], [CARD], [], [])
    data = json.loads(formats.findings_format("sarif")(lint))
    assert validation_errors(data) == []
    assert len(data["runs"][0]["artifacts"]) == 1


@given(REPORTS)
def test_sarif_keeps_to_the_official_schema(lint: LintReport) -> None:
    data = json.loads(formats.findings_format("sarif")(lint))
    assert validation_errors(data) == []
    results = data["runs"][0]["results"]
    assert len(results) == len(lint.findings) + len(lint.suppressed)
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert all(
        re.fullmatch(r"(?:file:///)?(?:[\w.~/:-]|%[0-9A-F]{2})*", p["artifactLocation"]["uri"], re.A) for p in places
    )
    assert not any(result["message"]["text"].startswith(("=", "+", "-", "@")) for result in results)


@given(REPORTS)
def test_junit_is_xml_with_every_finding_under_a_name_of_its_own(lint: LintReport) -> None:
    shown = formats.findings_format("junit")(lint)
    root = ET.fromstring(shown.encode())
    counted = [int(root.attrib[key]) for key in ("failures", "skipped")]
    assert sum(counted) == len(lint.findings) + len(lint.suppressed)
    names = [(case.classname, case.name) for suite in JUnitXml.fromstring(shown.encode()) for case in suite]
    assert len(names) == len(set(names))
    assert len(names) >= sum(counted)


@given(REPORTS)
def test_workflow_commands_stay_one_a_line_and_say_what_they_were_told(lint: LintReport) -> None:
    read = commands(formats.findings_format("github")(lint))
    assert [(p["line"], p["title"]) for _, p, _ in read] == [(str(f.line), f.rule) for f in lint.findings]
    for (_, _, message), finding in zip(read, lint.findings, strict=True):
        said = f"{finding.workload}: {finding.message}" if finding.workload else finding.message
        assert message == "\n".join(
            "".join(c if c.isprintable() else " " for c in part) for part in (said, finding.remedy)
        )


@given(REPORTS)
def test_a_code_quality_report_stays_one_with_unique_fingerprints(lint: LintReport) -> None:
    entries = json.loads(formats.findings_format("gitlab")(lint))
    jsonschema.validate(entries, GITLAB)
    assert len({entry["fingerprint"] for entry in entries}) == len(lint.findings)


@given(REPORTS)
def test_no_text_breaks_a_markdown_table_or_brings_markup(lint: LintReport) -> None:
    shown = formats.findings_format("markdown")(lint)
    own = r"<!-- planner lint -->|</?details>|</?summary>|<br>"
    assert "<" not in re.sub(own, "", shown)
    rows = [line for line in shown.splitlines() if line.startswith("| ")]
    bars = {len(re.sub(r"\\.", "", row).split("|")) - 1 for row in rows}
    assert bars <= {6, 7}
    assert len([row for row in rows if row.startswith(("| error", "| warning", "| note"))]) == len(lint.findings)


@given(REPORTS)
def test_colour_changes_nothing_but_the_colour(lint: LintReport) -> None:
    plain = formats.findings_format("text")(lint)
    assert re.sub(r"\x1b\[[\d;]*m", "", text.in_colour(plain)) == plain
