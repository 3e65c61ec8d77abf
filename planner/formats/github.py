"""Workflow commands: findings as annotations of the lines of a pull request on GitHub."""

from __future__ import annotations

from planner.formats._words import about, one_line, slashed
from planner.report import Finding, LintReport

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_findings(lint: LintReport) -> str:
    """One command a line, and nothing where there are no findings. What is allowed is not annotated."""
    return "".join(_command(finding) + "\n" for finding in lint.findings)


def _command(finding: Finding) -> str:
    """The message with what to do in a second line."""
    properties = {
        "file": one_line(slashed(finding.file)),
        "line": str(finding.line),
        "col": str(finding.column),
        "endColumn": str(finding.end_column),
        "title": one_line(finding.rule),
    }
    stated = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{COMMANDS[finding.level]} {stated}::" + _data(f"{about(finding)}\n{one_line(finding.remedy)}")


def _data(text: str) -> str:
    """The percent sign first: the others are written with it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
