"""Rows from CSV, JSONL and Parquet files, and the request file that is made of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from planner.batchfiles.dialects import Dialect, Operation
from planner.batchfiles.findings import Fault
from planner.batchfiles.market import Market
from planner.batchfiles.preparing import (
    Cell,
    Maker,
    Problems,
    Row,
    RowFault,
    Target,
    Template,
    fitting,
    method_of,
    read_template,
    unknown_columns,
)
from planner.batchfiles.probe import BOM, MAX_LINE_BYTES
from planner.batchfiles.rulebook import CHECKS
from planner.batchfiles.streaming import lines_of
from planner.documents import Document
from planner.files import read
from planner.partfolders import write_whole
from planner.problems import Problem, Refused, quoted, safe, suggestion
from planner.requestfiles import STANDARD_INPUT, open_requests

FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}
LONGEST_FIELD = MAX_LINE_BYTES


class Table(NamedTuple):
    """Rows with their columns; `columns` are those of the first row only where `loose`."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    loose: bool = False


class Prepared(NamedTuple):
    """What was written: rows, and kinds of findings that are no errors, with the number of rows."""

    rows: int
    url: str | None
    warnings: dict[str, int]


def prepare(
    source: str, form: str | None, template_path: Path, dialect: Dialect, market: Market,
    out: Path, id_column: str | None = None, endpoint: str | None = None,
) -> Prepared:  # fmt: skip
    """Writes the request file as a whole, or nothing. Raises Refused with file and line."""
    document = read(template_path)
    table = open_table(source, form)
    template = _template(document, table)
    if id_column is not None and not table.loose and id_column not in table.columns:
        raise Refused(
            [f"{safe(source)}:1: no column {quoted(id_column)} for --id{suggestion(id_column, table.columns)}"]
        )
    if id_column is not None and dialect.id_at is None:
        raise Refused([f"{dialect.name} has no ids in its lines: leave --id out"])
    first = next(table.rows, None)
    if first is None:
        raise Refused([f"{safe(source)}: has no row: there is nothing to prepare"])
    operation, url = _operation(document, template, first, dialect, market, endpoint)
    maker = Maker(template, Target(dialect, operation, url, method_of(dialect), id_column), market)

    def refused(row: Row, fault: Fault) -> Refused:
        return _refusal(document, template, dialect, row, fault)

    write_whole(out, maker.lines(chain([first], table.rows), refused))
    return Prepared(maker.rows, url, maker.warnings)


def _template(document: Document, table: Table) -> Template:
    try:
        template = read_template(document.data, table.columns)
    except Problems as found:
        raise document.refuse(found.problems) from None
    problems = [] if table.loose else unknown_columns(template, table.columns)
    if problems:
        raise document.refuse(problems)
    return template


def _operation(
    document: Document, template: Template, first: Row, dialect: Dialect, market: Market, endpoint: str | None
) -> tuple[Operation, str | None]:
    """The kind of request and its address, from --endpoint or from the first row's body."""
    if endpoint is not None and dialect.url_at is not None:
        found = dialect.operation(endpoint, {})
        if found is None:
            urls = [url for each in dialect.operations for url in each.urls]
            there = f"{suggestion(endpoint, urls)}; there are: {', '.join(urls)}"
            raise Refused([f"no kind of request of {dialect.name} has the address {quoted(endpoint)}{there}"])
        return found, endpoint
    try:
        body = msgspec.json.decode(msgspec.json.Encoder(decimal_format="number").encode(template.filled(first)))
    except RowFault as fault:
        raise Refused([f"{first.place}: {fault}"]) from None
    except (ValueError, RecursionError):
        raise Refused([f"{first.place}: the row has a value that is no JSON: mend it"]) from None
    fits = fitting(dialect, body)
    if not fits:
        keys = sorted({key for each in dialect.operations for key in each.prompt})
        raise document.refuse([Problem((), f"the body has nothing to read: {dialect.name} takes {' or '.join(keys)}")])
    urls = [_offered(each, market) for each in fits if each.urls]
    if len(urls) > 1:
        says = f"the body fits {', '.join(urls)}: say which with --endpoint"
        raise document.refuse([Problem((), says)])
    return fits[0], urls[0] if urls else None


def _offered(operation: Operation, market: Market) -> str:
    """The first address of the operation that has a batch."""
    offered = market.limit("batch_endpoints")
    names = offered if isinstance(offered, list) else operation.urls
    return next((url for url in operation.urls if url in names), operation.urls[0])


def _refusal(document: Document, template: Template, dialect: Dialect, row: Row, fault: Fault) -> Refused:
    """A fault at the template's place where no row has a part in it, else at the row's."""
    remedy = fault.remedy or CHECKS[fault.rule].remedy
    says = f"{fault.says}: {remedy}"
    depth = len(dialect.body_at)
    if tuple(fault.path[:depth]) == dialect.body_at and template.is_fixed(fault.path[depth:]):
        return document.refuse([Problem(fault.path[depth:], says, fault.at_key)])
    return Refused([f"{row.place}: {says}"])


def open_table(source: str, form: str | None) -> Table:
    """The rows of a file, by its format or its name. Raises Refused."""
    suffixes = [suffix for suffix in Path(source).suffixes if suffix != ".gz"]
    form = form or (FORMATS.get(suffixes[-1].lower()) if suffixes else None)
    if form is None:
        raise Refused([f"{safe(source)}: of which format? Say it with --format csv, tsv, jsonl or parquet"])
    if form == "parquet":
        return _parquet(source)
    lines = chain.from_iterable(map(lines_of, open_requests(source).source.blocks))
    name = "-" if source == STANDARD_INPUT else safe(source)
    return _jsonl(name, lines) if form == "jsonl" else _csv(name, lines, "\t" if form == "tsv" else ",")


def _csv(name: str, lines: Iterable[bytes], delimiter: str) -> Table:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(_decoded(name, lines), delimiter=delimiter, strict=True)
    records = _records(name, reader)
    _, header = next(records, (1, []))
    if not header:
        raise Refused([f"{name}:1: no line with the names of the columns"])
    for index, column in enumerate(header):
        if not column or column in header[:index]:
            says = f"column {quoted(column)} is there twice" if column else f"column {index + 1} has no name"
            raise Refused([f"{name}:1: {says}: give every column its own"])
    return Table(tuple(header), _csv_rows(name, records, header))


def _records(name: str, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, with the line on which each begins."""
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise Refused([f"{name}:{line}: no CSV: {error}: mend the quotes"]) from None
        if record is None:
            return
        if record:
            yield line, record


def _csv_rows(name: str, records: Iterable[tuple[int, list[str]]], header: list[str]) -> Iterator[Row]:
    for line, record in records:
        if len(record) != len(header):
            says = (
                f"{len(record)} fields, and the first line names {len(header)} columns: mend the quotes or the commas"
            )
            raise Refused([f"{name}:{line}: {says}"])
        yield Row(f"{name}:{line}", line, dict(zip(header, record, strict=True)))


def _decoded(name: str, lines: Iterable[bytes]) -> Iterator[str]:
    for number, raw in _numbered(name, lines):
        try:
            yield raw.decode()
        except UnicodeDecodeError:
            raise Refused([f"{name}:{number}: is no UTF-8: save the file as UTF-8"]) from None


def _numbered(name: str, lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, without a byte-order mark."""
    for number, raw in enumerate(lines, 1):
        if len(raw) >= MAX_LINE_BYTES:
            raise Refused([f"{name}:{number}: the line has {MAX_LINE_BYTES:,} bytes or more: shorten it"])
        yield number, raw.removeprefix(BOM) if number == 1 else raw


def _jsonl(name: str, lines: Iterable[bytes]) -> Table:
    rows = _json_rows(name, lines)
    first = next(rows, None)
    if first is None:
        return Table((), iter(()), loose=True)
    return Table(tuple(first.cells), chain([first], rows), loose=True)


def _json_rows(name: str, lines: Iterable[bytes]) -> Iterator[Row]:
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    for number, raw in _numbered(name, lines):
        if raw.isspace():
            continue
        try:
            raw.decode()
            cells: dict[str, Cell] = {column: bytes(value) for column, value in decode(raw).items()}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            says = f"the line is no JSON object: {safe(error)}: write one row a line"
            raise Refused([f"{name}:{number}: {says}"]) from None
        yield Row(f"{name}:{number}", number, cells)


def _parquet(source: str) -> Table:
    try:
        from pyarrow.lib import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        says = "Parquet needs the extra `parquet`: pip install 'llm-workload-planner[parquet]', or give CSV or JSONL"
        raise Refused([f"{safe(source)}: {says}"]) from None
    try:
        file = ParquetFile(source)
    except FileNotFoundError:
        raise Refused([f"{safe(source)}: no such file"]) from None
    except (OSError, ArrowException) as error:
        raise Refused([f"{safe(source)}: is no Parquet file: {safe(str(error).splitlines()[0])[:200]}"]) from None
    return Table(tuple(file.schema_arrow.names), _parquet_rows(safe(source), file))


def _parquet_rows(name: str, file: Any) -> Iterator[Row]:
    number = 0
    for batch in file.iter_batches(batch_size=1000):
        for values in batch.to_pylist():
            number += 1
            place = f"{name}: row {number}"
            yield Row(place, number, {column: _as_json(place, column, value) for column, value in values.items()})


def _as_json(place: str, column: str, value: Any) -> Cell:
    """A value as JSON; days and times as text, in ISO 8601."""

    def other(one: Any) -> str:
        if isinstance(one, bytes):
            raise TypeError
        return one.isoformat() if hasattr(one, "isoformat") else str(one)

    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=other).encode()
    except (ValueError, TypeError):
        raise Refused(
            [f"{place}: column {quoted(column)} has a value that JSON has not, such as NaN or bytes"]
        ) from None
