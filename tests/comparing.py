"""Comparisons for tests, and their golden files: `python -m tests.comparing` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from planner import diffviews, files, plan
from planner.catalog import Catalog
from planner.diffgates import judge_gates, read_gates
from planner.diffing.comparison import compare
from planner.diffing.report import DiffReport
from planner.diffing.splitting import Side
from planner.manifest import Manifest
from tests import golden
from tests.making import DAY, manifest_text, read, workload

BEFORE, AFTER = golden.FOLDER / "diff-before.yaml", golden.FOLDER / "diff-after.yaml"
ENDINGS = {"text": "txt", "json": "json", "markdown": "md"}
GATES: list[dict[str, Any]] = [
    {"max_increase_usd": 500, "max_increase_percent": 10},
    {"owner": "shop | <b>team</b>", "max_total_usd": 2000},
    {"labels": {"product": "search"}, "max_increase_percent": 400},
    {"owner": "nobody", "max_increase_usd": 1},
]

MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-6-luna", "gpt-99")
"""The last one does not exist."""


@cache
def catalog(prices: tuple[str, ...] = ()) -> Catalog:
    """The catalog of all models of a provider, read once for many comparisons."""
    return files.load_catalog(read(manifest_text(workload())), prices, whole=True)


def side(
    *workloads: Mapping[str, Any], on: date = DAY, prices: tuple[str, ...] = (), saved: bool = False, **fields: Any
) -> Side:
    """The plan of these workloads; `saved` forgets the manifest, as a plan in a file does."""
    text = manifest_text(*workloads, **fields) if workloads else manifest_text(workload(), **fields)
    manifest, known = read(text), catalog(prices)
    report = plan(manifest, known, on)
    return Side("plan.json", report) if saved else Side("workloads.yaml", report, manifest, known)


def changed(before: Mapping[str, Any], after: Mapping[str, Any], saved: bool = False) -> DiffReport:
    """The comparison of a workload with these fields and with those."""
    return compare(side(workload(**before), saved=saved), side(workload(**after), saved=saved))


def parts(causes: Mapping[str, Decimal] | None) -> dict[str, Decimal]:
    """The causes that have a part."""
    assert causes is not None
    return {cause: part for cause, part in causes.items() if part}


def golden_diff() -> DiffReport:
    """The comparison of the golden manifests, with gates."""
    manifests = [files.load_manifest(path) for path in (BEFORE, AFTER)]
    everything = manifests[1]._replace(workloads=tuple(w for one in manifests for w in one.workloads))
    known = files.load_catalog(everything)
    old, new = (_named(manifest, known) for manifest in manifests)
    return compare(old, new)._replace(gates=judge_gates(read_gates(GATES), old.report, new.report))


def _named(manifest: Manifest, known: Catalog) -> Side:
    manifest.document.name = manifest.document.name.rpartition("/")[2]
    return Side(manifest.document.name, plan(manifest, known, DAY), manifest, known)


def rendered() -> dict[str, str]:
    """What every format shows, by the name of its golden file."""
    diff = golden_diff()
    names: Sequence[str] = diffviews.names()
    shown = {f"diff.{ENDINGS[name]}": diffviews.diff_format(name)(diff) for name in names}
    return {name: re.sub(r"sha256:[0-9a-f]+", "sha256:0", text) for name, text in shown.items()}


if __name__ == "__main__":
    for file, text in rendered().items():
        (golden.FOLDER / file).write_text(text, encoding="utf-8")
