"""Request files made to hurt, at a hundredth of their size: `python -m benchmarks.hostile` measures them whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hostile import COMMANDS, FILES, took, written

SHARE = {"a million nested brackets": 1, "a million brackets that stay open": 1}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_neither_crashes_nor_fills_the_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.jsonl"
    written(path, name, SHARE.get(name, 100))
    for command in COMMANDS:
        found = took(path, command)
        assert found.code in (0, 1, 3), found.said
        assert "Traceback" not in found.said
        assert found.said.count("\n") <= 1
        assert found.megabytes < 250
