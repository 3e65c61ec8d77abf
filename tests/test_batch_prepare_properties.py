"""What holds of any table: its request file has what the rows say, and the check has nothing against it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.batchfiles.dialects import at, named
from planner.batchfiles.findings import Fault
from planner.batchfiles.market import Market
from planner.batchfiles.preparing import Maker, Row, Target, fitting, method_of, read_template
from planner.manifest import Account
from planner.problems import Refused
from planner.requestfiles import open_market
from planner.requestmaking import open_table
from tests.making import DAY
from tests.test_batch_check import checked, dialects, findings
from tests.test_batch_prepare import BODIES

HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(max_examples=int(HUNT or "100"), deadline=None, derandomize=HUNT is None)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
cells = texts.map(lambda text: ("text", text)) | texts.map(lambda text: ("json", text))


@cache
def market(name: str) -> Market:
    """The provider's models, for an account of which nothing is known."""
    return open_market(named(name, dialects()), DAY, Account(name, name, None, None, {}))


def refused(row: Row, fault: Fault) -> Refused:
    """A fault, as it is."""
    return Refused([f"{row.place}: {fault.says}"])


@FUZZ
@given(st.sampled_from(sorted(BODIES)), st.lists(cells, min_size=1, max_size=5))
def test_whatever_a_cell_holds_the_line_is_valid_and_says_it(name: str, values: list[tuple[str, str]]) -> None:
    dialect = named(name, dialects())
    template = read_template({**BODIES[name], "labels": {"whole": "{text}"}} if "vertex" in name else BODIES[name], [])
    operation = fitting(dialect, BODIES[name])[0]
    target = Target(dialect, operation, operation.urls[0] if operation.urls else None, method_of(dialect), None)
    rows = [
        Row(f"x:{n}", n, {"text": text if kind == "text" else json.dumps(text).encode()})
        for n, (kind, text) in enumerate(values, 1)
    ]
    lines = list(Maker(template, target, market(name)).lines(rows, refused))
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)
    for line, (_, text) in zip(lines, values, strict=True):
        body = json.dumps(at(json.loads(line), dialect.body_at), ensure_ascii=False)
        assert json.dumps(text, ensure_ascii=False)[1:-1] in body
    report = checked(b"".join(lines), dialect=name)
    wrong = {one.rule for one in findings(report, "error")} - {"too-few-requests"}
    assert not wrong


@FUZZ
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.none() | st.booleans() | st.integers() | texts, min_size=1), min_size=1, max_size=4))  # fmt: skip
def test_a_whole_placeholder_is_the_columns_own_json(rows: list[dict[str, Any]]) -> None:
    template = read_template({"x": ["{a}", {"y": "{b}"}], "z": "{{a}}"}, [])
    given_rows = [
        Row("", n, {key: json.dumps(value).encode() for key, value in row.items()}) for n, row in enumerate(rows)
    ]
    for row, given_row in zip(rows, given_rows, strict=True):
        if set(row) == {"a", "b"}:
            filled = template.filled(given_row)
            assert json.loads(bytes(filled["x"][0])) == row["a"]
            assert json.loads(bytes(filled["x"][1]["y"])) == row["b"]
            assert filled["z"] == "{a}"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_record_of_a_csv_file_is_a_row_with_the_line_that_it_begins_on(tmp_path: Path, ends: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(f'a,b{ends}"1{ends}2",x{ends}{ends}3,"y"{ends}'.encode())
    found = [(row.number, row.cells) for row in open_table(str(path), None).rows]
    assert found == [(2, {"a": f"1{ends}2", "b": "x"}), (5, {"a": "3", "b": "y"})]
