"""Runs the command line in this process, as a user would."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from planner import cli


class Ran(NamedTuple):
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    """The command line with these arguments."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["planner", *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as done:
            code = done.code if isinstance(done.code, int) else 0
    captured = capsys.readouterr()
    return Ran(code, captured.out, captured.err)
