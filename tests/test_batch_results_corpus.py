"""Real results joined to their real requests, collected where the corpus lies (see test_batch_check_corpus)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from planner.batchfiles.outcome import Outcome
from tests.test_batch_check_corpus import CORPUS, THERE
from tests.test_batch_results import joined

BATCH = CORPUS / "batch"


def raw(name: str) -> bytes:
    """A file of the corpus."""
    return (BATCH / name).read_bytes()


def recorded(name: str) -> list[dict[str, Any]]:
    """The calls of a recorded job and what the service said."""
    calls: list[dict[str, Any]] = yaml.load(raw(f"cassettes/{name}.yaml"), Loader=yaml.CSafeLoader)["interactions"]
    return calls


def lines_within(text: str) -> bytes:
    """The lines of a text that are requests or rows."""
    return "".join(f"{line}\n" for line in text.splitlines() if line.startswith('{"') and "custom_id" in line).encode()


def job(folder: Path, name: str) -> Outcome:
    """A recorded job of OpenAI: its upload, and every file of results that was fetched, once."""
    calls = recorded(name)
    upload = next(str(call["request"]["body"]) for call in calls if "custom_id" in str(call["request"]["body"] or ""))
    rows = {call["request"]["uri"]: call["response"]["body"]["string"] for call in calls}
    results = [lines_within(body) for uri, body in rows.items() if uri.endswith("/content")]
    return joined(folder, lines_within(upload), b"".join(results))


class TestRealResults:
    """Collected where the corpus lies."""

    __test__ = THERE

    def test_sixty_five_answers_of_openai_with_their_cost(self, tmp_path: Path) -> None:
        found = joined(tmp_path, raw("28_openai_gpt4o_cap_in.jsonl"), raw("29_openai_gpt4o_cap_out.jsonl"))
        assert (found.clean, found.counts["ok"]) == (True, 65)
        used = found.models[0].usage
        assert (used.input, used.output, used.cached, used.reasoning) == (36_501, 11_980, 0, 0)
        assert found.usd == (Decimal(36_501) * Decimal("1.25") + 11_980 * 5) / 1_000_000

    def test_reordered_answers_of_groq(self, tmp_path: Path) -> None:
        found = joined(tmp_path, raw("01_groq_chat_in.jsonl"), raw("02_groq_chat_out.jsonl"))
        assert (found.dialect, found.clean) == ("groq", True)
        assert found.models[0].usage[:5] == (178, 0, 0, 0, 2091)
        assert found.usd is None  # no batch rate is published for that model

    def test_three_answers_of_anthropic(self, tmp_path: Path) -> None:
        body = json.loads(recorded("anthropic_basic_batch_completion")[0]["request"]["body"])
        asked = "".join(f"{json.dumps(line)}\n" for line in body["requests"]).encode()
        found = joined(tmp_path, asked, raw("30_anthropic_succeeded_out.jsonl"))
        assert (found.dialect, found.clean, found.charged()["billed"]) == ("anthropic", True, 3)
        assert found.models[0].usage[:5] == (31, 0, 0, 0, 845)

    def test_recorded_jobs_of_openai(self, tmp_path: Path) -> None:
        whole = job(tmp_path, "openai_basic_batch_completion")
        assert (whole.clean, whole.requests) == (True, 3)
        part = job(tmp_path, "openai_failed_request_batch_resume")
        assert part.counts["ok"] == part.requests - part.counts["missing"]
        assert part.duplicate == 0
