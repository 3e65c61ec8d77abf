"""planner batch waves from the command line: files, manifests with shared queues, exit codes, formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from planner import files
from tests.console import Ran, run
from tests.making import manifest_text, planned
from tests.test_batch_check import claude, gemini, lines, request
from tests.test_queues import evaluation

DAY = 86400


def waves(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    """planner batch waves on a fixed day."""
    return run(capsys, "batch", "waves", *map(str, arguments), "--on", "2026-11-24")


def data_of(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    """The same as JSON, which fits its schema."""
    data: dict[str, Any] = json.loads(waves(capsys, *arguments, "--format", "json").out)
    jsonschema.validate(data, files.load_schema("waves"))
    return data


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    """Ten requests of one size."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*(request(n) for n in range(10))))
    return path


def manifest(folder: Path, *workloads: dict[str, Any], **fields: Any) -> Path:
    """A manifest on the disk."""
    path = folder / "workloads.yaml"
    path.write_text(manifest_text(*workloads, **fields), encoding="utf-8")
    return path


def test_a_file_is_cut_into_waves_with_times(requests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = int(data_of(capsys, requests, "--enqueued-tokens", "1M")["queues"][0]["input_tokens"]) // 10
    ran = waves(
        capsys, requests, "--enqueued-tokens", str(4 * size), "--deadline", "30h",
        "--completion", "2h,5h,9h", "--start", "2026-11-24T02:00",
    )  # fmt: skip
    assert ran.code == 0
    rows = [line.split() for line in ran.out.splitlines() if line[:8].strip().isdigit()]
    assert [row[:2] for row in rows] == [["1", "4"], ["2", "4"], ["3", "2"]]
    assert [" ".join(row[3:5]) for row in rows] == ["2026-11-24 02:00", "2026-11-24 11:00", "2026-11-24 20:00"]
    assert "3 waves, the last ends on 2026-11-25 05:00 at the latest, usually on 2026-11-24 18:00" in ran.out
    said = " ".join(ran.out.split())
    assert f"the deadline on 2026-11-25 08:00 holds; the smallest queue by which it holds: {4 * size:,} tokens" in said


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--enqueued-tokens", "1M"], 0),
        (["--enqueued-tokens", "1M", "--deadline", "24h"], 0),
        (["--enqueued-tokens", "60", "--deadline", "24h"], 1),
        (["--enqueued-tokens", "1"], 1),
        ([], 3),
        (["--enqueued-requests", "3", "--deadline", "95h"], 1),
        (["--enqueued-requests", "3", "--deadline", "96h"], 0),
        (["--enqueued-tokens", "1M", "--window", "soon"], 2),
        (["--enqueued-tokens", "1M", "--completion", "2h,x"], 2),
        (["--enqueued-tokens", "1M", "--start", "tomorrow"], 2),
        (["--enqueued-tokens", "1M", "--deadline", "0h"], 2),
    ],
)
def test_exit_codes(requests: Path, options: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    ran = waves(capsys, requests, *options)
    assert ran.code == code, ran.out + ran.err
    assert (ran.out == "") is (code == 2)


def test_each_model_has_a_queue_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(request(1), request(2), request(3, model="gpt-4.1-mini")))
    found = data_of(capsys, path, "--tier", "tier-1")["queues"]
    assert [(one["queue"], one["requests"], one["waves"]) for one in found] == [
        ("openai, gpt-4.1", "2", "1"),
        ("openai, gpt-4.1-mini", "1", "1"),
    ]
    assert found[0]["pace"]["basis"] == "published"


def test_anthropic_has_one_queue_over_all_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(claude(1), claude(2), claude(3, model="claude-sonnet-4-5")))
    (found,) = data_of(capsys, path, "--enqueued-requests", "2")["queues"]
    assert (found["queue"], found["requests"], found["waves"]) == ("anthropic, all models", "3", "2")
    accounts = {"anthropic": {"tier": "start"}}  # 200,000 requests over all models
    daily = {"volume": {"requests": 150_000, "per": "day"}, "latency": {"max": "26h"}}
    both = [
        evaluation(id=model, provider="anthropic", model=model, **daily)
        for model in ("claude-haiku-4-5", "claude-sonnet-4-6")
    ]
    (found,) = data_of(capsys, manifest(tmp_path, *both, accounts=accounts))["queues"]
    assert found["queue"] == "anthropic, claude-haiku-4-5, claude-sonnet-4-6"
    assert (found["requests"], found["waves"], found["verdict"]) == ("300000", "2", "at-risk")
    report = planned(*both, accounts=accounts, trace_all=True)
    assert {w.facts["account_queue_finish_seconds"] for w in report.workloads} == {str(2 * DAY)}
    late = {each.workload for each in report.findings if each.rule == "queue-sum-misses-deadline"}
    assert late == {"claude-haiku-4-5", "claude-sonnet-4-6"}


def test_images_make_the_tokens_unknown_and_the_exit_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    contents = [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "AA"}}]}]
    path.write_bytes(lines(gemini(1, contents=contents)))
    ran = waves(capsys, path, "--model", "gemini-2.5-flash", "--enqueued-tokens", "1M")
    assert ran.code == 3
    assert "unknown input tokens" in ran.out


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"[1]\n", b'{"a": 1}\n'])
def test_a_file_without_a_request_is_refused(raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(raw)
    ran = waves(capsys, path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{path}: no request in it can be read: planner batch check says why\n"


# Manifests


def test_a_workload_s_waves_are_those_of_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts = {"openai": {"enqueued_tokens": 4_000_000}}
    facts = planned(evaluation(), accounts=accounts, trace_all=True).workloads[0].facts
    found = data_of(capsys, manifest(tmp_path, evaluation(), accounts=accounts))["queues"][0]
    assert found["waves"] == facts["queue_waves"] == "3"
    assert found["end_latest_seconds"] == facts["queue_finish_seconds"] == str(3 * DAY)
    assert (found["deadline_seconds"], found["verdict"]) == (str(3 * DAY), "holds")


def test_workloads_of_one_account_and_model_share_the_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts = {"openai": {"enqueued_tokens": 10_000_000}}
    both = [evaluation(id="a"), evaluation(id="b", volume={"requests": 5_000, "per": "day"})]
    others = [evaluation(id="c", user_facing=True), evaluation(id="d", model="gpt-4.1-mini")]
    path = manifest(tmp_path, *both, *others, accounts=accounts)
    found = data_of(capsys, path)["queues"]
    assert [one["workloads"] for one in found] == [["a", "b"], ["d"]]
    assert (found[0]["requests"], found[0]["input_tokens"], found[0]["waves"]) == ("15000", "15000000", "2")
    facts = planned(*both, *others, accounts=accounts, trace_all=True).workloads[0].facts
    assert facts["account_queue_finish_seconds"] == found[0]["end_latest_seconds"] == str(2 * DAY)


def test_requests_that_an_account_may_have_in_its_queue_count_too(tmp_path: Path) -> None:
    claudes = [evaluation(id=name, provider="anthropic", model="claude-haiku-4-5") for name in "ab"]
    report = planned(*claudes, accounts={"anthropic": {"enqueued_requests": 10_000}}, trace_all=True)
    assert {w.facts["account_queue_finish_seconds"] for w in report.workloads} == {str(2 * DAY)}


def test_nothing_in_batch_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = waves(capsys, manifest(tmp_path, evaluation(user_facing=True)))
    assert ran.code == 0
    assert "no workload is assigned to batch" in ran.out
    assert data_of(capsys, tmp_path / "workloads.yaml")["queues"] == []


def test_what_a_manifest_says_itself_is_no_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = manifest(tmp_path, evaluation())
    ran = waves(capsys, path, "--tier", "tier-4")
    assert (ran.code, ran.err) == (2, f"{path}: --tier is for request files; a manifest says it itself\n")


def test_a_start_keeps_its_zone_and_ends_are_rounded_up_to_the_minute(
    requests: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = waves(
        capsys, requests, "--enqueued-requests", "1", "--completion", "61s", "--start", "2026-11-24T02:00:30+09:00"
    )
    assert "  times are UTC+09:00\n" in ran.out
    assert "holds 1 request, 1 of these requests at once" in ran.out
    assert "measured: 1 time, median 61 s" in ran.out
    rows = [line.split() for line in ran.out.splitlines() if line[:8].strip() == "1"]
    assert " ".join(rows[0][3:7]) == "2026-11-24 02:01 2026-11-24 02:02"  # 02:00:30 and 02:01:31
    assert "times are" not in waves(capsys, requests, "--enqueued-requests", "1", "--start", "2026-11-24T02:00").out


def test_one_request_that_never_fits_is_told_though_the_mean_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    long = request(0, messages=[{"role": "user", "content": "word " * 2000}])
    path.write_bytes(lines(long, *(request(n) for n in range(1, 100))))
    ran = waves(capsys, path, "--tokens", "bytes", "--enqueued-tokens", "1000", "--deadline", "30d")
    assert ran.code == 1
    said = " ".join(ran.out.split())
    assert "does not fit the queue: it may never be submitted" in said
    assert "is missed; the smallest queue by which it holds: " in said
    needed = data_of(capsys, path, "--tokens", "bytes", "--enqueued-tokens", "1000", "--deadline", "30d")["queues"][0]
    quota = needed["smallest_quota"]["tokens"]
    assert waves(capsys, path, "--tokens", "bytes", "--enqueued-tokens", quota, "--deadline", "30d").code == 0
    less = str(int(quota) - 1)
    assert waves(capsys, path, "--tokens", "bytes", "--enqueued-tokens", less, "--deadline", "30d").code == 1


def test_a_file_with_lines_that_count_in_no_wave_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = b"".join(json.dumps(request(n)).encode() + b"\n" for n in range(3))
    strange = json.dumps({**request(9), "url": "/v1/nothing"}).encode() + b"\n"
    for raw, number in ((good + b"{broken\n", "1 line"), (good + strange + b"[]\n", "2 lines")):
        path = tmp_path / "requests.jsonl"
        path.write_bytes(raw)
        ran = run(capsys, "batch", "waves", str(path), "--enqueued-tokens", "1M")
        assert (ran.code, ran.out) == (2, "")
        assert (
            ran.err
            == f"{path}: {number} cannot be counted in any wave: planner batch check says which; mend the file first\n"
        )
    assert "Not priced: 1 request of no known kind." in run(capsys, "batch", "check", str(path)).out
