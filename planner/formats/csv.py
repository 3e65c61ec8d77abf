"""One row per workload, for spreadsheets. Cells that a spreadsheet would take for a formula are made harmless."""

from __future__ import annotations

import csv
import io

from planner.formats._words import in_cell
from planner.report import Report
from planner.units import plain

HEAD = (
    "workload", "owner", "provider", "model", "region", "labels", "mode", "lane", "pattern", "decided_by", "one_off", "requests_per_month",
    "tokens_per_day", "real_time_usd", "batch_usd", "flex_usd", "priority_usd", "expected_usd", "budget_usd",
    "saving_usd", "saving_percent", "saving_forgone_usd", "forgone_by", "reason", "valued_on", "price_book",
)  # fmt: skip


def render(report: Report) -> str:
    """The workloads in the manifest's order; an empty cell is unknown."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for w in report.workloads:
        m = w.monthly
        amounts = [m.real_time_usd, m.batch_usd, m.flex_usd, m.priority_usd, m.expected_usd]
        rest = [m.budget_usd, m.saving_usd, m.saving_percent, m.saving_forgone_usd]
        writer.writerow(
            [
                *map(
                    in_cell,
                    (
                        w.id,
                        w.owner,
                        w.provider,
                        w.model,
                        w.region,
                        _labels(w.labels),
                        w.mode,
                        w.lane,
                        w.pattern,
                        w.decided_by,
                    ),
                ),
                "true" if w.one_off else "false",
                *(
                    "" if number is None else plain(number)
                    for number in (w.requests_per_month, w.tokens_per_day, *amounts, *rest)
                ),
                *map(in_cell, (m.forgone_by, w.reason, report.valued_on.isoformat(), report.price_book.name)),
            ]
        )
    return out.getvalue()


def _labels(labels: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in labels.items())
