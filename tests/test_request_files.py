"""Batch request files: what a first look sees, which files are read, and the rules that speak of them."""

from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files, plan
from planner.batchfiles.probe import RequestFile, probe
from planner.problems import Refused
from planner.report import Finding
from tests.console import run
from tests.making import DAY, manifest_text, workload

HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(max_examples=int(HUNT or "150"), deadline=None, derandomize=HUNT is None)
BOM = b"\xef\xbb\xbf"


def line(model: str | None = "gpt-4.1", url: str | None = "/v1/chat/completions", end: bytes = b"\n") -> bytes:
    """One request as OpenAI and Azure take it."""
    body = {"messages": [{"role": "user", "content": "ü"}]} | ({} if model is None else {"model": model})
    request = {"custom_id": "r", "method": "POST", "body": body} | ({} if url is None else {"url": url})
    return json.dumps(request, ensure_ascii=False).encode() + end


def looked_at(raw: bytes) -> RequestFile:
    return probe(io.BytesIO(raw))


def test_a_clean_file_is_counted_and_its_names_are_kept() -> None:
    seen = looked_at(line() * 3)
    assert seen == RequestFile(3 * len(line()), 3, False, ("gpt-4.1",), ("/v1/chat/completions",), 0, None)


def test_an_empty_file_has_no_request() -> None:
    assert looked_at(b"") == RequestFile(0, 0, False, (), (), 0, None)
    assert looked_at(b"\n \r\n\t\n").requests == 0


def test_a_byte_order_mark_is_seen_and_the_first_line_is_still_read() -> None:
    seen = looked_at(BOM + line("a") + line("b"))
    assert (seen.bom, seen.requests, seen.deployments, seen.unreadable) == (True, 2, ("a", "b"), 0)
    assert looked_at(line() + BOM + line()).bom is False


def test_windows_line_ends_and_blank_lines_change_no_count() -> None:
    plain, windows = looked_at(line() * 2), looked_at(b"\r\n" + line(end=b"\r\n") + b"  \r\n" + line(end=b""))
    assert windows._replace(bytes=plain.bytes) == plain


def test_each_deployment_and_url_is_named_once_in_the_order_of_the_file() -> None:
    seen = looked_at(line("b", "/v1/responses") + line("a", "/v1/embeddings") + line("b", "/v1/responses") + line(None))
    assert seen.deployments == ("b", "a")
    assert seen.urls == ("/v1/responses", "/v1/embeddings", "/v1/chat/completions")


def test_anthropics_requests_name_their_model_in_params() -> None:
    request = {"custom_id": "r", "params": {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": []}}
    seen = looked_at(json.dumps(request).encode())
    assert (seen.deployments, seen.urls, seen.unreadable) == (("claude-haiku-4-5",), (), 0)


@pytest.mark.parametrize(
    "broken",
    [
        *(b"{", b'{"a": 1', b"[1]", b"7", b"null", b'"text"', b"{} {}", b"{'a': 1}", b'{"a": NaN}', b"# note", b"\x00"),
        *(b"\xff\xfe{\x00}\x00", b'{"url": "\xe9"}', b'{"body": {"messages": "caf\xe9"}}'),
    ],
)
def test_a_line_that_is_no_json_object_in_utf_8_is_counted_with_its_number(broken: bytes) -> None:
    seen = looked_at(line() + b"\n" + broken + b"\n" + line() + broken + b"\n")
    assert (seen.requests, seen.unreadable, seen.first_unreadable) == (4, 2, 3)
    assert seen.deployments == ("gpt-4.1",)


@pytest.mark.parametrize(
    "raw",
    [b"[" * 100_000, b'{"a":' * 100_000, b'{"body": {"model": ' + b"[" * 100_000, b'{"a": "' + b"\\u00e9" * 900_000],
    ids=["brackets", "braces", "brackets in a model", "a string without an end"],
)
def test_a_hostile_line_is_one_unreadable_line(raw: bytes) -> None:
    begun = time.process_time()
    assert looked_at(raw + b"\n" + line()).unreadable == 1
    assert time.process_time() - begun < 1


def test_a_line_of_five_megabytes_is_read_within_a_second() -> None:
    raw = line().replace("ü".encode(), b"x" * 5_000_000)
    begun = time.process_time()
    assert probe(iter([raw, line("b")])).deployments == ("gpt-4.1", "b")
    assert time.process_time() - begun < 1


names = st.none() | st.text(max_size=5)
bodies = st.none() | st.fixed_dictionaries({"model": names}) | st.dictionaries(st.text(max_size=3), st.integers())
lines = st.one_of(
    st.dictionaries(st.sampled_from(["body", "params"]), bodies),
    st.builds(lambda url, body: {"url": url, "body": body}, names, bodies),
    st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2)),
).map(lambda value: json.dumps(value).encode())
rough = st.sampled_from([b"", b" ", b"\t\r", b"{", b"{]", b'{"a": 01}', b"\xef\xbb\xbf{}", b"nul", b'"\xff"', b"{}x"])


@FUZZ
@given(st.lists(lines | rough, max_size=12), st.booleans(), st.sampled_from([b"\n", b"\r\n"]))
def test_the_counts_are_those_of_a_plain_loop_over_json(parts: list[bytes], bom: bool, end: bytes) -> None:
    raw = (BOM if bom else b"") + b"".join(part + end for part in parts)
    objects, broken, requests = [], [], 0
    for number, part in enumerate(raw.removeprefix(BOM).split(b"\n"), 1):
        if not part.strip():
            continue
        requests += 1
        try:
            value = json.loads(part.decode())
        except ValueError:
            value = None
        if isinstance(value, dict):
            objects.append(value)
        else:
            broken.append(number)
    seen = looked_at(raw)
    models = [(entry.get(part) or {}).get("model") for entry in objects for part in ("body", "params")]
    assert (seen.bytes, seen.requests, seen.bom) == (len(raw), requests, raw.startswith(BOM))
    assert (seen.unreadable, seen.first_unreadable) == (len(broken), broken[0] if broken else None)
    assert set(seen.urls) == {entry["url"] for entry in objects if entry.get("url") is not None}
    assert set(seen.deployments) <= {model for model in models if model is not None}
    assert bool(seen.deployments) is any(model is not None for model in models)


def findings(folder: Path, raw: bytes | None, accounts: Any = None, **fields: Any) -> dict[str, Finding]:
    """The findings, by rule, of a workload whose request file holds these bytes."""
    if raw is not None:
        (folder / "requests.jsonl").write_bytes(raw)
    batch = {"request_file": "requests.jsonl"} | fields.pop("batch", {})
    text = manifest_text(workload(latency={"max": "24h"}, batch=batch, **fields), accounts=accounts or {})
    (folder / "workloads.yaml").write_text(text, encoding="utf-8")
    manifest = files.load_manifest(folder / "workloads.yaml")
    report = plan(manifest, files.load_catalog(manifest), DAY, files.probe_request_files(manifest))
    return {finding.rule: finding for finding in report.findings}


AZURE = {"provider": "azure-openai", "endpoint": "/chat/completions"}
SPEAKS = {
    "request-file-bom": (BOM + line(), AZURE, "byte-order mark"),
    "one-deployment-per-file": (line("a") + line("b"), AZURE, "names 2 models or deployments"),
    "request-file-unreadable": (line() + b"\n{\n{", AZURE, "line 3 of the request file is no JSON object (2"),
    "request-file-urls-differ": (line(url="/a") + line(url="/b"), {}, "name 2 urls"),
    "request-file-empty": (b"\n", {}, "holds no request"),
    "request-file-other-model": (line("gpt-4o"), {}, "names gpt-4o, the plan prices gpt-4.1"),
    "request-file-url-mismatch": (line(), {"batch": {"endpoint": "/chat/completions"}}, "the job the endpoint /chat"),
    "request-file-too-many-requests": (line() * 3, {"accounts": {"openai": {"batch_requests_per_file": 2}}}, "holds 3"),
    "request-file-too-large": (line() * 3, {"accounts": {"openai": {"batch_file_bytes": 99}}}, "takes 99 per file"),
}


@pytest.mark.parametrize(("rule", "case"), SPEAKS.items(), ids=SPEAKS)
def test_each_rule_about_request_files_fires_on_a_file_and_points_at_its_name(
    rule: str, case: tuple[bytes, dict[str, Any], str], tmp_path: Path
) -> None:
    raw, fields, says = case
    found = findings(tmp_path, raw, **fields)
    assert rule in found
    assert says in found[rule].message
    assert found[rule].level == "error"
    assert found[rule].path in ("/workloads/0/batch/request_file", "/workloads/0/batch/endpoint")
    text = Path(found[rule].file).read_text(encoding="utf-8").splitlines()
    assert text[found[rule].line - 1][found[rule].column - 1 :] in ("requests.jsonl", "/chat/completions")


@pytest.mark.parametrize("fields", [AZURE, {"provider": "openai"}, {"provider": "groq", "model": "openai/gpt-oss-20b"}])
def test_no_rule_about_request_files_fires_on_a_clean_one(fields: dict[str, Any], tmp_path: Path) -> None:
    url = fields.get("endpoint", "/v1/chat/completions")
    found = findings(tmp_path, line(fields.get("model", "gpt-4.1"), url) * 3, **fields)
    assert not SPEAKS.keys() & found.keys()


def test_an_alias_in_the_file_is_the_same_model_and_a_deployment_has_a_name_of_its_own(tmp_path: Path) -> None:
    assert "request-file-other-model" not in findings(tmp_path, line("gpt-4.1-2025-04-14"))
    assert "request-file-other-model" in findings(tmp_path, line("gpt-4.1-mini"))
    assert "request-file-other-model" not in findings(tmp_path, line("our-deployment", "/chat/completions"), **AZURE)


def refused(folder: Path, name: str) -> str:
    with pytest.raises(Refused) as caught:
        findings(folder, None, batch={"request_file": name})
    (said,) = caught.value.complaints
    assert said.startswith(f"{folder / 'workloads.yaml'}:")
    written = (folder / "workloads.yaml").read_text(encoding="utf-8").splitlines()
    number, column = (int(part) for part in said.removeprefix(f"{folder / 'workloads.yaml'}:").split(":")[:2])
    assert written[number - 1][: column - 1].strip() == "request_file:"
    return said


def test_a_file_outside_of_the_manifests_folder_is_refused_however_it_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    (folder / "below").mkdir(parents=True)
    (tmp_path / "secret.jsonl").write_bytes(line())
    (folder / "link.jsonl").symlink_to("../secret.jsonl")
    (folder / "folder").symlink_to(tmp_path)
    outside = ["../secret.jsonl", "below/../../secret.jsonl", str(tmp_path / "secret.jsonl"), "/dev/zero"]
    for name in [*outside, "link.jsonl", "folder/secret.jsonl"]:
        assert "lies outside the manifest's folder: name a file in it or below" in refused(folder, name)


@pytest.mark.parametrize("name", ["none.jsonl", ".", "below", "n" * 5000, "a\0b", "loop.jsonl", "workloads.yaml/x"])
def test_what_is_no_file_is_refused_at_its_place(name: str, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "loop.jsonl").symlink_to("loop.jsonl")
    assert refused(tmp_path, name).isprintable()


def test_a_file_that_the_defaults_name_is_refused_where_they_name_it(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(manifest_text(defaults={"batch": {"request_file": "../r.jsonl"}}), encoding="utf-8")
    with pytest.raises(Refused, match=r"m\.yaml:4:19: '\.\./r\.jsonl' lies outside"):
        files.probe_request_files(files.load_manifest(path))


def test_a_file_below_the_folder_and_a_link_that_stays_inside_are_read(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "r.jsonl").write_bytes(line() * 2)
    (tmp_path / "link.jsonl").symlink_to("below/r.jsonl")
    many = [workload(id=f"w{at}", batch={"request_file": n}) for at, n in enumerate(["below/r.jsonl", "link.jsonl"])]
    (tmp_path / "m.yaml").write_text(manifest_text(*many), encoding="utf-8")
    seen = files.probe_request_files(files.load_manifest(tmp_path / "m.yaml"))
    assert {name: file.requests for name, file in seen.items()} == {"w0": 2, "w1": 2}


def test_the_command_line_fails_for_a_byte_order_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings(tmp_path, BOM + line(), **AZURE)
    ran = run(capsys, "lint", str(tmp_path / "workloads.yaml"), "--on", "2026-11-24")
    assert ran.code == 1
    assert "begins with a UTF-8 byte-order mark" in ran.out
