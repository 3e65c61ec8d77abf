"""Real batch files, against the verdicts that come with them.

The corpus is no part of the project. PLANNER_CORPUS names its folder; where there is none, these tests are not collected
and one says so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from planner import files, plan
from planner.batchfiles.probe import RequestFile, probe
from tests.making import DAY, ROOT, manifest_text, workload

CORPUS = Path(os.environ.get("PLANNER_CORPUS", ROOT.parent / "shared" / "corpus"))
THERE = (CORPUS / "batch").is_dir()

CHAT = ("/v1/chat/completions",)
SEEN = {
    "01_groq_chat_in.jsonl": RequestFile(871, 3, False, ("llama-3.1-8b-instant",), CHAT, 0, None),
    "02_groq_chat_out.jsonl": RequestFile(7222, 3, False, (), (), 0, None),
    "04_local_chat_blankline_in.jsonl": RequestFile(3133, 10, False, ("google/gemma-3-4b-it",), CHAT, 0, None),
    "23_azure_crlf_in.jsonl": RequestFile(820, 3, False, ("gpt-4o-batch",), ("/chat/completions",), 0, None),
    "28_openai_gpt4o_cap_in.jsonl": RequestFile(110659, 65, False, ("gpt-4o",), CHAT, 0, None),
    "29_openai_gpt4o_cap_out.jsonl": RequestFile(81256, 65, False, (), (), 0, None),
    "30_anthropic_succeeded_out.jsonl": RequestFile(3796, 3, False, (), (), 0, None),
}


def test_it_is_said_whether_the_real_files_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    if not THERE:
        with capsys.disabled():
            print(f"\n{CORPUS}: no corpus here, so no real batch file was tested; PLANNER_CORPUS names the folder")
    assert THERE or "PLANNER_CORPUS" not in os.environ, f"PLANNER_CORPUS names {CORPUS}, where no folder batch lies"


class TestRealFiles:
    """Collected where the corpus lies."""

    __test__ = THERE

    def test_every_batch_file_of_the_corpus_has_its_verdict_here(self) -> None:
        assert sorted(path.name for path in (CORPUS / "batch").glob("*.jsonl")) == sorted(SEEN)

    @pytest.mark.parametrize("name", SEEN)
    def test_a_first_look_sees_what_is_in_the_file(self, name: str) -> None:
        with (CORPUS / "batch" / name).open("rb") as lines:
            assert probe(lines) == SEEN[name]

    @pytest.mark.parametrize("name", SEEN)
    def test_the_same_requests_are_seen_with_a_mark_and_windows_line_ends(self, name: str) -> None:
        raw = (CORPUS / "batch" / name).read_bytes().replace(b"\r\n", b"\n")
        changed = b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n")
        seen = probe(changed.splitlines(keepends=True))
        assert seen == SEEN[name]._replace(bytes=len(changed), bom=True)

    @pytest.mark.parametrize(
        ("name", "fields", "fires"),
        [
            ("01_groq_chat_in.jsonl", {"provider": "groq", "model": "llama-3.1-8b-instant"}, set()),
            ("23_azure_crlf_in.jsonl", {"provider": "azure-openai", "endpoint": "/chat/completions"}, set()),
            ("23_azure_crlf_in.jsonl", {"model": "gpt-4o"}, {"request-file-other-model", "request-file-url-mismatch"}),
            ("28_openai_gpt4o_cap_in.jsonl", {"model": "gpt-4o", "tokens": {"max_output": 1000}}, set()),
            ("28_openai_gpt4o_cap_in.jsonl", {"model": "gpt-4o-mini"}, {"request-file-other-model"}),
            ("04_local_chat_blankline_in.jsonl", {}, {"request-file-other-model"}),
        ],
    )
    def test_the_rules_say_of_a_real_file_what_its_provider_would(
        self, name: str, fields: dict[str, Any], fires: set[str], tmp_path: Path
    ) -> None:
        (tmp_path / name).write_bytes((CORPUS / "batch" / name).read_bytes())
        endpoint = fields.get("endpoint", "/v1/chat/completions")
        tokens = {"input": 562, "output": 185} | fields.get("tokens", {})
        batch = {"request_file": name, "endpoint": endpoint}
        stated = workload(latency={"max": "48h"}, batch=batch) | fields | {"tokens": tokens}
        (tmp_path / "m.yaml").write_text(manifest_text(stated), encoding="utf-8")
        manifest = files.load_manifest(tmp_path / "m.yaml")
        report = plan(manifest, files.load_catalog(manifest), DAY, files.probe_request_files(manifest))
        found = {finding.rule for finding in report.findings}
        assert {rule for rule in found if rule.startswith(("request-file", "one-deployment"))} == fires
