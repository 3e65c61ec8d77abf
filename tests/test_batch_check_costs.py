"""What a file costs: exact tokens, each request by its own size, and never a number for what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planner.batchfiles.report import BatchReport
from planner.batchfiles.tokens import BY_BYTES, Count, estimated
from planner.bookshelf import load_price_book
from planner.pricebook import PriceBook
from planner.requestfiles import vocabulary
from tests.test_batch_check import checked, claude, findings, gemini, lines, only, request, rules


def bill(report: BatchReport) -> Any:
    """The one model's bill."""
    (found,) = report.models
    return found


def nothing(encoding: str) -> Count | None:
    """No vocabulary at hand."""
    return None


def words(number: int) -> list[dict[str, str]]:
    """A message of so many tokens."""
    return [{"role": "user", "content": " word" * number}]


def test_input_is_counted_exactly_with_what_the_format_adds() -> None:
    found = bill(checked(lines(request(messages=words(100)))))
    assert found.counted_by == "counted with o200k_base"
    assert found.input_tokens == found.input_tokens_high == 100 + 4 + 3


def test_known_texts_have_the_tokens_that_openai_counts() -> None:
    known = {
        "hello world": 2,
        "tiktoken is great!": 6,
        "antidisestablishmentarianism": 6,
        "お誕生日おめでとう": 8,
        "": 0,
        "<|endoftext|>": 7,
    }
    count = vocabulary("o200k_base")
    assert count is not None
    assert {text: count(text) for text in known} == known


def test_costs_are_rates_times_tokens_in_both_lanes() -> None:
    found = bill(checked(lines(request(messages=words(993), max_tokens=500)), expected_output=100))
    assert (found.input_tokens, found.capped_output_tokens, found.expected_output_tokens) == (1000, 500, 100)
    assert found.real_time.input_usd == Decimal(1000) * 2 / 1_000_000
    assert found.real_time.expected_usd == Decimal(1000 * 2 + 100 * 8) / 1_000_000
    assert found.real_time.most_usd == Decimal(1000 * 2 + 500 * 8) / 1_000_000
    assert found.batch.most_usd == Decimal(1000 * 1 + 500 * 4) / 1_000_000


def test_a_tier_reprices_the_large_request_alone_and_never_the_sum() -> None:
    small, large = (
        request(1, model="gpt-5.4", messages=words(200_000)),
        request(2, model="gpt-5.4", messages=words(300_000)),
    )
    for one in (small, large):
        one["body"]["max_completion_tokens"] = one["body"].pop("max_tokens")
    alone = [checked(lines(one)).cost("batch").most_usd for one in (small, large)]
    assert alone == [
        Decimal(200_007) * Decimal("1.25") / 1_000_000 + 50 * Decimal("7.5") / 1_000_000,
        Decimal(300_007) * Decimal("2.5") / 1_000_000 + 50 * Decimal("11.25") / 1_000_000,
    ]
    assert checked(lines(large)).cost("batch").input_usd == Decimal(300_007) * Decimal("2.5") / 1_000_000
    assert checked(lines(small, large)).cost("batch").most_usd == sum(filter(None, alone), Decimal(0))
    assert checked(lines(small, small | {"custom_id": "b"})).cost("batch").most_usd == 2 * (alone[0] or 0)


def test_an_unknown_model_costs_null_and_not_nothing() -> None:
    report = checked(lines(request(1), request(2, model="gpt-9")))
    assert [found.missing is None for found in report.models] == [True, False]
    assert set(report.models[1].batch) == set(report.cost("batch")) == {None}
    assert report.unpriced == ["gpt-9: no price book lists 'gpt-9' at openai"]


def test_a_name_near_to_a_model_is_suggested_and_not_priced() -> None:
    report = checked(lines(request(model="gpt-4.1-minii")))
    assert "did you mean 'gpt-4.1-mini'?" in only(report, "model-unknown").message
    assert bill(report).batch.input_usd is None


def test_a_lane_without_a_rate_is_null_while_the_other_is_priced() -> None:
    found = bill(checked(lines(claude(model="claude-opus-4-1"))))
    assert found.real_time.input_usd is not None
    assert found.batch.input_usd is None
    assert "no batch rate" in found.missing


def test_without_a_stated_answer_the_expected_cost_is_unknown_and_the_cap_is_no_estimate() -> None:
    found = bill(checked(lines(request())))
    assert (found.expected_output_tokens, found.batch.expected_usd) == (None, None)
    assert found.batch.most_usd is not None


def test_an_expected_answer_is_cut_at_the_cap_and_counts_as_often_as_it_is_asked_for() -> None:
    found = bill(checked(lines(request(1, max_tokens=10), request(2, n=3)), expected_output=30))
    assert found.expected_output_tokens == 10 + 3 * 30
    assert found.capped_output_tokens == 10 + 3 * 50


def test_a_request_without_a_cap_counts_with_the_most_that_the_model_can_write() -> None:
    one = request()
    del one["body"]["max_tokens"]
    found = bill(checked(lines(one)))
    assert (found.uncapped, found.capped_output_tokens) == (1, 32_768)


def test_a_request_with_an_image_is_left_out_and_the_sum_is_unknown() -> None:
    picture = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}]
    report = checked(lines(request(1), request(2, messages=picture)))
    found = bill(report)
    assert (found.requests, found.uncounted, found.missing) == (2, 1, None)
    assert found.batch.input_usd is None
    assert found.batch.most_usd is None
    assert found.batch.known_usd == bill(checked(lines(request(1)))).batch.input_usd
    assert bill(checked(lines(request(2, messages=picture)))).batch.known_usd is None


@pytest.mark.parametrize(
    "body",
    [
        {"input": "x", "previous_response_id": "resp_1"},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]},
        {"prompt": {"id": "pmpt_1"}},
    ],
)
def test_what_the_file_only_refers_to_is_not_counted(body: dict[str, Any]) -> None:
    one = request(1, "/v1/responses")
    one["body"] = {"model": "gpt-4.1", "max_output_tokens": 50, **body}
    assert bill(checked(lines(one))).uncounted == 1


def test_embeddings_have_inputs_and_no_output() -> None:
    one = request(1, "/v1/embeddings")
    one["body"] = {"model": "text-embedding-3-small", "input": ["hello world", [1, 2, 3]]}
    found = bill(checked(lines(one)))
    assert (found.input_tokens, found.capped_output_tokens, found.counted_by) == (5, 0, "counted with cl100k_base")
    assert found.batch.expected_usd == found.batch.most_usd == Decimal(5) * Decimal("0.01") / 1_000_000
    assert "output-uncapped" not in rules(checked(lines(one)))


def test_tools_and_schemas_are_counted_with_a_tenth_more_on_the_safe_side() -> None:
    tool = {"type": "function", "function": {"name": "look", "description": "word " * 100, "parameters": {}}}
    plain, tooled = bill(checked(lines(request()))), bill(checked(lines(request(tools=[tool]))))
    more = tooled.input_tokens - plain.input_tokens
    assert more > 100
    assert tooled.input_tokens_high - tooled.input_tokens == -(-more // 10)


def test_without_a_vocabulary_the_estimate_says_so_and_has_a_safe_side() -> None:
    found = bill(checked(lines(request(messages=words(1000))), count=nothing))
    assert found.counted_by == BY_BYTES
    assert found.input_tokens < found.input_tokens_high
    assert 1000 * 0.8 <= found.input_tokens <= 1000 * 1.2


def test_the_safe_side_is_raised_for_tokenizers_that_need_more() -> None:
    found = bill(checked(lines(claude())))
    assert found.counted_by == f"{BY_BYTES}; safe side 45 % higher, for newer tokenizers"
    raw = estimated("Say hello.").high
    assert found.input_tokens_high == 5 + 4 + raw + -(-raw * 45 // 100)


TEXTS = {
    "prose": "The parcel left the warehouse on Monday and was seen in Lyon two days later, where it waited for customs. "
    * 20,
    "german": "Das Paket verließ am Montag das Lager und wurde zwei Tage später in Lyon gesehen, wo es auf den Zoll wartete. "
    * 20,
    "russian": "Посылка покинула склад в понедельник, а через два дня её видели в Лионе, где она ждала таможню. " * 20,
    "chinese": "包裹于周一离开仓库,两天后在里昂出现,正在等待海关检查。" * 20,
    "code": Path(__file__).read_text(encoding="utf-8"),
    "numbers": "2026-11-24,17,3.25,9001\n" * 50,
    "json": '{"id": 17, "name": "parcel", "seen": [1, 2, 3], "open": true}\n' * 30,
}


@pytest.mark.parametrize("kind", TEXTS)
def test_the_estimate_is_near_for_texts_that_it_was_not_fitted_to_and_the_safe_side_above_every_tokenizer(
    kind: str,
) -> None:
    guess = estimated(TEXTS[kind])
    for name in ("o200k_base", "cl100k_base", "llama3", "qwen3"):
        count = vocabulary(name)
        assert count is not None
        assert guess.high >= count(TEXTS[kind])
        if name == "o200k_base":
            assert 0.75 <= guess.expected / count(TEXTS[kind]) <= 1.25


def test_a_vocabulary_that_is_not_installed_is_none_and_nothing_is_fetched() -> None:
    assert vocabulary("no-such-encoding") is None


def test_the_model_of_the_job_prices_lines_that_name_none() -> None:
    report = checked(lines(gemini()), mapping={"": "gemini-3.8-flash"})
    assert bill(report).batch.input_usd is not None
    assert "model-unstated" not in rules(report)


def test_a_deployment_is_priced_as_the_model_that_it_is_said_to_run() -> None:
    one = request(1, "/chat/completions", model="our-batch")
    assert bill(checked(lines(one))).missing == "no price book lists 'our-batch' at azure-openai"
    for mapping in ({"our-batch": "gpt-4.1"}, {"": "gpt-4.1"}):
        found = bill(checked(lines(one), mapping=mapping))
        assert (found.asked, found.model, found.missing) == ("our-batch", "gpt-4.1", None)
    assert bill(checked(lines(request(model="our-own")), mapping={"": "gpt-4.1"})).model == "our-own"


def test_a_queue_is_held_against_the_files_of_a_call_together() -> None:
    quota = {"stated": {"enqueued_tokens": 1500}}
    one, other = lines(request(1, messages=words(1000))), lines(request(2, messages=words(1000)))
    assert "queue-exceeded" not in rules(checked(one, account=quota))
    assert only(checked(one, other, account=quota), "queue-exceeded").file == "b.jsonl"


def test_a_queue_that_only_the_safe_side_exceeds_is_a_warning() -> None:
    raw = lines(request(messages=words(1000)))
    about = bill(checked(raw, count=nothing))
    for limit, level in (
        (about.input_tokens - 1, "error"),
        (about.input_tokens, "warning"),
        (about.input_tokens_high, None),
    ):
        report = checked(raw, count=nothing, account={"stated": {"enqueued_tokens": limit}})
        assert [finding.level for finding in findings(report) if finding.rule == "queue-exceeded"] == [level] * (
            level is not None
        )


def test_a_file_is_too_large_by_bytes_however_few_its_requests() -> None:
    blanks = [b" " * 1_000_000 + b"\n"] * 210
    report = checked(lines(request()), chunks=lambda raw: [raw, *blanks], priced=False)
    found = only(report, "file-too-large")
    assert found.message.endswith(" bytes; at most 209,715,200 a file")
    assert found.provider_message == "The batch input file is larger than the 209715200 maximum for the gpt-4o model."
    assert "file-too-large" not in rules(
        checked(lines(request()), chunks=lambda raw: [raw, *blanks[:-2]], priced=False)
    )


def test_ids_beyond_those_that_are_remembered_are_said_to_be_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.batchfiles.crosslines.MOST_IDS", 2)
    report = checked(lines(request(1), request(2), request(3), request(1), request(3)))
    assert [finding.line for finding in findings(report) if finding.rule == "id-duplicate"] == [4]
    assert "ids-unchecked" in rules(report)


def test_long_ids_are_compared_too() -> None:
    one, other = ({**request(), "custom_id": "x" * 5000 + end} for end in ("a", "b"))
    assert "id-duplicate" not in rules(checked(lines(one, other)))
    assert only(checked(lines(one, other, one)), "id-duplicate").line == 3


def test_a_model_is_retired_from_the_day_of_its_end_and_ending_in_the_week_before() -> None:
    raw = lines(claude(model="claude-sonnet-4-5"))
    spoken = {
        day: rules(checked(raw, on=date(2026, 11, day))) & {"model-retired", "model-retiring"}
        for day in (22, 23, 29, 30)
    }
    assert spoken == {22: set(), 23: {"model-retiring"}, 29: {"model-retiring"}, 30: {"model-retired"}}


def test_a_file_of_very_many_models_reads_the_books_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def counted(*asked: Any) -> PriceBook:
        read.append(asked)
        return load_price_book(*asked)

    monkeypatch.setattr("planner.requestfiles.load_price_book", counted)
    report = checked(lines(*(request(n, model=f"model-{n}") for n in range(3000))))
    assert len(report.models) == 1001
    assert report.models[-1].asked == "(more models)"
    assert report.models[-1].requests == 2000
    assert len(read) == 10
    assert None in report.cost("batch")
