"""SARIF 2.1.0 for code scanning: rules with their help, results with money and a lasting mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from planner.formats._words import about, checked_files, in_cell, in_markdown, one_line, slashed
from planner.jsontext import as_json
from planner.report import Finding, LintReport, RuleCard, Suppressed
from planner.units import plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MARK = "planner/v1"
"""Name of our fingerprint; another way to reckon it gets another name."""
KINDS = {"comment": "inSource"}
"""How SARIF calls what allows a finding; all but a comment lies outside of the file."""
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def render_findings(lint: LintReport) -> str:
    """One run: the files that were checked, the rules that spoke, what they found and what somebody allowed."""
    run = {
        "tool": {"driver": {"name": "planner", **_version(), "rules": [_rule(card) for card in lint.rules]}},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": where, "roles": ["analysisTarget"]} for where in _locations(lint)],
        "results": list(_results(lint)),
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _locations(lint: LintReport) -> list[dict[str, Any]]:
    """The files that were checked, each once however it was written: ./a.yaml is a.yaml."""
    found = {str(where): where for where in map(_location, checked_files(lint))}
    return list(found.values())


def _version() -> dict[str, str]:
    """The version that is installed; nothing where the package is used without having been."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return {"semanticVersion": version("llm-workload-planner")}
    except PackageNotFoundError:
        return {}


def _rule(card: RuleCard) -> dict[str, Any]:
    why, remedy, source = (one_line(text) for text in (card.why, card.remedy, card.source))
    formatted = f"{in_markdown(why)}\n\n**What to do.** {in_markdown(remedy)}\n\n*Source: {in_markdown(source)}*"
    return {
        "id": card.id,
        "shortDescription": {"text": one_line(card.summary)},
        "fullDescription": {"text": why},
        "help": {"text": f"{why}\n\nWhat to do: {remedy}\n\nSource: {source}", "markdown": formatted},
        "helpUri": card.uri,
        "defaultConfiguration": {"level": card.level},
    }


def _results(lint: LintReport) -> Iterator[dict[str, Any]]:
    """Where one result has suppressions, the standard wants them of all: an empty list where there are none."""
    index = {card.id: number for number, card in enumerate(lint.rules)}
    for finding in lint.findings:
        yield _result(finding, index) | ({"suppressions": []} if lint.suppressed else {})
    for one in lint.suppressed:
        yield _result(one.finding, index) | {"suppressions": [_suppression(one)]}


def _result(finding: Finding, index: Mapping[str, int]) -> dict[str, Any]:
    stake = finding.usd_at_stake
    return {
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule, -1),
        "level": finding.level,
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _place(finding), **_logical(finding)}],
        "partialFingerprints": {MARK: finding.fingerprint},
        "properties": {"usd_at_stake": None if stake is None else plain(stake)},
    }


def _suppression(one: Suppressed) -> dict[str, str]:
    because = {"justification": one_line(one.because)} if one.because else {}
    return {"kind": KINDS.get(one.by, "external"), "status": "accepted", **because}


def _message(finding: Finding) -> str:
    """What was found; `](` would make a link of a manifest's text."""
    return in_cell(about(finding)).replace("](", "] (")


def _place(finding: Finding) -> dict[str, Any]:
    """The key or value with its text, and around it the line as far as it is known."""
    line, text = finding.line, one_line(finding.excerpt)
    found = text[finding.column - 1 : finding.end_column - 1]
    whole = len(found) == finding.end_column - finding.column
    region = {
        "startLine": line,
        "startColumn": finding.column,
        "endLine": line,
        "endColumn": finding.end_column,
        **({"snippet": {"text": found}} if whole else {}),
    }
    around = {"startLine": line, "snippet": {"text": text}}
    return {"artifactLocation": _location(finding.file), "region": region, "contextRegion": around}


def _logical(finding: Finding) -> dict[str, list[dict[str, str]]]:
    """The workload, and the JSON pointer into the file."""
    found = []
    if finding.workload:
        found.append({"name": one_line(finding.workload), "kind": "resource"})
    if finding.path:
        found.append({"fullyQualifiedName": one_line(finding.path), "kind": "value"})
    return {"logicalLocations": found} if found else {}


def _location(file: str) -> dict[str, str]:
    """The file as a URI: relative to the root of the sources, unless its name starts at the root of a disk."""
    name = file.replace("\\", "/")
    drive = name[1:3] == ":/" and name[:1].isalpha()
    if name.startswith("/") or drive:
        return {"uri": "file://" + (f"/{name[:2]}{_encoded(name[2:])}" if drive else _encoded(name))}
    return {"uri": _encoded(slashed(file)), "uriBaseId": "%SRCROOT%"}


def _encoded(text: str) -> str:
    return "".join(c if c in UNRESERVED else "".join(f"%{byte:02X}" for byte in _bytes(c)) for c in text)


def _bytes(character: str) -> bytes:
    """UTF-8; of a file's name that is none, the byte that stood there."""
    return character.encode("utf-8", "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass")
