"""Findings mended in their files: each rule's fix, the ways of writing, and what planner lint --fix and --diff do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner import files, plan
from planner.documents import read_document
from planner.edits import Edit, apply
from planner.mends import edits_of
from planner.problems import Refused
from planner.report import Finding
from tests.console import run
from tests.making import DAY, as_yaml, manifest_text, read, workload

ON = ("--on", "2026-11-24")
AZURE: dict[str, Any] = {
    "provider": "azure-openai",
    "volume": {"requests": 10000, "per": "day"},
    "tokens": {"input": 1000, "output": 500, "max_output": 4000},
    "latency": {"max": "24h"},
}
SOUND = {"expires_after": "14d", "fallback": "real-time", "on_limit": "queue"}
ENTERPRISE: dict[str, Any] = {"accounts": {"azure-openai": {"subscription": "enterprise"}}}


def findings(text: str) -> list[Finding]:
    """What is found in the manifest."""
    manifest = read(text)
    return plan(manifest, files.load_catalog(manifest), DAY).findings


def offered(rule: str, **fields: Any) -> tuple[str | None, str | None, bool]:
    """Path below the workload, value and safety of the fix that the rule offers at Azure."""
    top: dict[str, Any] = {**ENTERPRISE, **{key: fields.pop(key) for key in ("defaults", "accounts") if key in fields}}
    text = manifest_text(workload(**{**AZURE, **fields}), **top)
    fix = next(finding.fix for finding in findings(text) if finding.rule == rule)
    assert fix is not None
    return (fix.path or "").removeprefix("/workloads/0/"), fix.to, fix.safe


POLL = "[completed, failed, expired, cancelled]"


@pytest.mark.parametrize(
    ("rule", "fields", "expected"),
    [
        ("expires-after-missing", {"batch": {}}, ("batch/expires_after", "14d", True)),
        ("expires-after-out-of-range", {"batch": {"expires_after": "36h"}}, ("batch/expires_after", "14d", True)),
        ("expires-after-out-of-range", {"batch": {"expires_after": "9w"}}, ("batch/expires_after", "30d", True)),
        ("expires-after-unset", {"provider": "openai", "batch": {}}, ("batch/expires_after", "14d", True)),
        ("batch-without-fallback", {"provider": "openai"}, ("batch/fallback", "real-time", False)),
        ("queue-limit-unhandled", {"batch": {}}, ("batch/on_limit", "exponential-backoff", True)),
        ("queue-limit-fails", {"batch": {"on_limit": "fail"}}, ("batch/on_limit", "exponential-backoff", True)),
        ("partial-results-discarded", {"batch": {"partial_results": "discard"}}, ("batch/partial_results", "process", True)),
        ("polling-never-ends", {"batch": {"poll_until": ["completed", "failed"]}}, ("batch/poll_until", POLL, True)),
        ("failed-batch-misread", {"batch": {"on_failed": "read-error-file"}}, ("batch/on_failed", "read-batch-errors", True)),
        ("expired-batch-mishandled", {"batch": {"on_expired": "ignore"}}, ("batch/on_expired", "resubmit-unfinished", True)),
        ("output-uncapped", {"tokens": {"input": 9, "output": 9}}, ("tokens/max_output", "32768", False)),
        ("effort-on-plain-model", {"reasoning": {"effort": "low"}}, ("reasoning", None, True)),
        ("pin-expired", {"lane": {"pin": "batch", "because": "old", "until": "2026-01-31"}}, ("lane", None, True)),
    ],
)  # fmt: skip
def test_a_rule_offers_a_fix_that_is_true_for_the_case(rule: str, fields: dict[str, Any], expected: Any) -> None:
    assert offered(rule, **fields) == expected


def test_what_the_defaults_state_is_overridden_in_the_workload_and_never_changed_there() -> None:
    defaults = {"batch": {**SOUND, "on_limit": "fail", "poll_until": ["failed"]}, "reasoning": {"effort": "low"}}
    text = manifest_text(workload(**{**AZURE, "reasoning": {"effort": "low"}}), defaults=defaults, **ENTERPRISE)
    mended = apply(text, edits_of(text, findings(text))).text
    data = read_document(mended.encode(), "").data
    assert data["defaults"] == defaults
    added = {"on_limit": "exponential-backoff", "poll_until": ["failed", "completed", "expired", "cancelled"]}
    assert data["workloads"][0]["batch"] == added
    assert data["workloads"][0]["reasoning"] == {"effort": "none"}


def test_no_expiration_is_offered_where_the_stated_range_holds_none() -> None:
    rule = next(rule for rule in files.load_rules() if rule.id == "expires-after-missing")
    from planner.fixes import fix_of
    from planner.known import Facts

    known = {"provider": "x", "batch_expiry_min_seconds": 20 * 86400, "batch_expiry_max_seconds": 10 * 86400}
    manifest = read(manifest_text(workload()))
    assert fix_of(rule, Facts(known=known), manifest, 0) is None
    fix = fix_of(rule, Facts(known={**known, "batch_expiry_max_seconds": 30 * 86400}), manifest, 0)
    assert fix is not None
    assert fix.to == "20d"


WAYS = {
    "behind the last key of a block": ("a:\n  b: 1 # x\n\nc: 2\n", ("a", "k"), "5", "a:\n  b: 1 # x\n  k: 5\n\nc: 2\n"),
    "into braces": ("a: {b: 1} # x\n", ("a", "k"), "5", "a: {b: 1, k: 5} # x\n"),
    "into empty braces": ("a: {}\n", ("a", "k"), "5", "a: {k: 5}\n"),
    "into braces over lines": ("a: {\n  b: 1 # x\n}\n", ("a", "k"), "5", "a: {\n  b: 1, # x\n  k: 5\n}\n"),
    "behind a comma": ("a: {\n  b: 1, # x\n}\n", ("a", "k"), "5", "a: {\n  b: 1, # x\n  k: 5,\n}\n"),
    "into JSON": ('{"a": {"b": 1}}', ("a", "k"), "x y", '{"a": {"b": 1, "k": "x y"}}'),
    "a parent as flow": ("a: {b: 1}", ("k", "m"), "5", "a: {b: 1}\nk: {m: 5}"),
    "a parent as block": ("a:\n   b: 1", ("k", "m"), "5", "a:\n   b: 1\nk:\n   m: 5"),
    "in quotes": ("a: 'b' # x\n", ("a",), "c", "a: 'c' # x\n"),
    "without quotes": ("a: b   # x\r\n", ("a",), "c", "a: c   # x\r\n"),
    "behind a block of text": ("a:\n  b: |\n    x\n\nc: 1\n", ("a", "k"), "5", "a:\n  b: |\n    x\n  k: 5\n\nc: 1\n"),
    "behind a block of text that keeps its end": ("a:\n  b: |+\n    x\n\nc: 1\n", ("a", "k"), "5", "a:\n  b: |+\n    x\n\n  k: 5\nc: 1\n"),
    "more of a list": ("a: ['x'] # x\n", ("a",), "[x, w]", "a: ['x', 'w'] # x\n"),
    "more of a list of lines": ("a:\n- x # x\nb: 1", ("a",), "[x, w]", "a:\n- x # x\n- w\nb: 1"),
    "a whole list": ("a: [z]\n", ("a",), "[x, w]", "a: [x, w]\n"),
    "away from a block": ("a: 1\nb: # x\n  c: 2 # y\nd: 3\n", ("b",), None, "a: 1\n# x\n# y\nd: 3\n"),
    "away from the end": ("a: 1\nb: 2", ("b",), None, "a: 1"),
    "away from braces": ("a: {b: 1, c: 2}\n", ("a", "b"), None, "a: {c: 2}\n"),
    "away from the end of braces": ("a: {b: 1, c: 2}\n", ("a", "c"), None, "a: {b: 1}\n"),
    "away from an entry's first line": ("- a: 1\n  b: 2\n", (0, "a"), None, "- b: 2\n"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_value_is_written_as_its_neighbours_are(way: str) -> None:
    text, path, to, expected = WAYS[way]
    edited = apply(text, [Edit(path, to)])
    assert (edited.text, edited.refused) == (expected, [])


@pytest.mark.parametrize(
    ("text", "path", "to", "why"),
    [
        ("a: &x {b: 1}\nc: *x\n", ("a", "k"), "5", "anchor or alias"),
        ("a: &x {b: 1}\nc: *x\n", ("c", "k"), "5", "anchor or alias"),
        ("a: &x 1\nc: *x\n", ("c",), "5", "anchor or alias"),
        ("a: >-\n  x\n", ("a",), "w", "block of text"),
        ("a: {b: 1, # x\n  c: 2}\n", ("a", "b"), None, "a comment stands in it"),
        ("a: [b: 1]\n", ("a", 0, "k"), "5", "without braces"),
        ("a: 1\n", ("a", "k"), "5", "no mapping"),
        ("c: 1\na: {x: &q 1}\nb: *q\n", ("a",), None, "cannot be changed safely"),
    ],
)
def test_what_cannot_be_changed_safely_is_left_alone_with_a_reason(text: str, path: Any, to: str, why: str) -> None:
    edited = apply(text, [Edit(path, to)])
    assert edited.text == text
    assert [why in says for _, says in edited.refused] == [True]


def test_one_edit_that_cannot_be_made_does_not_keep_back_the_others() -> None:
    edited = apply(
        "e: 0\na: {x: &q 1}\nb: *q\nd: 1\n---\nc: 3\n", [Edit(("a",), None), Edit(("d",), "5"), Edit(("c",), "4", 1)]
    )
    assert edited.text == "e: 0\na: {x: &q 1}\nb: *q\nd: 5\n---\nc: 4\n"
    assert edited.refused[0][0].path == ("a",)


DISCARDS = manifest_text(workload(**{**AZURE, "batch": {**SOUND, "partial_results": "discard"}}), **ENTERPRISE)


def test_fix_writes_what_can_be_mended_and_shows_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.yaml"
    raw = b"\xef\xbb\xbf# ours\r\n" + DISCARDS.replace("\n", "\r\n").encode()
    path.write_bytes(raw)
    before = run(capsys, "lint", str(path), *ON)
    assert "warning: [*] w: finished requests" in before.out
    assert "= --fix: set batch.partial_results to process: finished" in before.out
    assert before.out.endswith("1 fixable with --fix.\n")
    ran = run(capsys, "lint", str(path), "--fix", *ON)
    assert path.read_bytes() == raw.replace(b"discard", b"process")
    assert "1 finding mended" in ran.err
    assert "fixable" not in ran.out
    assert "partial-results-discarded" not in ran.out


def test_diff_shows_a_patch_writes_nothing_and_ends_as_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(DISCARDS.removesuffix("\n"), encoding="utf-8", newline="")
    ran = run(capsys, "lint", str(path), "--diff", "--fail-on", "warning", *ON)
    assert ran.code == run(capsys, "lint", str(path), "--fail-on", "warning", *ON).code == 1
    assert ran.out.startswith(f"--- {path}\n+++ {path}\n@@ ")
    changed = [line for line in ran.out.splitlines()[2:] if line[0] in "+-"]
    assert changed == ["-    partial_results: discard", "+    partial_results: process"]
    assert ran.out.endswith("\n\\ No newline at end of file\n")
    assert path.read_text(encoding="utf-8") == DISCARDS.removesuffix("\n")


def test_unsafe_fixes_are_made_only_when_they_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(manifest_text(workload()), encoding="utf-8")
    assert run(capsys, "lint", str(path), *ON).out.endswith("0 fixable with --fix (1 more with --unsafe-fixes).\n")
    assert run(capsys, "lint", str(path), "--diff", *ON).out == ""
    run(capsys, "lint", str(path), "--fix", "--unsafe-fixes", *ON)
    assert files.read(path).data["workloads"][0]["tokens"]["max_output"] == 32768


def test_a_shared_value_is_named_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.yaml"
    text = DISCARDS.replace("  batch:\n", "  batch: &b\n")
    path.write_text(text, encoding="utf-8")
    ran = run(capsys, "lint", str(path), "--fix", *ON)
    assert f"{path}: workloads.0.batch.partial_results is not mended: an anchor or alias shares it" in ran.err
    assert path.read_text(encoding="utf-8") == text


def test_a_file_of_two_manifests_is_mended_in_the_right_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.yaml"
    other = DISCARDS.replace("discard", "process")
    path.write_text(f"# one\n---\n{other}---\n{DISCARDS}", encoding="utf-8")
    run(capsys, "lint", str(path), "--fix", *ON)
    assert path.read_text(encoding="utf-8") == f"# one\n---\n{other}---\n{other}"


def test_a_request_file_of_two_deployments_is_answered_with_the_command_that_splits_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = '{{"custom_id": "{0}", "method": "POST", "url": "/chat/completions", "body": {{"model": "{0}"}}}}\n'
    (tmp_path / "my r.jsonl").write_text(line.format("a") + line.format("b"), encoding="utf-8")
    path = tmp_path / "m.yaml"
    path.write_text(manifest_text(workload(**AZURE, batch={**SOUND, "request_file": "my r.jsonl"}), **ENTERPRISE))
    shown = run(capsys, "lint", str(path), *ON).out
    assert f"= run: planner batch split '{tmp_path}/my r.jsonl' --out '{tmp_path}/my r.jsonl'.split (writes" in shown


@pytest.mark.parametrize(
    ("fix", "says"),
    [
        ({"set": "batch.expires", "to": "14d", "safe": True}, "no rule can see the field 'batch.expires'"),
        ({"set": "batch.fallback", "to": "{nothing}", "safe": True}, "no fact or parameter 'nothing'"),
        ({"set": "batch.expires_after", "to": "1d", "at_most": "mx", "safe": True}, "no fact 'mx'"),
        ({"set": "lane", "remove": "lane", "to": "x", "safe": True}, "exactly one of"),
        ({"remove": "lane"}, "safe.*add it"),
    ],
)
def test_a_fix_that_makes_no_sense_is_refused_with_its_place(fix: dict[str, Any], says: str, tmp_path: Path) -> None:
    source = next(path for path in files.rule_files() if path.stem == "pin-expired")
    rule = {**files.read(source).data, "id": "mine", "fix": {**fix, "says": "because it is so"}}
    (tmp_path / "mine.yaml").write_text(as_yaml(rule), encoding="utf-8")
    with pytest.raises(Refused, match=says):
        files.load_rules([tmp_path])
