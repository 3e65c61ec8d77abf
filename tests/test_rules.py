"""The rule language, the built-in rules' own examples, and lint rules on real manifests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner import files, plan
from planner.config import Config, parse_config
from planner.documents import read_document
from planner.problems import Refused
from planner.rules import try_examples
from tests.making import DAY, ROOT, as_yaml, planned, workload

BATCH: dict[str, Any] = {
    "provider": "azure-openai",
    "volume": {"requests": 10000, "per": "day"},
    "latency": {"max": "24h"},
    "batch": {"expires_after": "14d", "fallback": "real-time", "on_limit": "queue"},
}
ENTERPRISE: dict[str, Any] = {"accounts": {"azure-openai": {"subscription": "enterprise"}}}


@pytest.mark.parametrize("rule", files.load_rules(), ids=lambda rule: rule.id)
def test_a_rule_holds_on_its_own_examples(rule: Any) -> None:
    assert try_examples(rule) == []


def found(**fields: Any) -> dict[str, str]:
    """Level by rule of the findings for a batch workload at Azure with these fields."""
    merged = {**BATCH, **fields, "batch": {**BATCH["batch"], **fields.get("batch", {})}}
    return {finding.rule: finding.level for finding in planned(workload(**merged), **ENTERPRISE).findings}


def test_a_sound_batch_workload_has_no_finding_above_a_note() -> None:
    assert "error" not in found().values()
    assert "warning" not in found().values()


def test_mistake_1_a_person_or_a_tight_deadline_that_depends_on_a_batch() -> None:
    pinned = found(user_facing=True, lane={"pin": "batch", "because": "cheap"})
    assert pinned["user-facing-in-batch"] == "error"
    openai = {"provider": "openai", "batch": {"expires_after": "14d"}}
    report = planned(workload(**{**BATCH, **openai}))
    assert "batch-without-fallback" in {finding.rule for finding in report.findings}
    relaxed = planned(workload(**{**BATCH, **openai, "latency": {"max": "48h"}}))
    assert "batch-without-fallback" not in {finding.rule for finding in relaxed.findings}


def test_mistake_2_visible_output_only_on_a_reasoning_model() -> None:
    report = planned(
        workload(model="gpt-5.5", reasoning={"effort": "none"}),
        workload(id="v", model="gpt-5.5", reasoning={"effort": "high"}),
    )
    assert [finding.workload for finding in report.findings if finding.rule == "reasoning-unmeasured"] == ["v"]
    bare = workload(model="gpt-5.5")
    del bare["reasoning"]
    assert "reasoning-assumed" in {finding.rule for finding in planned(bare).findings}


def test_mistake_3_the_quota_of_the_queue() -> None:
    unknown = planned(workload(**BATCH), accounts={"azure-openai": {"tier": "tier-1"}})
    assert "queue-quota-unchecked" in {finding.rule for finding in unknown.findings}
    assert found(batch={"on_limit": "fail"})["queue-limit-fails"] == "warning"
    two = [workload(**{**BATCH, "id": name, "batch": BATCH["batch"]}) for name in ("a", "b")]
    quota = {"azure-openai": {"enqueued_tokens": 15_000_000}}
    overbooked = planned(*two, accounts=quota)
    assert [finding.workload for finding in overbooked.findings if finding.rule == "queue-overbooked"] == ["a", "b"]
    assert "queue-overbooked" not in {finding.rule for finding in planned(two[0], accounts=quota).findings}


def test_mistake_5_files_without_expiration_and_too_many_of_them() -> None:
    fields = {**BATCH, "batch": {"fallback": "real-time"}}
    missing = planned(workload(**fields), **ENTERPRISE)
    message = next(finding.message for finding in missing.findings if finding.rule == "expires-after-missing")
    assert "500 days" in message
    assert found(batch={"expires_after": "13d"})["expires-after-out-of-range"] == "warning"
    assert found(batch={"expires_after": "31d"})["expires-after-out-of-range"] == "warning"
    hourly = {"every": "1h", "files_per_run": 30}
    assert found(batch={**hourly, "expires_after": "14d"})["too-many-files"] == "error"
    assert "too-many-files" not in found(batch={**hourly, "expires_after": "14d", "files_per_run": 29})
    assert found(batch={"every": "1h", "files_per_run": 2, "expires_after": "13d"})["too-many-files"] == "error"


def test_mistake_7_and_the_status_table() -> None:
    assert found(batch={"partial_results": "discard"})["partial-results-discarded"] == "warning"
    assert found(batch={"poll_until": ["completed", "failed", "cancelled"]})["polling-never-ends"] == "error"
    assert "polling-never-ends" not in found(batch={"poll_until": ["completed", "failed", "cancelled", "expired"]})
    assert found(batch={"on_failed": "read-error-file"})["failed-batch-misread"] == "warning"
    assert found(batch={"on_expired": "cancel-and-resubmit"})["expired-batch-mishandled"] == "warning"


def test_a_need_that_no_hosted_model_meets_is_named() -> None:
    report = planned(workload(use_case="fraud-detection", latency={"max": "100ms"}))
    assert "latency-infeasible" in {finding.rule for finding in report.findings}


def test_a_model_that_is_gone_is_an_error_and_one_that_goes_is_a_warning() -> None:
    gone = planned(workload(model="gpt-4.1-nano"))
    going = planned(workload(model="gpt-4.1"))
    assert {finding.rule: finding.level for finding in gone.findings}["model-retired"] == "error"
    assert {finding.rule: finding.level for finding in going.findings}["model-retiring"] == "warning"


def test_the_articles_book_is_never_used_without_a_warning() -> None:
    assert "article-price-book" in {finding.rule for finding in planned(workload(), prices="article-2025-12").findings}


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown fact": ({"when": ["latency_max_second < 60s"]}, "did you mean 'latency_max_seconds'?"),
    "no comparison": ({"when": ["latency_max_seconds"]}, "is not a comparison"),
    "a wrong literal": ({"when": ["latency_max_seconds < soon"]}, "does not fit"),
    "a wrong operator": ({"when": ["user_facing > true"]}, "cannot stand behind"),
    "two kinds": ({"when": ["latency_max_seconds < tokens_per_day"]}, "cannot be compared"),
    "dollars against a number": ({"when": ["real_time_usd < tokens_per_day"]}, "cannot be compared"),
    "a fact of the decision": ({"when": ["mode is batch"]}, "known only after the decision"),
    "an unused parameter": ({"params": {"spare": 1}}, "is not used"),
    "an unknown slot": ({"message": "it is {latency}"}, "no fact or parameter"),
    "an example of nothing": ({"examples": {"fires": [{"nope": 1}], "silent": [{}]}}, "no fact 'nope'"),
    "a misspelt key": ({"strenght": "required"}, "did you mean 'strength'?"),
    "another name than its file's": ({"id": "other"}, "differs from the file's name"),
}


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_a_rule_that_makes_no_sense_is_refused_with_its_place(fault: str, tmp_path: Path) -> None:
    changes, says = BROKEN[fault]
    rule = {
        "id": "mine", "kind": "assignment", "assign": "batch", "strength": "preferred", "weight": 1,
        "summary": "A rule of a test.", "why": "A test needs it.", "remedy": "None is needed.", "source": "the test",
        "when": ["latency_max_seconds < 60s"], "message": "it waits",
        "examples": {"fires": [{"latency_max_seconds": 1}], "silent": [{"latency_max_seconds": 60}]},
    }  # fmt: skip
    path = tmp_path / "mine.yaml"
    path.write_text(as_yaml({**rule, **changes}), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        files.load_rules([tmp_path])
    assert says in str(refused.value)
    assert str(refused.value).startswith(f"{path}:")


def test_a_rule_cannot_take_the_name_of_another(tmp_path: Path) -> None:
    source = next(path for path in files.rule_files() if path.stem == "low-volume")
    (tmp_path / "low-volume.yaml").write_bytes(source.read_bytes())
    with pytest.raises(Refused, match="is also in"):
        files.load_rules([tmp_path])


def test_a_folder_that_the_configuration_and_the_command_name_is_read_once() -> None:
    own = ROOT / "examples" / "own-rules"
    rules = files.load_rules([own], Config(rule_folders=(str(own / "." / "..") + "/own-rules",)))
    assert {"eu-data-stays", "small-jobs-wait"} <= {rule.id for rule in rules}


def test_a_team_changes_levels_and_thresholds_by_name() -> None:
    config = Config(
        levels={"model-retiring": "error", "reasoning-unmeasured": "none"}, params={"low-volume": {"tokens": "2M"}}
    )
    fields = {**BATCH, "provider": "openai", "volume": {"requests": 1000, "per": "day"}}
    report = planned(workload(**fields), config=config)
    assert report.workloads[0].decided_by == "low-volume"
    assert {finding.rule: finding.level for finding in report.findings}["model-retiring"] == "error"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: {low-volum: none}", "c.yaml:1:9: no rule 'low-volum', did you mean 'low-volume'?"),
        ("params: {low-volume: {limit: 3}}", "c.yaml:1:23: rule low-volume has no parameter 'limit'"),
        ("params: {low-volume: {tokens: many}}", "c.yaml:1:22: 'many' does not fit"),
        ("gate: low", "c.yaml:1:7: 'low' is not one of expected, high"),
        ("gates: high", "c.yaml:1:1: unknown key 'gates', did you mean 'gate'?"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        files.load_rules((), parse_config(read_document(text.encode(), "c.yaml"), files.load_schema("config")))
    assert says in str(refused.value)


def test_a_request_file_is_judged_by_its_rules(tmp_path: Path) -> None:
    line = '{{"custom_id": "{0}", "method": "POST", "url": "{1}", "body": {{"model": "{2}"}}}}\n'
    text = "\ufeff" + line.format("1", "/chat/completions", "a") + line.format("2", "/v1/responses", "b") + "{\n"
    (tmp_path / "r.jsonl").write_text(text, encoding="utf-8")
    fields = {**BATCH, "batch": {**BATCH["batch"], "request_file": "r.jsonl"}}
    (tmp_path / "m.yaml").write_text(as_yaml({"version": 1, "workloads": [workload(**fields)]}), encoding="utf-8")
    manifest = files.load_manifest(tmp_path / "m.yaml")
    report = plan(manifest, files.load_catalog(manifest), DAY, files.probe_request_files(manifest))
    assert {"request-file-bom", "one-deployment-per-file", "request-file-urls-differ", "request-file-unreadable"} <= {
        finding.rule for finding in report.findings if finding.level == "error"
    }
