"""Amounts and sentences that several formats share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from planner.report import Finding, LintReport, Monthly, Report, WorkloadReport
from planner.units import cents, cents_up, plain

UNKNOWN = "unknown"
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula, in full width too, as East Asian versions do."""
EXCERPT = 90
"""Columns of a source line that are shown."""


def usd(amount: Decimal | None) -> str:
    """$1,234.50, to the cent; `unknown` where it is not known."""
    return UNKNOWN if amount is None else f"${money(amount)}"


def money(amount: Decimal | None) -> str:
    """1,234.50, to the cent."""
    return UNKNOWN if amount is None else f"{cents(amount):,}"


def budget_usd(amount: Decimal | None) -> str:
    """$1,234.51, rounded up to the cent: a budget must not be short."""
    return UNKNOWN if amount is None else f"${cents_up(amount):,}"


def budget_money(amount: Decimal | None) -> str:
    """1,234.51, rounded up to the cent."""
    return UNKNOWN if amount is None else f"{cents_up(amount):,}"


def percent(amount: Decimal | None) -> str:
    """49.5 %, to a tenth."""
    return UNKNOWN if amount is None else f"{plain(amount.quantize(Decimal('0.1')))} %"


def decided_by(workload: WorkloadReport) -> str:
    """The deciding rule, or that there was none."""
    return workload.decided_by or "nothing decided"


def headline(report: Report) -> str:
    """What was planned, for which day, with which prices."""
    name = f"{one_line(report.name)}: " if report.name else ""
    count = report.coverage.workloads
    book = report.price_book
    return f"{name}{count} workload{'s' if count != 1 else ''}, valued on {report.valued_on} with price book {one_line(book.name)} ({book.digest[:19]})"


def coverage(report: Report) -> str:
    """How far the numbers can be trusted."""
    c = report.coverage
    parts = [f"{c.priced} of {c.workloads} priced"]
    if report.totals.expected_usd is None and report.totals.priced_usd:
        parts[0] += f": {usd(report.totals.priced_usd)} a month is the sum of the known part"
    parts.append(f"{c.assumed} with an assumption")
    if c.disputed:
        parts.append(f"{c.disputed} with a rate on which sources disagree (the dearer counts)")
    return "Coverage: " + ", ".join(parts) + "."


def saving(report: Report) -> str:
    """What the assignment saves against everything in real time, and what it leaves."""
    totals = report.totals
    if totals.saving_usd is None or totals.real_time_usd is None:
        return "The saving is unknown, since not everything is priced."
    share = f" ({percent(100 * totals.saving_usd / totals.real_time_usd)})" if totals.real_time_usd else ""
    forgone = [w.monthly for w in report.workloads if w.monthly.saving_forgone_usd and not w.one_off]
    text = f"Saving against all in real time: {usd(totals.saving_usd)} a month{share}."
    if forgone:
        text += f" Forgone by rules that need real time: {usd(_sum(forgone))} a month."
    return text


def _sum(forgone: list[Monthly]) -> Decimal:
    return sum((m.saving_forgone_usd for m in forgone if m.saving_forgone_usd is not None), Decimal(0))


def one_line(text: str | None) -> str:
    """A piece of the manifest's text without line breaks or terminal control characters."""
    return "".join(c if c.isprintable() else " " for c in text or "")


def in_cell(text: str | None) -> str:
    """Text in one line that a spreadsheet does not take for a formula."""
    clean = one_line(text)
    return "'" + clean if clean.lstrip().startswith(FORMULA_SIGNS) else clean


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'s' if number != 1 else ''}"


def levels(findings: Sequence[Finding]) -> str:
    """`1 error, 0 warnings, 2 notes`."""
    numbers = [(level, sum(finding.level == level for finding in findings)) for level in ("error", "warning", "note")]
    return ", ".join(counted(number, level) for level, number in numbers)


def about(finding: Finding) -> str:
    """What was found, with the workload before it."""
    return one_line(f"{finding.workload}: {finding.message}" if finding.workload else finding.message)


def pointed(finding: Finding) -> list[str]:
    """The source line with a caret, and the remedy; a long line is cut around the place."""
    start = max(0, min(finding.column - 1, finding.end_column - 1 - EXCERPT))
    shown = one_line(finding.excerpt)[start : start + EXCERPT]
    number = str(finding.line)
    caret = " " * (finding.column - 1 - start) + "^" * max(
        1, min(finding.end_column, start + EXCERPT + 1) - finding.column
    )
    gap = " " * len(number)
    return [f"{number} | {shown}", f"{gap} | {caret}", f"{gap} = {one_line(finding.remedy)}"]


def checked_files(lint: LintReport) -> list[str]:
    """Every file once: those that were checked, and any other that a finding names."""
    named = (f.file for f in (*lint.findings, *(one.finding for one in lint.suppressed)))
    return list(dict.fromkeys((*lint.files, *named)))


def slashed(file: str) -> str:
    """The file's name as forges write it: forward slashes on every system, no ./ in front."""
    name = file.replace("\\", "/")
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name


def in_markdown(text: str) -> str:
    """Text of a manifest that can neither break a table nor bring markup of its own."""
    from html import escape

    plain_text = escape(one_line(text), quote=False)
    return "".join("\\" + c if c in "\\|`*_[]~" else c for c in plain_text).replace("@", "@\u200b")
