"""What a team has decided to live with: comments that allow a finding, and the baseline of those that are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.allowing import sift
from planner.documents import read_document
from tests.console import Ran, run

Capsys = pytest.CaptureFixture[str]
GOING = "model-retiring"
TEXT = """\
version: 1
workloads:
  - id: one
    provider: openai
    model: gpt-4.1
    volume: {requests: 1000, per: month}
    tokens: {input: 1000, output: 500, max_output: 600}
    latency: {max: 1s}
"""


def lint(capsys: Capsys, path: Path, *more: str) -> Ran:
    """The linter on a file, as of the day of the tests."""
    return run(capsys, "lint", str(path), "--on", "2026-11-24", "-f", "json", "--fail-on", "warning", *more)


def rules(ran: Ran) -> list[str]:
    """The rules that spoke, without those of a note."""
    return [one["rule"] for one in json.loads(ran.out)["findings"] if one["level"] != "note"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a manifest with one warning: its model goes."""
    path = tmp_path / "m.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def marked(path: Path, at: str, comment: str) -> None:
    """Puts the comment behind the line that begins so, or alone above it where it ends with a line break."""
    lines = []
    for line in TEXT.splitlines():
        hit = line.strip().startswith(at)
        lines += [comment.rstrip("\n"), line] if hit and comment.endswith("\n") else [line + comment if hit else line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_without_a_comment_the_finding_counts(path: Path, capsys: Capsys) -> None:
    ran = lint(capsys, path)
    assert (ran.code, rules(ran)) == (1, [GOING])


@pytest.mark.parametrize(
    ("at", "comment"),
    [
        ("model:", "  # planner: allow model-retiring -- it moves in spring"),
        ("model:", "    # planner: allow model-retiring -- it moves in spring\n"),
        ("- id:", "  # planner: allow model-retiring -- it moves in spring"),
        ("- id:", "# planner: allow model-retiring -- it moves in spring\n"),
        ("- id:", "  #planner:allow  model-retiring  --  it moves in spring"),
    ],
)
def test_a_comment_on_the_line_or_the_workload_allows_its_rule(
    at: str, comment: str, path: Path, capsys: Capsys
) -> None:
    marked(path, at, comment)
    ran = lint(capsys, path)
    assert (ran.code, rules(ran)) == (0, [])
    (allowed,) = json.loads(ran.out)["suppressed"]
    assert (allowed["by"], allowed["because"], allowed["finding"]["rule"]) == ("comment", "it moves in spring", GOING)


@pytest.mark.parametrize(
    ("at", "comment", "says"),
    [
        ("tokens:", "  # planner: allow model-retiring -- wrong line", [GOING, "allow-unused"]),
        ("model:", "  # planner: allow model-retiring", ["allow-without-reason"]),
        ("model:", "  # planner: allow modell-retiring -- x", [GOING, "allow-wrong"]),
        ("model:", "  # planner: ignore model-retiring -- x", [GOING, "allow-wrong"]),
        ("model:", "  # planner: allow price-unknown -- x", [GOING, "allow-wrong"]),
    ],
)
def test_a_comment_that_does_nothing_or_says_no_reason_is_a_finding(
    at: str, comment: str, says: list[str], path: Path, capsys: Capsys
) -> None:
    marked(path, at, comment)
    ran = lint(capsys, path)
    assert sorted(rules(ran)) == sorted(says)
    assert ran.code == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- id: one\n", "- # planner: allow model-retiring -- a dash alone\n    id: one\n"),
        ("  - id: one\n", "  # planner: allow model-retiring -- above it\n  -\n\n    # the first\n    id: one\n"),
        ("    model:", "    # planner: allow model-retiring -- with more between\n\n    # and this\n    model:"),
        (
            "    model:",
            '    owner: "x # planner: allow y"\n    # planner: allow model-retiring -- z\n    model:',
        ),
    ],
)
def test_a_comment_is_found_wherever_yaml_lets_it_stand(old: str, new: str, path: Path, capsys: Capsys) -> None:
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    assert rules(lint(capsys, path)) == []


def test_a_comment_behind_a_text_with_a_sign_counts(path: Path, capsys: Capsys) -> None:
    text = TEXT.replace("model: gpt-4.1\n", 'model: "gpt-4.1"  # planner: allow model-retiring -- a # in it\n')
    path.write_text(text, encoding="utf-8")
    assert rules(lint(capsys, path)) == []
    path.write_text(
        TEXT.replace(
            "    model: gpt-4.1\n",
            '    labels: {a: "# planner: allow b", model: x}  # planner: allow output-uncapped -- c\n    model: gpt-4.1\n',
        ),
        encoding="utf-8",
    )
    assert sorted(rules(lint(capsys, path))) == ["allow-unused", GOING]


def test_a_comment_that_is_wrong_is_pointed_at_from_its_sign_to_the_end_of_the_line(path: Path, capsys: Capsys) -> None:
    marked(path, "tokens:", "  # planner: allow model-retiring -- wrong line")
    (unused,) = [one for one in json.loads(lint(capsys, path).out)["findings"] if one["rule"] == "allow-unused"]
    line = path.read_text(encoding="utf-8").splitlines()[6]
    assert (unused["line"], unused["column"], unused["end_column"]) == (7, line.index("#") + 1, len(line) + 1)
    assert unused["excerpt"] == line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    provider:", "    # planner: allow model-retiring -- one line too high\n    provider:"),
        ("openai\n    model: gpt-4.1\n", "openai  # planner: allow model-retiring -- beside\n    model: gpt-4.1\n\n"),
    ],
)
def test_the_line_behind_the_one_that_a_comment_covers_is_not_covered(
    old: str, new: str, path: Path, capsys: Capsys
) -> None:
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    assert sorted(rules(lint(capsys, path))) == ["allow-unused", GOING]


def test_the_next_workload_is_not_covered(path: Path, capsys: Capsys) -> None:
    second = TEXT.partition("workloads:\n")[2].replace("id: one", "id: two")
    first = TEXT.replace("id: one", "id: one  # planner: allow model-retiring -- this one")
    path.write_text(first + second, encoding="utf-8")
    assert rules(lint(capsys, path)) == [GOING]


def test_a_sign_inside_a_text_is_no_comment(path: Path, capsys: Capsys) -> None:
    text = TEXT.replace("id: one", 'id: one\n    owner: "a # planner: allow model-retiring -- no"')
    path.write_text(text, encoding="utf-8")
    assert rules(lint(capsys, path)) == [GOING]


def test_the_lines_of_a_longer_text_are_no_comments_and_the_next_line_is(path: Path, capsys: Capsys) -> None:
    said = (
        "    description: |\n      # planner: allow model-retiring -- a\n      b # planner: allow model-retiring -- c\n"
    )
    path.write_text(TEXT.replace("    model:", said + "    model:"), encoding="utf-8")
    assert rules(lint(capsys, path)) == [GOING]
    said += "    # planner: allow model-retiring -- d\n"
    path.write_text(TEXT.replace("    model:", said + "    model:"), encoding="utf-8")
    assert rules(lint(capsys, path)) == []


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="#planer:ow -,\n'\"[]{}xy", max_size=80))
def test_no_text_of_a_comment_breaks_the_reading(text: str) -> None:
    comment = " ".join(text.split("\n"))
    document = read_document(f"{TEXT}# planner: {comment}\n".encode(), "m.yaml")
    sifted = sift([document], [], {GOING})
    assert sifted.suppressed == []
    assert {finding.line for finding in sifted.findings} <= {9}


def test_a_baseline_lets_only_what_is_new_fail(path: Path, capsys: Capsys) -> None:
    known = path.parent / "known.json"
    assert lint(capsys, path, "--baseline", str(known), "--write-baseline").code == 0
    assert lint(capsys, path, "--baseline", str(known)).code == 0
    second = TEXT.partition("workloads:\n")[2].replace("id: one", "id: two")
    path.write_text("# a line above\n\n" + TEXT + second, encoding="utf-8")
    ran = lint(capsys, path, "--baseline", str(known))
    assert (ran.code, rules(ran)) == (1, [GOING])
    assert {one["workload"] for one in json.loads(ran.out)["findings"]} == {"two"}
    assert {one["by"] for one in json.loads(ran.out)["suppressed"]} == {"baseline"}


@pytest.mark.parametrize(("requests", "code"), [(1000, 0), (1100, 0), (1101, 1)])
def test_a_finding_is_worse_once_more_money_is_at_stake_than_the_tolerance_allows(
    requests: int, code: int, path: Path, capsys: Capsys
) -> None:
    known = path.parent / "known.json"
    lint(capsys, path, "--baseline", str(known), "--write-baseline")
    path.write_text(TEXT.replace("1000, per", f"{requests}, per"), encoding="utf-8")
    ran = lint(capsys, path, "--baseline", str(known))
    assert ran.code == code
    if code:
        assert "worse than in the baseline: $6.61 a month at stake, was $6.00" in ran.out


def test_the_baseline_of_a_configuration_counts_and_a_broken_one_is_refused(path: Path, capsys: Capsys) -> None:
    lint(capsys, path, "--baseline", str(path.parent / "known.json"), "--write-baseline")
    (path.parent / "planner.yaml").write_text("baseline: known.json\n", encoding="utf-8")
    assert lint(capsys, path).code == 0
    (path.parent / "known.json").write_text(
        '{"baseline_version": 1, "findings": [{"file": "m.yaml"}]}', encoding="utf-8"
    )
    ran = lint(capsys, path)
    assert ran.code == 2
    assert "known.json:1:38: 'fingerprint' is missing" in ran.err


def test_a_baseline_holds_an_over_budget_until_it_grows(path: Path, capsys: Capsys) -> None:
    over = TEXT.replace("version: 1\n", "version: 1\nbudget: {monthly_usd: 5}\n")
    path.write_text(over, encoding="utf-8")
    assert lint(capsys, path).code == 4
    known = ("--baseline", str(path.parent / "known.json"))
    lint(capsys, path, *known, "--write-baseline")
    assert lint(capsys, path, *known).code == 0
    path.write_text(over.replace("1000, per", "1050, per"), encoding="utf-8")
    assert lint(capsys, path, *known).code == 4  # $1.30 above the limit, was $1.00
