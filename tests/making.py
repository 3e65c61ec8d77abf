"""Manifests and plans for tests, through the same doors that a user has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from planner import files, plan
from planner.config import Config
from planner.documents import read_document
from planner.manifest import Manifest
from planner.parsing import parse
from planner.report import Report, WorkloadReport

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 11, 24)


class _Dumper(yaml.SafeDumper):
    """Writes decimals in plain digits, as people do."""


_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", format(value, "f"))
)


def as_yaml(data: Any) -> str:
    """The data as YAML text, in the order given."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def workload(**fields: Any) -> dict[str, Any]:
    """A workload that is complete; the fields replace or extend it."""
    return {
        "id": "w",
        "provider": "openai",
        "model": "gpt-4.1",
        "volume": {"requests": 1000, "per": "month"},
        "tokens": {"input": 1000, "output": 500},
        "reasoning": {"effort": "none"},
        **fields,
    }


def manifest_text(*workloads: Mapping[str, Any], **fields: Any) -> str:
    """A manifest with these workloads (one plain workload where none is given)."""
    return as_yaml({"version": 1, **fields, "workloads": [*(workloads or (workload(),))]})


def read(text: str | bytes, name: str = "workloads.yaml") -> Manifest:
    """The manifest in the text."""
    raw = text.encode() if isinstance(text, str) else text
    return parse(read_document(raw, name), files.load_schema("manifest"))


def planned(
    *workloads: Mapping[str, Any],
    on: date = DAY,
    config: Config | None = None,
    rules: Sequence[Path] = (),
    trace_all: bool = False,
    gate: str = "expected",
    **fields: Any,
) -> Report:
    """The plan of a manifest with these workloads."""
    manifest = read(manifest_text(*workloads, **fields))
    return plan(manifest, files.load_catalog(manifest, (), rules, config), on, trace_all=trace_all, gate=gate)


def planned_one(on: date = DAY, **fields: Any) -> WorkloadReport:
    """The report of one workload with these fields."""
    manifest = {
        key: fields.pop(key) for key in ("prices", "month_days", "reasoning_policy", "accounts") if key in fields
    }
    return planned(workload(**fields), on=on, **manifest).workloads[0]


def rules_fired(report: WorkloadReport) -> set[str]:
    """Ids of the rules that fired for the workload."""
    return {entry.rule for entry in report.trace if entry.verdict == "fires"}
