"""planner prices list, show and check: what a reader is told, and what a maintainer is warned of."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from planner import files
from tests.console import run
from tests.making import ROOT

Capsys = pytest.CaptureFixture[str]
ON = ("--on", "2026-11-24")

SOURCES = (
    "sources:\n  old: {title: An old page, verified: 2026-01-01}\n  new: {title: A new page, verified: 2026-11-20}\n"
)
RATE = "{lane: standard, since: 2026-01-01, source: new, input: 1, output: 2}"


def a_book(path: Path, *models: str, head: str = "") -> str:
    """A price file of a provider that no built-in book has, with these models."""
    body = "".join(f"  {model}\n" for model in models)
    path.write_text(f"book: own\nprovider: acme-ai\n{SOURCES}{head}models:\n{body}", encoding="utf-8")
    return str(path)


def checked(capsys: Capsys, book: str, *arguments: str) -> list[tuple[str, str, int, str]]:
    """Kind, model, line and message of what a check finds."""
    ran = run(capsys, "prices", "check", "--prices", book, *ON, "-f", "json", *arguments)
    assert ran.err == ""
    return [(weak["kind"], weak["model"], weak["line"], weak["says"]) for weak in json.loads(ran.out)]


def test_list_has_one_line_for_each_model_within_a_hundred_columns(capsys: Capsys) -> None:
    ran = run(capsys, "prices", "list", *ON)
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 100
    line = next(line for line in ran.out.splitlines() if line.startswith("gemini-2.5-pro "))
    assert line.split() == [
        "gemini-2.5-pro",
        "general",
        "1.25",
        "/",
        "10",
        "0.625",
        "/",
        "5",
        "1048576",
        "2026-12-01",
        "2026-11-12",
    ]


def test_list_of_one_provider_names_every_model_of_it_and_of_no_other(capsys: Capsys) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, "prices", "list", "openai", *ON, "-f", "csv").out)))
    models = files.read(ROOT / "catalog" / "prices" / "list" / "openai.yaml").data["models"]
    assert [row["model"] for row in rows] == sorted(models)
    assert {row["provider"] for row in rows} == {"openai"}


def test_list_as_json_and_csv_says_the_same(capsys: Capsys) -> None:
    data = json.loads(run(capsys, "prices", "list", *ON, "-f", "json").out)
    rows = list(csv.DictReader(io.StringIO(run(capsys, "prices", "list", *ON, "-f", "csv").out)))
    as_text = [{key: "" if value is None else str(value) for key, value in model.items()} for model in data["models"]]
    assert as_text == rows
    assert data["price_book"] == "list"


def test_list_shows_the_rates_of_the_day_asked_for(capsys: Capsys) -> None:
    ran = run(capsys, "prices", "list", "google-gemini", "--on", "2027-01-01", "-f", "json")
    now = {model["model"]: model for model in json.loads(ran.out)["models"]}
    assert (now["gemini-3.8-flash"]["standard_input"], now["gemini-3.8-flash"]["batch_output"]) == ("1.5", "3.75")


def test_list_layers_a_company_s_own_book_over_the_list(capsys: Capsys) -> None:
    own = str(ROOT / "examples" / "negotiated.yaml")
    data = json.loads(run(capsys, "prices", "list", "openai", *ON, "--prices", own, "-f", "json").out)
    model = next(model for model in data["models"] if model["model"] == "gpt-6.1-sol")
    assert (model["standard_input"], model["batch_output"], model["class"]) == ("1.76", "4.2", "general")
    assert len(data["models"]) > 30


def test_show_tells_every_lane_tier_source_region_and_what_is_not_priced(capsys: Capsys) -> None:
    out = run(capsys, "prices", "show", "openai", "gpt-6.1-sol", *ON).out
    for lane in ("standard", "batch", "flex", "priority"):
        assert f"{lane}: since 2026-" in out
    assert "standard  global    any input           2       0.1            2.5           -        10" in out
    assert "over 272,000        4       0.2              5           -        15" in out
    assert "reasoning: yes, cannot be switched off" in out
    assert "region eu: 1.1 times every global rate" in out
    assert "not priced here: web search, file search" in out
    assert max(map(len, out.splitlines())) <= 100


def test_show_tells_what_is_disputed_derived_and_to_come(capsys: Capsys) -> None:
    out = run(capsys, "prices", "show", "vertex", "gemini-4-argon", *ON).out
    now, _, later = out.partition("Later:")
    assert "cached_input: disputed, 0.1 counts, 0.05 elsewhere; Vertex's batch page against litellm." in now
    assert "standard since 2026-12-01: input 4, cached_input 0.2, output 20" in later
    assert "output: derived; Announced for the Gemini API only." in later
    assert "until 2026-11-30" in now


def test_show_tells_what_held_before(capsys: Capsys) -> None:
    out = run(capsys, "prices", "show", "mistral", "mistral-large-4", *ON).out
    earlier = out.partition("Earlier")[2]
    assert "standard since 2026-10-20: input 1.36, cached_input 0.14, output 4.18" in earlier
    assert "2026-10-29" not in earlier


def test_show_of_a_rerouted_model_has_the_successor_s_rates_and_cheaper_hours(capsys: Capsys) -> None:
    out = run(capsys, "prices", "show", "deepseek", "deepseek-v4-flash", *ON).out
    assert "gone since: 2026-09-10, successor deepseek-flash, to which requests are re-routed silently" in out
    assert "billed as: deepseek-flash" in out
    assert "off-peak      0.15     0.003              -           -       0.6" in out
    assert "peak 01:00-04:00 UTC" in out


def test_show_takes_an_alias(capsys: Capsys) -> None:
    by_alias = run(capsys, "prices", "show", "mistral", "mistral-large-4-0", *ON).out
    by_name = run(capsys, "prices", "show", "mistral", "mistral-large-4", *ON).out
    assert by_alias.splitlines()[1:] == by_name.splitlines()[1:]


def test_show_under_a_contract_has_its_rates_and_what_they_cover(capsys: Capsys) -> None:
    own = str(ROOT / "examples" / "negotiated.yaml")
    out = run(capsys, "prices", "show", "openai", "gpt-6.1-sol", *ON, "--prices", own).out
    assert "batch: since 2026-10-01, verified 2026-09-30, book acme: Framework contract 2026-17" in out
    assert "less 12 % (Framework contract 2026-17)" in " ".join(out.split())
    assert "batch since 2026-10-14: input 1," in out.partition("Earlier")[2]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "openai", "gpt-6.1-soll"), "no model 'gpt-6.1-soll' at openai, did you mean 'gpt-6.1-sol'?"),
        (("show", "opnai", "gpt-6.1-sol"), "no prices of provider 'opnai', did you mean 'openai'?"),
        (("list", "opnai"), "no prices of provider 'opnai', did you mean 'openai'?"),
        (("list", "--prices", "lst"), "no price book 'lst', did you mean 'list'?"),
        (("check", "--horizon", "soon"), "'soon' is not a duration: write it as 90d or 12w"),
    ],
)
def test_what_is_not_known_is_refused_with_a_suggestion(arguments: tuple[str, ...], says: str, capsys: Capsys) -> None:
    ran = run(capsys, "prices", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_check_finds_nothing_in_a_sound_book(tmp_path: Path, capsys: Capsys) -> None:
    ran = run(capsys, "prices", "check", "--prices", a_book(tmp_path / "b.yaml", f"m: {{rates: [{RATE}]}}"), *ON)
    assert (ran.code, ran.out) == (0, "0 errors, 0 warnings, 0 notes.\n")


@pytest.mark.parametrize(
    ("model", "head", "kind", "says"),
    [
        (f"m: {{retires: {{date: 2026-11-24, source: new}}, rates: [{RATE}]}}", "", "gone", "gone since 2026-11-24"),
        (
            f"m: {{retires: {{date: 2027-02-22, source: new}}, rates: [{RATE}]}}",
            "",
            "retiring",
            "retires on 2027-02-22, in 90 days",
        ),
        (f"m: {{rates: [{RATE.replace('new', 'old')}]}}", "", "stale", "standard: verified 2026-01-01, 327 days ago"),
        (
            f"m: {{rates: [{RATE}, {RATE.replace('2026-01-01', '2027-01-01')}]}}",
            "",
            "scheduled",
            "standard: new rates from 2027-01-01",
        ),
        (
            f"m: {{rates: [{RATE.replace('source', 'until: 2026-12-31, source')}]}}",
            "",
            "scheduled",
            "standard: ends after 2026-12-31",
        ),
        (
            f"m: {{rates: [{RATE}]}}",
            "discounts: [{percent: 5, since: 2026-01-01, until: 2026-12-31, source: new}]\n",
            "scheduled",
            "the discount of 5 % ends after 2026-12-31",
        ),
        (
            f"m: {{rates: [{RATE.replace('input: 1', 'input: {usd_per_mtok: 1, disputed: 0.9}')}]}}",
            "",
            "disputed",
            "standard: input 1 or 0.9",
        ),
        (
            f"m: {{rates: [{RATE.replace('input: 1', 'input: {usd_per_mtok: 1, derived: true}')}]}}",
            "",
            "derived",
            "standard: input 1",
        ),
        (
            f"m: {{rates: [{RATE.replace('output: 2', 'output: 2, tiers: [{over_input_tokens: 200000, priced: false}]')}]}}",
            "",
            "uncovered",
            "standard: no rate over 200,000 tokens",
        ),
        (
            f"m: {{regions: {{eu: {{multiplier: 1.1, source: new}}}}, rates: [{RATE}]}}",
            "",
            "uncovered",
            "no rates of their own, only multipliers, in eu",
        ),
    ],
)
def test_check_names_each_weakness_with_its_kind(
    model: str, head: str, kind: str, says: str, tmp_path: Path, capsys: Capsys
) -> None:
    found = checked(capsys, a_book(tmp_path / "b.yaml", model, head=head))
    assert [(entry[0], entry[3]) for entry in found] == [(kind, says)]


def test_check_names_a_rerouted_model_as_that_and_not_as_gone(tmp_path: Path, capsys: Capsys) -> None:
    end = "retires: {date: 2026-09-01, successor: other, rerouted: true, source: new}"
    book = a_book(tmp_path / "b.yaml", f"m: {{{end}, rates: [{RATE}]}}", f"other: {{rates: [{RATE}]}}")
    assert [(kind, model) for kind, model, _, _ in checked(capsys, book)] == [("rerouted", "m")]


def test_check_names_a_model_without_batch_only_where_the_provider_has_it(tmp_path: Path, capsys: Capsys) -> None:
    batch = RATE.replace("standard", "batch")
    book = a_book(tmp_path / "b.yaml", f"m: {{rates: [{RATE}]}}", f"other: {{rates: [{RATE}, {batch}]}}")
    assert [(kind, model) for kind, model, _, _ in checked(capsys, book)] == [("uncovered", "m")]


def test_check_names_a_lane_that_lacks_a_tier_of_standard(tmp_path: Path, capsys: Capsys) -> None:
    tiered = RATE.replace("output: 2", "output: 2, tiers: [{over_input_tokens: 200000, input: 2, output: 4}]")
    book = a_book(tmp_path / "b.yaml", f"other: {{rates: [{tiered}, {RATE.replace('standard', 'batch')}]}}")
    says = "batch: no tier over 200,000 tokens, though standard has one"
    assert [(entry[0], entry[3]) for entry in checked(capsys, book)] == [("uncovered", says)]


def test_check_leaves_alone_what_lies_behind_the_horizon_or_is_younger_than_stale(
    tmp_path: Path, capsys: Capsys
) -> None:
    later = RATE.replace("2026-01-01", "2027-01-01")
    end = "retires: {date: 2027-02-22, source: new}"
    book = a_book(tmp_path / "b.yaml", f"m: {{{end}, rates: [{RATE.replace('new', 'old')}, {later}]}}")
    assert {kind for kind, *_ in checked(capsys, book)} == {"retiring", "stale", "scheduled"}
    assert checked(capsys, book, "--horizon", "30d", "--stale", "365d") == []


def test_check_places_each_weakness_at_the_line_of_its_entry(capsys: Capsys) -> None:
    ran = run(capsys, "prices", "check", *ON)
    lines = [line for line in ran.out.splitlines() if line.startswith("catalog/prices/list/")]
    assert len(lines) > 100
    for line in lines:
        name, number, _, model, _ = (part.strip() for part in line.split(":", 4))
        text = (ROOT / name).read_text(encoding="utf-8").splitlines()
        above = [at for at in text[: int(number)] if at.startswith("  ") and at[2] not in " #"]
        assert above[-1].strip().removesuffix(":").strip("'\"") in line, line
        assert model


def test_check_groups_and_counts_what_it_names(capsys: Capsys) -> None:
    out = run(capsys, "prices", "check", *ON).out
    *groups, total = out.strip().split("\n\n")
    for group in groups:
        head, *lines = group.splitlines()
        assert f"({len(lines)}, " in head
    counts = [sum(f": {level}: " in line for line in out.splitlines()) for level in ("error", "warning", "note")]
    assert total == f"{counts[0]} errors, {counts[1]} warnings, {counts[2]} notes."


@pytest.mark.parametrize(
    ("model", "codes"),
    [
        (f"m: {{retires: {{date: 2026-11-24, source: new}}, rates: [{RATE}]}}", (1, 1, 1, 0)),
        (f"m: {{rates: [{RATE.replace('new', 'old')}]}}", (0, 1, 1, 0)),
        (f"m: {{regions: {{eu: {{multiplier: 1.1, source: new}}}}, rates: [{RATE}]}}", (0, 0, 1, 0)),
        (f"m: {{rates: [{RATE}]}}", (0, 0, 0, 0)),
    ],
)
def test_the_exit_code_is_one_from_the_level_asked_for(
    model: str, codes: tuple[int, ...], tmp_path: Path, capsys: Capsys
) -> None:
    book = a_book(tmp_path / "b.yaml", model)
    levels = ("error", "warning", "note", "never")
    found = [run(capsys, "prices", "check", "--prices", book, *ON, "--fail-on", level).code for level in levels]
    assert tuple(found) == codes
    assert run(capsys, "prices", "check", "--prices", book, *ON).code == codes[0]
