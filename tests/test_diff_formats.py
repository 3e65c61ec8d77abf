"""Formats of a comparison: golden files, the room of a comment, and what a stranger's names can do."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from planner import diffviews, files
from planner.diffing.comparison import compare
from planner.diffing.report import CAUSES, DiffReport
from planner.diffviews import markdown
from planner.problems import Refused
from tests import comparing, golden
from tests.comparing import side
from tests.making import workload

SHOWN = comparing.rendered()
EVIL = "x\x1b[31m | <b>`a`</b> [l](http://e) ![i](u) @all <!-- planner-diff --> \u202e"


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_format_shows_what_its_golden_file_holds(name: str) -> None:
    shown = (golden.FOLDER / name).read_text(encoding="utf-8")
    assert SHOWN[name] == shown, "python -m tests.comparing writes it anew"


def test_every_format_has_a_golden_file() -> None:
    assert set(diffviews.names()) == set(comparing.ENDINGS)


def test_the_json_fits_its_schema_and_lists_the_fields_of_the_report() -> None:
    schema = dict(files.load_schema("diff"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(SHOWN["diff.json"]), schema)
    assert list(schema["properties"]) == list(DiffReport._fields)
    assert tuple(schema["$defs"]["Causes"]["properties"]) == CAUSES


def test_what_plan_and_diff_share_is_the_same_in_both_schemas() -> None:
    plan, diff = files.load_schema("plan")["$defs"], files.load_schema("diff")["$defs"]
    shared = plan.keys() & diff.keys()
    assert {"Finding", "BudgetCheck", "BookName"} <= shared
    assert {name: diff[name] for name in shared} == {name: plan[name] for name in shared}


def test_causes_in_the_golden_json_add_up() -> None:
    data = json.loads(SHOWN["diff.json"])
    split = [one for one in data["workloads"] if one["causes"] is not None]
    assert split
    for one in split:
        assert sum(map(Decimal, one["causes"].values())) == Decimal(one["delta_usd"])


def test_text_keeps_within_a_hundred_columns() -> None:
    assert max(map(len, SHOWN["diff.txt"].splitlines())) <= 100
    long = {"id": "a" * 90, "volume": {"requests": 10**9, "per": "day"}}
    text = diffviews.diff_format("text")(compare(side(workload(**long)), side(workload(**{**long, "model": "gpt-5"}))))
    assert max(map(len, text.splitlines())) <= 100
    assert "182,625,000.00" in text


def named_by_a_stranger() -> DiffReport:
    """A comparison in which every name is somebody's attempt."""
    old, new = side(workload()), side(workload(volume={"requests": 2000, "per": "month"}), budget={"monthly_usd": 1})
    diff = compare(old._replace(name=EVIL), new)
    (one,) = diff.workloads
    changes = [change._replace(before=EVIL, after=EVIL) for change in one.changes]
    worse = [f._replace(workload=EVIL, message=EVIL, remedy=EVIL, file=EVIL, rule=EVIL) for f in diff.findings.new]
    return diff._replace(
        workloads=[one._replace(id=EVIL, changes=changes), one._replace(id=EVIL, causes=None, not_split=EVIL)],
        budgets=[budget._replace(scope=EVIL) for budget in diff.budgets],
        findings=diff.findings._replace(new=worse, gone=worse),
    )


@pytest.mark.parametrize("name", diffviews.names())
def test_no_format_lets_a_control_character_through(name: str) -> None:
    assert all(c.isprintable() or c in "\n\u200b" for c in diffviews.diff_format(name)(named_by_a_stranger()))


def test_markup_in_names_stays_text_in_markdown() -> None:
    text = markdown.render(named_by_a_stranger())
    assert text.count("<!--") == 1
    assert "<b>" not in text
    assert "](http" not in text.replace("\\]", "")
    assert "@all" not in text
    for line in text.splitlines():
        if line.startswith("| "):
            assert line.replace("\\|", "").count("|") in (4, 5, 6)


def many(number: int, **fields: Any) -> list[dict[str, Any]]:
    """Workloads with long names."""
    return [workload(id=f"w{n}-" + "x" * 80, owner=f"owner-{n}", **fields) for n in range(number)]


def test_a_comment_on_a_thousand_changes_is_cut_and_says_what_was_cut() -> None:
    budgets = [{"owner": f"owner-{n}", "monthly_usd": 1} for n in range(1000)]
    old = side(*many(1000), budgets=budgets)
    new = side(*many(1000, volume={"requests": 9000, "per": "month"}, model="gpt-5"), budgets=budgets)
    text = markdown.render(compare(old, new))
    assert 30_000 < len(text) < 65_000
    assert "Cut to fit into a comment: " in text
    for noun in ("rows", "budgets", "new findings"):
        assert f" {noun}" in text.splitlines()[-1], noun
    assert text.count("<details>") == text.count("</details>")


def test_the_largest_changes_come_first_in_a_comment() -> None:
    old = side(workload(id="small"), workload(id="large"))
    new = side(
        workload(id="small", volume={"requests": 1001, "per": "month"}),
        workload(id="large", volume={"requests": 9000, "per": "month"}),
    )
    text = markdown.render(compare(old, new))
    assert text.index("| large |") < text.index("| small |")


def test_a_comparison_without_a_change_says_so() -> None:
    same = side(workload())
    for name in ("text", "markdown"):
        assert "Monthly cost unchanged at $6.00" in diffviews.diff_format(name)(compare(same, same))
    assert "| ---" not in markdown.render(compare(same, same))


def test_less_than_a_cent_is_not_shown_as_nothing() -> None:
    tiny = {"tokens": {"input": 1, "output": 0}}
    diff = compare(side(workload(**tiny)), side(workload(**tiny, volume={"requests": 1001, "per": "month"})))
    assert "Monthly cost +$0.000002" in diffviews.diff_format("text")(diff)


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match=r"did you mean 'json'\?; there are: json, markdown, text"):
        diffviews.diff_format("jsn")
