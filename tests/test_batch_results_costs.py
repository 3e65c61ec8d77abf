"""What answers used and cost: each provider's own counting, exactly, and null where anything is not known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.batchfiles.outcome import text
from planner.batchfiles.usage import Usage, usage_of
from planner.manifest import Account
from planner.rates import Rate
from planner.requestfiles import open_market
from planner.statusfiles import load_statuses
from tests.making import DAY
from tests.test_batch_check import claude, gemini, lines, request
from tests.test_batch_results import answer, joined, lost


def used(provider: str, line: dict[str, Any]) -> Usage | None:
    """The tokens of a row, by the provider's counting."""
    return usage_of(line, load_statuses(provider).results["usage"])


def of_openai(usage: Any) -> dict[str, Any]:
    """A row of OpenAI with that usage."""
    return {"response": {"body": {"usage": usage}}}


CLAUDE = {
    "input_tokens": 11,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 2000,
    "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
    "output_tokens": 50,
}
NOVA = {"inputTokens": 100, "outputTokens": 7, "cacheReadInputTokenCount": 30, "cacheWriteInputTokenCount": 20}
GEMINI = {
    "promptTokenCount": 1000,
    "cachedContentTokenCount": 400,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 300,
    "toolUsePromptTokenCount": 7,
    "totalTokenCount": 1327,
}
CHAT = {
    "prompt_tokens": 100,
    "completion_tokens": 90,
    "total_tokens": 190,
    "prompt_tokens_details": {"cached_tokens": 64},
    "completion_tokens_details": {"reasoning_tokens": 70},
}
RESPONSES = {
    "input_tokens": 100,
    "output_tokens": 90,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens_details": {"reasoning_tokens": 70},
}


@pytest.mark.parametrize(
    ("provider", "line", "found"),
    [
        ("openai", of_openai(CHAT), Usage(100, 64, 0, 0, 90, 70)),
        ("openai", of_openai(RESPONSES), Usage(100, 64, 0, 0, 90, 70)),
        ("openai", of_openai({"prompt_tokens": 8, "total_tokens": 8}), Usage(8, 0, 0, 0, 0, 0)),  # an embedding
        ("anthropic", {"result": {"message": {"usage": CLAUDE}}}, Usage(2311, 2000, 100, 200, 50, 0)),
        ("google-gemini", {"response": {"usageMetadata": GEMINI}}, Usage(1007, 400, 0, 0, 320, 300)),
        ("google-vertex", {"response": {"usageMetadata": {"promptTokenCount": 5, "thoughtsTokenCount": 9, "totalTokenCount": 14}}}, Usage(5, 0, 0, 0, 9, 9)),
        ("aws-bedrock", {"modelOutput": {"usage": CLAUDE}}, Usage(2311, 2000, 100, 200, 50, 0)),
        ("aws-bedrock", {"modelOutput": {"usage": {"inputTokens": 5, "outputTokens": 6, "totalTokens": 11}}}, Usage(5, 0, 0, 0, 6, 0)),
        ("aws-bedrock", {"modelOutput": {"usage": NOVA}}, Usage(150, 30, 20, 0, 7, 0)),
        ("aws-bedrock", {"modelOutput": {"usage": CHAT}}, Usage(100, 64, 0, 0, 90, 70)),  # gpt-oss: input has the cache in it
        ("aws-bedrock", {"modelOutput": {"generation": "a", "prompt_token_count": 5, "generation_token_count": 6}}, Usage(5, 0, 0, 0, 6, 0)),
        ("google-vertex", {"response": {"usage": CLAUDE}}, Usage(2311, 2000, 100, 200, 50, 0)),
        ("mistral", {"response": {"body": {"usage": {"prompt_tokens": 3, "completion_tokens": 4}}}}, Usage(3, 0, 0, 0, 4, 0)),
    ],
)  # fmt: skip
def test_each_provider_counts_in_its_own_way(provider: str, line: dict[str, Any], found: Usage) -> None:
    assert used(provider, line) == found


@pytest.mark.parametrize(
    "usage",
    [
        None, [], {}, {"completion_tokens": 5}, {"prompt_tokens": 5}, {"prompt_tokens": -1, "completion_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": 1}, {"prompt_tokens": "9", "completion_tokens": 1},
        {"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 6}},
        {"prompt_tokens": 5, "total_tokens": 4}, {"prompt_tokens": 10**4000, "completion_tokens": 1},
    ],
)  # fmt: skip
def test_usage_that_is_not_told_or_cannot_be_is_unknown(usage: Any) -> None:
    assert used("openai", of_openai(usage)) is None


def rate(provider: str, model: str, tokens: int = 0) -> Rate:
    """The batch rate of the list."""
    market = open_market(next(d for d in _dialects() if d.name == provider), DAY, Account(provider, provider))
    market.offer(model)
    found = market.book.rate(provider, "global", model, "batch", DAY, tokens)
    assert found is not None
    return found


def _dialects() -> Any:
    from tests.test_batch_check import dialects

    return dialects()


def usd(found: Rate, **tokens: int) -> Decimal:
    """The cost by hand."""
    return sum((number * found.amounts[name].usd_per_mtok / 1_000_000 for name, number in tokens.items()), Decimal(0))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5)), min_size=1, max_size=6))
def test_the_cost_is_exact_and_each_request_is_priced_by_its_own_size(sizes: list[tuple[int, int]]) -> None:
    from planner.batchfiles.usage import Bought

    market = open_market(next(d for d in _dialects() if d.name == "openai"), DAY, Account("openai", "openai"))
    bought = Bought(market, market.offer("gpt-5.4"))
    for given_tokens, written in sizes:
        bought.add(Usage(given_tokens, 0, 0, 0, written, 0))
    expected = sum(
        (usd(rate("openai", "gpt-5.4", size), input=size, output=written) for size, written in sizes), Decimal(0)
    )
    assert bought.usd() == expected


def test_a_cost_by_hand_beside_its_estimate(tmp_path: Path) -> None:
    asked = lines(request(1), request(2, model="gpt-4.1-mini"), request(3))
    small = answer(2, (1000, 200))
    small["response"]["body"]["model"] = "gpt-4.1-mini-2025-04-14"
    found = joined(tmp_path, asked, lines(small, answer(1, (10, 20))), lines(lost(3)))
    by = {one.asked: one for one in found.models}
    assert by["gpt-4.1"].usd == usd(rate("openai", "gpt-4.1"), input=10, output=20)
    assert by["gpt-4.1-mini"].usd == usd(rate("openai", "gpt-4.1-mini"), input=1000, output=200)
    assert found.usd == sum(one.usd for one in found.models if one.usd is not None)
    assert (by["gpt-4.1"].requests, by["gpt-4.1"].answers) == (2, 1)
    estimate = by["gpt-4.1"].estimate
    assert estimate is not None
    assert (estimate.requests, estimate.capped_output_tokens) == (2, 100)


def test_cache_reads_and_writes_of_anthropic_have_their_own_rates(tmp_path: Path) -> None:
    row = {"custom_id": "r1", "result": {"type": "succeeded", "message": {"usage": CLAUDE}}}
    found = joined(tmp_path, lines(claude(1)), lines(row))
    tokens = {"input": 11, "cached_input": 2000, "cache_write": 100, "cache_write_1h": 200, "output": 50}
    assert found.usd == usd(rate("anthropic", "claude-haiku-4-5"), **tokens)


def test_a_model_that_is_set_on_the_job_is_told_by_the_answers(tmp_path: Path) -> None:
    row = {
        "key": "r1",
        "response": {"modelVersion": "gemini-2.5-flash", "usageMetadata": {**GEMINI, "cachedContentTokenCount": 0}},
    }
    found = joined(tmp_path, lines(gemini(1)), lines(row))
    assert found.models[0].billed_as == ("gemini-2.5-flash",)
    assert found.usd == usd(rate("google-gemini", "gemini-2.5-flash"), input=1007, output=320)


def test_what_is_not_known_makes_the_cost_null_and_never_0(tmp_path: Path) -> None:
    silent = answer(2)
    del silent["response"]["body"]["usage"]
    found = joined(tmp_path, lines(request(1), request(2)), lines(answer(1), silent))
    assert (found.usd, found.unpriced) == (None, ["gpt-4.1: 1 of 2 answers do not say what they used"])
    unknown = answer(1)
    unknown["response"]["body"]["model"] = "gpt-9"
    found = joined(tmp_path, lines(request(1, model="gpt-9")), lines(unknown))
    assert (found.usd, found.unpriced) == (None, ["gpt-9: no price book lists 'gpt-9' at openai"])
    assert "$0" not in text(found)


def test_a_line_that_cannot_be_read_makes_the_sum_unknown_and_no_model_s_own(tmp_path: Path) -> None:
    found = joined(tmp_path, lines(request(1), request(2)), lines(answer(1), answer(2))[:-9])
    assert (found.usd, found.unpriced) == (None, ["1 line of results cannot be read"])
    assert found.models[0].usd == usd(rate("openai", "gpt-4.1"), input=10, output=20)


def test_without_an_answer_nothing_was_spent(tmp_path: Path) -> None:
    assert joined(tmp_path, lines(request(1)), lines(lost(1))).usd == 0


def test_cache_writes_of_openai_have_their_own_rate(tmp_path: Path) -> None:
    row = answer(1)
    details = {"cached_tokens": 300, "cache_write_tokens": 500}
    row["response"]["body"]["model"] = "gpt-5.6-sol"
    row["response"]["body"]["usage"] = {"input_tokens": 1000, "output_tokens": 20, "input_tokens_details": details}
    found = joined(tmp_path, lines(request(1, model="gpt-5.6-sol")), lines(row))
    # a batch of gpt-5.6-sol: 2 in, 0.2 cached, 2.5 written, 10 out, per million
    assert found.usd == (200 * Decimal(2) + 300 * Decimal("0.2") + 500 * Decimal("2.5") + 20 * Decimal(10)) / 10**6


def test_what_tokens_do_not_price_makes_the_cost_unknown(tmp_path: Path) -> None:
    used = {"input_tokens": 10, "output_tokens": 20, "server_tool_use": {"web_search_requests": 3}}
    row = {"custom_id": "r1", "result": {"type": "succeeded", "message": {"usage": used}}}
    found = joined(tmp_path, lines(claude(1)), lines(row))
    why = "claude-haiku-4-5: 1 of 1 answers have web search, and no price for it is known here"
    assert (found.usd, found.unpriced) == (None, [why])
    used["server_tool_use"] = {"web_search_requests": 0}
    assert joined(tmp_path, lines(claude(1)), lines(row)).usd is not None
    used["inference_geo"] = "us"  # a tenth dearer
    (why,) = joined(tmp_path, lines(claude(1)), lines(row)).unpriced
    assert "--region us has its rates" in why


def test_audio_with_a_rate_of_its_own_makes_the_cost_unknown(tmp_path: Path) -> None:
    parts = [{"modality": "TEXT", "tokenCount": 900}, {"modality": "AUDIO", "tokenCount": 100}]
    told = {**GEMINI, "promptTokensDetails": parts}
    row = {"key": "r1", "response": {"modelVersion": "gemini-2.5-flash", "usageMetadata": told}}
    assert joined(tmp_path, lines(gemini(1)), lines(row)).usd is None
    parts.pop()
    assert joined(tmp_path, lines(gemini(1)), lines(row)).usd is not None


def test_the_model_that_answered_is_priced_and_named(tmp_path: Path) -> None:
    row = answer(1, (1000, 100))
    row["response"]["body"]["model"] = "gpt-4.1-mini-2025-04-14"
    asked = {**request(1, model="gpt-4o"), "url": "/chat/completions"}  # a deployment with the name of another model
    found = joined(tmp_path, lines(asked), lines(row), dialect="azure-openai")
    assert found.usd == (1000 * Decimal("0.2") + 100 * Decimal("0.8")) / 10**6
    assert "gpt-4o is priced as gpt-4.1-mini-2025-04-14." in text(found)
    row["response"]["body"]["model"] = "gpt-4o-2024-08-06"
    found = joined(tmp_path, lines(asked), lines(row), dialect="azure-openai")
    assert found.usd == (1000 * Decimal("1.25") + 100 * Decimal(5)) / 10**6
    assert "priced as" not in text(found)


def test_a_job_whose_output_was_forgotten_costs_nobody_knows_what_and_not_0(tmp_path: Path) -> None:
    found = joined(tmp_path, lines(request(1), request(2)), lines(lost(1)))
    assert found.usd is None
    assert found.known_usd == Decimal(0)
    assert found.unpriced == ["1 request may be billed or not"]
    assert "Not priced: 1 request may be billed or not." in text(found)
    found = joined(tmp_path, lines(request(1), request(2)), lines(answer(1)))
    assert found.usd is None
    assert found.known_usd == found.models[0].usd
    assert "The known part is" in text(found)
