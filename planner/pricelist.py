"""What the price books say of many models: one row each, as a table for a terminal, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import wrap
from typing import Any, NamedTuple

from planner.pricebook import PriceBook
from planner.rates import LANES, Rate, model_data
from planner.units import plain

WIDTH = 100
DISPUTED, DERIVED = "!", "~"
LEGEND = (
    "US dollars per million tokens. !: sources disagree and the dearer counts, ~: follows from a printed rule or a "
    "discount, -: no published rate."
)
HEAD = ("model", "class", "standard", "batch", "window", "retires", "verified")
FIELDS = (
    "provider", "model", "class", "standard_input", "standard_output", "batch_input", "batch_output",
    "context_window", "retires", "verified",
)  # fmt: skip


class Row(NamedTuple):
    """A model in one line: rates of the global region on one day, None where none is published."""

    provider: str
    model: str
    model_class: str | None
    standard: Rate | None
    batch: Rate | None
    context_window: int | None
    retires: date | None
    verified: date | None


def rows(book: PriceBook, files: Mapping[str, Sequence[Mapping[str, Any]]], on: date) -> list[Row]:
    """Every model of the providers, whose files are given in the order of their layers."""
    return [
        _row(book, files[provider], provider, name, on)
        for provider in files
        for name in sorted({book.canonical(provider, name) for file in files[provider] for name in file["models"]})
    ]


def _row(book: PriceBook, files: Sequence[Mapping[str, Any]], provider: str, name: str, on: date) -> Row:
    rates = {lane: book.rate(provider, "global", name, lane, on, 0) for lane in LANES}
    model = book.model(provider, name)
    classes = [data["class"] for file in files if "class" in (data := model_data(file, name))]
    return Row(
        provider,
        name,
        classes[-1] if classes else None,
        rates["standard"],
        rates["batch"],
        model.context_window if model else None,
        model.retirement.day if model and model.retirement else None,
        max((rate.verified for rate in rates.values() if rate), default=None),
    )


def amount(rate: Rate | None, kind: str) -> str:
    """The rate of one token class with its marks; a dash where it has none."""
    found = rate.amounts.get(kind) if rate else None
    if found is None:
        return "-"
    marks = (DISPUTED if found.disputed is not None else "") + (DERIVED if found.derived else "")
    return plain(found.usd_per_mtok) + marks


def text(found: Sequence[Row], book: str, on: date) -> str:
    """A table for each provider, at most WIDTH columns wide; a column without any value is left out."""
    parts = [f"Prices of {book} on {on}: input / output."]
    for provider in dict.fromkeys(row.provider for row in found):
        parts.append(f"{provider}\n{_table([row for row in found if row.provider == provider])}")
    return "\n\n".join([*parts, "\n".join(wrap(LEGEND, WIDTH))]) + "\n"


def _table(found: Sequence[Row]) -> str:
    from tabulate import tabulate

    lines = [_cells(row) for row in found]
    used = [column for column in range(len(HEAD)) if any(line[column] != "-" for line in lines)]
    widths = [max(len(HEAD[column]) + 2, *(len(line[column]) for line in lines)) for column in used]
    room = WIDTH - sum(widths[1:]) - 2 * (len(used) - 1)
    cut = [(line[0] if len(line[0]) <= room else line[0][: room - 1] + "…", *line[1:]) for line in lines]
    shown = [[line[column] for column in used] for line in cut]
    align = ["right" if HEAD[column] in ("standard", "batch", "window") else "left" for column in used]
    return tabulate(shown, [HEAD[column] for column in used], disable_numparse=True, colalign=align)


def _cells(row: Row) -> tuple[str, ...]:
    rest = (row.context_window, row.retires, row.verified)
    pairs = (_pair(row.standard), _pair(row.batch))
    return (row.model, row.model_class or "-", *pairs, *(str(value or "-") for value in rest))


def _pair(rate: Rate | None) -> str:
    return f"{amount(rate, 'input')} / {amount(rate, 'output')}" if rate else "-"


def _record(row: Row) -> dict[str, Any]:
    """The row as text and numbers; None is not known."""
    rates = [_usd(rate, kind) for rate in (row.standard, row.batch) for kind in ("input", "output")]
    days = [day and day.isoformat() for day in (row.retires, row.verified)]
    values = (row.provider, row.model, row.model_class, *rates, row.context_window, *days)
    return dict(zip(FIELDS, values, strict=True))


def _usd(rate: Rate | None, kind: str) -> str | None:
    return plain(rate.amounts[kind].usd_per_mtok) if rate and kind in rate.amounts else None


def as_json(found: Sequence[Row], book: str, on: date) -> str:
    """The rows with the book and the day; rates are text, so that no reader rounds them."""
    data = {"price_book": book, "on": on.isoformat(), "models": [_record(row) for row in found]}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_csv(found: Sequence[Row], book: str, on: date) -> str:
    """The rows for a spreadsheet; an empty cell is not known."""
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_record(row) for row in found)
    return out.getvalue()


RENDER = {"text": text, "json": as_json, "csv": as_csv}
