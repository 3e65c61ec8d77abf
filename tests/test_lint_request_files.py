"""planner lint looks into the request files that a manifest names, as planner batch check does."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from planner.findings import ENGINE_FINDINGS
from planner.requestfiles import RequestFile, open_requests
from tests.console import run
from tests.making import manifest_text, workload

Capsys = pytest.CaptureFixture[str]
BOM = b"\xef\xbb\xbf"


def request(custom_id: str = "r-1", model: str = "gpt-4.1", **body: Any) -> bytes:
    """One request as OpenAI takes it."""
    whole = {"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]} | body
    line = {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": whole}
    return json.dumps(line).encode() + b"\n"


def linted(capsys: Capsys, folder: Path, raw: bytes, *options: str, **fields: Any) -> list[dict[str, Any]]:
    """The findings of lint for one workload with that request file."""
    (folder / "requests.jsonl").write_bytes(raw)
    stated = {"provider": "openai", "model": "gpt-4.1", "latency": {"max": "48h"}} | fields
    batch = {"request_file": "requests.jsonl", "endpoint": "/v1/chat/completions"} | stated.pop("batch", {})
    path = folder / "workloads.yaml"
    path.write_text(manifest_text(workload(batch=batch, **stated)), encoding="utf-8")
    result = run(capsys, "lint", str(path), "--on", "2026-11-24", "--format", "json", *options)
    assert result.code in (0, 1), result.out + result.err
    found: list[dict[str, Any]] = json.loads(result.out)["findings"]
    return found


def rules(found: list[dict[str, Any]]) -> set[str]:
    return {one["rule"] for one in found}


def of_check(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if one["rule"].startswith("batch-") and one["rule"] in ENGINE_FINDINGS]


def test_a_clean_file_adds_no_finding(capsys: Capsys, tmp_path: Path) -> None:
    assert of_check(linted(capsys, tmp_path, request("a") + request("b"))) == []


def test_a_finding_names_line_column_byte_custom_id_and_the_providers_code(capsys: Capsys, tmp_path: Path) -> None:
    raw = request("a") + request("b") + request("a") + request("a")
    (one,) = of_check(linted(capsys, tmp_path, raw))
    assert (one["rule"], one["level"], one["workload"]) == ("batch-id-duplicate", "error", "w")
    at = raw.index(b'"a"')
    byte = len(request("a") + request("b")) + at
    assert one["message"] == (
        f"requests.jsonl:3:{at + 1}: custom_id 'a' is also on line 1 "
        f"(custom_id 'a', byte {byte}, the provider's code: duplicate_custom_id); 1 more like it"
    )
    text = (tmp_path / "workloads.yaml").read_text(encoding="utf-8").splitlines()
    assert text[one["line"] - 1][one["column"] - 1 :].startswith("requests.jsonl")


@pytest.mark.parametrize(
    ("raw", "rule", "silent"),
    [
        (BOM + request(), "request-file-bom", "batch-byte-order-mark"),
        (b"\n", "request-file-empty", "batch-empty-file"),
        (
            request("a") + request("b").replace(b"/v1/chat", b"/v1/other"),
            "request-file-urls-differ",
            "batch-url-differs",
        ),
    ],
)
def test_what_a_rule_says_of_a_file_is_not_said_twice(
    capsys: Capsys, tmp_path: Path, raw: bytes, rule: str, silent: str
) -> None:
    found = rules(linted(capsys, tmp_path, raw))
    assert rule in found
    assert silent not in found


def test_a_broken_line_is_told_with_its_reason_instead_of_a_count(capsys: Capsys, tmp_path: Path) -> None:
    found = linted(capsys, tmp_path, request() + b'{"custom_id": "x", "temperature": NaN}\n' + b"[1]\n")
    assert {"batch-not-a-number", "batch-not-an-object"} <= rules(found)
    assert "request-file-unreadable" not in rules(found)


def test_the_output_cap_and_the_window_are_held_against_the_manifests_model(capsys: Capsys, tmp_path: Path) -> None:
    found = rules(linted(capsys, tmp_path, request(max_tokens=10_000_000)))
    assert {"batch-cap-over-model", "batch-context-exceeded"} <= found


def test_the_manifests_account_gives_the_quota(capsys: Capsys, tmp_path: Path) -> None:
    raw = b"".join(request(str(number), messages=[{"role": "user", "content": "word " * 400}]) for number in range(9))
    (tmp_path / "requests.jsonl").write_bytes(raw)
    one = workload(
        provider="openai", model="gpt-4.1", latency={"max": "30d"}, volume={"requests": 9, "per": "month"},
        tokens={"input": 1, "output": 1}, batch={"request_file": "requests.jsonl", "every": "30d"},
    )  # fmt: skip
    text = manifest_text(one, accounts={"openai": {"enqueued_tokens": 1000}})
    (tmp_path / "workloads.yaml").write_text(text, encoding="utf-8")
    found = json.loads(run(capsys, "lint", str(tmp_path / "workloads.yaml"), "--format", "json").out)["findings"]
    assert "batch-queue-exceeded" in rules(found)


def test_a_check_can_be_switched_off_and_allowed(capsys: Capsys, tmp_path: Path) -> None:
    raw = request("a") * 2
    (tmp_path / "off.yaml").write_text("version: 1\nrules: {batch-id-duplicate: none}\n", encoding="utf-8")
    assert of_check(linted(capsys, tmp_path, raw, "--config", str(tmp_path / "off.yaml"))) == []
    path = tmp_path / "workloads.yaml"
    text = path.read_text(encoding="utf-8")
    marked = text.replace("- id:", "# planner: allow batch-id-duplicate -- the twin is meant\n- id:")
    assert marked != text
    path.write_text(marked, encoding="utf-8")
    told = json.loads(run(capsys, "lint", str(path), "--format", "json").out)
    assert [one["finding"]["rule"] for one in told["suppressed"]] == ["batch-id-duplicate"]
    assert of_check(told["findings"]) == []


def test_the_mark_of_a_finding_stays_when_more_lines_are_wrong(capsys: Capsys, tmp_path: Path) -> None:
    marks = {
        linted_[0]["fingerprint"] for n in (2, 3) if (linted_ := of_check(linted(capsys, tmp_path, request("a") * n)))
    }
    assert len(marks) == 1


def test_a_provider_whose_files_are_not_known_is_left_alone(capsys: Capsys, tmp_path: Path) -> None:
    found = linted(capsys, tmp_path, b'{"any": "thing"}\n', provider="deepseek", model="deepseek-flash")
    assert of_check(found) == []


def test_a_file_packed_with_gzip_is_looked_into(capsys: Capsys, tmp_path: Path) -> None:
    found = linted(capsys, tmp_path, gzip.compress(request("a") + request("b")))
    assert "request-file-unreadable" not in rules(found)
    assert "batch-compressed-file" in rules(found)
    found = linted(capsys, tmp_path, gzip.compress(BOM + request("a") * 2))
    assert {"request-file-bom", "batch-id-duplicate"} <= rules(found)


def test_what_is_no_whole_file_is_told_at_its_place(capsys: Capsys, tmp_path: Path) -> None:
    (tmp_path / "requests.jsonl").write_bytes(gzip.compress(request("a"))[:20])
    path = tmp_path / "workloads.yaml"
    one = workload(provider="openai", model="gpt-4.1", batch={"request_file": "requests.jsonl"})
    path.write_text(manifest_text(one), encoding="utf-8")
    ran = run(capsys, "lint", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"{path}:")
    assert ran.err.endswith("'requests.jsonl': the gzip file is broken or cut off\n")
    path.write_text(manifest_text(one).replace("requests.jsonl", "."), encoding="utf-8")
    assert "'.' is a folder: name a file in it" in run(capsys, "lint", str(path)).err


def test_workloads_that_name_one_file_share_a_reading(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def watched(path: str) -> RequestFile:
        opened.append(path)
        return open_requests(path)

    monkeypatch.setattr("planner.requestlint.open_requests", watched)
    (tmp_path / "requests.jsonl").write_bytes(request("a") * 2)
    batch = {"request_file": "requests.jsonl"}
    three = [workload(id=name, provider="openai", model="gpt-4.1", batch=batch) for name in "abc"]
    three[2]["model"] = "gpt-4.1-mini"
    path = tmp_path / "workloads.yaml"
    path.write_text(manifest_text(*three), encoding="utf-8")
    found = json.loads(run(capsys, "lint", str(path), "--format", "json").out)["findings"]
    assert sorted(one["workload"] for one in found if one["rule"] == "batch-id-duplicate") == ["a", "b", "c"]
    assert len(opened) == 2  # once for each model
