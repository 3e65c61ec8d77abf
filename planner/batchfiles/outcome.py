"""What became of a batch: the one artifact behind its text and its JSON (schemas/batch-results.schema.json)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from planner import jsontext
from planner.batchfiles.results import Reason, Spent
from planner.batchfiles.rows import OUTCOMES
from planner.batchfiles.statuses import Source
from planner.problems import quoted, safe
from planner.units import WIDE, cents, known_total, plain

VERSION = 1
ENDS = (*OUTCOMES, "missing")
SHOWN = 8
DASH = "-"
LEAST = Decimal("0.0001")
BILLED = {True: "yes", False: "no", None: "not known"}


class Unreadable(NamedTuple):
    """A line of results that is no JSON object."""

    file: str
    line: int | None
    says: str


class Retry(NamedTuple):
    """The file of requests to be sent again; nothing was written where there are none."""

    file: str
    requests: int


class Outcome(NamedTuple):
    """A job's results. `counts` add up to the requests; `billed` says of each way to end whether it is charged."""

    file: str
    dialect: str
    service: str
    valued_on: date
    book: str | None
    digest: str | None
    requests: int
    counts: dict[str, int]
    unexpected: int
    duplicate: int
    unreadable: int
    lines: tuple[Unreadable, ...]
    broken_requests: int
    billed: dict[str, bool | None]
    billing: Source | None
    reasons: tuple[Reason, ...]
    models: tuple[Spent, ...]
    again: int
    retry: Retry | None
    notes: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether every request succeeded, and every row of results is one request's only answer."""
        return self.counts["ok"] == self.requests and not (self.unexpected or self.duplicate or self.unreadable)

    @property
    def priced(self) -> bool:
        """Whether prices were asked for."""
        return self.book is not None

    @property
    def usd(self) -> Decimal | None:
        """What the job cost in the batch lane; None where a part is not known, or of a request not whether it is billed."""
        return None if self.unpriced else self.known_usd

    @property
    def known_usd(self) -> Decimal | None:
        """What the answers that were read cost, as far as that is known; None where no prices were asked for."""
        return known_total(each.usd for each in self.models) if self.priced else None

    @property
    def unpriced(self) -> list[str]:
        """Why the cost is not known; empty where it is."""
        lost = [f"{_counted(self.unreadable, 'line')} of results cannot be read"] if self.unreadable else []
        unsure = self.charged()["unknown"]
        lost += [f"{_counted(unsure, 'request')} may be billed or not"] if unsure and not self.unreadable else []
        return lost + [f"{each.asked or 'the model'}: {each.missing}" for each in self.models if each.missing]

    def charged(self) -> dict[str, int]:
        """Requests that are billed, that are not, and of which it is not known."""
        found = {"billed": 0, "not_billed": 0, "unknown": 0}
        for end in ENDS:
            found[{True: "billed", False: "not_billed", None: "unknown"}[self.billed.get(end)]] += self.counts[end]
        return found


def as_json(found: Outcome) -> str:
    """The whole of it; amounts as decimal strings, null for the unknown."""
    data = {
        "results_version": VERSION,
        "valued_on": found.valued_on.isoformat(),
        "price_book": {"name": found.book, "digest": found.digest} if found.priced else None,
        "file": found.file,
        "dialect": found.dialect,
        "requests": found.requests,
        "counts": {end: found.counts[end] for end in ENDS},
        "rows": {"unexpected": found.unexpected, "duplicate": found.duplicate, "unreadable": found.unreadable},
        "billing": found.charged(),
        "reasons": [each._asdict() for each in found.reasons],
        "models": [_model(each, found.priced) for each in found.models],
        "usd": None if found.usd is None else plain(found.usd),
        "known_usd": None if found.known_usd is None else plain(found.known_usd),
        "unpriced": found.unpriced,
        "unreadable": [each._asdict() for each in found.lines],
        "retryable": found.again,
        "retry": None if found.retry is None else found.retry._asdict(),
        "notes": list(found.notes),
    }
    return jsontext.as_json(data)


def _model(one: Spent, priced: bool) -> dict[str, Any]:
    guess = one.estimate
    return {
        "model": one.asked,
        "billed_as": list(one.billed_as),
        "requests": one.requests,
        "answers": one.answers,
        "without_usage": one.untold,
        "tokens": one.usage._asdict(),
        "usd": None if one.usd is None or not priced else plain(one.usd),
        "missing": one.missing,
        "estimate": None
        if guess is None
        else {
            "input_tokens": guess.input_tokens,
            "capped_output_tokens": guess.capped_output_tokens,
            "expected_output_tokens": guess.expected_output_tokens,
            **{name: None if usd is None else plain(usd) for name, usd in guess.batch._asdict().items() if name != "known_usd"},
        },
    }  # fmt: skip


def text(found: Outcome) -> str:
    """The whole of it, for a terminal."""
    parts = [_ends(found), "\n".join(_rows(found)), _reasons(found.reasons), _models(found), "\n".join(_close(found))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _ends(found: Outcome) -> str:
    rows = [(end, f"{found.counts[end]:,}", BILLED[found.billed.get(end)]) for end in ENDS if found.counts[end]]
    head = f"{safe(found.file)}: {_counted(found.requests, 'request')} to {found.service}\n\n"
    return (head + _table(rows, ("outcome", "requests", "billed"), 1)).rstrip("\n")


def _rows(found: Outcome) -> Iterator[str]:
    for one in found.lines[:SHOWN]:
        place = safe(one.file) if one.line is None else f"{safe(one.file)}:{one.line}"
        yield f"{place}: {safe(one.says)}: download the file again"
    if found.unreadable > SHOWN:
        yield f"    and {found.unreadable - SHOWN:,} more lines that cannot be read"
    if found.unexpected:
        yield f"{_counted(found.unexpected, 'row')} of results without a request: are the files of one job?"
    if found.duplicate:
        yield f"{_counted(found.duplicate, 'row')} for a request that had one already, not counted twice"
    yield from found.notes


def _reasons(reasons: Sequence[Reason]) -> str:
    if not reasons:
        return ""
    rows = [
        (each.outcome, quoted(each.why)[1:-1], f"{each.number:,}", "yes" if each.again else "no")
        for each in reasons[:SHOWN]
    ]
    more = f"\nand {len(reasons) - SHOWN:,} other reasons" if len(reasons) > SHOWN else ""
    return _table(rows, ("outcome", "reason", "requests", "send again"), 2) + more


def _models(found: Outcome) -> str:
    rows = [row for one in found.models for row in _lines(one)]
    head = ("model", "", "requests", "input", "of it cached", "output", "of it reasoning", "batch cost")
    return _table(rows, head, 2)


def _lines(one: Spent) -> Iterator[tuple[str, ...]]:
    used, guess = one.usage, one.estimate
    name = quoted(one.asked, 40)[1:-1] or "not named"
    numbers = (used.input, used.cached, used.output, used.reasoning)
    told = (DASH,) * 4 if one.answers and one.untold == one.answers else tuple(f"{number:,}" for number in numbers)
    yield (name, "used", f"{one.answers:,}", *told, _usd(one.usd))
    if guess is not None:
        counted = DASH if guess.uncounted else f"{guess.input_tokens:,}"
        expected = guess.expected_output_tokens
        if expected is not None:
            yield (
                "",
                "expected",
                f"{guess.requests:,}",
                counted,
                "",
                f"{expected:,}",
                "",
                _usd(guess.batch.expected_usd),
            )
        cap = DASH if guess.capped_output_tokens is None else f"{guess.capped_output_tokens:,}"
        yield ("", "at most", f"{guess.requests:,}", counted, "", cap, "", _usd(guess.batch.most_usd))


def _close(found: Outcome) -> Iterator[str]:
    if found.priced:
        yield f"US dollars valued on {found.valued_on} with price book {safe(found.book)} ({(found.digest or '')[:19]}), batch lane."
    for one in found.models if found.priced else ():
        if one.billed_as not in ((), (one.asked,)):
            yield f"{quoted(one.asked, 40)[1:-1] or 'The model'} is priced as {safe(' and '.join(one.billed_as))}."
    for why in found.unpriced if found.priced else ():
        yield f"Not priced: {safe(why)}."
    if found.unpriced and found.known_usd:
        yield f"The known part is {_usd(found.known_usd)}; the whole is not known."
    if found.billing is not None:
        yield f"Billed: {found.billing.title}, verified {found.billing.verified}."
    if found.retry is not None and found.retry.requests:
        yield f"{safe(found.retry.file)}: {_counted(found.retry.requests, 'request')} to be sent again."
    elif found.retry is not None:
        yield f"{safe(found.retry.file)}: not written, since nothing is to be sent again."
    elif found.again:
        yield f"{_counted(found.again, 'request')} may be sent again: --retry FILE writes them."


def _usd(amount: Decimal | None) -> str:
    if amount is None:
        return DASH
    if 0 < amount < LEAST:
        return f"<${LEAST}"
    return f"${amount.quantize(LEAST, context=WIDE)}" if amount < 1 else f"${cents(amount):,}"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _table(rows: Sequence[Sequence[str]], head: Sequence[str], words: int) -> str:
    from tabulate import tabulate

    last = len(head) - 1 if words == 1 else None
    align = ["left" if column < words or column == last else "right" for column in range(len(head))]
    return tabulate(rows, head, disable_numparse=True, colalign=align) if rows else ""
