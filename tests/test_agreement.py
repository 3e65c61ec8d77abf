"""The kept agreement of the book `list` with two public data sets: it adds up, and it is about this book."""

from __future__ import annotations

import re
from datetime import date

import pytest

from planner import files, genaiprices
from planner.rates import CLASSES, entry_of
from tests.console import run
from tests.making import ROOT

LIST = ROOT / "catalog" / "prices" / "list"
AGREEMENT = files.read(ROOT / "catalog" / "agreement.yaml").data


@pytest.mark.parametrize("name", list(AGREEMENT["sets"]))
def test_the_agreement_that_is_kept_adds_up(name: str) -> None:
    found = AGREEMENT["sets"][name]
    for key in ("compared", "equal"):
        assert found[key] == sum(counts[key] for counts in found["providers"].values())
    for provider, counts in found["providers"].items():
        listed = [stated for stated in found["differences"] if stated["provider"] == provider]
        assert counts["compared"] - counts["equal"] == len(listed), provider
    assert all(stated["reason"].strip() and stated["ours"] != stated["theirs"] for stated in found["differences"])


@pytest.mark.parametrize("name", list(AGREEMENT["sets"]))
def test_every_difference_that_is_kept_is_one_of_the_book(name: str) -> None:
    for stated in AGREEMENT["sets"][name]["differences"]:
        data = files.read(LIST / f"{stated['provider']}.yaml").data["models"][stated["model"]]
        day = date.fromisoformat(AGREEMENT["day"])
        rate = entry_of(data, stated.get("region", "global"), stated["lane"], day)[0]
        tiers = {f"over {tier['over_input_tokens']}": tier for tier in rate.get("tiers", ())}
        ours = {"": rate, **tiers}[stated.get("part", "")][stated["token_class"]]
        assert stated["token_class"] in CLASSES
        assert stated["ours"] == (ours["usd_per_mtok"] if isinstance(ours, dict) else ours), stated


def test_the_agreement_that_is_kept_is_what_a_comparison_finds(capsys: pytest.CaptureFixture[str]) -> None:
    kept = AGREEMENT["sets"]["genai-prices"]
    assert genaiprices.installed().version == kept["version"], (
        "the developer's extra pins the version that was compared"
    )
    out = run(capsys, "prices", "diff", "--on", AGREEMENT["day"]).out
    found = re.findall(r"^(\S+): (\d+) of (\d+) figures equal", out, re.MULTILINE)
    kept_counts = {(p, str(counts["equal"]), str(counts["compared"])) for p, counts in kept["providers"].items()}
    assert kept_counts == {line for line in found if line[2] != "0"}
