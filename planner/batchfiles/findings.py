"""Findings of one file, gathered so that fifty thousand alike stay readable and small."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from planner.batchfiles.columns import place_of
from planner.batchfiles.rulebook import CHECKS, LEVELS
from planner.problems import Path

MOST_KINDS = 100
"""Kinds of one rule that are told apart in a file; further ones count as one."""


class Line(NamedTuple):
    """A line of the file: its number from 1, the offset of its first byte, its text."""

    number: int
    start: int
    text: str


class Saying(NamedTuple):
    """What the service says of a fault: its code, the gist of its message, when; None is not known."""

    code: str | None = None
    message: str | None = None
    when: str | None = None
    level: str | None = None


class BatchFinding(NamedTuple):
    """A fault of a request file with its place, our rule, and what the provider would say.

    `line` and `column` count from 1, `byte` from 0; None for what holds of the file as a whole. `kind` tells the
    findings of one rule apart.
    """

    rule: str
    kind: str
    level: str
    file: str
    line: int | None
    column: int | None
    byte: int | None
    custom_id: str | None
    message: str
    remedy: str
    provider_code: str | None
    provider_message: str | None
    provider_when: str | None


class Group(NamedTuple):
    """Findings of one kind: how many there are, the line of the last, and those that were kept."""

    rule: str
    kind: str
    level: str
    number: int
    last_line: int | None
    kept: tuple[BatchFinding, ...]


class Fault(NamedTuple):
    """A fault before it has a place: what is None is the rule's or the dialect's."""

    rule: str
    says: str
    kind: str = ""
    path: Path = ()
    at_key: bool = False
    level: str | None = None
    remedy: str | None = None
    code: str | None = None


class _Kept:
    """The findings of one kind; what the provider says of them is added when they are asked for."""

    def __init__(self, fault: Fault) -> None:
        self.rule, self.level = fault.rule, fault.level
        self.count = 0
        self.last_line: int | None = None
        self.findings: list[BatchFinding] = []


class Findings:
    """The findings of a file. Counts all, keeps the first `most` of each kind, places only those."""

    def __init__(self, file: str, most: int) -> None:
        self.file = file
        self._most = most
        self._groups: dict[tuple[str, str, str | None], _Kept] = {}
        self._kinds: dict[str, int] = {}

    def add(
        self, fault: Fault, line: Line | None = None, custom_id: str | None = None, column: int | None = None
    ) -> None:
        """Counts the fault. Its column is that of `column` (from 0) in the text, else that of its path."""
        group = self._group(fault)
        group.count += 1
        group.last_line = group.last_line if line is None else line.number
        if len(group.findings) < self._most:
            group.findings.append(self._placed(fault, line, custom_id, column))

    def full(self, fault: Fault) -> bool:
        """Whether further findings of the kind are counted only."""
        return len(self._group(fault).findings) >= self._most

    def groups(self, saying_of: Callable[[str], Saying]) -> list[Group]:
        """The findings by kind, in the order of their first place; what holds of the whole file comes last."""
        found = []
        for (_, kind, _), kept in self._groups.items():
            saying = saying_of(kept.rule)
            level = kept.level or saying.level or CHECKS[kept.rule].level
            findings = tuple(_told(finding, level, saying) for finding in kept.findings)
            found.append(Group(kept.rule, kind, level, kept.count, kept.last_line, findings))
        return sorted(found, key=lambda group: _order(group.kept[0]))

    def _group(self, fault: Fault) -> _Kept:
        key = (fault.rule, fault.kind, fault.level)
        if key not in self._groups:
            self._kinds[fault.rule] = self._kinds.get(fault.rule, 0) + 1
            if self._kinds[fault.rule] > MOST_KINDS:
                key = (fault.rule, "", fault.level)
        return self._groups.setdefault(key, _Kept(fault))

    def _placed(self, fault: Fault, line: Line | None, custom_id: str | None, column: int | None) -> BatchFinding:
        at = column
        if line is not None and at is None:
            at = place_of(line.text, fault.path, fault.at_key)
        return BatchFinding(
            rule=fault.rule,
            kind=fault.kind,
            level="",
            file=self.file,
            line=None if line is None else line.number,
            column=None if line is None or at is None else at + 1,
            byte=None if line is None or at is None else line.start + _bytes(line.text[:at]),
            custom_id=custom_id,
            message=fault.says,
            remedy=fault.remedy or CHECKS[fault.rule].remedy,
            provider_code=fault.code,
            provider_message=None,
            provider_when=None,
        )


def _told(finding: BatchFinding, level: str, saying: Saying) -> BatchFinding:
    """The finding with its level and what the provider says; a code that the fault brought along stays."""
    own = finding.provider_code
    return finding._replace(
        level=level,
        provider_code=own or saying.code,
        provider_message=None if own else saying.message,
        provider_when=saying.when,
    )


def counted(groups: Iterable[Group], level: str) -> int:
    """How many findings have the level."""
    return sum(group.number for group in groups if group.level == level)


def _order(finding: BatchFinding) -> tuple[bool, int, int, int, str, str]:
    place = (finding.line is None, finding.line or 0, finding.column or 0)
    return (*place, LEVELS.index(finding.level), finding.rule, finding.kind)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
