"""Every rule speaks where it must, at its place, with the code of the provider; and none is without a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from planner.batchfiles.rulebook import CHECKS
from tests.test_batch_check import bedrock, checked, claude, findings, gemini, lines, request, rules


class Case(NamedTuple):
    """A file and the one finding of the rule in it; None is not looked at."""

    rule: str
    raw: bytes
    line: int | None = None
    code: str | None = None
    says: str = ""
    level: str | None = None
    asked: Mapping[str, Any] = {}


def without(one: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """The request without a field."""
    head, rest = path[0], path[1:]
    if rest:
        return {**one, head: without(one[head], *rest)}
    return {key: value for key, value in one.items() if key != head}


def said(text: Any) -> list[dict[str, Any]]:
    """One message of a user."""
    return [{"role": "user", "content": text}]


IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
AZURE = request(1, "/chat/completions", model="gpt-4.1-batch")
RESULT = {"id": "b", "custom_id": "r1", "response": {"status_code": 200, "body": {}}, "error": None}
MANY = lines(*(request(n) for n in range(50_001)))
EMBEDDING = without(
    request(1, "/v1/embeddings", model="text-embedding-3-small", input=["a"] * 2000), "body", "messages"
)

CASES = [
    # The file as a whole
    Case("byte-order-mark", b"\xef\xbb\xbf" + lines(request()), 1, "invalid_json_line"),
    Case("not-utf-8", lines(request()).decode().encode("utf-16"), 1, "invalid_json_line", asked={"dialect": "openai"}),
    Case("invalid-utf-8", lines(request()) + b'{"a": "\xff"}', 2, "invalid_json_line"),
    Case("empty-file", b"\n", None, "empty_file", asked={"dialect": "azure-openai"}),
    Case("empty-file", b"", None, "400 invalid_request_error", asked={"dialect": "anthropic"}),
    Case("not-json-lines", b"{\n}", 1, "invalid_json_line", asked={"dialect": "openai"}),
    Case("line-too-long", lines(request()) + b"[" + b"0," * 5_000_001 + b"0]", 2),
    Case("blank-line", lines(request()) + b"\n", 2),
    Case("invalid-json", lines(request()) + b'{"a":', 2, "invalid_json_line", asked={"dialect": "azure-openai"}),
    Case("not-an-object", lines(request()) + b"5", 2, "invalid_json_line"),
    Case("duplicate-key", lines(request()).replace(b'"method"', b'"url": 1, "method"'), 1),
    Case("not-a-number", lines(request(), request(2, temperature=7)).replace(b": 7", b": NaN"), 2, "invalid_json_line"),
    Case("lone-surrogate", lines(request()).replace(b"hello", b"\\udc00"), 1),
    Case("nested-too-deeply", lines(request()) + b"[" * 99_999, 2, "invalid_json_line"),
    Case("result-file", lines(RESULT), 1),
    Case("result-file", lines(request(), RESULT), 2),
    Case("dialect-unknown", lines({"prompt": "x"}), 1, says="'prompt'"),
    Case("dialect-assumed", lines(request(model="our-own")), 1, says="azure-openai, groq, together"),
    # The shape of a line
    Case("field-missing", lines(without(request(), "custom_id")), 1, "missing_required_parameter", "custom_id is missing"),
    Case("field-missing", lines(without(request(), "method")), 1, "missing_required_parameter"),
    Case("field-missing", lines(without(request(), "body", "model")), 1, "missing_required_parameter", "body.model"),
    Case("field-missing", lines(without(AZURE, "body", "messages")), 1, "invalid_request"),
    Case("field-missing", lines(without(claude(), "params", "max_tokens")), 1, "invalid_request_error"),
    Case("field-missing", lines(without(bedrock(), "modelInput", "max_tokens")), 1, "400 ValidationException"),
    Case("field-missing", lines(without(request(1, "/v1/responses", max_output_tokens=99), "body", "messages", ), request()), 1, says="input is missing"),
    Case("field-type", lines(request(messages="hello")), 1, "invalid_type", "body.messages is 'hello', not a list"),
    Case("field-type", lines(request(messages=said([{**IMAGE, "image_url": "https://example.com"}]))), 1, "invalid_type"),
    Case("field-value", lines(request(max_tokens=0)), 1, says="at least 1"),
    Case("field-value", lines(request(messages=[])), 1, says="body.messages is empty"),
    Case("field-value", lines(request(messages=said([{"type": "input_text", "text": "x"}]))), 1, says="'input_text'"),
    Case("field-value", lines(claude(max_tokens=0)), 1, "invalid_request_error"),
    Case("field-refused", lines(request(stream=True)), 1, says="body.stream is true"),
    Case("field-refused", lines(claude(stream=True)), 1, "invalid_request_error"),
    Case("field-refused", lines(claude(speed="fast")), 1, "invalid_request_error"),
    Case("field-unknown", lines({**request(), "custom-id": 1}), 1, says="did you mean 'custom_id'", level="warning"),
    Case("field-unknown", lines({**claude(), "url": "/v1/messages"}), 1, "400 invalid_request_error", level="error"),
    Case("field-unknown", lines({**gemini(), "tags": []}), 1, level="warning"),
    Case("parameter-unsupported", lines(request(model="gpt-5.2")), 1, "unsupported_parameter", "does not take max_tokens"),
    Case("parameter-unsupported", lines(request(max_output_tokens=9)), 1, "unsupported_parameter"),
    Case("sdk-shaped-key", lines(gemini(config={})), 1, "400 INVALID_ARGUMENT", level="error"),
    Case("sdk-shaped-key", lines(gemini(thinking_config={})), 1, "400 INVALID_ARGUMENT", level="error"),
    Case("snake-case-key", lines(gemini(system_instruction={})), 1, level="warning"),
    Case("snake-case-key", lines(gemini(generationConfig={"max_output_tokens": 5})), 1, says="generationConfig.max_output_tokens", level="warning"),
    Case("role-refused", lines(claude(messages=[{"role": "system", "content": "x"}])), 1, "invalid_request_error"),
    Case("role-refused", lines(gemini(contents=[{"role": "system", "parts": [{"text": "x"}]}])), 1, "400 INVALID_ARGUMENT"),
    Case("role-refused", lines(request(messages=[{"role": "human", "content": "x"}])), 1),
    Case("method-wrong", lines({**request(), "method": "post"}), 1, says="'post'"),
    Case("id-malformed", lines({**claude(), "custom_id": "a b"}), 1, "400 invalid_request_error"),
    Case("id-malformed", lines({**claude(), "custom_id": "a" * 65}), 1, "400 invalid_request_error"),
    Case("id-malformed", lines({**request(), "custom_id": 7}), 1, says="7, not a text"),
    Case("id-malformed", lines({**request(), "custom_id": ""}), 1, says="empty"),
    # Across lines, and the job
    Case("id-duplicate", lines(request(1), request(2), request(1)), 3, "duplicate_custom_id", "also on line 1"),
    Case("id-duplicate", lines(claude(1), claude(1)), 2, "400 invalid_request_error"),
    Case("id-duplicate", lines(gemini(1), gemini(1)), 2, says="key 'r1'"),
    Case("url-unknown", lines(request(1, "/v1/chat/completion")), 1, "invalid_url", "did you mean '/v1/chat/completions'"),
    Case("url-unknown", lines(request(1, "/chat/completions")), 1, "invalid_url", asked={"dialect": "openai"}),
    Case("url-differs", lines(AZURE, request(2, "/v1/chat/completions", model="gpt-4.1-batch")), 2, "url_mismatch", asked={"dialect": "azure-openai"}),
    Case("url-mismatch", lines(request()), 1, "invalid_url", asked={"endpoint": "/v1/responses"}),
    Case("endpoint-not-offered", lines(request()), None, "400", asked={"endpoint": "/v1/batch"}),
    Case("window-not-offered", lines(request()), None, "400", asked={"window": "48h"}),
    Case("window-not-offered", lines(bedrock()), None, asked={"window": "12h"}),
    Case("metadata-too-large", lines(request()), None, "400", "17 keys", asked={"metadata": {str(n): "" for n in range(17)}}),
    Case("metadata-too-large", lines(request()), None, "400", "key", asked={"metadata": {"k" * 65: "v"}}),
    Case("metadata-too-large", lines(request()), None, "400", "value", asked={"metadata": {"k": "v" * 513}}),
    # Models
    Case("model-differs", lines(request(1), request(2, model="gpt-4.1-mini")), 2, "mismatched_model"),
    Case("model-differs", lines(AZURE, {**AZURE, "custom_id": "b", "body": {**AZURE["body"], "model": "x"}}), 2, "model_mismatch"),
    Case("model-unknown", lines(request(model="gpt-9")), 1, "model_not_found", level="warning"),
    Case("model-unstated", lines(gemini()), 1, level="note"),
    Case("deployment-unmapped", lines(AZURE), 1, level="note"),
    Case("model-retired", lines(request(model="gpt-3.5-turbo")), 1, "model_not_found", level="error"),
    Case("model-retiring", lines(claude(model="claude-sonnet-4-5")), 1, says="2026-11-30", level="warning"),
    Case("model-not-in-batch", lines({**AZURE, "body": {**AZURE["body"], "model": "gpt-5.5"}}), 1, "invalid_request", level="warning"),
    Case("price-unknown", lines(claude(model="claude-opus-4-1")), 1, says="no batch rate", level="warning"),
    # Tokens and limits
    Case("output-uncapped", lines(without(request(), "body", "max_tokens")), 1, level="warning"),
    Case("output-uncapped", lines(without(gemini(), "request", "generationConfig")), 1, says="generationConfig.maxOutputTokens"),
    Case("cap-over-model", lines(request(max_tokens=99_999)), 1, says="at most 32,768"),
    Case("thinking-over-cap", lines(claude(thinking={"type": "enabled", "budget_tokens": 50})), 1, "invalid_request_error"),
    Case("context-exceeded", lines(request(model="gpt-4o", messages=said("word " * 130_000))), 1, "context_length_exceeded", level="error"),
    Case("context-exceeded", lines(claude(messages=said("word " * 150_000))), 1, "invalid_request_error", "may be", "warning"),
    Case("input-uncounted", lines(request(messages=said([IMAGE]))), 1, level="warning"),
    Case("input-uncounted", lines(request(1, "/v1/videos")), 1, says="/v1/videos", level="warning"),
    Case("too-many-requests", MANY, None, says="50,001 requests; at most 50,000", asked={"priced": False}),
    Case("too-few-requests", lines(bedrock()), None, says="at least 100"),
    Case("too-many-inputs", lines(*({**EMBEDDING, "custom_id": str(n)} for n in range(26))), None, says="52,000 inputs in 26"),
    Case("queue-exceeded", lines(request()), None, "token_limit_exceeded", asked={"account": {"stated": {"enqueued_tokens": 5}}}),
    Case("queue-exceeded", lines(request(messages=said("word " * 91_000))), None, "token_limit_exceeded", "90,000", asked={"account": {"tier": "tier-1"}}),
    Case("queue-requests-exceeded", lines(claude()), None, asked={"account": {"stated": {"enqueued_requests": 0}}}),
    Case("queue-unchecked", lines(request()), None, level="note"),
    Case("spend-cap-exceeded", lines(request(max_tokens=30_000, n=128), *(request(n, max_tokens=30_000, n=128) for n in range(2, 40))), None, "billing_hard_limit_reached", asked={"account": {"tier": "build"}}),
]  # fmt: skip
ELSEWHERE = {"compressed-file", "file-too-large", "ids-unchecked"}
"""Rules whose cases need a file on the disk, or more bytes and ids than a case can hold."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_speaks_where_it_must(case: Case) -> None:
    report = checked(case.raw, **case.asked)
    found = [finding for finding in findings(report) if finding.rule == case.rule and case.says in finding.message]
    assert found, sorted(rules(report))
    assert found[0].line == case.line
    assert found[0].provider_code == case.code or case.code is None
    assert found[0].level == (case.level or found[0].level)
    assert found[0].message.isprintable()
    assert found[0].remedy


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} | ELSEWHERE == set(CHECKS)


@pytest.mark.parametrize(
    "raw",
    [lines(request()), lines(claude()), lines(*(bedrock(n) for n in range(100))), lines(gemini())],
    ids=["openai", "anthropic", "aws-bedrock", "google-gemini"],
)
def test_a_clean_file_of_each_shape_breaks_no_rule(raw: bytes) -> None:
    assert rules(checked(raw), "error", "warning") <= {"price-unknown"}


@pytest.mark.parametrize(("entries", "told"), [(100, 50), (100_000, 1)])
def test_of_a_line_with_very_many_faults_some_are_told(entries: int, told: int) -> None:
    report = checked(lines(request(messages=[[]] * entries)), priced=False)
    assert sum(finding.rule == "field-type" for finding in findings(report)) == told


def test_bodies_alone_are_told_what_is_missing_around_them() -> None:
    (found,) = findings(checked(lines(request()["body"])))
    assert found.rule == "dialect-unknown"
    assert '"custom_id": ..., "method": "POST"' in found.remedy
