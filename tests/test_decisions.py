"""Decisions: strengths, weights, pins, contradictions, ties, and the trace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.making import planned, planned_one, rules_fired, workload

BIG = {"requests": 10000, "per": "day"}
"""With 1,500 tokens a request, 15M tokens a day."""

RULE = """
id: {id}
kind: assignment
assign: {assign}
strength: {strength}
weight: {weight}
summary: A rule of a test.
why: A test needs it to fire.
remedy: None is needed.
source: the test
when: [model_known is true]
message: a test says so
examples:
  fires: [{{model_known: true}}]
  silent: [{{model_known: false}}]
"""


def own_rule(folder: Path, name: str, assign: str, strength: str = "preferred", weight: int = 0) -> Path:
    text = RULE.format(id=name, assign=assign, strength=strength, weight=weight)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("fields", "mode", "decided_by"),
    [
        ({"use_case": "chatbot", "latency": {"max": "1s"}}, "real-time", "chatbot"),
        ({"use_case": "content-generation", "latency": {"max": "24h"}}, "batch", "content-generation"),
        ({"use_case": "data-analysis", "latency": {"max": "24h"}}, "batch", "data-analysis"),
        ({"use_case": "fraud-detection", "latency": {"max": "100ms"}}, "real-time", "fraud-detection"),
        (
            {"use_case": "report-summarization", "volume": {"reports": 10001, "per": "week"}, "latency": {"max": "24h"}},
            "batch",
            "report-summarization",
        ),
        ({"use_case": "code-generation", "iterative": True, "latency": {"max": "5s"}}, "real-time", "interactive-code"),
        ({"use_case": "model-evaluation", "volume": {"requests": 1, "per": "day"}, "latency": {"max": "24h"}}, "batch", "model-evaluation"),
        ({"use_case": "image-processing", "volume": {"images": 10001, "per": "day"}, "latency": {"max": "24h"}}, "batch", "image-processing"),
        ({"streaming": True, "latency": {"max": "24h"}}, "real-time", "streaming"),
        ({"time_sensitive": True, "latency": {"max": "24h"}}, "real-time", "time-sensitive"),
        ({"iterative": True, "latency": {"max": "24h"}}, "real-time", "iterative"),
        ({"user_facing": True, "latency": {"max": "24h"}}, "real-time", "user-facing"),
        ({"latency": {"max": "23h"}}, "real-time", "wait-below-window"),
        ({"latency": {"max": "24h"}}, "batch", "high-volume"),
        ({"volume": {"requests": 10, "per": "day"}, "latency": {"max": "24h"}, "background": True}, "real-time", "low-volume"),
        ({"volume": {"requests": 200, "per": "day"}, "latency": {"max": "24h"}}, "batch", "non-urgent"),
        ({"volume": {"requests": 200, "per": "day"}, "latency": {"max": "24h"}, "cost_sensitive": True}, "batch", "cost-sensitive"),
        ({"volume": {"requests": 200, "per": "day"}, "latency": {"max": "24h"}, "separate_quota": True}, "batch", "separate-quota"),
        ({"background": True}, "real-time", "wait-unstated"),
        ({"model": "gpt-6-luna", "endpoint": "/v1/audio/speech", "latency": {"max": "24h"}}, "real-time", "endpoint-unsupported"),
        ({"provider": "azure-openai", "model": "gpt-5.2", "latency": {"max": "24h"}}, "real-time", "batch-model-unlisted"),
        ({"model": "gpt-99", "latency": {"max": "24h"}}, "real-time", "batch-rate-missing"),
    ],
)  # fmt: skip
def test_each_statement_of_the_article_decides(fields: dict[str, Any], mode: str, decided_by: str) -> None:
    told = planned_one(**{"volume": BIG, **fields})
    assert (told.mode, told.decided_by) == (mode, decided_by)


@pytest.mark.parametrize(
    ("use_case", "unit", "per", "line", "decided_by"),
    [
        ("report-summarization", "reports", "week", 10000, "report-summarization"),
        ("image-processing", "images", "day", 10000, "image-processing"),
    ],
)
def test_the_lines_of_the_matrix_are_strict(use_case: str, unit: str, per: str, line: int, decided_by: str) -> None:
    def decided(number: int) -> str | None:
        return planned_one(use_case=use_case, volume={unit: number, "per": per}, latency={"max": "24h"}).decided_by

    assert decided(line) != decided_by
    assert decided(line + 1) == decided_by


@pytest.mark.parametrize(
    ("tokens_a_day", "use_case", "decided_by"),
    [
        (99_999, "other", "low-volume"),
        (100_000, "other", "non-urgent"),
        (1_000_000, "other", "non-urgent"),
        (1_000_001, "other", "high-volume"),
        (100_000, "data-analysis", "non-urgent"),
        (100_001, "data-analysis", "data-analysis"),
        (1_000_000, "content-generation", "non-urgent"),
        (1_000_001, "content-generation", "content-generation"),
    ],
)
def test_the_volume_lines_are_strict(tokens_a_day: int, use_case: str, decided_by: str) -> None:
    told = planned_one(
        use_case=use_case,
        volume={"requests": 1, "per": "day"},
        tokens={"input": tokens_a_day - 1, "output": 1},
        latency={"max": "24h"},
        month_days=30,
    )
    assert told.decided_by == decided_by


def test_a_pin_decides_and_says_why() -> None:
    told = planned_one(volume=BIG, latency={"max": "24h"}, lane={"pin": "real-time", "because": "a trial"})
    assert (told.mode, told.decided_by, told.reason) == ("real-time", "pin", "pinned to real-time: a trial")


def test_a_pin_holds_on_its_last_day_and_not_after() -> None:
    pin = {"pin": "real-time", "because": "a trial", "until": "2026-11-24"}
    assert planned_one(volume=BIG, latency={"max": "24h"}, lane=pin).mode == "real-time"
    report = planned(workload(volume=BIG, latency={"max": "24h"}, lane=pin), on=date(2026, 11, 25))
    assert report.workloads[0].mode == "batch"
    assert "pin-expired" in {finding.rule for finding in report.findings}


def test_a_pin_to_flex_is_priced_in_flex() -> None:
    told = planned_one(model="gpt-5.2", lane={"pin": "flex", "because": "it may be slow"})
    assert (told.mode, told.lane) == ("real-time", "flex")
    assert told.monthly.expected_usd == told.monthly.flex_usd is not None


def test_a_pin_to_a_lane_without_a_rate_cannot_be_priced() -> None:
    report = planned(workload(lane={"pin": "flex", "because": "it may be slow"}))
    assert report.workloads[0].monthly.expected_usd is None
    assert [finding.rule for finding in report.findings if finding.level == "error"] == ["price-unknown"]


def test_a_pin_that_contradicts_a_required_rule_is_an_error_that_names_both() -> None:
    report = planned(
        workload(user_facing=True, latency={"max": "1s"}, lane={"pin": "batch", "because": "it is cheaper"})
    )
    told = report.workloads[0]
    assert told.mode == "real-time"
    found = [finding for finding in report.findings if finding.rule == "rules-contradict"]
    assert len(found) == 1
    assert found[0].level == "error"
    assert "pin and user-facing" in found[0].message
    assert found[0].workload == "w"


def test_opposite_rules_of_equal_weight_stay_in_real_time_with_a_warning(tmp_path: Path) -> None:
    own_rule(tmp_path, "one-way", "batch", weight=200)
    own_rule(tmp_path, "other-way", "real-time", weight=200)
    report = planned(workload(volume=BIG, latency={"max": "24h"}), rules=[tmp_path])
    assert (report.workloads[0].mode, report.workloads[0].decided_by) == ("real-time", "other-way")
    tie = next(finding for finding in report.findings if finding.rule == "rules-tie")
    assert tie.level == "warning"
    assert "one-way" in tie.message
    assert "other-way" in tie.message


def test_a_required_rule_beats_any_weight(tmp_path: Path) -> None:
    own_rule(tmp_path, "heavy", "batch", weight=1000)
    own_rule(tmp_path, "light", "real-time", "required", 0)
    assert planned(workload(volume=BIG, latency={"max": "24h"}), rules=[tmp_path]).workloads[0].decided_by == "light"


def test_where_nothing_decides_it_stays_in_real_time_and_says_so() -> None:
    report = planned(
        workload(
            account="fast",
            volume={"requests": 100, "per": "day"},
            latency={"max": "8h"},
            tokens={"input": 1500, "output": 500},
        ),
        accounts={"fast": {"provider": "openai", "batch_window": "6h"}},
    )
    told = report.workloads[0]
    assert (told.mode, told.decided_by, told.reason) == ("real-time", None, "no rule decided, so it stays in real time")


def test_what_is_not_stated_never_decides() -> None:
    told = planned_one(volume=BIG, latency={"max": "24h"})
    assert rules_fired(told).isdisjoint(
        {"user-facing", "streaming", "time-sensitive", "iterative", "background", "cost-sensitive"}
    )


def test_the_whole_trace_has_every_rule_with_its_verdict_and_values() -> None:
    report = planned(workload(latency={"max": "1h"}), trace_all=True)
    trace = {entry.rule: entry for entry in report.workloads[0].trace}
    assert trace["wait-below-window"].verdict == "fires"
    assert trace["wait-below-window"].saw == {"latency_max_seconds": "3600", "batch_window_seconds": "86400"}
    assert trace["user-facing"].verdict == "undecided"
    assert trace["low-volume"].verdict == "fires"
    assert trace["high-volume"].verdict == "silent"


def test_a_saving_that_is_forgone_names_its_rule() -> None:
    told = planned_one(volume=BIG, latency={"max": "1s"}, user_facing=True)
    assert told.monthly.saving_forgone_usd is not None
    assert told.monthly.saving_forgone_usd > 0
    assert told.monthly.forgone_by == "user-facing"


def test_work_that_can_wait_but_not_for_a_batch_is_marked_for_the_queue() -> None:
    assert planned_one(latency={"max": "30m"}).pattern == "queue"
    assert planned_one(latency={"max": "30m"}, user_facing=True).pattern == "real-time"
    assert planned_one(latency={"max": "10s"}).pattern == "real-time"
    assert planned_one(volume=BIG, latency={"max": "24h"}).pattern == "batch"


def test_batch_that_is_not_cheaper_stays_in_real_time() -> None:
    told = planned_one(
        provider="google-gemini",
        model="gemini-3.8-flash",
        volume=BIG,
        tokens={"input": 40000, "cached_input": 36000, "output": 100},
        latency={"max": "24h"},
    )
    assert told.decided_by == "batch-not-cheaper"
    assert told.monthly.saving_forgone_usd == 0


@pytest.mark.parametrize(
    ("quota", "mode", "decided_by"),
    [
        (10_000_000, "batch", "high-volume"),
        (9_999_999, "real-time", "queue-misses-deadline"),
        (999, "real-time", "request-exceeds-queue"),
    ],
)
def test_a_queue_that_needs_more_waves_than_the_deadline_allows_keeps_it_in_real_time(
    quota: int, mode: str, decided_by: str
) -> None:
    told = planned_one(volume=BIG, latency={"max": "24h"}, accounts={"openai": {"enqueued_tokens": quota}})
    assert (told.mode, told.decided_by) == (mode, decided_by)
