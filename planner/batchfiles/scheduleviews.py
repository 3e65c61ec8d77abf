"""Schedules of waves as text with a chart in plain ASCII, at most 100 columns wide, and as JSON (schemas/waves.schema.json)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any

from planner import jsontext
from planner.batchfiles.schedule import AT_RISK, HOLDS, MISSED, Schedule, Wave, lasting
from planner.problems import safe
from planner.units import Exact, plain

VERSION = 1
WIDTH, BAR, SHOWN = 100, 32, 12
USUAL, LATEST, DEADLINE = "#", "-", "|"
VERDICTS = {
    HOLDS: "holds",
    AT_RISK: "is not safe: the latest end lies behind it",
    MISSED: "is missed",
    None: "cannot be judged",
}


def text(schedules: Sequence[Schedule], start: datetime | None) -> str:
    """Every queue with its waves."""
    if not schedules:
        return "no workload is assigned to batch: nothing waits in a queue\n"
    return "\n\n".join("\n".join(_queue(one, start)) for one in schedules) + "\n"


def _queue(one: Schedule, start: datetime | None) -> Iterator[str]:
    load = one.load
    yield from wrap(safe(load.name), WIDTH)
    tokens = "unknown" if load.input_tokens is None else _amount(load.input_tokens)
    if load.members:
        yield from _said(f"workloads: {safe(', '.join(load.members))}")
    yield from _said(f"{_amount(load.requests)} requests, {tokens} input tokens; the queue holds {_quota(one)}")
    yield from _said(one.pace.says)
    if start is not None and start.tzinfo is not None:
        yield f"  times are {start.tzname()}"
    if one.number is not None:
        yield from ("", *_chart(one, start), "")
        yield from _said(f"{_count(one.number)}, {_ends(one, start)}")
    if one.why is not None:
        yield from _said(one.why)
    if load.deadline_seconds is not None:
        yield from _said(f"the deadline {_when(load.deadline_seconds, start)} {VERDICTS[one.verdict]}{_need(one)}")


def _said(sentence: str) -> list[str]:
    return wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _quota(one: Schedule) -> str:
    load = one.load
    parts = [
        f"{amount:,} {what if amount != 1 else what[:-1]}"
        for amount, what in ((load.queue_tokens, "tokens"), (load.queue_requests, "requests"))
        if amount is not None
    ]
    fit = "" if one.number is None else f", {one.fit:,} of these requests at once"
    return (" and ".join(parts) or "an unknown amount") + fit


def _count(number: int) -> str:
    return f"{number:,} wave{'' if number == 1 else 's'}"


def _ends(one: Schedule, start: datetime | None) -> str:
    latest, usual = one.end_latest, one.end_usual
    if latest is None:
        return "end unknown"
    told = f"the last ends {_when(latest, start)} at the latest"
    return told if usual is None else f"{told}, usually {_when(usual, start)}"


def _need(one: Schedule) -> str:
    load, needed = one.load, one.needed
    if one.pace.latest is None:
        return ""
    if needed is None:
        known = load.mean_tokens is not None
        return "; no queue is large enough: one wave alone may take longer" if known else ""
    requests = f" and {needed.requests:,} requests" if load.queue_requests is not None else ""
    return f"; the smallest queue by which it holds: {needed.tokens:,} tokens{requests}"


def _chart(one: Schedule, start: datetime | None) -> Iterator[str]:
    span = max(one.end_latest or 0, one.load.deadline_seconds or 0)
    yield f"  {'wave':>6} {'requests':>10} {'tokens':>13} {'submit':>16} {'ends by':>16} {_key(one)}"
    last = 0
    for wave in one.waves(SHOWN):
        if wave.number > last + 1:
            yield f"  {'...':>6}"
        last = wave.number
        submit, end = (_moment(at, start) for at in (wave.submit_latest, wave.end_latest))
        numbers = f"{wave.number:>6} {_short(wave.requests, 10):>10} {_short(wave.input_tokens, 13):>13}"
        yield f"  {numbers} {submit:>16} {end:>16} {_bar(one, wave, span)}".rstrip()


def _key(one: Schedule) -> str:
    parts = [f"{USUAL} usual"] * (one.pace.usual is not None) + [f"{LATEST} latest"] * (one.pace.latest is not None)
    return "  ".join(parts + [f"{DEADLINE} deadline"] * (one.load.deadline_seconds is not None))


def _bar(one: Schedule, wave: Wave, span: Exact) -> str:
    """From the latest submission to the latest end, the usual length of it filled."""
    if wave.submit_latest is None or wave.end_latest is None or not span:
        return ""
    cells = [" "] * BAR
    begin, end = (
        _column(wave.submit_latest, span),
        max(_column(wave.end_latest, span), _column(wave.submit_latest, span) + 1),
    )
    filled = begin if one.pace.usual is None else max(_column(wave.submit_latest + one.pace.usual, span), begin + 1)
    for column in range(min(begin, BAR - 1), min(end, BAR)):
        cells[column] = USUAL if column < filled else LATEST
    if one.load.deadline_seconds is not None:
        cells[min(_column(one.load.deadline_seconds, span), BAR - 1)] = DEADLINE
    return "".join(cells)


def _column(at: Exact, span: Exact) -> int:
    return int(at * BAR // span)


def _moment(at: Exact | None, start: datetime | None) -> str:
    """A time of day where a start was said, to the minute, else the time since the first submission; rounded up."""
    if at is None:
        return "unknown"
    seconds = -(-at // 1)
    if start is not None:
        try:
            return (start + timedelta(seconds=seconds, minutes=1, microseconds=-1)).strftime("%Y-%m-%d %H:%M")
        except OverflowError:
            pass
    return f"+{lasting(seconds)}"


def _when(at: Exact, start: datetime | None) -> str:
    shown = _moment(at, start)
    return f"after {shown[1:]}" if shown.startswith("+") else f"on {shown}"


def _amount(number: Exact) -> str:
    return f"{-(-number // 1):,}"


def _short(number: Exact, width: int) -> str:
    """The number, in millions where it would be too wide."""
    shown = _amount(number)
    return shown if len(shown) <= width else f"{-(-number // 10**6):,}M"[:width]


def as_json(schedules: Sequence[Schedule], start: datetime | None, most: int) -> str:
    """Every queue; of its waves at most so many, the first ones and the last."""
    data = {
        "waves_version": VERSION,
        "start": None if start is None else start.isoformat(),
        "queues": [_queue_data(one, most) for one in schedules],
    }
    return jsontext.as_json(data)


def _queue_data(one: Schedule, most: int) -> dict[str, Any]:
    load, pace, needed = one.load, one.pace, one.needed
    return {
        "queue": load.name,
        "workloads": list(load.members),
        "requests": plain(load.requests),
        "input_tokens": _plain(load.input_tokens),
        "quota": {"tokens": _plain(load.queue_tokens), "requests": _plain(load.queue_requests)},
        "requests_at_once": None if one.number is None else str(one.fit),
        "pace": {"basis": pace.basis, "usual_seconds": _plain(pace.usual), "latest_seconds": _plain(pace.latest), "says": pace.says},
        "waves": None if one.number is None else str(one.number),
        "why": one.why,
        "end_usual_seconds": _plain(one.end_usual),
        "end_latest_seconds": _plain(one.end_latest),
        "deadline_seconds": _plain(load.deadline_seconds),
        "verdict": one.verdict,
        "smallest_quota": None if needed is None else {"tokens": str(needed.tokens), "requests": str(needed.requests)},
        "schedule": [{name: _plain(value) for name, value in wave._asdict().items()} for wave in one.waves(most)],
    }  # fmt: skip


def _plain(number: Exact | None) -> str | None:
    return None if number is None else plain(number)
