"""Comments in a manifest that allow a finding: `# planner: allow RULE -- reason`, on its line or on its workload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from planner.documents import Document
from planner.findings import ENGINE_FINDINGS, Told, engine, in_order
from planner.places import Place, finding_at, fingerprint
from planner.problems import quoted, suggestion
from planner.report import Finding, Suppressed

NEVER = ("price-unknown", "over-budget")
"""Findings with an exit code of their own, which no comment makes go away."""
_ANY = re.compile(r"#\s*planner\s*:")
_ALLOW = re.compile(r"allow\s+([a-z][a-z0-9-]*(?:\s*,\s*[a-z][a-z0-9-]*)*)(?:\s+--\s*(.*))?")
_ITEM = re.compile(r"\s*-(\s|$)")


class Allowance(NamedTuple):
    """One rule that a comment allows. `lines` are those whose findings it covers, `workload` the one that it stands on."""

    rule: str
    because: str | None
    place: Place
    lines: tuple[int, ...]
    workload: str | None


class Sifted(NamedTuple):
    """What is left to act on, with what is wrong with the comments themselves; and what was allowed."""

    findings: list[Finding]
    suppressed: list[Suppressed]


def sift(documents: Sequence[Document], findings: Sequence[Finding], rules: Iterable[str]) -> Sifted:
    """The findings of a file without those that its comments allow. `documents` are the manifests in it."""
    if not documents or _ANY.search(documents[0].text) is None:
        return Sifted(list(findings), [])
    allowances, wrong = _read(documents, {*rules, *ENGINE_FINDINGS})
    used: set[int] = set()
    left: list[Finding] = []
    suppressed = []
    for finding in findings:
        index = next((i for i, one in enumerate(allowances) if _covers(one, finding)), None)
        if index is None:
            left.append(finding)
        else:
            used.add(index)
            suppressed.append(Suppressed(finding, "comment", allowances[index].because))
    for index, one in enumerate(allowances):
        wrong += [(one.place, told) for told in _faults(one, index in used)]
    return Sifted(in_order([*left, *(_finding(place, told) for place, told in wrong)]), suppressed)


def _faults(one: Allowance, used: bool) -> Iterator[Told]:
    if one.rule in NEVER:
        yield engine("allow-wrong", f"{one.rule} cannot be allowed: it has an exit code of its own")
    elif not used:
        yield engine("allow-unused", f"{one.rule} is allowed here and does not speak")
    elif not one.because:
        yield engine("allow-without-reason", f"{one.rule} is allowed without a reason")


def _finding(place: Place, told: Told) -> Finding:
    mark = fingerprint(told.rule, told.says, ())
    return finding_at(place, told.rule, told.level, told.says, told.remedy, mark)


def _covers(one: Allowance, finding: Finding) -> bool:
    if one.rule != finding.rule or finding.rule in NEVER:
        return False
    return finding.line in one.lines or (one.workload is not None and one.workload == finding.workload)


def _read(documents: Sequence[Document], rules: set[str]) -> tuple[list[Allowance], list[tuple[Place, Told]]]:
    """The allowances of the text, and what is wrong with its comments."""
    allowances: list[Allowance] = []
    wrong: list[tuple[Place, Told]] = []
    document = documents[0]
    workloads = {line: name for one in documents for line, name in _workloads(one).items()}
    for line, column, text in _comments(document):
        place = Place(document.name, "", line, column, len(document.lines[line - 1]) + 1, document.lines[line - 1])
        found = _ALLOW.fullmatch(text)
        if found is None:
            says = f"{quoted(text)}: a comment to planner is `# planner: allow RULE -- reason`"
            wrong.append((place, engine("allow-wrong", says)))
            continue
        lines = _covered(document, line, column)
        workload = next((workloads[at] for at in lines if at in workloads), None)
        for rule in (name.strip() for name in found[1].split(",")):
            if rule not in rules:
                wrong.append((place, engine("allow-wrong", f"no rule {quoted(rule)}{suggestion(rule, rules)}")))
            else:
                allowances.append(Allowance(rule, found[2] or None, place, lines, workload))
    return allowances, wrong


def _covered(document: Document, line: int, column: int) -> tuple[int, ...]:
    """The comment's own line, or where it stands alone the next one with more than a comment."""
    if document.lines[line - 1][: column - 1].strip():
        return (line,)
    after = range(line, len(document.lines))
    following = (n + 1 for n in after if document.lines[n].strip() and not document.lines[n].lstrip().startswith("#"))
    return (line, *list(following)[:1])


def _workloads(document: Document) -> dict[int, str]:
    """The workloads by the lines on which each begins: that of its first key, and that of a dash which stands alone."""
    found: dict[int, str] = {}
    for index, workload in enumerate(document.data.get("workloads", ())):
        if not isinstance(workload, dict):
            continue
        line = document.where(("workloads", index)).line
        while not _ITEM.match(document.lines[line - 1]) and line > 1 and not _stripped(document.lines[line - 2]):
            line -= 1
        found[line] = str(workload.get("id"))
    return found


def _stripped(line: str) -> str:
    """What a line holds beside a dash and a comment."""
    return line.partition("#")[0].strip("- \t")


def _comments(document: Document) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of every comment to planner; a # inside a text is none."""
    inside = _texts(document.text)
    for number, line in enumerate(document.lines, 1):
        for found in _ANY.finditer(line):
            begins = found.start() == 0 or line[found.start() - 1] in " \t"
            at = (number, found.start() + 1)
            if begins and not any(start <= at < end for start, end in inside):
                yield *at, line[found.end() :].strip()
                break


def _texts(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Beginning and end of every scalar of the text that a # may stand in."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    spans = []
    for token in yaml.scan(text, Loader=loader):
        if isinstance(token, yaml.ScalarToken) and "#" in token.value:
            start, end = token.start_mark, token.end_mark
            spans.append(((start.line + 1, start.column + 1), (end.line + 1, end.column + 1)))
    return spans
