"""Mending a finding changes one value of the file, however the file is written."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files, plan
from planner.documents import read_document
from planner.edits import Edit, apply, data_with
from planner.mends import edits_of
from planner.problems import Path
from planner.report import Report
from planner.spans import chain, roots
from tests.making import DAY, read

QUICK = settings(max_examples=40, deadline=None)
COMMENTS = st.sampled_from(["", "", "", "  # why: {not: a map}", " # it's [1, 2]", "   #"])
QUOTES = st.sampled_from(["", "", "'", '"'])


class Style(NamedTuple):
    """How a text is written; `draw` chooses anew at every place."""

    draw: Any
    indent: int

    def scalar(self, value: Any) -> str:
        """The value, in any quotes where it is text."""
        quote = self.draw(QUOTES) if isinstance(value, str) else ""
        return f"{quote}{str(value).lower() if isinstance(value, bool) else value}{quote}"

    def flow(self, value: Any) -> str:
        """The value in one line."""
        if isinstance(value, dict):
            blank, comma = self.draw(st.sampled_from(["", " "])), self.draw(st.sampled_from(["", "", ","]))
            inner = ", ".join(f"{key}: {self.flow(one)}" for key, one in value.items())
            return "{" + blank + inner + comma + blank + "}" if value else "{}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        return self.scalar(value)

    def tall(self, value: dict[str, Any], column: int) -> str:
        """A flow mapping with a key on each line."""
        lines = [f"{' ' * (column + 2)}{key}: {self.flow(one)}" for key, one in value.items()]
        tails = [self.draw(COMMENTS) for _ in lines]
        ended = ["," for _ in lines[1:]] + [self.draw(st.sampled_from(["", ","]))]
        body = "".join(f"{line}{comma}{tail}\n" for line, comma, tail in zip(lines, ended, tails, strict=True))
        return "{\n" + body + " " * column + "}"

    def entry(self, key: str, value: Any, column: int) -> str:
        """A key with its value, and the break behind it."""
        tail = self.draw(COMMENTS) + "\n"
        way = self.draw(st.sampled_from(["block", "flow", "tall"])) if isinstance(value, dict) and value else "flow"
        if way == "block":
            return f"{key}:{tail}" + self.block(value, column + self.indent)
        if way == "tall":
            return f"{key}: {self.tall(value, column)}{tail}"
        if isinstance(value, list) and value and self.draw(st.booleans()):
            dashes = "".join(f"{' ' * column}- {self.scalar(one)}{self.draw(COMMENTS)}\n" for one in value)
            return f"{key}:{tail}{dashes}"
        return f"{key}: {self.flow(value)}{tail}"

    def block(self, value: dict[str, Any], column: int, first: str | None = None) -> str:
        """A block mapping; `first` stands before its first key instead of blanks."""
        text = ""
        for number, (key, one) in enumerate(value.items()):
            gap = self.draw(st.sampled_from(["", "", "\n", f"{' ' * column}# between\n"])) if number else ""
            lead = first if number == 0 and first is not None else " " * column
            text += gap + lead + self.entry(key, one, column)
        return text


@st.composite
def written(draw: Any, data: dict[str, Any]) -> str:
    """A manifest with this data, written in some way."""
    style = Style(draw, draw(st.integers(1, 4)))
    head = {key: value for key, value in data.items() if key != "workloads"}
    text = style.block(head, 0) + f"workloads:{draw(COMMENTS)}\n"
    dash = draw(st.sampled_from(["- ", "  - ", "  -   "]))
    for workload in data["workloads"]:
        if draw(st.integers(0, 4)) == 0:
            text += dash + style.flow(workload) + draw(COMMENTS) + "\n"
        else:
            text += style.block(workload, len(dash), dash)
        text += draw(st.sampled_from(["", "\n", "# next\n"]))
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


OPTIONAL = {
    "fallback": st.sampled_from(["real-time", "none"]),
    "expires_after": st.sampled_from(["1d", "14d", "60d"]),
    "on_limit": st.sampled_from(["fail", "queue"]),
    "partial_results": st.sampled_from(["discard", "process"]),
    "poll_until": st.sampled_from([["completed"], ["failed", "completed"], ["completed", "failed", "expired", "cancelled"]]),
    "on_failed": st.sampled_from(["read-error-file", "read-batch-errors"]),
    "on_expired": st.sampled_from(["ignore", "resubmit-unfinished"]),
}  # fmt: skip
BATCH = st.fixed_dictionaries({}, optional=OPTIONAL)
PIN = st.fixed_dictionaries({"pin": st.just("batch"), "because": st.just("as agreed"), "until": st.just("2026-01-01")})
EFFORT = st.fixed_dictionaries({"effort": st.sampled_from(["none", "medium"])})


@st.composite
def manifests(draw: Any) -> dict[str, Any]:
    """The data of a manifest that has much to mend."""
    fields = st.fixed_dictionaries(
        {
            "provider": st.sampled_from(["azure-openai", "openai"]),
            "model": st.just("gpt-4.1"),
            "volume": st.just({"requests": 10000, "per": "day"}),
            "tokens": st.just({"input": 1000, "output": 200}),
            "latency": st.just({"max": "24h"}),
        },
        optional={"batch": BATCH, "lane": PIN, "reasoning": EFFORT},
    )
    workloads = []
    for number in range(draw(st.integers(1, 3))):
        items = list({"id": f"w{number}", **draw(fields)}.items())
        workloads.append(dict(draw(st.permutations(items))))
    data: dict[str, Any] = {"version": 1, "accounts": {"azure-openai": {"subscription": "enterprise"}}}
    if draw(st.booleans()):
        data["defaults"] = {"batch": draw(BATCH), "reasoning": draw(EFFORT)}
    return {**data, "workloads": workloads}


TEXTS = manifests().flatmap(written)
CATALOG = files.load_catalog(read("version: 1\nworkloads: [{id: a, provider: openai, model: gpt-4.1, volume: {requests: 1, per: day}, tokens: {input: 1, output: 1}}, {id: b, provider: azure-openai, model: gpt-4.1, volume: {requests: 1, per: day}, tokens: {input: 1, output: 1}}]"))  # fmt: skip


def planned(text: str) -> Report:
    """The plan of the manifest in the text."""
    return plan(read(text), CATALOG, DAY)


def comments(text: str) -> Counter[str]:
    """The comments of a text that has no # elsewhere."""
    return Counter(re.findall("#[^\r\n]*", text))


@QUICK
@given(TEXTS)
def test_a_fix_changes_the_value_at_its_path_and_nothing_else(text: str) -> None:
    for edit in edits_of(text, planned(text).findings, unsafe=True):
        edited = apply(text, [edit])
        assert (edited.done == [edit]) is (edited.text != text)
        if edited.done:
            before, after = (read_document(one.encode(), "").data for one in (text, edited.text))
            assert after == data_with(before, edit.path, edit.to)
            assert comments(edited.text) == comments(text)
            assert edited.text.endswith("\n") is text.endswith("\n")
            assert ("\r" in edited.text) is ("\r" in text)
            assert "\r" not in text or edited.text.count("\n") == edited.text.count("\r\n")
            old, new = text.split("\n"), edited.text.split("\n")
            changes = [one for one in SequenceMatcher(None, old, new, False).get_opcodes() if one[0] != "equal"]
            assert sum(end - start for _, start, end, _, _ in changes) <= (2 if edit.to else 2 + height(text, edit))


def height(text: str, edit: Edit) -> int:
    """Lines of the value that is removed."""
    value = chain(roots(text)[0].span, edit.path)[-1]
    return text.count("\n", value.start, value.end)


@QUICK
@given(TEXTS)
def test_all_fixes_together_read_as_all_fixes_one_by_one(text: str) -> None:
    edits = edits_of(text, planned(text).findings, unsafe=True)
    edited = apply(text, edits)
    data = read_document(text.encode(), "").data
    for edit in edited.done:
        data = data_with(data, edit.path, edit.to)
    assert read_document(edited.text.encode(), "").data == data
    assert {*edited.done} | {edit for edit, _ in edited.refused} == {*edits}


@QUICK
@given(TEXTS)
def test_what_was_mended_is_not_found_again_and_nothing_is_offered_for_it(text: str) -> None:
    before = planned(text)
    edited = apply(text, edits_of(text, before.findings, unsafe=True))
    refused: set[Path] = {edit.path for edit, _ in edited.refused}
    after = planned(edited.text)
    assert {edit.path for edit in edits_of(edited.text, after.findings, unsafe=True)} <= refused
    fixed = {(one.rule, one.workload) for one in before.findings if one.fix}
    left = {(one.rule, one.workload) for one in after.findings}
    assert refused or not fixed & left


@QUICK
@given(TEXTS)
def test_safe_fixes_change_no_amount_and_no_decision(text: str) -> None:
    before = planned(text)
    after = planned(apply(text, edits_of(text, before.findings)).text)
    assert after.totals == before.totals
    assert [(one.lane, one.decided_by) for one in after.workloads] == [(w.lane, w.decided_by) for w in before.workloads]


@QUICK
@given(TEXTS)
def test_hardly_any_way_of_writing_keeps_a_fix_from_being_made(text: str) -> None:
    edited = apply(text, edits_of(text, planned(text).findings, unsafe=True))
    assert {why for _, why in edited.refused} <= {
        "a comment stands in it: change it by hand",
        "its parts stand on lines of their own: change it by hand",
    }
