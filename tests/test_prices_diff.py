"""planner prices diff: what differs from another data set, why, and the patch for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from planner import files, genaiprices
from planner.bookshelf import check_prices
from planner.documents import read_document
from tests.console import Ran, run
from tests.making import ROOT

Capsys = pytest.CaptureFixture[str]
LIST = ROOT / "catalog" / "prices" / "list"
THEIRS = {
    "input": "input_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "output": "output_mtok",
}


def prices(**amounts: str) -> SimpleNamespace:
    """Their rates; 4|8 is 4, and 8 for input over 272000 tokens."""
    found = {}
    for kind, text in amounts.items():
        base, _, above = text.partition("|")
        tier = SimpleNamespace(start=272000, price=Decimal(above)) if above else None
        found[THEIRS[kind]] = SimpleNamespace(base=Decimal(base), tiers=[tier]) if tier else Decimal(base)
    return SimpleNamespace(**found)


def from_day(day: str, found: SimpleNamespace) -> SimpleNamespace:
    """Their rates from a day on."""
    return SimpleNamespace(constraint=SimpleNamespace(start_date=date.fromisoformat(day)), prices=found)


def in_batch(day: str, found: SimpleNamespace) -> SimpleNamespace:
    """Their batch rates from a day on."""
    return SimpleNamespace(when={"processing": "batch"}, **vars(from_day(day, found)))


def model(name: str, *standard: SimpleNamespace, variants: tuple[SimpleNamespace, ...] = ()) -> SimpleNamespace:
    """One of their models."""
    return SimpleNamespace(
        id=name, is_match=lambda text: text == name, prices=list(standard), price_variants=list(variants)
    )


Diff = Callable[..., Ran]


@pytest.fixture
def diff(monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> Diff:
    """Runs the comparison with a package that knows these models of one provider and nothing else."""

    def ran(provider: str, models: list[SimpleNamespace], *arguments: str) -> Ran:
        theirs = SimpleNamespace(id=provider, models=models, pricing_urls=["https://prices.example/page"])
        monkeypatch.setattr(genaiprices, "installed", lambda: genaiprices.Package("9.9.9", [theirs]))
        return run(capsys, "prices", "diff", "--on", "2026-11-24", *arguments)

    return ran


SOL = {"input": "2|4", "cached_input": "0.1|0.2", "cache_write": "2.5|5", "output": "10|15"}
SAME = from_day("2026-09-29", prices(**SOL))


def dearer(day: str | None) -> SimpleNamespace:
    """gpt-6.1-sol with another input rate."""
    changed = prices(**{**SOL, "input": "3|6"})
    return from_day(day, changed) if day else changed


def applied(patch: str) -> dict[str, str]:
    """The files of a patch that only adds, with what it adds."""
    found = {}
    for part in patch.split("--- a/")[1:]:
        name, _, body = part.partition("\n")
        old = (ROOT / name).read_text(encoding="utf-8").splitlines()
        new, at = [], 0
        for hunk in re.split(r"^@@ ", body, flags=re.MULTILINE)[1:]:
            head, *lines = hunk.splitlines()
            start = int(re.findall(r"-(\d+)", head)[0]) - 1
            assert all(line[0] in " +" for line in lines), hunk
            kept = [line[1:] for line in lines if line[0] == " "]
            assert old[start : start + len(kept)] == kept
            new += old[at:start] + [line[1:] for line in lines]
            at = start + len(kept)
        found[name] = "\n".join([*new, *old[at:]]) + "\n"
    return found


def patched(diff: Diff, tmp_path: Path, provider: str, *models: SimpleNamespace) -> tuple[Any, Ran]:
    """The one price file of a patch, read back and valid, and what was printed; None for an empty patch."""
    target = tmp_path / "renew.diff"
    ran = diff(provider, list(models), "--patch", str(target))
    assert ran.code == 0, ran.err
    texts = applied(target.read_text(encoding="utf-8"))
    for name, text in texts.items():
        document = read_document(text.encode(), name)
        check_prices(document)
        (tmp_path / "renewed.yaml").write_text(text, encoding="utf-8")
        return document.data, ran
    return None, ran


def test_rates_that_agree_are_counted_and_not_listed(diff: Diff) -> None:
    ran = diff("openai", [model("gpt-6.1-sol", SAME)])
    assert ran.code == 0
    assert "openai: 8 of 8 figures equal" in ran.out
    assert "ours" not in ran.out


def test_a_difference_is_listed_with_both_figures_and_its_place(diff: Diff) -> None:
    out = diff("openai", [model("gpt-6.1-sol", dearer(None))]).out
    assert "openai: 6 of 8 figures equal" in out
    assert "gpt-6.1-sol standard global input: ours 2, theirs 3 from 2026-11-24" in out
    assert "gpt-6.1-sol standard global over 272000 input: ours 4, theirs 6" in out


@pytest.mark.parametrize(
    ("provider", "theirs", "because"),
    [
        ("anthropic", model("claude-sonnet-5-5", prices(cached_input="0.1")), "disputed: PromptFuel 2026-10-01: 0.20"),
        ("mistral", model("mistral-large-4", prices(input="1.36")), "dated: they print our rate since 2026-10-20"),
        ("mistral", model("mistral-embed", prices(output="0.1")), "embedding: an embedding has no output"),
        ("anthropic", model("claude-opus-4-1", prices(input="1")), "gone: since 2026-08-05"),
        ("openai", model("gpt-6.1-terra", prices(input="9")), "no reason is known"),
    ],
)
def test_a_difference_comes_with_the_reason_that_the_book_gives(
    provider: str, theirs: SimpleNamespace, because: str, diff: Diff
) -> None:
    assert f"({because}" in diff(provider, [theirs]).out


def test_a_patch_adds_an_entry_from_the_day_of_the_comparison(diff: Diff, tmp_path: Path, capsys: Capsys) -> None:
    data, ran = patched(diff, tmp_path, "openai", model("gpt-6.1-sol", dearer(None)))
    before = files.read(LIST / "openai.yaml").data
    new = [rate for rate in data["models"]["gpt-6.1-sol"]["rates"] if rate["source"] == "genai-prices-9.9.9"]
    assert [(rate["lane"], rate["since"], rate["input"], rate["tiers"][0]["input"]) for rate in new] == [
        ("standard", "2026-11-24", 3, 6)
    ]
    assert data["sources"].pop("genai-prices-9.9.9")["verified"] == "2026-11-24"
    data["models"]["gpt-6.1-sol"]["rates"].remove(new[0])
    assert data == before
    assert "1 new entry." in ran.out
    book = str(tmp_path / "renewed.yaml")
    for day, rate in (("2026-11-23", "2"), ("2026-11-24", "3")):
        shown = run(capsys, "prices", "list", "openai", "--prices", book, "--on", day).out
        assert re.search(rf"^gpt-6\.1-sol +general +{rate} / 10", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("days", "since"),
    [
        (["2026-11-20"], ["2026-11-20"]),
        (["2026-01-01"], ["2026-11-24"]),
        (["2027-01-01"], ["2027-01-01"]),
    ],
)
def test_an_entry_begins_when_they_say_where_that_is_later_than_ours(
    days: list[str], since: list[str], diff: Diff, tmp_path: Path
) -> None:
    data, _ = patched(diff, tmp_path, "openai", model("gpt-6.1-sol", *map(dearer, days)))
    rates = [rate for rate in data["models"]["gpt-6.1-sol"]["rates"] if rate["lane"] == "standard"]
    assert [rate["since"] for rate in rates] == ["2026-09-29", *since]
    assert ("Announced." in rates[-1].get("note", "")) is (since[-1] > "2026-11-24")


def test_a_patch_can_hold_several_lanes_and_days(diff: Diff, tmp_path: Path) -> None:
    later = from_day("2027-01-01", prices(input="5", output="20"))
    half = in_batch("2026-11-20", prices(input="1.5|3", output="7"))
    theirs = model("gpt-6.1-sol", dearer("2026-11-20"), later, variants=(half,))
    data, ran = patched(diff, tmp_path, "openai", theirs)
    found = [(r["lane"], r["since"], r["input"]) for r in data["models"]["gpt-6.1-sol"]["rates"]]
    assert found[:5] == [
        ("standard", "2026-09-29", 2),
        ("standard", "2026-11-20", 3),
        ("standard", "2027-01-01", 5),
        ("batch", "2026-10-14", 1),
        ("batch", "2026-11-20", Decimal("1.5")),
    ]
    assert "3 new entries" in ran.out


def test_classes_that_they_do_not_print_are_carried_over_and_named(diff: Diff, tmp_path: Path) -> None:
    data, _ = patched(diff, tmp_path, "openai", model("gpt-6.1-sol", prices(input="3|6", output="10|15")))
    ours, new = data["models"]["gpt-6.1-sol"]["rates"][:2]
    assert (new["cached_input"], new["tiers"][0]["cache_write"]) == (ours["cached_input"], 5)
    assert new["note"] == "Carried over from 2026-09-29: cached_input, cache_write."


def test_a_figure_that_the_book_keeps_for_a_reason_stays_in_a_new_entry(diff: Diff, tmp_path: Path) -> None:
    data, _ = patched(diff, tmp_path, "anthropic", model("claude-sonnet-5-5", prices(input="3", cached_input="0.1")))
    new = next(r for r in data["models"]["claude-sonnet-5-5"]["rates"] if r["source"] == "genai-prices-9.9.9")
    assert new["input"] == 3
    assert (new["cached_input"]["usd_per_mtok"], new["cached_input"]["disputed"]) == (Decimal("0.2"), Decimal("0.1"))


@pytest.mark.parametrize(
    ("provider", "theirs"),
    [
        ("anthropic", model("claude-sonnet-5-5", prices(cached_input="0.1"))),
        ("mistral", model("mistral-embed", prices(output="0.1"))),
        ("anthropic", model("claude-opus-4-1", prices(input="1"))),
        ("openai", model("gpt-6.1-sol", SAME)),
    ],
)
def test_a_patch_is_empty_where_the_book_keeps_its_figures(
    provider: str, theirs: SimpleNamespace, diff: Diff, tmp_path: Path
) -> None:
    data, ran = patched(diff, tmp_path, provider, theirs)
    assert data is None
    assert "0 new entries" in ran.out


def test_rates_of_the_peak_are_ours_and_those_of_other_hours_our_off_peak(diff: Diff, tmp_path: Path) -> None:
    peak = SimpleNamespace(constraint=SimpleNamespace(start_time="01:00"), prices=prices(input="0.4", output="1.2"))
    data, ran = patched(diff, tmp_path, "deepseek", model("deepseek-flash", prices(input="0.15", output="0.6"), peak))
    assert "deepseek-flash standard global input: ours 0.3, theirs 0.4" in ran.out
    assert "deepseek: 3 of 4 figures equal" in ran.out
    new = data["models"]["deepseek-flash"]["rates"][1]
    assert (new["input"], new["off_peak"]["input"], len(new["off_peak"]["peak_utc"])) == (
        Decimal("0.4"),
        Decimal("0.15"),
        2,
    )


def test_a_day_on_which_an_entry_of_ours_begins_is_named_and_left_out(diff: Diff, tmp_path: Path) -> None:
    announced = files.read(LIST / "google-gemini.yaml").data["models"]["gemini-3.8-flash"]["rates"]
    assert any(rate["since"] == "2027-01-01" and rate["lane"] == "standard" for rate in announced)
    theirs = model("gemini-3.8-flash", from_day("2027-01-01", prices(input="9", output="7.5")))
    data, ran = patched(diff, tmp_path, "google", theirs)
    assert "an entry of ours begins on that day: google-gemini: gemini-3.8-flash standard" in ran.out
    assert data is None or data["provider"] != "google-gemini"


def test_models_and_lanes_that_we_lack_are_counted_and_listed_when_asked_for(diff: Diff) -> None:
    batch = in_batch("2026-11-01", prices(input="1", output="2"))
    models = [model("deepseek-flash", prices(input="0.3"), variants=(batch,)), model("deepseek-v9", prices(input="1"))]
    short = diff("deepseek", models).out
    assert "1 lane of models that we have; 1 model (deepseek 1)" in short
    assert "deepseek-v9" not in short
    long = diff("deepseek", models, "--missing").out
    assert "  lane deepseek: deepseek-flash batch global from 2026-11-01\n" in long
    assert "  model deepseek: deepseek-v9\n" in long


def test_without_the_package_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices.data", None)
    ran = run(capsys, "prices", "diff")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "prices diff compares with genai-prices: run pip install genai-prices\n"
