"""The order of the house, read from the code: who may import whom, and who may touch the world."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.making import ROOT, manifest_text, workload

PACKAGE = ROOT / "planner"

FLOORS = (
    "problems", "digests", "units", "jsontext", "scalars", "events", "documents", "spans", "edits", "schema", "growth", "manifest", "faults", "parsing", "rates", "pricebook",
    "pricelist", "pricepages", "priceaudit", "pricediff", "pricepatch", "genaiprices", "limits", "queues", "runs",
    "costs", "requestcosts", "reserves", "batchfiles", "case", "outlook", "readings", "facts", "known", "operators", "rules", "rulereader", "rulelogic", "rulecheck", "catalog", "decisions",
    "settling", "cases", "report", "flips", "budgets", "places", "fixes", "mends", "findings", "cards", "allowing", "ledger", "plan", "forecasting", "config", "rulepages",
    "formats", "diffing", "diffgates", "diffviews", "forecastviews", "savedplans", "exports", "baseline", "story", "reportpage", "explorerpage", "excerpts", "disk", "bookshelf", "configfiles", "files", "library", "revisions", "requestfiles", "partfolders", "requestparts", "requestmaking", "requestlint", "linting", "mending", "statusfiles", "requestresults", "requestwaves", "commands", "cli",
)  # fmt: skip
"""A module imports only from those before it. A folder is one floor, and what lies in it belongs to it."""

ROOMS = {"formats": "_words", "diffviews": "_words", "forecastviews": "_words", "commands": "_shared"}
"""Folders whose modules know nothing of each other, and the one module that they share."""

SHELL = (
    "disk",
    "bookshelf",
    "configfiles",
    "files",
    "library",
    "revisions",
    "requestfiles",
    "requestlint",
    "linting",
    "mending",
    "statusfiles",
    "requestresults",
    "requestwaves",
    "requestfiles",
    "partfolders",
    "requestparts",
    "requestmaking",
    "commands",
    "cli",
)
WORLD = frozenset(
    {"asyncio", "ctypes", "fileinput", "getpass", "glob", "http", "io", "locale", "logging", "multiprocessing", "os",
     "pathlib", "platform", "random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess",
     "sys", "tempfile", "threading", "time", "urllib", "uuid", "webbrowser"}
)  # fmt: skip
"""What only the shell may import: the disk, the clock, the network, chance."""
GRANTED = {
    ("formats", "pathlib"),
    ("diffviews", "pathlib"),
    ("formats.csv", "io"),
    ("pricelist", "io"),
    ("exports.tables", "io"),
    ("forecastviews", "pathlib"),
    ("forecastviews.csv", "io"),
}
"""To find the formats that lie in the folder; to write rows into a string."""
ACTS = frozenset({"open", "print", "input", "exec", "eval", "breakpoint", "now", "utcnow", "today"})

NEVER = frozenset({"litellm", "requests", "numpy", "pandas", "httpx", "aiohttp", "jsonschema", "openai", "anthropic"})
FLOATING = ("forecasting.draws", "forecasting.simulation")
"""The simulation: it alone draws with numpy and counts in floats, and is loaded only for it."""
VAGUE = frozenset({"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"})
MOST_LINES = 300


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its name below planner; the package itself is the empty name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """The parsed text of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(name: str) -> Iterator[tuple[str, int]]:
    """What a module imports, wherever the import stands, as dotted names with their lines."""
    for node in ast.walk(tree(modules()[name])):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"planner.{name}, line {node.lineno}: write the whole name, not a relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole.removeprefix("planner.") in modules() else str(node.module)), node.lineno


def inner(name: str) -> Iterator[tuple[str, int]]:
    """What a module imports of the package, by name below planner; the package itself is the empty name."""
    for target, line in imported(name):
        if target == "planner" or target.startswith("planner."):
            yield target.removeprefix("planner").removeprefix("."), line


def floor(name: str) -> str:
    """The floor on which a module lies; of a library, the package."""
    return name.partition(".")[0]


def rank(name: str) -> int:
    """How many floors come before the module's own; a module without a floor is above them all."""
    return FLOORS.index(floor(name)) if floor(name) in FLOORS else len(FLOORS)


def calls(name: str) -> Iterator[tuple[str, int]]:
    """The functions and methods that a module calls, by the last part of their names."""
    for node in ast.walk(tree(modules()[name])):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.lineno


def core() -> list[str]:
    """The modules that compute, and know neither disk nor clock."""
    return [name for name in modules() if floor(name) not in SHELL]


def test_every_module_has_its_floor() -> None:
    lost = sorted({floor(name) for name in modules() if name} - set(FLOORS))
    assert not lost, f"new in planner/: {', '.join(lost)}. Put it into FLOORS, above all that it imports"
    gone = [name for name in FLOORS if name not in modules()]
    assert not gone, f"no longer in planner/: {', '.join(gone)}. Take it out of FLOORS"


def test_a_module_imports_only_from_the_floors_before_its_own() -> None:
    wrong = [
        f"planner.{name}, line {line}: planner.{target} does not come before planner.{floor(name)} in FLOORS"
        for name in modules()
        if name
        for target, line in inner(name)
        if not target or (floor(target) != floor(name) and rank(target) >= rank(name))
    ]
    assert wrong == []


def test_formats_and_commands_know_nothing_of_each_other() -> None:
    wrong = [
        f"planner.{name}, line {line}: imports planner.{target}; what both need belongs into {ROOMS[floor(name)]}"
        for name in modules()
        if floor(name) in ROOMS
        for target, line in inner(name)
        if floor(target) == floor(name) and target != f"{floor(name)}.{ROOMS[floor(name)]}"
    ]
    assert wrong == []


def test_no_two_modules_import_each_other() -> None:
    above = {name: {target for target, _ in inner(name)} for name in modules() if name}
    while free := [name for name, targets in above.items() if not targets & above.keys()]:
        for name in free:
            del above[name]
    assert not above, f"these import in a circle: {', '.join(sorted(above))}"


def test_only_the_shell_imports_disk_clock_network_or_chance() -> None:
    wrong = [
        f"planner.{name}, line {line}: imports {target}; that belongs into planner/files.py or planner/commands/"
        for name in core()
        for target, line in imported(name)
        if floor(target) in WORLD and (name, target) not in GRANTED
    ]
    assert wrong == []


def test_only_the_shell_opens_prints_or_asks_for_the_day() -> None:
    wrong = [
        f"planner.{name}, line {line}: calls {called}(); let it come in as an argument"
        for name in core()
        for called, line in calls(name)
        if called in ACTS
    ]
    assert wrong == []


def test_only_the_command_line_imports_click() -> None:
    wrong = [name for name in modules() if any(target == "click" for target, _ in imported(name))]
    assert [name for name in wrong if floor(name) not in ("commands", "cli")] == []


def test_nothing_imports_a_heavy_library() -> None:
    wrong = [
        f"planner.{name}, line {line}: {target}"
        for name in modules()
        for target, line in imported(name)
        if floor(target) in NEVER and not (name in FLOATING and target == "numpy")
    ]
    assert wrong == []


def test_the_core_counts_without_floats() -> None:
    wrong = [
        f"planner.{name}, line {node.lineno}: a float; money and tokens are int, Decimal or Fraction"
        for name in core()
        if name not in FLOATING
        for node in ast.walk(tree(modules()[name]))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", ["planner", "tests", "benchmarks", "docs"])
def test_no_file_is_longer_than_a_reader_can_hold(folder: str) -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in (ROOT / folder).rglob("*.py")}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > MOST_LINES} == {}


def test_modules_are_named_for_what_they_do() -> None:
    assert [name for name in modules() if VAGUE & set(name.strip("_").split("."))] == []


def test_linting_a_clean_manifest_loads_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    clean = workload(
        model="gpt-6-luna",
        tokens={"input": 1000, "output": 500, "max_output": 900},
        latency={"max": "1s"},
        user_facing=True,
        budget={"monthly_usd": 500},
    )
    (tmp_path / "clean.yaml").write_text(manifest_text(clean), encoding="utf-8")
    ran = lint_in_a_new_process(tmp_path / "clean.yaml")
    assert "0 errors, 0 warnings" in ran[0], "\n".join(ran)
    loaded = set(ran[-1].split())
    assert "planner.commands.lint" in loaded
    assert loaded & {"jsonschema", "msgspec", "tabulate", "csv", "importlib.metadata", "difflib", "tempfile"} == set()
    others = {f"planner.commands.{path.stem}" for path in (PACKAGE / "commands").glob("[a-z]*.py")}
    assert loaded & others == {"planner.commands.lint"}


def lint_in_a_new_process(path: Path) -> list[str]:
    """The lines that planner lint prints, and behind them the modules that were loaded."""
    code = (
        "import sys\n"
        "from planner.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as done:\n    assert not done.code, done.code\n"
        "print(' '.join(sys.modules))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", code, "lint", "--on", "2026-11-24", str(path)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()
