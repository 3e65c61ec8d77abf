"""Every example runs, and the estate shows every kind of decision."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from planner import files, plan
from planner.report import Report
from tests.console import run
from tests.making import DAY, ROOT

EXAMPLES = ROOT / "examples"
MANIFESTS = [path for path in sorted(EXAMPLES.glob("*.yaml")) if b"\nworkloads:" in path.read_bytes()]


def of(name: str) -> Report:
    manifest = files.load_manifest(EXAMPLES / name)
    return plan(manifest, files.load_catalog(manifest), DAY, files.probe_request_files(manifest))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.name))
def test_an_example_is_planned_linted_and_explained(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = 4 if path.name in ("small.yaml", "small-next.yaml", "ci.yaml") else 0
    for command in ("plan", "lint"):
        assert run(capsys, command, str(path), "--on", "2026-11-24").code == expected
    for workload in files.load_manifest(path).workloads:
        assert workload.id in run(capsys, "explain", str(path), workload.id, "--on", "2026-11-24").out


def test_the_estate_has_the_eight_rows_of_the_matrix() -> None:
    rows = {"chatbot", "content-generation", "data-analysis", "fraud-detection", "report-summarization", "interactive-code", "model-evaluation", "image-processing"}  # fmt: skip
    assert rows <= {workload.decided_by for workload in of("workloads.yaml").workloads}


def test_the_estate_shows_every_kind_of_decision() -> None:
    report = of("workloads.yaml")
    assert len(report.workloads) >= 12
    assert len({workload.provider for workload in report.workloads}) >= 5
    deciding = {workload.decided_by for workload in report.workloads}
    others = {
        "low-volume",
        "batch-not-cheaper",
        "wait-below-window",
        "batch-not-offered",
        "streaming",
        "high-volume",
        "pin",
        None,
    }
    assert others <= deciding
    assert {workload.pattern for workload in report.workloads} == {"real-time", "batch", "queue"}
    assert any(workload.one_off for workload in report.workloads)


def test_the_estates_figures_are_those_worked_out_by_hand() -> None:
    months = {workload.id: workload.monthly for workload in of("workloads.yaml").workloads}
    # 10,000 a day x 30.4375 = 304,375; input 304.375M x $2 + output 60.875M x $8
    assert months["ticket-analysis"].real_time_usd == Decimal("1095.75")
    assert months["ticket-analysis"].expected_usd == Decimal("547.875")
    # 60,000 a day: 1,826,250 requests; 1,278.375M x $0.10 + 36.525M x $0.50
    assert months["fraud-screening"].expected_usd == Decimal("146.1")
    # 300,000 once: 360M x $0.50 + 390M x $2.50
    assert months["archive-translation"].expected_usd == Decimal("1155")
    # 2,000,000 a week x 30.4375 / 7 x 350 tokens x $0.01 per 1M
    assert months["catalogue-vectors"].expected_usd == Decimal("30.4375")
    # 25,000 a day: 760,937.5 requests; 456.5625M x $0.15 = 68.484375; 45.65625M x $1.25 = 57.0703125, half to even
    assert months["image-captions"].expected_usd == Decimal("125.554687")


@pytest.mark.parametrize(
    ("name", "real_time", "batch", "decided_by"),
    [
        ("article-scenario-1.yaml", 450, 225, "content-generation"),
        ("article-scenario-2.yaml", 540, 270, "data-analysis"),
        ("article-scenario-3.yaml", 36, 18, "non-urgent"),
    ],
)
def test_a_scenario_of_the_article_gives_its_figures(name: str, real_time: int, batch: int, decided_by: str) -> None:
    (only,) = of(name).workloads
    assert only.monthly.real_time_usd == real_time
    assert only.monthly.batch_usd == batch
    assert (only.mode, only.decided_by) == ("batch", decided_by)


def test_negotiated_prices_lower_what_they_cover_and_nothing_else() -> None:
    manifest = files.load_manifest(EXAMPLES / "workloads.yaml")
    listed = of("workloads.yaml").workloads
    prices = [str(EXAMPLES / "negotiated.yaml")]
    agreed = plan(manifest, files.load_catalog(manifest, prices), DAY).workloads
    by_id = {workload.id: workload.monthly for workload in agreed}
    for workload in listed:
        month = by_id[workload.id]
        assert month.real_time_usd is not None
        assert workload.monthly.real_time_usd is not None
        factor = Decimal("0.88") if workload.provider == "openai" else 1
        assert abs(month.real_time_usd - workload.monthly.real_time_usd * factor) <= Decimal("0.00001")
    # nightly-evals: 60 a day, 1,826.25 requests x (900 + 400 + 400 reasoning):
    # 1.643625M x $0.90 = 1.4792625, half to even 1.479262; 2 x 0.7305M x $4.20 = 6.1362
    assert by_id["nightly-evals"].batch_usd == Decimal("7.615462")
