"""The generated part of docs/prices.md that says how far the book `list` agrees with two public data sets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from planner import files
from planner.disk import DATA
from planner.units import plain

FILE = DATA / "catalog" / "agreement.yaml"


def agreement() -> str:
    """What the data file holds: figures by provider, and every difference with its reason."""
    data = files.read(FILE).data
    return "\n\n".join([_introduction(data), _by_provider(data["sets"]), _differences(data["sets"])])


def _introduction(data: dict[str, Any]) -> str:
    sets = " and ".join(
        f"`{name}` {found['version']} ({found['uploaded']}; {percentage(found)} equal)"
        for name, found in data["sets"].items()
    )
    return f"The book `{data['book']}` on {data['day']}, beside {sets}. Counted are the figures that both state."


def percentage(found: dict[str, Any]) -> str:
    """The share of equal figures, to a tenth of a percent."""
    share = Decimal(100) * found["equal"] / found["compared"]
    return f"{share.quantize(Decimal('0.1'))} %"


def _by_provider(sets: dict[str, Any]) -> str:
    providers = sorted({provider for found in sets.values() for provider in found["providers"]})
    head = ["| provider | " + " | ".join(sets) + " |", "|---" * (len(sets) + 1) + "|"]
    rows = [
        f"| {provider} | " + " | ".join(_count(found["providers"].get(provider)) for found in sets.values()) + " |"
        for provider in providers
    ]
    total = " | ".join(f"{_count(found)} ({percentage(found)})" for found in sets.values())
    return "\n".join([*head, *rows, f"| all | {total} |"])


def _count(found: dict[str, Any] | None) -> str:
    return f"{found['equal']} of {found['compared']}" if found else "not compared"


def _differences(sets: dict[str, Any]) -> str:
    """One row for figures that differ in one lane for one reason."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, found in sets.items():
        for stated in found["differences"]:
            place = f"{stated['provider']} {stated['model']}"
            lane = " ".join(stated[key] for key in ("lane", "region", "part") if key in stated)
            figures = f"{stated['token_class']} {plain(stated['ours'])} / {plain(stated['theirs'])}"
            because = f"{stated['kind']}: {stated['reason'].strip()}"
            rows.setdefault((name, place, lane, because), []).append(figures)
    head = ["| set | model | lane | ours / theirs | why |", "|---|---|---|---|---|"]
    lines = [
        f"| {name} | {place} | {lane} | {', '.join(figures)} | {because} |"
        for (name, place, lane, because), figures in rows.items()
    ]
    return "\n".join([*head, *lines])
