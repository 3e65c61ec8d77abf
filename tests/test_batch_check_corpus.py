"""Real batch files, against the verdicts that come with them.

The corpus is no part of the project. PLANNER_CORPUS names its folder; where there is none, these tests are not collected
and one says so.
"""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from planner.batchfiles.report import BatchReport
from tests.making import ROOT
from tests.test_batch_check import checked, findings, only, rules

CORPUS = Path(os.environ.get("PLANNER_CORPUS", ROOT.parent / "shared" / "corpus"))
THERE = (CORPUS / "batch").is_dir()


class Verdict(NamedTuple):
    """What a check must say of a file; `said` are the rules that speak, apart from those about the account."""

    dialect: str | None
    requests: int
    said: set[str]
    errors: int = 0


VERDICTS = {
    "01_groq_chat_in.jsonl": Verdict("groq", 3, {"output-uncapped", "price-unknown"}),
    "02_groq_chat_out.jsonl": Verdict(None, 3, {"result-file"}, 1),
    "04_local_chat_blankline_in.jsonl": Verdict("openai", 10, {"blank-line", "dialect-assumed", "model-unknown"}),
    "23_azure_crlf_in.jsonl": Verdict("azure-openai", 3, {"output-uncapped", "deployment-unmapped"}),
    "28_openai_gpt4o_cap_in.jsonl": Verdict("openai", 65, set()),
    "29_openai_gpt4o_cap_out.jsonl": Verdict(None, 65, {"result-file"}, 1),
    "30_anthropic_succeeded_out.jsonl": Verdict(None, 3, {"result-file"}, 1),
}
LATER = {"model-retired", "queue-unchecked"}
"""What is true on a later day, or of an account that is not stated."""


def test_it_is_said_whether_the_real_files_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    if not THERE:
        with capsys.disabled():
            print(f"\n{CORPUS}: no corpus here, so no real batch file was checked; PLANNER_CORPUS names the folder")
    assert THERE or "PLANNER_CORPUS" not in os.environ, f"PLANNER_CORPUS names {CORPUS}, where no folder batch lies"


class TestRealFiles:
    """Collected where the corpus lies."""

    __test__ = THERE

    def report(self, name: str, **asked: Any) -> BatchReport:
        """What is found in a file of the corpus."""
        return checked((CORPUS / "batch" / name).read_bytes(), **asked)

    def test_every_batch_file_of_the_corpus_has_its_verdict_here(self) -> None:
        assert sorted(path.name for path in (CORPUS / "batch").glob("*.jsonl")) == sorted(VERDICTS)

    @pytest.mark.parametrize("name", VERDICTS)
    def test_a_real_file_gets_its_verdict(self, name: str) -> None:
        verdict, report = VERDICTS[name], self.report(name)
        (file,) = report.files
        assert (file.dialect, file.requests) == (verdict.dialect, verdict.requests)
        assert rules(report) - LATER == verdict.said
        assert len([found for found in findings(report, "error") if found.rule not in LATER]) == verdict.errors

    def test_the_blank_line_at_the_end_is_noted_at_its_place(self) -> None:
        found = only(self.report("04_local_chat_blankline_in.jsonl"), "blank-line")
        assert (found.line, found.level) == (11, "note")

    def test_an_azure_file_has_the_wrong_address_for_openai(self) -> None:
        report = self.report("23_azure_crlf_in.jsonl", dialect="openai")
        assert "url-unknown" in rules(report, "error")
        assert {found.provider_code for found in findings(report) if found.rule == "url-unknown"} == {"invalid_url"}

    def test_an_openai_file_with_a_mark_is_an_error_for_azure(self) -> None:
        raw = b"\xef\xbb\xbf" + (CORPUS / "batch" / "23_azure_crlf_in.jsonl").read_bytes()
        assert rules(checked(raw), "error") == {"byte-order-mark"}

    def test_the_input_of_a_real_file_is_counted_to_the_token_that_was_billed(self) -> None:
        (bill,) = self.report("28_openai_gpt4o_cap_in.jsonl", expected_output=184).models
        assert (bill.input_tokens, bill.input_tokens_high) == (36_501, 36_501)
        assert bill.capped_output_tokens == 65_000
        assert bill.batch.input_usd == Decimal(36_501) * Decimal("1.25") / 1_000_000

    def test_the_tokens_of_a_real_groq_file_are_those_of_its_results(self) -> None:
        (bill,) = self.report("01_groq_chat_in.jsonl").models
        assert bill.input_tokens == 178

    def test_the_estimate_from_bytes_of_a_real_file_lies_within_its_stated_error(self) -> None:
        (bill,) = self.report("28_openai_gpt4o_cap_in.jsonl", count=lambda encoding: None).models
        assert 36_501 * 0.8 <= bill.input_tokens <= 36_501 * 1.2
        assert bill.input_tokens_high >= 36_501

    def test_a_model_that_was_alive_is_not_called_retired_on_that_day(self) -> None:
        report = self.report("01_groq_chat_in.jsonl", on=date(2025, 3, 20))
        assert "model-retired" not in rules(report)
