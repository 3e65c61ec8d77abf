"""Results of a batch from files: the request file, its output, its errors; and the file of what is sent again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from planner.batchfiles.bills import ModelBill
from planner.batchfiles.check import SAMPLE, World, check
from planner.batchfiles.dialects import NOTHING_SAID, Dialect, detect, is_request, is_result, repeats_request
from planner.batchfiles.examine import Options
from planner.batchfiles.findings import Findings
from planner.batchfiles.outcome import SHOWN, Outcome, Retry, Unreadable
from planner.batchfiles.probe import BOM
from planner.batchfiles.reading import Parsed, Tally
from planner.batchfiles.results import Join
from planner.batchfiles.rows import OUTCOMES
from planner.batchfiles.statuses import Statuses
from planner.batchfiles.streaming import Reading, lines_of
from planner.disk import exists, write_pieces
from planner.problems import Refused, safe
from planner.requestfiles import STANDARD_INPUT, check_readable, open_requests
from planner.statusfiles import load_statuses

READABLE = ("byte-order-mark", "blank-line", "duplicate-key", "lone-surrogate")
"""Faults of a line that leave its object readable."""


class Unread(NamedTuple):
    """Lines of one file that are no JSON objects: how many, and the first of them."""

    number: int
    lines: tuple[Unreadable, ...]


class _File:
    """A file whose objects pass once; afterwards it is known which lines could not be read."""

    def __init__(self, path: str) -> None:
        self._path, self._tally = path, Tally()
        self._findings = Findings(path, SHOWN)

    def objects(self) -> Iterator[Parsed]:
        """The objects, as a stream."""
        return Reading(open_requests(self._path).source.blocks, self._findings, self._tally).objects()

    def unread(self) -> Unread:
        """What could not be read."""
        if not self._tally.broken:
            return Unread(0, ())
        groups = self._findings.groups(lambda rule: NOTHING_SAID)
        kept = [each for group in groups if group.rule not in READABLE for each in group.kept]
        lines = sorted((each.line or 0, each.message) for each in kept)[:SHOWN]
        return Unread(self._tally.broken, tuple(Unreadable(self._path, line or None, says) for line, says in lines))


def results(
    requests: str, answers: Sequence[str], world: World, options: Options, retry: Path | None = None
) -> Outcome:
    """What became of the requests. Raises Refused for files that cannot be read, and for a request file that is none."""
    _check_paths(requests, answers, retry)
    dialect = _dialect(requests, world)
    statuses = load_statuses(dialect.name)
    if not statuses.results:
        raise Refused([f"how {statuses.title} writes its results is not known"])
    market = world.market(dialect) if options.priced else None
    join, asked = Join(dialect, statuses, market), _File(requests)
    for parsed in asked.objects():
        join.ask(parsed)
    unread = [_answers(join, path, world) for path in answers]
    broken = sum(each.number for each in unread)
    places = join.retries(missing_too=not broken and join.counts()["ok"] > 0)
    if retry is not None and places:
        write_pieces(retry, _chosen(requests, places))
    bills = _bills(requests, world, options, dialect) if options.priced else {}
    models = tuple(join.spent(bills))
    return Outcome(
        file=requests,
        dialect=dialect.name,
        service=statuses.title,
        valued_on=options.on,
        book=None if market is None else market.book.name,
        digest=None if market is None else market.book.digest,
        requests=join.requests,
        counts=join.counts(),
        unexpected=join.unexpected,
        duplicate=join.duplicate,
        unreadable=broken,
        lines=tuple(line for each in unread for line in each.lines),
        broken_requests=asked.unread().number,
        billed={name: statuses.results.get("billed", {}).get(name) for name in OUTCOMES},
        billing=statuses.billing,
        reasons=tuple(join.told()),
        models=models,
        again=len(places),
        retry=None if retry is None else Retry(str(retry), len(places)),
        notes=tuple(_notes(join, statuses, asked, broken, len(answers), None if places else retry)),
    )


def _check_paths(requests: str, answers: Sequence[str], retry: Path | None) -> None:
    if requests == STANDARD_INPUT:
        raise Refused(["-: the request file is read more than once: name a file"])
    check_readable([requests, *answers])
    if retry is None:
        return
    for path in (requests, *answers):
        if path != STANDARD_INPUT and retry.resolve() == Path(path).resolve():
            raise Refused([f"{safe(retry)}: is one of the files that are read: name another file for --retry"])


def _dialect(path: str, world: World) -> Dialect:
    """Whose requests the file holds."""
    file = _File(path)
    head = [parsed.value for parsed in islice(file.objects(), SAMPLE)]
    if head and all(is_result(line, world.dialects) or repeats_request(line, world.dialects) for line in head):
        raise Refused(
            [f"{safe(path)}:1: the line is an answer of a batch: name the request file first, then its output"]
        )
    if not head and (broken := file.unread().lines):
        raise Refused([f"{safe(path)}:{broken[0].line}: {safe(broken[0].says)}: planner batch check says more"])
    if world.chosen is not None:
        return world.chosen
    found = detect(head, world.dialects)
    if found is None:
        raise Refused([f"{safe(path)}: no known service takes its lines: name the service with --dialect"])
    return found.dialect


def _answers(join: Join, path: str, world: World) -> Unread:
    file = _File(path)
    rows = file.objects()
    head = list(islice(rows, SAMPLE))
    if head and all(is_request(parsed.value, world.dialects) for parsed in head):
        raise Refused([f"{safe(path)}:1: the line is a request: name the job's output behind the request file"])
    for parsed in chain(head, rows):
        join.answer(parsed)
    return file.unread()


def _bills(path: str, world: World, options: Options, dialect: Dialect) -> dict[str, ModelBill]:
    """The estimate by model, as a check before the upload would have given it."""
    report = check([open_requests(path).source], world._replace(chosen=dialect), options)
    return {bill.asked: bill for bill in report.models}


def _notes(
    join: Join, statuses: Statuses, asked: _File, broken: int, files: int, unwritten: Path | None
) -> Iterator[str]:
    missing = join.counts()["missing"]
    if missing and broken:
        yield f"{missing:,} without an answer are not sent again: theirs may be among the lines that cannot be read"
    elif missing and not join.counts()["ok"]:
        verb = "is" if missing == 1 else "are"
        yield f"{missing:,} without an answer {verb} not sent again: if the job has an output file, theirs may be in it; name it too"
    elif missing and files == 1:
        yield f"{missing:,} without an answer: if the job has an error file, name it behind the output"
    lines = asked.unread().number
    if lines:
        yield f"{lines:,} lines of the request file cannot be read and count as no requests"
    if unwritten is not None and exists(unwritten):
        yield f"{safe(unwritten)}: is an older file, of an earlier run: nothing of it is to be sent again"


def _chosen(path: str, places: set[int]) -> Iterator[bytes]:
    """The lines that begin at those places, byte for byte."""
    start = 0
    for piece in chain.from_iterable(map(lines_of, open_requests(path).source.blocks)):
        skipped = len(BOM) if not start and piece.startswith(BOM) else 0
        if start + skipped in places:
            yield piece[skipped:]
        start += len(piece)
