"""The article's errata: every row of docs/errata.md recomputed with the product, and its figures found in the row."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from planner import files, plan
from planner.report import WorkloadReport
from planner.units import cents, plain
from tests.making import DAY, ROOT, manifest_text, planned, planned_one, rules_fired, workload

ARTICLE = "article-2025-12"
GEMINI: dict[str, Any] = {"provider": "google-gemini"}
TEXT = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: dict(zip(("says", "recomputed", "verdict", "where"), cells[1:], strict=True))
    for cells in (re.split(r" \| ", line.strip("| ")) for line in TEXT.splitlines() if line.startswith("| E"))
}
"""The rows of the document by number."""


def tells(number: str, *figures: str, column: str = "recomputed") -> None:
    """Holds that the row tells these figures, each as a whole."""
    for figure in figures:
        found = re.search(rf"(?<![\w.,]){re.escape(figure)}(?![\w%]|[.,]\d)", ROWS[number][column])
        assert found, f"{number}: {figure} is not in {ROWS[number][column]!r}"


def usd(amount: Decimal | None) -> str:
    """$1,234, $39.13 or $0.775: whole dollars or what there is behind the point, two digits at least."""
    assert amount is not None
    text = plain(amount)
    if "." not in text:
        return f"${amount:,.0f}"
    return f"${cents(amount):,}" if len(text.partition(".")[2]) <= 2 else f"${text}"


def one(**fields: Any) -> WorkloadReport:
    """The report of one workload, every fact in it."""
    manifest = {key: fields.pop(key) for key in ("prices", "month_days", "accounts") if key in fields}
    return planned(workload(**fields), trace_all=True, **manifest).workloads[0]


def rates(on: date = DAY, **fields: Any) -> tuple[str, str]:
    """What a million input and a million output tokens cost, real time and batch, as input/output."""
    million = {"requests": 1000, "per": "once"}
    inward, outward = (
        planned_one(on, volume=million, tokens={"input": i, "output": o}, **fields).monthly
        for i, o in ((1000, 0), (0, 1000))
    )
    pairs = ((inward.real_time_usd, outward.real_time_usd), (inward.batch_usd, outward.batch_usd))
    real_time, batch = ("/".join("-" if amount is None else plain(amount) for amount in pair) for pair in pairs)
    return real_time, batch


def test_the_document_has_every_row_once_and_in_order() -> None:
    assert list(ROWS) == [f"E{number}" for number in range(1, 18)]
    assert all(len(text) > 3 for row in ROWS.values() for text in row.values())
    assert "Batch Processing vs Real-Time: The Cost-Latency Tradeoff" in TEXT
    assert "December 2025" in TEXT


def test_every_row_is_recomputed_by_a_test_of_its_own() -> None:
    tests = {name.split("_")[1].upper() for name, value in globals().items() if re.match(r"test_e\d+_", name)}
    assert tests == set(ROWS)


def test_every_rule_field_and_file_that_a_row_names_exists() -> None:
    rules = {rule.id for rule in files.load_rules()}
    fields = {"saving_usd", "decided_by", "month_days: 28", "article-2025-12", "list"}
    for number, row in ROWS.items():
        for name in re.findall(r"`([^`]+)`", row["where"]):
            assert name in rules | fields or (ROOT / name).exists(), f"{number}: {name}"


def test_e1_gemini_flash_costs_1_55_and_saves_half() -> None:
    monthly = planned_one(prices=ARTICLE, **GEMINI, model="gemini-2.5-flash").monthly  # 1M + 0.5M tokens
    assert (monthly.real_time_usd, monthly.batch_usd) == (Decimal("1.55"), Decimal("0.775"))
    assert monthly.real_time_usd is not None
    assert monthly.batch_usd is not None
    claimed = Decimal("2.55")
    share, wrong = (100 * (whole - monthly.batch_usd) / whole for whole in (monthly.real_time_usd, claimed))
    tells("E1", usd(monthly.real_time_usd), usd(monthly.batch_usd), f"{plain(share)} %", f"{wrong:.1f} %", usd(claimed))
    tells("E1", "$2.55", "$0.775", "69.6 %", column="says")


def test_e2_100_million_tokens_a_day_never_differ_by_300_000_a_month() -> None:
    def between(**fields: Any) -> Decimal:
        tokens: dict[str, Any] = {"volume": {"requests": 100_000, "per": "day"}, "tokens": {"input": 0, "output": 1000}}
        monthly = planned_one(month_days=30, **tokens, **fields).monthly
        assert monthly.real_time_usd is not None
        assert monthly.batch_usd is not None
        return monthly.real_time_usd - monthly.batch_usd

    article, listed = between(prices=ARTICLE), between()
    sonnet = between(prices=ARTICLE, provider="anthropic", model="claude-sonnet-4-5")
    assert (article, listed, sonnet) == (Decimal(6000), Decimal(12000), Decimal(22500))
    tells("E2", usd(article), usd(listed), usd(sonnet), "3,000M x $2", "3,000M x $4")
    tells("E2", f"{300_000 / listed:.0f} to {300_000 / article:.0f} times", column="verdict")


def scenario(number: int) -> WorkloadReport:
    """A scenario of the article, from the example file."""
    manifest = files.load_manifest(ROOT / "examples" / f"article-scenario-{number}.yaml")
    return plan(manifest, files.load_catalog(manifest), DAY).workloads[0]


def test_e3_scenario_1_costs_450_and_225_and_no_model_has_its_output_price() -> None:
    monthly = scenario(1).monthly
    tells("E3", usd(monthly.real_time_usd), usd(monthly.batch_usd), "$1.50")
    assert (monthly.real_time_usd, monthly.batch_usd) == (Decimal(450), Decimal(225))
    books = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files.book_files(ARTICLE)]
    entries = [rate for book in books for model in book["models"].values() for rate in model["rates"]]
    outputs = {rate["output"] for rate in entries if rate["lane"] == "standard"}
    assert len(outputs) >= 6
    assert 150 / 100 not in outputs


def test_e4_scenario_2_costs_540_a_month_of_30_days() -> None:
    monthly = scenario(2).monthly
    assert (monthly.real_time_usd, monthly.batch_usd) == (Decimal(540), Decimal(270))
    tells("E4", usd(monthly.real_time_usd), usd(monthly.batch_usd), usd(Decimal(540) / 30), "10 + 8")


def test_e5_scenario_3_costs_36_in_four_weeks_and_39_13_in_a_mean_month() -> None:
    weekly: dict[str, Any] = {"volume": {"reports": 1000, "per": "week"}, "tokens": {"input": 5000, "output": 1000}}
    week, four = (planned_one(prices=ARTICLE, month_days=n, **weekly).monthly.real_time_usd for n in (7, 28))
    mean = planned_one(prices=ARTICLE, **weekly).monthly.real_time_usd
    assert mean is not None
    assert (week, four, cents(mean)) == (Decimal(9), scenario(3).monthly.real_time_usd, Decimal("39.13"))
    tells("E5", usd(week), usd(four), usd(cents(mean)), "9 x 30.4375 / 7")


def test_e6_the_article_s_real_time_prices_are_openai_s_batch_prices() -> None:
    standard = {"gpt-4.1": "2/8", "gpt-5": "1.25/10", "gpt-5.2": "1.75/14", "o3": "2/8"}
    names = {"gpt-4.1": "GPT-4.1", "gpt-5": "GPT-5", "gpt-5.2": "GPT-5.2", "o3": "o3"}
    for model, expected in standard.items():
        claimed, (listed, batch) = rates(model=model, prices=ARTICLE)[0], rates(model=model)
        assert (claimed, listed) == (batch, expected)
        tells("E6", f"{listed} ({names[model]})")
        tells("E6", claimed, column="says")
    assert "article-price-book" in rules_fired(planned_one(prices=ARTICLE))
    assert "article-price-book" not in rules_fired(planned_one())


def test_e7_gpt_4_1_has_no_price_in_january_2025() -> None:
    first = "2025-04-14"
    january = planned(workload(), on=date(2025, 1, 31))
    assert january.workloads[0].monthly.real_time_usd is None
    assert any(first in finding.message for finding in january.findings if finding.rule == "price-unknown")
    assert planned_one(date.fromisoformat(first)).monthly.real_time_usd is not None
    tells("E7", first)


def test_e8_the_rules_have_an_order_and_a_plan_says_which_one_won() -> None:
    weights = {rule.id: str(rule.weight) for rule in files.load_rules()}
    rows = ("model-evaluation", "data-analysis", "report-summarization")
    order = [*rows, "low-volume", "high-volume", "non-urgent"]
    assert [weights[rule] for rule in order] == ["80", "80", "80", "70", "60", "40"]
    tells("E8", f"the matrix rows {weights[rows[0]]}", f"low volume {weights['low-volume']}")
    tells("E8", f"high volume {weights['high-volume']}", f"can wait {weights['non-urgent']}")
    tells("E8", *(f"`{rule}`" for rule in [*order, "between-the-lines"]), column="where")

    def decided(thousands: int, use_case: str) -> tuple[str, str | None]:
        volume = {"requests": thousands, "per": "day"}  # of 1,000 tokens each
        shape: dict[str, Any] = {
            "tokens": {"input": 500, "output": 500},
            "latency": {"max": "24h"},
            "use_case": use_case,
        }
        found = planned_one(volume=volume, **shape)
        return found.mode, found.decided_by

    assert decided(50, "model-evaluation") == ("batch", "model-evaluation")
    assert decided(150, "data-analysis") == ("batch", "data-analysis")
    assert decided(50, "other") == ("real-time", "low-volume")
    assert decided(150, "other") == ("batch", "non-urgent")
    assert (scenario(3).mode, scenario(3).decided_by) == ("batch", "non-urgent")
    assert "between-the-lines" in rules_fired(scenario(3))


ANSWERS = [
    ("polling-never-ends", "poll_until", ["completed", "failed", "cancelled"], ["completed", "failed", "cancelled", "expired"]),
    ("expired-batch-mishandled", "on_expired", "cancel-and-resubmit", "resubmit-unfinished"),
    ("failed-batch-misread", "on_failed", "read-error-file", "read-batch-errors"),
]  # fmt: skip


def answered(number: str, rule: str) -> None:
    """Holds that the rule fires on what the article does, is silent on what is right, and is named in the row."""
    field, wrong, right = next(row[1:] for row in ANSWERS if row[0] == rule)
    assert rule in rules_fired(planned_one(batch={field: wrong}))
    assert rule not in rules_fired(planned_one(batch={field: right}))
    tells(number, f"`{rule}`", column="where")


def test_e9_a_loop_that_misses_expired_never_ends() -> None:
    answered("E9", "polling-never-ends")
    ends = next(row[3] for row in ANSWERS if row[0] == "polling-never-ends")
    tells("E9", f"{len(ends)} ways", *ends)


@pytest.fixture
def urls(tmp_path: Path) -> Callable[[str, str], set[str]]:
    """The rules that fire where the lines of a request file name the one url and the job the other."""

    def fired(lines: str, job: str) -> set[str]:
        body = '"method": "POST", "body": {"model": "gpt-4.1"}'
        (tmp_path / "requests.jsonl").write_text(f'{{"custom_id": "1", "url": "{lines}", {body}}}\n', encoding="utf-8")
        stated = {"request_file": "requests.jsonl", "endpoint": job}
        (tmp_path / "workloads.yaml").write_text(manifest_text(workload(batch=stated)), encoding="utf-8")
        manifest = files.load_manifest(tmp_path / "workloads.yaml")
        seen = files.probe_request_files(manifest)
        return rules_fired(plan(manifest, files.load_catalog(manifest), DAY, seen).workloads[0])

    return fired


def test_e10_the_urls_of_the_lines_and_the_job_s_endpoint_must_agree(urls: Callable[[str, str], set[str]]) -> None:
    assert "request-file-url-mismatch" in urls("/v1/chat/completions", "/chat/completions")
    assert "request-file-url-mismatch" not in urls("/v1/chat/completions", "/v1/chat/completions")
    tells("E10", "`request-file-url-mismatch`", column="where")


def window(model: str) -> str:
    """The context window of a Gemini model in the list."""
    return f"{int(one(**GEMINI, model=model).facts['context_window']):,} tokens"


def test_e11_200k_is_a_price_line_of_gemini_pro_and_its_window_about_1m() -> None:
    pro = {**GEMINI, "model": "gemini-2.5-pro"}
    assert one(prices=ARTICLE, **pro).facts["context_window"] == "200000"
    long = [one(**pro, tokens={"input": size, "output": 0}).lines[0].usd_per_mtok for size in (200_000, 200_001)]
    assert long == [Decimal("1.25"), Decimal("2.5")]
    tells("E11", window("gemini-2.5-pro"), "200,000", rates(**pro)[0], "2.50/15")


def test_e12_no_llm_answers_within_100_ms() -> None:
    fired = rules_fired(planned_one(use_case="fraud-detection", latency={"max": "100ms"}))
    assert {"fraud-detection", "latency-infeasible"} <= fired
    assert "latency-infeasible" not in rules_fired(planned_one(latency={"max": "101ms"}))
    tells("E12", "100 ms")


def test_e13_an_expired_batch_is_over() -> None:
    answered("E13", "expired-batch-mishandled")


def test_e14_a_refused_file_has_no_error_file() -> None:
    answered("E14", "failed-batch-misread")
    tells("E14", "`batch.errors`")


def test_e15_50_000_requests_are_openai_s_and_an_expiration_raises_azure_s_files() -> None:
    openai = [one(batch=batch).facts["batch_requests_per_file"] for batch in ({}, {"expires_after": "14d"})]
    azure = {"provider": "azure-openai"}
    kept = [
        one(**azure, batch={"expires_after": days}).facts["batch_files_max"] for days in ("13d", "14d", "30d", "31d")
    ]
    requests = one(**azure).facts["batch_requests_per_file"]
    assert (openai, requests, kept) == (["50000", "50000"], "100000", ["500", "10000", "10000", "500"])
    figures = [f"{int(number):,}" for number in (*openai, requests, *kept)]
    tells("E15", *figures, "14 to 30 days")


def test_e16_openai_s_late_batch_expires_and_azure_s_continues() -> None:
    late = {name: one(provider=name).facts["batch_when_late"] for name in ("openai", "azure-openai")}
    assert late == {"openai": "expires", "azure-openai": "continues"}
    tells("E16", f"OpenAI: {late['openai']}", f"Azure: {late['azure-openai']}")


def test_e17_gemini_flash_has_a_window_of_about_1m_and_two_rates_by_provider() -> None:
    before = date(2026, 5, 1)  # Gemini 2.0 Flash was retired on 2026-06-01
    vertex, api = (
        rates(before, provider=name, model="gemini-2.0-flash")[0] for name in ("google-vertex", "google-gemini")
    )
    assert (vertex, api) == ("0.15/0.6", "0.1/0.4")
    assert rates(prices=ARTICLE, **GEMINI, model="gemini-2.0-flash")[0] == vertex
    tells("E17", window("gemini-2.5-flash"), f"{vertex}0 is Vertex AI's", "0.10/0.40")
