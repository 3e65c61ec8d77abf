"""Plan what LLM workloads cost: real-time or batch, by which rule, and a budget to defend.

>>> from datetime import date
>>> from planner import load_catalog, load_manifest, plan
>>> manifest = load_manifest("examples/workloads.yaml")
>>> report = plan(manifest, load_catalog(manifest), on=date(2026, 11, 24))
>>> report.workloads[0].mode
'real-time'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from planner.plan import plan

if TYPE_CHECKING:
    from planner.catalog import Catalog
    from planner.files import load_catalog, load_config, load_manifest, probe_request_files
    from planner.manifest import Manifest
    from planner.problems import Refused
    from planner.report import Report, exit_code
    from planner.requestcosts import request_cost

_HOMES = {
    "Catalog": "catalog",
    "Manifest": "manifest",
    "Refused": "problems",
    "Report": "report",
    "exit_code": "report",
    "load_catalog": "files",
    "load_config": "files",
    "load_manifest": "files",
    "probe_request_files": "files",
    "request_cost": "requestcosts",
}

__all__ = [
    "Catalog",
    "Manifest",
    "Refused",
    "Report",
    "exit_code",
    "load_catalog",
    "load_config",
    "load_manifest",
    "plan",
    "probe_request_files",
    "request_cost",
]


def __getattr__(name: str) -> Any:
    """The other public names, imported when they are first used: the command line needs few of them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    value = getattr(import_module(f"planner.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
