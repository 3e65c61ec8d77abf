"""The bill of one answer at every provider, worked out by hand from its list of prices: input, cache, output, tiers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.test_batch_check import bedrock, claude, gemini, lines, request
from tests.test_batch_results import joined

CLAUDE = {
    "input_tokens": 1000,
    "cache_creation_input_tokens": 50_000,
    "cache_read_input_tokens": 60_000,
    "cache_creation": {"ephemeral_5m_input_tokens": 20_000, "ephemeral_1h_input_tokens": 30_000},
    "output_tokens": 2000,
}
CLAUDE_USD = "0.153"
"""Sonnet 4.5, batch: 1,000 x 1.50 + 60,000 x 0.15 + 20,000 x 1.875 + 30,000 x 3 + 2,000 x 7.50, per million."""
LONG = {
    "promptTokenCount": 250_000, "cachedContentTokenCount": 100_000, "candidatesTokenCount": 1000,
    "thoughtsTokenCount": 3000, "totalTokenCount": 254_000,
}  # fmt: skip


def chat(model: str, **usage: Any) -> dict[str, Any]:
    """A row in OpenAI's form."""
    body = {"model": model, "usage": usage}
    return {"custom_id": "r1", "response": {"status_code": 200, "body": body}, "error": None}


def tokens(given: int, written: int, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": given, "completion_tokens": written, "total_tokens": given + written, **more}


VERTEX = {
    "request": {
        "messages": [{"role": "user", "content": "q"}],
        "anthropic_version": "vertex-2023-10-16",
        "max_tokens": 9,
    }
}
GEMINI = gemini(1)


@pytest.mark.parametrize(
    ("dialect", "asked", "row", "usd"),
    [
        # 36,000 fresh x 0.625 + 64,000 cached x 0.0625 + 9,000 x 5; reasoning is in the output
        ("openai", request(1, model="gpt-5"), chat("gpt-5", **tokens(100_000, 9000, prompt_tokens_details={"cached_tokens": 64_000}, completion_tokens_details={"reasoning_tokens": 7000})), "0.0715"),
        # above 272,000 the whole request costs 2.50 / 11.25
        ("openai", request(1, model="gpt-5.4"), chat("gpt-5.4", input_tokens=300_000, output_tokens=1000), "0.76125"),
        ("azure-openai", {**request(1, model="gpt-4.1"), "url": "/chat/completions"}, chat("gpt-4.1", **tokens(10_000, 1000)), "0.014"),
        ("anthropic", claude(1, model="claude-sonnet-4-5"), {"custom_id": "r1", "result": {"type": "succeeded", "message": {"model": "claude-sonnet-4-5-20250929", "usage": CLAUDE}}}, CLAUDE_USD),
        # above 200,000: 150,000 x 1.25 + 100,000 cached x 0.25, as in real time, + 4,000 x 7.50; thoughts stand beside
        ("google-gemini", GEMINI, {"key": "r1", "response": {"modelVersion": "gemini-2.5-pro", "usageMetadata": LONG}}, "0.2425"),
        ("google-vertex", VERTEX, {**VERTEX, "status": "", "response": {"model": "claude-sonnet-4-6", "usage": {"input_tokens": 1000, "output_tokens": 2000}}}, "0.0165"),
        ("mistral", {"custom_id": "r1", "body": {"model": "mistral-small-latest"}}, chat("mistral-small-latest", **tokens(300_000, 100_000)), "0.0525"),
        # Groq bills cached input at the batch rate of input: 100,000 x 0.075 + 50,000 x 0.30
        ("groq", request(1, model="openai/gpt-oss-120b"), chat("openai/gpt-oss-120b", **tokens(100_000, 50_000, prompt_tokens_details={"cached_tokens": 40_000})), "0.0225"),
        ("together", request(1, model="meta-llama/Llama-3.3-70B-Instruct-Turbo"), chat("meta-llama/Llama-3.3-70B-Instruct-Turbo", **tokens(100_000, 50_000)), "0.078"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_answer_is_billed_as_by_hand(
    dialect: str, asked: dict[str, Any], row: dict[str, Any], usd: str, tmp_path: Path
) -> None:
    found = joined(tmp_path, lines(asked), lines(row), dialect=dialect)
    assert (found.counts["ok"], found.unpriced) == (1, [])
    assert found.usd == Decimal(usd)


def test_a_model_of_bedrock_that_no_line_names_is_never_guessed(tmp_path: Path) -> None:
    found = joined(tmp_path, lines(bedrock(1)), lines({**bedrock(1), "modelOutput": {"usage": CLAUDE}}))
    assert (found.usd, found.unpriced) == (None, ["the model: the model is not named"])


@pytest.mark.parametrize(
    ("asked", "answered", "usd"),
    [
        # 10,000 x 1 + 1,000 x 4, per million: a dated version has the price of its model
        ("gpt-4.1", "gpt-4.1-2025-04-14", "0.014"),
        ("gpt-4.1", "gpt-4.1-2099-01-01", "0.014"),
        ("gpt-4.1", "gpt-4.1-turbo", None),
        ("gpt-4.1", "gpt-99", None),
    ],
)
def test_a_model_that_answers_and_that_no_book_knows_is_not_priced_as_another(
    tmp_path: Path, asked: str, answered: str, usd: str | None
) -> None:
    found = joined(tmp_path, lines(request(1, model=asked)), lines(chat(answered, **tokens(10_000, 1000))))
    assert found.usd == (None if usd is None else Decimal(usd))
    if usd is None:
        assert found.unpriced == [f"{asked}: no price book lists '{answered}' at openai"]
