"""Every built-in data file: its shape, its sources, its dates, and that its figures do not contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planner import files
from planner.rates import CLASSES
from planner.rulepages import FAMILIES
from planner.schema import misfits
from tests.making import ROOT

PRICES = sorted((ROOT / "catalog" / "prices").rglob("*.yaml"))
LIMITS = sorted((ROOT / "catalog" / "limits").rglob("*.yaml"))
RULES = sorted((ROOT / "rules").rglob("*.yaml"))
REASONING = ROOT / "catalog" / "reasoning.yaml"
EVERY = [*PRICES, *LIMITS, *RULES]

SCHEMA = {**dict.fromkeys(PRICES, "prices"), **dict.fromkeys(LIMITS, "limits"), **dict.fromkeys(RULES, "rule")}
ANNOUNCED = re.compile("announced|introductory", re.IGNORECASE)
CONDITIONS = ("tier", "subscription", "region", "min_input_tokens")


def name(path: Path) -> str:
    """Folder and name, to tell the cases apart."""
    return f"{path.parent.name}/{path.stem}"


prices = pytest.mark.parametrize("path", PRICES, ids=name)
limits = pytest.mark.parametrize("path", LIMITS, ids=name)


@cache
def data(path: Path) -> Any:
    """What a file says."""
    return files.read(path).data


def entries(path: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Model name, model and rate, for every rate of a price file."""
    for model, stated in data(path)["models"].items():
        yield from ((model, stated, rate) for rate in stated["rates"])


def place(model: str, rate: dict[str, Any]) -> str:
    """The rate in words."""
    return f"{model} {rate['lane']} {rate.get('region', 'global')} since {rate['since']}"


def usd(amount: Any) -> Decimal:
    """The rate that counts."""
    return Decimal(amount["usd_per_mtok"] if isinstance(amount, dict) else amount)


def notes(*stated: dict[str, Any]) -> str:
    """What the notes of a model, a rate or an amount say."""
    return " ".join(part["note"] for part in stated if "note" in part)


def amounts(stated: dict[str, Any]) -> dict[str, Any]:
    """The amounts of a rate, a tier or cheaper hours by token class."""
    return {kind: stated[kind] for kind in CLASSES if kind in stated}


def dearer(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The token classes in which the first costs more than the second, without a note on that amount."""
    a, b = amounts(one), amounts(other)
    noted = {kind for kind, amount in a.items() if isinstance(amount, dict) and "note" in amount}
    return [kind for kind in a.keys() & b.keys() - noted if usd(a[kind]) > usd(b[kind])]


def above(stated: dict[str, Any], input_tokens: int) -> dict[str, Any] | None:
    """What holds for requests with so many input tokens; None where no rate is published for them."""
    found: dict[str, Any] = stated
    for tier in stated.get("tiers", ()):
        if input_tokens > tier["over_input_tokens"]:
            found = tier
    return None if found.get("priced") is False else found


def sources_named(value: Any) -> Iterator[str]:
    """Every `source` in the data, at whatever depth."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "source" and isinstance(below, str):
                yield below
            elif key != "sources":
                yield from sources_named(below)
    elif isinstance(value, list):
        for below in value:
            yield from sources_named(below)


@pytest.mark.parametrize("path", EVERY, ids=name)
def test_a_file_fits_its_schema(path: Path) -> None:
    document = files.read(path)
    problems = misfits(document.data, files.load_schema(SCHEMA[path]))
    assert not problems, document.refuse(problems).complaints


@pytest.mark.parametrize("path", EVERY, ids=name)
def test_a_file_names_its_schema_for_editors(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found, f"{path}: the first line names no schema"
    assert (path.parent / found[1]).resolve() == ROOT / "schemas" / f"{SCHEMA[path]}.schema.json"


@pytest.mark.parametrize("path", [*PRICES, *LIMITS], ids=name)
def test_a_file_is_named_for_its_provider_and_lies_in_the_folder_of_its_book(path: Path) -> None:
    assert data(path)["provider"] == path.stem
    assert data(path).get("book", "limits") == path.parent.name


def test_rules_are_named_for_their_files_each_once_in_families_that_the_docs_know() -> None:
    assert [path for path in RULES if data(path)["id"] != path.stem or path.parent.name not in FAMILIES] == []
    assert len({path.stem for path in RULES}) == len(RULES)


@pytest.mark.parametrize("path", [*PRICES, *LIMITS, REASONING], ids=name)
def test_every_source_that_is_named_is_in_the_table(path: Path) -> None:
    assert set(sources_named(data(path))) <= set(data(path)["sources"])


@pytest.mark.parametrize("path", [*PRICES, *LIMITS], ids=name)
def test_no_source_stands_in_the_table_for_nothing(path: Path) -> None:
    assert set(data(path)["sources"]) <= set(sources_named(data(path)))


def test_every_provider_with_list_prices_has_a_limits_file() -> None:
    priced = {path.stem for path in PRICES if path.parent.name == "list"}
    assert priced <= {path.stem for path in LIMITS}


@prices
def test_no_two_models_answer_to_one_name(path: Path) -> None:
    names = [n for model, stated in data(path)["models"].items() for n in (model, *stated.get("aliases", ()))]
    assert sorted(names) == sorted(set(names))


@prices
def test_dates_run_forward_within_a_lane_and_region(path: Path) -> None:
    wrong: list[str] = []
    last: dict[tuple[Any, ...], dict[str, Any]] = {}
    for model, _, rate in entries(path):
        before = last.get((model, rate["lane"], rate.get("region")))
        if before and not before.get("until", before["since"]) < rate["since"] > before["since"]:
            wrong.append(place(model, rate))
        if rate.get("until", rate["since"]) < rate["since"]:
            wrong.append(f"{place(model, rate)}: ends before it begins")
        last[model, rate["lane"], rate.get("region")] = rate
    assert wrong == []


@prices
def test_no_rate_is_older_than_its_model(path: Path) -> None:
    assert [place(m, rate) for m, stated, rate in entries(path) if rate["since"] < stated.get("released", "")] == []


@prices
def test_a_rate_that_begins_after_its_source_was_read_is_noted_as_announced(path: Path) -> None:
    read_on = {name: source["verified"] for name, source in data(path)["sources"].items()}
    early = [entry for entry in entries(path) if entry[2]["since"] > read_on[entry[2]["source"]]]
    assert [place(m, rate) for m, stated, rate in early if not ANNOUNCED.search(notes(stated, rate))] == []


@prices
@pytest.mark.parametrize("lane", ["batch", "flex"])
def test_a_cheaper_lane_is_not_dearer_than_real_time_without_a_note(path: Path, lane: str) -> None:
    wrong = []
    for model, stated, rate in entries(path):
        if rate["lane"] != lane or "note" in rate:
            continue
        standard = in_force(stated, rate)
        for tokens in (0, *(tier["over_input_tokens"] + 1 for tier in rate.get("tiers", ()))):
            cheap, real_time = above(rate, tokens), above(standard, tokens) if standard else None
            kinds = dearer(cheap, real_time) if cheap and real_time else []
            if kinds:
                wrong.append(f"{place(model, rate)}, {tokens} input tokens: {', '.join(kinds)}")
    assert wrong == []


def in_force(model: dict[str, Any], rate: dict[str, Any]) -> dict[str, Any] | None:
    """The standard rate of that region on the first day of the rate, else the first one after it."""
    same = [r for r in model["rates"] if r["lane"] == "standard" and r.get("region") == rate.get("region")]
    before = [r for r in same if r["since"] <= rate["since"]]
    return before[-1] if before else same[0] if same else None


@prices
def test_a_tier_begins_above_the_one_before_and_costs_no_less(path: Path) -> None:
    wrong = []
    for model, _, rate in entries(path):
        below = {"over_input_tokens": 0, **rate}
        for tier in rate.get("tiers", ()):
            if tier["over_input_tokens"] <= below["over_input_tokens"]:
                wrong.append(f"{place(model, rate)}: tier over {tier['over_input_tokens']} is out of order")
            if tier.get("priced") is not False:
                wrong += [f"{place(model, rate)}: {kind} falls" for kind in dearer(below, tier)]
                below = tier
            elif amounts(tier):
                wrong.append(f"{place(model, rate)}: a tier that is not priced has amounts")
    assert wrong == []


@prices
def test_a_priced_tier_prices_every_class_of_its_rate(path: Path) -> None:
    wrong = [
        f"{place(model, rate)}, over {tier['over_input_tokens']}: no {', '.join(lacking)}"
        for model, _, rate in entries(path)
        for tier in rate.get("tiers", ())
        if (lacking := amounts(rate).keys() - amounts(tier).keys()) and tier.get("priced") is not False
    ]
    assert wrong == []


@prices
def test_off_peak_hours_are_not_dearer_than_peak_hours(path: Path) -> None:
    cheaper = [(place(model, rate), rate) for model, _, rate in entries(path) if "off_peak" in rate]
    assert [p for p, rate in cheaper if dearer(rate["off_peak"], rate)] == []
    assert [w for _, rate in cheaper for w in rate["off_peak"]["peak_utc"] if w[:5] >= w[6:]] == []


@prices
def test_a_cached_token_is_not_dearer_than_a_fresh_one(path: Path) -> None:
    wrong = [
        place(model, rate)
        for model, stated, rate in entries(path)
        for part in (rate, *rate.get("tiers", ()), rate.get("off_peak", {}))
        if "cached_input" in part and usd(part["cached_input"]) > usd(part["input"])
    ]
    assert wrong == []


@prices
def test_where_sources_disagree_the_dearer_rate_counts_and_a_note_says_why(path: Path) -> None:
    disputed = [
        (f"{place(model, rate)}: {kind}", amount, notes(stated, rate, amount))
        for model, stated, rate in entries(path)
        for part in (rate, *rate.get("tiers", ()), rate.get("off_peak", {}))
        for kind, amount in amounts(part).items()
        if isinstance(amount, dict) and "disputed" in amount
    ]
    assert [p for p, amount, _ in disputed if amount["disputed"] >= amount["usd_per_mtok"]] == []
    assert [p for p, _, why in disputed if not why] == []


@prices
def test_a_successor_is_a_model_of_the_same_file(path: Path) -> None:
    models = data(path)["models"]
    named = {n for model, stated in models.items() for n in (model, *stated.get("aliases", ()))}
    ends = {model: stated["retires"] for model, stated in models.items() if "retires" in stated}
    assert [model for model, end in ends.items() if end.get("successor", model) not in named] == []
    assert [model for model, end in ends.items() if end.get("rerouted") and end.get("successor") not in models] == []


@prices
def test_the_largest_output_fits_into_the_context_window(path: Path) -> None:
    wrong = [
        model
        for model, stated in data(path)["models"].items()
        if stated.get("max_output", 0) > stated.get("context_window", stated.get("max_output", 0))
    ]
    assert wrong == []


@limits
def test_no_limit_is_stated_twice_for_one_model_under_the_same_conditions(path: Path) -> None:
    seen: set[tuple[Any, ...]] = set()
    twice = []
    for entry in data(path)["limits"]:
        for model in entry.get("models", [None]):
            key = (entry["limit"], model, *(entry.get(condition) for condition in CONDITIONS))
            twice += [key] if key in seen else []
            seen.add(key)
    assert twice == []


def test_reasoning_ratios_are_complete_and_rise_with_the_effort() -> None:
    stated = data(REASONING)
    assert set(stated) == {"sources", "policies", "measured_high"}
    assert all(set(source) <= {"title", "url", "verified"} for source in stated["sources"].values())
    assert set(stated["policies"]) == {"effort", "article"}
    assert stated["measured_high"] >= 1
    for policy in stated["policies"].values():
        assert list(policy) == ["none", "low", "medium", "high"]
        for ratios in policy.values():
            assert set(ratios) == {"low", "expected", "high", "source"}
            assert 0 <= ratios["low"] <= ratios["expected"] <= ratios["high"]
        for level in ("low", "expected", "high"):
            rising = [ratios[level] for ratios in policy.values()]
            assert rising == sorted(rising)
        assert policy["none"]["high"] == 0
