"""planner batch check, as a straight line: files as streams of lines in, one report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from planner.batchfiles.bills import Bill
from planner.batchfiles.crosslines import Ids
from planner.batchfiles.dialects import NOTHING_SAID, Detected, Dialect, detect, is_result
from planner.batchfiles.examine import Examiner, Options
from planner.batchfiles.findings import Fault, Findings
from planner.batchfiles.market import Market
from planner.batchfiles.reading import Parsed, Tally
from planner.batchfiles.report import BatchReport, FileReport
from planner.batchfiles.streaming import Reading
from planner.batchfiles.tokens import Count
from planner.problems import quoted

SAMPLE = 20
"""Objects by which a file's dialect is told."""


class Source(NamedTuple):
    """A file: its name and its bytes in blocks of whole lines; a line beyond MAX_LINE_BYTES may come in pieces."""

    name: str
    blocks: Iterable[bytes]
    compressed: bool = False


class World(NamedTuple):
    """What the check draws on. `chosen` overrides detection; `vocabulary` is None for one that is not at hand."""

    dialects: Sequence[Dialect]
    market: Callable[[Dialect], Market]
    vocabulary: Callable[[str], Count | None]
    chosen: Dialect | None = None


def check(sources: Iterable[Source], world: World, options: Options) -> BatchReport:
    """Reads every file once. Raises whatever reading a source raises, and nothing of its own."""
    ids, bill = Ids(), Bill()
    files: list[FileReport] = []
    markets: dict[str, Market] = {}
    for source in sources:
        files.append(_file(source, world, options, ids, bill, markets, first=not files))
    books = [market.book for market in markets.values()]
    return BatchReport(
        valued_on=options.on,
        book=books[0].name if books else None,
        digest="+".join(dict.fromkeys(book.digest for book in books)) if books else None,
        priced=options.priced,
        files=tuple(files),
        models=tuple(bill.models()) if options.priced else (),
    )


def _file(
    source: Source, world: World, options: Options, ids: Ids, bill: Bill, markets: dict[str, Market], first: bool
) -> FileReport:
    findings, tally = Findings(source.name, options.most), Tally()
    reading = Reading(source.blocks, findings, tally)
    stream = reading.objects()
    head = list(islice(stream, SAMPLE))
    detected = _detected(head, world, findings)
    if source.compressed:
        findings.add(Fault("compressed-file", "the file is compressed with gzip"))
    ids.begin(source.name)
    dialect = None if detected is None else detected.dialect
    lines = chain(_emptied(head), stream)
    if dialect is None:
        for _ in lines:
            pass
    else:
        if dialect.name not in markets:
            markets[dialect.name] = world.market(dialect)
        examiner = Examiner(dialect, markets[dialect.name], world.vocabulary, findings, options, ids, bill)
        reading.takes = examiner.lane.takes
        examiner.run(lines, tally, job=first)
    if not tally.objects and not tally.broken:
        findings.add(Fault("empty-file", "the file has no request"))
    return _reported(source, dialect, findings, tally)


def _detected(head: Sequence[Parsed], world: World, findings: Findings) -> Detected | None:
    """Whose requests the file holds; the dialect that was chosen also where nothing can be read."""
    if world.chosen is not None:
        return Detected(world.chosen, ())
    requests = [parsed for parsed in head if not is_result(parsed.value, world.dialects)]
    detected = detect([parsed.value for parsed in requests], world.dialects)
    if detected is not None and detected.others:
        says = f"taken for {detected.dialect.name}; the lines would also fit {', '.join(detected.others)}"
        findings.add(Fault("dialect-assumed", says), requests[0].line, column=0)
    if detected is None and requests:
        findings.add(_nobodys(requests[0]), requests[0].line)
    elif detected is None and head:
        findings.add(Fault("result-file", "the line is an answer of a batch, not a request"), head[0].line)
    return detected


def _nobodys(parsed: Parsed) -> Fault:
    """What is said of lines that no service takes; of bodies alone, what is missing around them."""
    keys = ", ".join(quoted(key, 30) for key in list(parsed.value)[:6]) or "none"
    bare = any(key in parsed.value for key in ("messages", "contents", "input", "prompt"))
    remedy = 'put each body into a line: {"custom_id": ..., "method": "POST", "url": ..., "body": ...} for OpenAI'
    return Fault(
        "dialect-unknown", f"no known service takes lines with the keys {keys}", remedy=remedy if bare else None
    )


def _emptied(head: list[Parsed]) -> Iterator[Parsed]:
    """The first objects once more, each let go as it is handed out."""
    head.reverse()
    while head:
        yield head.pop()


def _reported(source: Source, dialect: Dialect | None, findings: Findings, tally: Tally) -> FileReport:
    return FileReport(
        name=source.name,
        dialect=None if dialect is None else dialect.name,
        service=None if dialect is None else dialect.title,
        bytes=tally.bytes,
        lines=tally.lines,
        requests=tally.objects,
        blank=tally.blank,
        broken=tally.broken,
        compressed=source.compressed,
        groups=tuple(findings.groups((lambda rule: NOTHING_SAID) if dialect is None else dialect.saying)),
    )
