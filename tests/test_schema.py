"""The schemas, and what is said of data that does not fit one."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import files
from planner.problems import Path, Refused
from planner.schema import misfits
from tests.making import manifest_text, read, workload

HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(max_examples=int(HUNT or "200"), deadline=None, derandomize=HUNT is None)
MANIFEST = files.load_schema("manifest")
SECOND_OPINION = jsonschema.Draft202012Validator(MANIFEST)

FULL: dict[str, Any] = {
    "version": 1,
    "name": "estate",
    "prices": ["list", "ours.yaml"],
    "month_days": Decimal("30.4375"),
    "reasoning_policy": "effort",
    "budget": {"monthly_usd": 1000},
    "budgets": [{"owner": "team", "labels": {"a": "b"}, "monthly_usd": Decimal("2.5")}],
    "accounts": {"openai": {"tier": "tier-4", "enqueued_tokens": {"gpt-4.1": 5}, "batch_window": "6h"}},
    "defaults": {"provider": "openai", "reasoning": {"effort": "low"}, "streaming": False},
    "workloads": [
        workload(
            use_case="data-analysis",
            tokens={"input": {"mean": 1000, "p95": 5000}, "output": 20, "cached_input": 5},
            reasoning={"tokens": 18, "tokens_are": "extra"},
            latency={"max": "24h"},
            batch={"every": "1d", "fallback_share": "2.5%", "files_per_run": 2, "poll_until": ["failed", "expired"]},
            lane={"pin": "batch", "because": "we say so", "until": "2027-01-31"},
            labels={"product": "shop"},
        )
    ],
}


def complaints(text: str) -> list[str]:
    """What is said of a manifest that is refused, without the file's name."""
    with pytest.raises(Refused) as caught:
        read(text)
    return [line.removeprefix("workloads.yaml:") for line in caught.value.complaints]


def _paths(node: Any, path: Path = ()) -> Iterator[Path]:
    for step, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, step)
        yield from _paths(inner, (*path, step))


junk = st.one_of(
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from([10**16, Decimal("0.5"), Decimal("2.0"), {}, []]),
    st.sampled_from(["", "24h", "1.5%", "none", "gpt-4.1", "2027-02-01", "02:00", "x" * 3000, "\x9b31m", "\u202e"]),
    st.lists(st.integers(0, 1), max_size=3) | st.dictionaries(st.sampled_from(["mean", "p95", "x"]), st.integers()),
)
mutations = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["set", "drop", "rename"]), junk), max_size=3)


def mutated(changes: list[tuple[int, str, Any]]) -> dict[str, Any]:
    """The full manifest with some of its values replaced, dropped or renamed."""
    data = copy.deepcopy(FULL)
    for where, what, value in changes:
        paths = list(_paths(data))
        *above, last = paths[where % len(paths)]
        node: Any = data
        for step in above:
            node = node[step]
        if what == "set":
            node[last] = value
        elif what == "drop":
            del node[last]
        elif isinstance(node, dict):
            node[f"{last}s"] = node.pop(last)
    return data


def _floats(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _floats(inner) for key, inner in node.items()}
    if isinstance(node, list):
        return [_floats(inner) for inner in node]
    return float(node) if isinstance(node, Decimal) else node


@FUZZ
@given(mutations)
def test_an_independent_validator_gives_the_same_verdict(changes: list[tuple[int, str, Any]]) -> None:
    data = mutated(changes)
    assert (misfits(data, MANIFEST) == []) == SECOND_OPINION.is_valid(_floats(data))


@FUZZ
@given(mutations)
def test_each_complaint_is_one_short_line_that_a_terminal_can_show(changes: list[tuple[int, str, Any]]) -> None:
    data = mutated(changes)
    known = {*_paths(data), ()}
    for problem in misfits(data, MANIFEST):
        assert problem.says.isprintable()
        assert 10 < len(problem.says) < 400
        assert problem.where in known


@pytest.mark.parametrize("name", files.schema_names())
def test_each_schema_meets_its_metaschema_by_both_validators(name: str) -> None:
    schema = json.loads(files.schema_text(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema_rs.meta.validate(schema)
    broken = {**schema, "type": "mapping"}
    with pytest.raises(jsonschema.SchemaError):
        jsonschema.Draft202012Validator.check_schema(broken)
    assert not jsonschema_rs.meta.is_valid(broken)


def _undescribed(schema: Any, node: Any, path: str = "") -> Iterator[str]:
    if isinstance(node, list):
        for inner in node:
            yield from _undescribed(schema, inner, path)
    if not isinstance(node, dict):
        return
    for name, field in node.get("properties", {}).items():
        if not _described(schema, field):
            yield f"{path}/{name}"
    for key, inner in node.items():
        yield from _undescribed(schema, inner, f"{path}/{key}")


def _described(schema: Any, node: Any) -> bool:
    if "description" in node or "$ref" not in node:
        return bool(node.get("description"))
    return _described(schema, schema["$defs"][node["$ref"].removeprefix("#/$defs/")])


def test_every_field_of_the_manifest_says_what_it_is() -> None:
    assert list(_undescribed(MANIFEST, MANIFEST)) == []
    assert [name for name, part in MANIFEST["$defs"].items() if not part.get("description")] == []
    hole = {"properties": {"a": {"type": "object", "properties": {"b": {}}, "description": "x"}}}
    assert list(_undescribed(hole, hole)) == ["/properties/a/b"]


def test_workloads_and_defaults_agree_on_the_fields_that_both_have() -> None:
    own, default = MANIFEST["$defs"]["workload"]["properties"], MANIFEST["$defs"]["defaults"]["properties"]
    assert {name: own[name] for name in default} == default
    assert set(own) - set(default) == {"id", "description", "volume", "lane", "budget"}


@pytest.mark.parametrize(
    ("find", "put", "says"),
    [
        ("version:", "verison:", "1:1: unknown key 'verison', did you mean 'version'?"),
        ("volume:", "volumes:", "6:3: unknown key 'volumes', did you mean 'volume'?"),
        ("requests: 1000", "request: 1000", "7:5: unknown key 'request', did you mean 'requests'?"),
        ("output: 500", "outputs: 500", "11:5: unknown key 'outputs', did you mean 'output'?"),
        ("effort: none", "efort: none", "13:5: unknown key 'efort', did you mean 'effort'?"),
        ("provider: openai", "Provider: openai", "4:3: unknown key 'Provider', did you mean 'provider'?"),
    ],
)
def test_an_unknown_key_is_refused_at_its_place_with_the_key_that_was_meant(find: str, put: str, says: str) -> None:
    assert says in complaints(manifest_text().replace(find, put))


def test_an_unknown_key_that_is_near_to_none_is_answered_with_those_that_there_are() -> None:
    (said,) = complaints(manifest_text(workload(volume={"requests": 1, "per": "day", "zzzz": 1})))
    assert said.startswith("9:5: unknown key 'zzzz'; known: hours_utc, images, items, month, per, reports, requests")


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("audio_input", "audio tokens"),
        ("input_audio", "audio tokens"),
        ("image_tiles", "images by the tile"),
        ("video_seconds", "video tokens"),
        ("tool_calls", "tool fees"),
        ("web_search", "search fees"),
        ("file_search", "search fees"),
        ("cache_storage", "storage fees"),
        ("fine_tuning", "training fees"),
    ],
)
def test_what_is_not_priced_is_refused_by_name(field: str, named: str) -> None:
    (said,) = complaints(manifest_text(workload(tokens={"input": 1, "output": 1, field: 5})))
    assert said == f"12:5: unknown key '{field}': {named} are not priced here, budget them apart and remove the key"


EACH_KEYWORD = {
    "const": ({"version": 2}, "1:10: '2' should be '1'"),
    "const, quoted": ({"version": "1"}, "1:10: '1' should be '1', without quotes"),
    "required": ({"budget": {}}, "2:9: 'monthly_usd' is missing: add it"),
    "dependentRequired": ({"reasoning": {"tokens": 5}}, "13:5: 'tokens_are' is missing: add it"),
    "additionalProperties": ({"modell": "x"}, "14:3: unknown key 'modell', did you mean 'model'?"),
    "propertyNames": ({"labels": {"k" * 64: "v"}}, "is too long: write at most 63 characters"),
    "type": ({"user_facing": "yes"}, "14:16: 'yes' is not true or false"),
    "type, nothing": ({"name": None}, "2:7: nothing is written here: write text"),
    "type, list": ({"labels": ["a"]}, "15:3: a list is not a mapping"),
    "enum": ({"use_case": "chatbots"}, "model-evaluation"),
    "enum, near": ({"use_case": "chatbots"}, "did you mean 'chatbot'?"),
    "minLength": ({"owner": ""}, "14:10: '' is too short: write at least 1 character"),
    "maxLength": ({"name": "n" * 201}, "…' is too long: write at most 200 characters"),
    "minItems": ({"prices": []}, "2:9: the list is too short: write at least 1 entry"),
    "maxItems": ({"growth": {"seasonality": [100] * 13}}, "the list is too long: write at most 12 entries"),
    "uniqueItems": ({"batch": {"poll_until": ["failed", "failed"]}}, "an entry is here twice: remove one"),
    "minProperties": ({"budgets": [{"monthly_usd": 1}]}, "3:3: too little is stated: write at least 2 keys"),
    "minimum": ({"month_days": 0}, "2:13: '0' is too small: at least 1"),
    "maximum": ({"month_days": Decimal("366.5")}, "2:13: '366.5' is too large: at most 366"),
    "pattern": ({"latency": {"max": "24 hours"}}, "'24 hours' does not fit: write a duration such as 500ms, 5s"),
    "pattern, share": ({"batch": {"retry_share": "half"}}, "write a percentage such as 2.5%"),
    "pattern, day": ({"lane": {"pin": "batch", "because": "why", "until": "soon"}}, "write a date such as 2026-12-31"),
    "pattern, month": ({"growth": {"events": [{"month": "May", "percent": 5}]}}, "write a month such as 2027-03"),
    "pattern, time": ({"batch": {"submit_at": "2am"}}, 'write a time such as "02:00"'),
    "pattern, id": ({"id": "My Id"}, "write lower-case letters"),
    "anyOf": ({"prices": 5}, "2:9: '5' does not fit: write text or a list"),
    "anyOf, branch": ({"tokens": {"input": {"p59": 1}, "output": 1}}, "unknown key 'p59', did you mean 'p95'?"),
    "oneOf": ({"volume": {"per": "day"}}, "7:5: exactly one of requests, reports, images, items is needed"),
    "oneOf, two": ({"volume": {"requests": 1, "items": 2, "per": "day"}}, "requests, reports, images, items"),
    "oneOf, both": ({"volume": {"requests": 1, "items": 2, "per": "day"}}, "keep one"),
}
ANNOTATIONS = {"$schema", "$id", "$ref", "$defs", "title", "description", "properties", "items"}


@pytest.mark.parametrize(("fields", "says"), EACH_KEYWORD.values(), ids=EACH_KEYWORD)
def test_the_complaint_of_each_keyword_says_what_to_do(fields: dict[str, Any], says: str) -> None:
    outer = {name: value for name, value in fields.items() if name in MANIFEST["properties"]}
    inner = {name: value for name, value in fields.items() if name not in outer}
    said = complaints(manifest_text(workload(**inner), **outer))
    assert any(says in line for line in said), said


def test_every_keyword_that_the_manifest_schema_uses_has_its_complaint_tested() -> None:
    used = {
        path[-1]
        for path in _paths(MANIFEST)
        if len(path) < 2 or path[-2] not in ("properties", "$defs", "dependentRequired")
    }
    keywords = {key for key in used if isinstance(key, str)} - ANNOTATIONS
    assert keywords == {name.split(",")[0] for name in EACH_KEYWORD}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"latency": "24h"}, "'24h' is not a mapping: write {max: 24h}"),
        ({"latency": {"max": 24}}, "'24' is not text: write a duration such as 500ms, 5s, 10m, 24h or 14d"),
        ({"tokens": {"input": "40k"}}, "'40k' does not fit: write a number or a mapping: write 40000"),
        ({"tokens": 500}, "'500' is not a mapping: write {input: 500}"),
        (
            {"volume": {"requests": "100,000", "per": "day"}},
            "'100,000' does not fit: write a number or a mapping: write 100000",
        ),
        ({"volume": 1000}, "'1000' is not a mapping: write {requests: 1000, per: ...}"),
        ({"reasoning": "medium"}, "'medium' is not a mapping: write {effort: medium}"),
        ({"lane": "batch"}, "'batch' is not a mapping: write {pin: batch, because: ...}"),
        ({"labels": {"team": 1}}, "'1' is not text: quote it, \"1\""),
        ({"batch": True}, "'true' is not a mapping"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_how_to_write_it(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(manifest_text(workload(**changes)))
    assert says in [line.split(": ", 1)[1] for line in refused.value.complaints]
