"""Makes request lines from rows and a template of the body.

Placeholders are filled in parsed data and never in text, so that no value can break the JSON around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from planner.batchfiles.crosslines import MOST_IDS, Ids
from planner.batchfiles.dialects import Dialect, Operation, at
from planner.batchfiles.findings import Fault
from planner.batchfiles.market import Market
from planner.batchfiles.prompts import ask_of
from planner.batchfiles.rulebook import CHECKS
from planner.batchfiles.shapes import misshapen
from planner.batchfiles.weighing import faults_of_ask
from planner.problems import Path, Problem, Refused, quoted, suggestion

Cell = str | bytes
"""A value of a row: text, or JSON as it stands in the source."""
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
WIDTH = 8
"""Digits of a row's number where it serves as an id."""
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode


class Row(NamedTuple):
    """One input: where it stands, its line or number from 1, its values by column."""

    place: str
    number: int
    cells: Mapping[str, Cell]


class Whole(NamedTuple):
    """A value that is one placeholder: it keeps the column's type."""

    column: str


class Text(NamedTuple):
    """A text with placeholders; each piece is a text or a column."""

    pieces: tuple[str | Whole, ...]


class Problems(Exception):
    """What is wrong with a template, with symbolic places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class RowFault(Exception):
    """What is wrong with a row; its place is added by the caller."""


class Template(NamedTuple):
    """A body with placeholders. `columns` are those that it names, with the first place of each."""

    body: dict[str, Any]
    columns: dict[str, Path]

    def filled(self, row: Row) -> dict[str, Any]:
        """The body of one request. Raises RowFault."""
        found: dict[str, Any] = _filled(self.body, row.cells)
        return found

    def is_fixed(self, path: Path) -> bool:
        """Whether no row has a part in what stands at the path, or it does not stand in the template."""
        node: Any = self.body
        for part in path:
            if isinstance(node, Whole | Text):
                return False
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                return True
        return not _has_holes(node)


def read_template(data: Any, known: Iterable[str]) -> Template:
    """The template in parsed data; `known` are the columns as far as they are known. Raises Problems."""
    if not isinstance(data, dict):
        raise Problems([Problem((), "the template is no mapping: write the body of one request")])
    problems: list[Problem] = []
    columns: dict[str, Path] = {}
    body = _compiled(data, (), set(known), columns, problems)
    if problems:
        raise Problems(problems)
    return Template(body, columns)


def unknown_columns(template: Template, known: Iterable[str]) -> list[Problem]:
    """Placeholders for which there is no column."""
    names = list(known)
    there = ", ".join(quoted(name, 30) for name in names[:12])
    return [
        Problem(path, f"no column {quoted(column)}{suggestion(column, names)}; there are: {there}; a brace itself is {{{{ or }}}}")
        for column, path in template.columns.items()
        if column not in names
    ]  # fmt: skip


def _compiled(node: Any, path: Path, known: set[str], columns: dict[str, Path], problems: list[Problem]) -> Any:
    if isinstance(node, str):
        return _text(node, path, columns, problems)
    if isinstance(node, list):
        return [_compiled(one, (*path, index), known, columns, problems) for index, one in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if len(node) == 1 and None in node.values() and not known.isdisjoint(node):
        problems.append(Problem(path, f'YAML reads this as a mapping: write "{{{next(iter(node))}}}" in quotes'))
    return {key: _compiled(one, (*path, key), known, columns, problems) for key, one in node.items()}


def _text(text: str, path: Path, columns: dict[str, Path], problems: list[Problem]) -> Any:
    pieces: list[str | Whole] = []
    end = 0
    for found in _PIECE.finditer(text):
        pieces.append(text[end : found.start()])
        end = found.end()
        if found[0] in ("{", "}"):
            problems.append(Problem(path, f"a lone {found[0]}: write {found[0] * 2} for the brace itself"))
        elif found[1] is None:
            pieces.append(found[0][0])
        else:
            columns.setdefault(found[1], path)
            pieces.append(Whole(found[1]))
    pieces = [piece for piece in (*pieces, text[end:]) if piece]
    if len(pieces) == 1 and isinstance(pieces[0], Whole):
        return pieces[0]
    if any(isinstance(piece, Whole) for piece in pieces):
        return Text(tuple(pieces))
    return "".join(str(piece) for piece in pieces)


def _has_holes(node: Any) -> bool:
    if isinstance(node, Whole | Text):
        return True
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return any(map(_has_holes, inner))


def _filled(node: Any, cells: Mapping[str, Cell]) -> Any:
    if isinstance(node, Whole):
        cell = _cell(cells, node.column)
        return cell if isinstance(cell, str) else msgspec.Raw(cell)
    if isinstance(node, Text):
        return "".join(piece if isinstance(piece, str) else _as_text(cells, piece.column) for piece in node.pieces)
    if isinstance(node, dict):
        return {key: _filled(one, cells) for key, one in node.items()}
    if isinstance(node, list):
        return [_filled(one, cells) for one in node]
    return node


def _cell(cells: Mapping[str, Cell], column: str) -> Cell:
    cell = cells.get(column)
    if cell is None:
        raise RowFault(f"column {quoted(column)} is missing{suggestion(column, cells)}")
    return cell


def _as_text(cells: Mapping[str, Cell], column: str) -> str:
    """The value within a text: a text as it is, anything else as its JSON."""
    cell = _cell(cells, column)
    if isinstance(cell, str):
        return cell
    if cell == b"null":
        raise RowFault(
            f"column {quoted(column)} is null, and stands within a text: leave the row out, or give it a text"
        )
    if cell.startswith(b'"'):
        return msgspec.json.decode(cell, type=str)
    return cell.decode()


class Target(NamedTuple):
    """What lines are made for. `url` and `method` are None where lines have none; `id_column` None for row numbers."""

    dialect: Dialect
    operation: Operation
    url: str | None
    method: str | None
    id_column: str | None


def method_of(dialect: Dialect) -> str | None:
    """The method that a line states; None where it states none."""
    stated = dialect.line.get("properties", {}).get("method", {}).get("const")
    return stated if isinstance(stated, str) else None


def fitting(dialect: Dialect, body: Mapping[str, Any]) -> list[Operation]:
    """The kinds of request that a body may be."""
    if dialect.url_at is None:
        found = dialect.operation(None, body)
        return [] if found is None else [found]
    asking = [each for each in dialect.operations if any(key in body for key in each.prompt)]
    whole = [each for each in asking if each.validator is None or each.validator.is_valid(body)]
    return whole or asking[:1]


class Maker:
    """Turns rows into lines, and holds each against what the service is known to refuse.

    `warnings` are findings below an error, with the number of rows.
    """

    def __init__(self, template: Template, target: Target, market: Market) -> None:
        self._template, self._target, self._market = template, target, market
        self._ids = Ids()
        self._ids.begin("")
        self.rows = 0
        self.warnings: dict[str, int] = {}

    def lines(self, rows: Iterable[Row], refused: Callable[[Row, Fault], Refused]) -> Iterator[bytes]:
        """A line for each row. Raises what `refused` makes of a fault, and Refused for a row that cannot be filled."""
        for row in rows:
            self.rows += 1
            try:
                line = self._line(row)
                raw = _ENCODE(line) + b"\n"
                value = msgspec.json.decode(raw)
            except RowFault as wrong:
                raise Refused([f"{row.place}: {wrong}"]) from None
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
                raise Refused([f"{row.place}: the row has a value that is no JSON: mend it"]) from None
            for fault in self._faults(value, row, len(raw)):
                level = fault.level or self._target.dialect.saying(fault.rule).level or CHECKS[fault.rule].level
                if level == "error":
                    raise refused(row, fault)
                self.warnings[fault.says] = self.warnings.get(fault.says, 0) + 1
            yield raw
        if self._ids.full:
            self.warnings["more ids than are remembered: those further down were not compared"] = self.rows - MOST_IDS

    def _line(self, row: Row) -> dict[str, Any]:
        target, dialect = self._target, self._target.dialect
        line: dict[str, Any] = {}
        if dialect.id_at is not None:
            _put(line, dialect.id_at, self._id(row))
        if target.url is not None and dialect.url_at is not None:
            line |= {} if target.method is None else {"method": target.method}
            _put(line, dialect.url_at, target.url)
        _put(line, dialect.body_at, self._template.filled(row))
        return line

    def _id(self, row: Row) -> str:
        column = self._target.id_column
        if column is None:
            return f"{self.rows:0{WIDTH}d}"
        found = _as_text(row.cells, column)
        before = self._ids.repeated(found, row.number)
        if before is not None:
            remedy = "ids must differ: name another column, or leave --id out for the rows' numbers"
            raise RowFault(f"{quoted(column)} is {quoted(found)}, as {before}: {remedy}")
        return found

    def _faults(self, value: dict[str, Any], row: Row, size: int) -> Iterator[Fault]:
        dialect, operation = self._target.dialect, self._target.operation
        yield from misshapen(dialect.validator, dialect.line, value, size)
        body = at(value, dialect.body_at)
        if operation.body is not None:
            yield from misshapen(operation.validator, operation.body, body, size, dialect.body_at)
        model = at(value, dialect.model_at) if dialect.model_at else None
        offer = self._market.offer(model if isinstance(model, str) else "")
        yield from faults_of_ask(dialect, operation, ask_of(operation, body), offer, body)


def _put(line: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        line = line.setdefault(key, {})
    line[path[-1]] = value
