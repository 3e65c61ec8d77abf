"""Findings mended in their files: shown as a patch, or written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from planner.disk import load_schema, read_bytes, write_atomically
from planner.documents import read_documents
from planner.edits import Edit, apply
from planner.mends import edits_of
from planner.parsing import parse
from planner.problems import Refused, safe
from planner.report import Finding

_BOM = "\ufeff"


class Mended(NamedTuple):
    """One file before and after, how many findings are mended in it, and what is said of the others."""

    name: str
    before: str
    after: str
    done: int
    notes: list[str]

    def patch(self) -> str:
        """The change as a unified diff."""
        from difflib import unified_diff

        before, after = (re.findall("[^\n]*\n|[^\n]+", text) for text in (self.before, self.after))
        shown = unified_diff(before, after, safe(self.name), safe(self.name))
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in shown)

    def write(self) -> None:
        """The file as it is after, at once or not at all; a file without a change is not touched."""
        if self.after != self.before:
            write_atomically(self.name, self.after)


def mend(findings: Iterable[Finding], unsafe: bool, stdin: tuple[str, bytes] | None = None) -> list[Mended]:
    """What becomes of the files of the findings; `stdin` is the name and the bytes of one that is not on the disk."""
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.fix and finding.fix.path:
            by_file.setdefault(finding.file, []).append(finding)
    mended = []
    for name, found in by_file.items():
        raw = stdin[1] if stdin and name == stdin[0] else read_bytes(Path(name))
        edits = edits_of(raw.decode("utf-8-sig"), found, unsafe)
        if edits:
            mended.append(mended_file(name, raw, edits))
    return mended


def mended_file(name: str, raw: bytes, edits: Sequence[Edit]) -> Mended:
    """The file with the edits, or as it was where it would be no manifest any more."""
    text = raw.decode("utf-8-sig")
    bom = _BOM if raw.startswith(_BOM.encode()) else ""
    edited = apply(text, edits)
    notes = [f"{safe(name)}: {'.'.join(map(str, edit.path))} is not mended: {why}" for edit, why in edited.refused]
    try:
        for document in read_documents(edited.text.encode(), name):
            if isinstance(document.data, dict) and "workloads" in document.data:
                parse(document, load_schema("manifest"))
    except Refused as refused:
        notes.append(f"{safe(name)}: is not mended, since a fix does not fit: {refused.complaints[0]}")
        return Mended(name, bom + text, bom + text, 0, notes)
    return Mended(name, bom + text, bom + edited.text, len(edited.done), notes)
