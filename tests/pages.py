"""Report pages for tests: made by the command, with their plan beside them, and the manifests that are hard on a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from planner import cli
from tests.making import ROOT, manifest_text, workload

CENT = Decimal("0.01")
ON = ("--on", "2026-11-24")


class Made(NamedTuple):
    """A page on disk, its text, the plan's JSON with the forecast's under `forecast`, and the exit code."""

    path: Path
    text: str
    plan: dict[str, Any]
    code: int


def made(folder: Path, manifest: Path, *more: str) -> Made:
    """The page of a manifest in a file, with its plan."""
    path, plan, ahead = folder / "report.html", folder / "plan.json", folder / "forecast.json"
    code = ran("report", str(manifest), *ON, "-o", str(path), *more)
    ran("plan", str(manifest), *ON, "--format", "json", "-o", str(plan))
    ran("forecast", str(manifest), *ON, "--format", "json", "-o", str(ahead))
    known = json.loads(plan.read_bytes()) | {"forecast": json.loads(ahead.read_bytes())}
    return Made(path, path.read_text(encoding="utf-8"), known, code)


def ran(*arguments: str) -> int:
    """The exit code of the command line with these arguments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["planner", *arguments])
        with pytest.raises(SystemExit) as done:
            cli.main()
    assert isinstance(done.value.code, int)
    return done.value.code


class Pages:
    """The pages of the manifests that are hard on a page, each made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifests = manifests(folder)
        self.made: dict[str, Made] = {}

    def of(self, name: str) -> Made:
        """The page by what is special about it."""
        if name not in self.made:
            folder = self.folder / f"page-{len(self.made)}"
            folder.mkdir()
            self.made[name] = made(folder, self.manifests[name])
        return self.made[name]


def manifest_in(folder: Path, *workloads: Mapping[str, Any], **fields: Any) -> Path:
    """A manifest on disk with these workloads."""
    path = folder / "workloads.yaml"
    path.write_text(manifest_text(*workloads, **fields), encoding="utf-8")
    return path


def many(number: int) -> list[dict[str, Any]]:
    """So many workloads of three models, some interactive, all different."""
    return [
        workload(
            id=f"job-{at:04d}",
            owner=f"team-{at % 23}",
            labels={"product": f"p{at % 7}"},
            model=("gpt-4.1", "gpt-6.1-sol", "gpt-6-luna")[at % 3],
            volume={"requests": 100 + 13 * at, "per": "day"},
            tokens={"input": 500 + at, "output": 50 + at % 300},
            latency={"max": ("1s", "24h", "48h")[at % 3]},
            reasoning={"effort": "none" if at % 3 == 0 else "low"},
        )
        for at in range(number)
    ]


def manifests(folder: Path) -> dict[str, Path]:
    """The manifests that a page has to bear, by what is special about them."""
    quiet = workload(
        model="gpt-6-luna",
        tokens={"input": 1000, "output": 500, "max_output": 900, "cached_input": 0},
        latency={"max": "1s"},
        user_facing=True,
    )
    at = {name: folder / name for name in ("quiet", "unpriced", "many", "more", "hostile", "moved")}
    for path in at.values():
        path.mkdir()
    return {
        "estate": ROOT / "examples" / "workloads.yaml",
        "growing": ROOT / "examples" / "growing.yaml",
        "over budget": ROOT / "examples" / "small.yaml",
        "one workload, no finding, no budget": manifest_in(at["quiet"], quiet),
        "a missing price": manifest_in(at["unpriced"], workload(), workload(id="v", model="gpt-99"), budget={"monthly_usd": 9}),
        "a model that goes to its successor": manifest_in(at["moved"], workload(provider="google-gemini", model="gemini-3.7-flash")),
        "60 workloads": manifest_in(at["more"], *many(60)),
        "200 workloads": manifest_in(at["many"], *many(200), budget={"monthly_usd": 20000}),
        "hostile names": manifest_in(at["hostile"], *hostile(), name=HOSTILE[0], budgets=[{"owner": HOSTILE[0], "monthly_usd": 5}]),
    }  # fmt: skip


HOSTILE = (
    "</style><script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\u202egnp.exe\u2066 & \"quoted\" 'too' {{ 7 * 7 }} {% raw %}",
    "a" * 200,
)
"""Names that try to be markup, styles, templates, to be read backwards, or to break the layout."""


def hostile() -> list[dict[str, Any]]:
    """Workloads that carry those names wherever a manifest may carry text."""
    return [
        workload(id=f"w{at}", owner=name, labels={"x": name}, lane={"pin": "real-time", "because": (name + " ") * 50})
        for at, name in enumerate(HOSTILE)
    ]


def at_pointer(plan: Any, pointer: str) -> Decimal | None:
    """The amount at a JSON pointer, or what a difference or a share of two comes to."""
    if pointer.startswith("100 * "):
        part, whole = (at_pointer(plan, one) for one in pointer.removeprefix("100 * ").split(" / "))
        return None if part is None or not whole else 100 * part / whole
    if " - " in pointer:
        first, second = (at_pointer(plan, one) for one in pointer.split(" - "))
        return None if first is None or second is None else first - second
    for step in pointer.split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        plan = plan[int(name)] if isinstance(plan, list) else plan[name]
    return None if plan is None else Decimal(plan)


def as_shown(amount: Decimal, pointer: str) -> str:
    """What a reader has to see of an amount of dollars: cents, a budget rounded up."""
    up = pointer.rpartition("/")[2] in ("budget_usd", "one_off_budget_usd")
    shown = amount.quantize(CENT, ROUND_CEILING if up else ROUND_HALF_EVEN)
    if not shown and amount and not up:
        return f"${amount:f}"
    return f"{'−' if amount < 0 else ''}${abs(shown):,}"
