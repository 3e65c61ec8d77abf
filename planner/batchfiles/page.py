"""A check of request files as text: one line per finding, what to do below it, a small table of sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal

from planner.batchfiles.bills import Cost, ModelBill
from planner.batchfiles.findings import BatchFinding, Group
from planner.batchfiles.report import BatchReport, FileReport
from planner.batchfiles.rulebook import LEVELS
from planner.problems import quoted, safe
from planner.units import WIDE, cents

PLACES = 3
"""Findings of one kind that are shown; the rest is a number."""
DASH = "-"
LEAST = Decimal("0.0001")
NAME = 40


def text(report: BatchReport) -> str:
    """The whole report, for a terminal."""
    parts = ["\n".join(_findings(file)) for file in report.files if file.groups]
    parts.append(_files(report.files))
    if report.priced and report.models:
        parts += [_models(report), "\n".join(_legend(report))]
    parts.append(_verdict(report))
    return "\n\n".join(parts) + "\n"


def _findings(file: FileReport) -> Iterator[str]:
    for group in file.groups:
        yield from _group(file, group)


def _group(file: FileReport, group: Group) -> Iterator[str]:
    shown = group.kept[:PLACES]
    for finding in shown:
        yield f"{_place(finding)} {finding.level} {finding.rule}: {safe(finding.message)}{_said(file, finding)}"
    if group.number > len(shown):
        yield f"    and {group.number - len(shown):,} more like these, the last on line {group.last_line:,}"
    yield f"    -> {shown[0].remedy}"


def _place(finding: BatchFinding) -> str:
    name = safe(finding.file)
    return f"{name}:" if finding.line is None else f"{name}:{finding.line}:{finding.column}:"


def _said(file: FileReport, finding: BatchFinding) -> str:
    """What the provider would say: its code, else its words."""
    if finding.provider_code is not None:
        words = finding.provider_code
    elif finding.provider_message is not None:
        words = quoted(finding.provider_message, 120)
    else:
        return ""
    when = "" if finding.provider_when is None else WHEN[finding.provider_when]
    return f" ({file.dialect} says{when}: {words})"


WHEN = {"upload": " at the upload", "create": "", "validation": "", "run": " after the wait"}


def _files(files: Sequence[FileReport]) -> str:
    rows = [
        (
            _cut(file.name),
            file.dialect or "unknown",
            f"{file.requests:,}",
            _size(file.bytes),
            *map(str, map(file.count, LEVELS)),
        )
        for file in files
    ]
    return _table(rows, ("file", "dialect", "requests", "size", "errors", "warnings", "notes"), words=2)


def _models(report: BatchReport) -> str:
    rows = [row for bill in report.models for row in _bill(bill)]
    if len(report.models) > 1:
        rows += [("total", "", "", "", "real-time", *_costs(report.cost("real_time")))]
        rows += [("", "", "", "", "batch", *_costs(report.cost("batch")))]
    return _table(
        rows, ("model", "requests", "input tokens", "output cap", "lane", "input", "expected", "at most"), words=1
    )


def _bill(bill: ModelBill) -> Iterator[tuple[str, ...]]:
    sure = bill.input_tokens == bill.input_tokens_high
    tokens = f"{bill.input_tokens:,}" if sure else f"about {bill.input_tokens:,}"
    if bill.uncounted == bill.requests:
        tokens = DASH
    cap = DASH if bill.capped_output_tokens is None or tokens == DASH else f"{bill.capped_output_tokens:,}"
    name = bill.asked if bill.asked == bill.model else f"{bill.asked} = {bill.model}".removeprefix(" = ")
    yield (_cut(name) or "not named", f"{bill.requests:,}", tokens, cap, "real-time", *_costs(bill.real_time))
    yield ("", "", "", "", "batch", *_costs(bill.batch))


def _costs(cost: Cost) -> tuple[str, str, str]:
    return _usd(cost.input_usd), _usd(cost.expected_usd), _usd(cost.most_usd, up=True)


def _usd(amount: Decimal | None, up: bool = False) -> str:
    """To the cent; below a dollar to a hundredth of one. The most that something may cost is rounded up."""
    if amount is None:
        return DASH
    step = Decimal("0.01") if amount >= 1 else LEAST
    if 0 < amount < LEAST:
        return f"<${LEAST}"
    if up:
        return f"${amount.quantize(step, rounding=ROUND_CEILING, context=WIDE):,}"
    return f"${amount.quantize(step, context=WIDE):,}" if amount < 1 else f"${cents(amount):,}"


def _legend(report: BatchReport) -> Iterator[str]:
    """What the numbers rest on, and why some are missing."""
    book = f"price book {safe(report.book)} ({(report.digest or '')[:19]})"
    yield f"US dollars for the whole of it, valued on {report.valued_on} with {book}; no cache hits, no cache writes."
    for how in dict.fromkeys(bill.counted_by for bill in report.models if bill.uncounted < bill.requests):
        yield f"Input tokens: {how}."
    if any(bill.expected_output_tokens is None and not bill.missing for bill in report.models):
        yield "Expected: unknown until --output-tokens says how many tokens an answer has; a cap is no estimate."
    uncapped = sum(bill.uncapped for bill in report.models if bill.capped_output_tokens is not None)
    if uncapped:
        yield f"At most: {_counted(uncapped, 'request')} without a cap with the most that the model can write."
    for bill in report.models:
        if bill.uncounted:
            known = "" if bill.batch.known_usd is None else f", whose input is {_usd(bill.batch.known_usd)} in a batch"
            yield f"{safe(bill.asked) or 'the model'}: {bill.requests - bill.uncounted:,} of {bill.requests:,} requests are counted{known}."
    for why in report.unpriced:
        yield f"Not priced: {safe(why)}."
    if report.uncounted_requests:
        yield f"Not priced: {_counted(report.uncounted_requests, 'request')} of no known kind."


def _verdict(report: BatchReport) -> str:
    numbers = ", ".join(_counted(report.count(level), level) for level in LEVELS)
    requests = sum(file.requests for file in report.files)
    end = "do not upload." if report.count("error") else "nothing that the service is known to refuse."
    return f"{_counted(len(report.files), 'file')}, {_counted(requests, 'request')}: {numbers}; {end}"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _size(size: int) -> str:
    return (
        f"{size:,} B" if size < 10_000 else f"{size // 1000:,} kB" if size < 10_000_000 else f"{size // 1_000_000:,} MB"
    )


def _cut(name: str) -> str:
    shown = safe(name)
    return shown if len(shown) <= NAME else "…" + shown[-NAME + 1 :]


def _table(rows: Sequence[Sequence[str]], head: Sequence[str], words: int) -> str:
    """As tabulate writes it, whose import would take a fifth of a start."""
    left = [column < words or name == "lane" for column, name in enumerate(head)]
    widths = [max(len(name) + 2, *map(len, cells)) for name, cells in zip(head, zip(*rows, strict=True), strict=True)]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) if at_left else cell.rjust(width) for cell, width, at_left in zip(line, widths, left, strict=True)).rstrip()
        for line in lines
    )  # fmt: skip
