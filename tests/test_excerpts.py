"""What is cut out of a built-in file says the same as the whole file, for whatever a manifest names."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import excerpts
from planner.documents import read_document
from tests.making import ROOT

PRICES = sorted((ROOT / "catalog" / "prices").glob("*/*.yaml"))
LIMITS = sorted((ROOT / "catalog" / "limits").glob("*.yaml"))
RULES = sorted((ROOT / "rules").glob("*/*.yaml"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", PRICES, ids=name)
def test_a_model_cut_out_of_a_price_file_is_the_same_by_each_of_its_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    whole = read_document(text.encode(), path.name).data
    for model, data in whole["models"].items():
        for asked in (model, *data.get("aliases", ())):
            cut, listed = excerpts.of_prices(text, [asked])
            part = read_document(cut.encode(), path.name).data
            assert part["models"][model] == data
            assert {key: part[key] for key in part if key != "models"} == {k: whole[k] for k in whole if k != "models"}
            assert listed == list(whole["models"])
            end = data.get("retires", {})
            if end.get("rerouted"):
                assert part["models"][end["successor"]] == whole["models"][end["successor"]]


@pytest.mark.parametrize("path", PRICES, ids=name)
def test_a_file_asked_for_no_model_of_its_own_has_none(path: Path) -> None:
    cut, listed = excerpts.of_prices(path.read_text(encoding="utf-8"), ["no-such-model"])
    assert read_document(cut.encode(), path.name).data["models"] == {}
    assert listed


@pytest.mark.parametrize("path", LIMITS, ids=name)
def test_limits_cut_for_a_model_keep_every_entry_that_can_hold_for_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    whole = read_document(text.encode(), path.name).data["limits"]
    models = {model for entry in whole for model in entry.get("models", ())} | {"no-such-model"}
    for model in models:
        part = read_document(excerpts.of_limits(text, [model]).encode(), path.name).data["limits"]
        assert [e for e in whole if model in e.get("models", (model,))] == [
            e for e in part if model in e.get("models", (model,))
        ]
        assert len(part) <= len(whole)


@pytest.mark.parametrize("path", RULES, ids=name)
def test_a_rule_cut_short_lacks_its_examples_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    whole = read_document(text.encode(), path.name).data
    part = read_document(excerpts.of_rule(text).encode(), path.name).data
    assert part == {key: value for key, value in whole.items() if key != "examples"}
    assert part != whole


def test_a_model_that_only_mentions_the_one_asked_for_is_left_out() -> None:
    text = (ROOT / "catalog" / "prices" / "list" / "openai.yaml").read_text(encoding="utf-8")
    cut, _ = excerpts.of_prices(text, ["gpt-6-luna"])
    assert "successor: gpt-6-luna" in text
    assert list(read_document(cut.encode(), "openai.yaml").data["models"]) == ["gpt-6-luna"]
