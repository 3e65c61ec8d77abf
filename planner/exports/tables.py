"""Rows with typed columns, written as CSV, Parquet or XLSX. The last two need libraries that are optional extras."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from planner.exports.columns import TIME, scale
from planner.problems import Refused
from planner.units import plain

Cell = str | Decimal | date | None
PRECISION = 38
"""Digits of decimal128, the widest decimal that readers of Parquet have in common."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads a CSV file in the code page of the machine."""
WIDTHS = {"text": 18, "usd": 14, "count": 16}
FORMATS = {"usd": "#,##0.00;[Red]-#,##0.00", "count": "#,##0"}
LONGEST_CELL = 32_767
"""Characters that a cell of XLSX holds."""


class Table(NamedTuple):
    """Columns as (name, kind), and rows of as many cells. None is unknown or nothing, never 0."""

    head: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]


class Sheet(NamedTuple):
    """A table on a sheet of its own; the last `sums` rows are sums of the others."""

    name: str
    table: Table
    sums: int = 0


def as_csv(table: Table) -> str:
    """Plain digits, moments in UTC, an empty cell for None."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _ in table.head])
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def _text(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00Z"
    return plain(cell) if isinstance(cell, Decimal) else cell or ""


def as_parquet(table: Table) -> bytes:
    """Decimals as decimal128 with the digits of their column, moments in UTC. Raises Refused without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise Refused([_install("Parquet", "pyarrow", "parquet")]) from None

    def kind_of(kind: str) -> Any:
        digits = scale(kind)
        if digits is not None:
            return pyarrow.decimal128(PRECISION, digits)
        return pyarrow.timestamp("us", "UTC") if kind == TIME else pyarrow.string()

    schema = pyarrow.schema([(name, kind_of(kind)) for name, kind in table.head])
    try:
        arrays = [
            pyarrow.array([_moment(row[place]) for row in table.rows], field.type) for place, field in enumerate(schema)
        ]
    except pyarrow.ArrowInvalid as error:
        raise Refused([f"an amount has more digits than the {PRECISION} of Parquet: {error}"]) from None
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), out)
    return out.getvalue()


def _moment(cell: Cell) -> Any:
    return datetime.combine(cell, time(), UTC) if isinstance(cell, date) else cell


def as_xlsx(sheets: Sequence[Sheet], created: date) -> bytes:
    """Numbers as numbers, text as text, no formulas, the head frozen. Raises Refused without XlsxWriter."""
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise Refused([_install("XLSX", "XlsxWriter", "xlsx")]) from None

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime.combine(created, time()), "comments": "Planned costs, not a bill"})
    for sheet in sheets:
        _fill(book, sheet)
    book.close()
    return out.getvalue()


def _fill(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for place, (name, kind) in enumerate(sheet.table.head):
        page.set_column(place, place, WIDTHS[kind])
        page.write_string(0, place, name, head)
    page.freeze_panes(1, 1)
    details = len(sheet.table.rows) - sheet.sums
    if details:
        page.autofilter(0, 0, details, len(sheet.table.head) - 1)
    looks = {
        (kind, bold): book.add_format({"num_format": FORMATS.get(kind, "@"), "bold": bold})
        for kind in WIDTHS
        for bold in (False, True)
    }
    for number, row in enumerate(sheet.table.rows):
        for place, cell in enumerate(row):
            _write(page, (number + 1, place), cell, looks[sheet.table.head[place][1], number >= details])


def _write(page: Any, place: tuple[int, int], cell: Cell, look: Any) -> None:
    if isinstance(cell, Decimal):
        page.write_number(*place, cell, look)
    elif cell is not None:
        page.write_string(*place, str(cell)[:LONGEST_CELL], look)


def _install(what: str, library: str, extra: str) -> str:
    return f"{what} needs {library}: run pip install 'llm-workload-planner[{extra}]', or write CSV"
