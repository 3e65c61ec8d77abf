"""Tables for a terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from planner.forecasting.report import ForecastReport, ScenarioForecast, WorkloadForecast
from planner.forecastviews._words import (
    against,
    caveats,
    crossings,
    fans,
    headline,
    headroom,
    risk,
    risks,
    shares,
    sparkline,
    state,
    sum_line,
    uncertainty,
    with_error,
)
from planner.formats._words import about, budget_money, money, one_line
from planner.report import Finding

WIDTH = 100
BAR = 20
MOST_MONTHS = 24
MOST_EVENTS = 40


def render(report: ForecastReport) -> str:
    """The total month by month, the workloads, the limits, what changes when, and what the uncertainty comes from."""
    stated = report.scenarios[0]
    parts = [_wrapped(headline(report) + "."), _months(stated), _wrapped(f"US dollars. {sum_line(stated)}")]
    parts += [_wrapped(uncertainty(stated)), *_spread(stated), _workloads(stated)]
    if stated.limits:
        parts.append(_limits(stated))
    parts += _events(stated)
    parts += _findings(report.findings)
    if len(report.scenarios) > 1:
        parts.append(_scenarios(report))
    return "\n\n".join(parts) + "\n"


def _months(scenario: ScenarioForecast) -> str:
    """A row a month, with a bar; the percentiles where there are any."""
    bars = [month.expected_usd for month in scenario.months]
    top = max((amount for amount in bars if amount is not None), default=None)
    rows = []
    for month, fan in zip(scenario.months, fans(scenario), strict=True):
        share = month.expected_usd / top if month.expected_usd is not None and top else 0
        row = [month.month, money(month.expected_usd), budget_money(month.budget_usd)]
        if scenario.simulated is not None:
            row += ["", "", "", ""] if fan is None else [money(p) for p in (fan.p10, fan.p50, fan.p90, fan.p99)]
        rows.append([*row, "█" * int(share * BAR)])
    head = ["month", "expected", "budget", *(["P10", "P50", "P90", "P99"] if scenario.simulated else []), ""]
    room = WIDTH - sum(_width(rows, head, at) + 2 for at in range(len(head) - 1))
    fitted = [[*row[:-1], row[-1][: max(0, len(row[-1]) * min(BAR, room) // BAR)]] for row in rows]
    return _table(fitted, head, "l" + "r" * (len(head) - 2) + "l", ("", "P99", "P10", "budget"))


def _spread(scenario: ScenarioForecast) -> Iterator[str]:
    """The percentiles of the whole sum with their errors, and which numbers they come from."""
    drawn = scenario.simulated
    if drawn is None:
        return
    if drawn.total is not None:
        fan = drawn.total
        named = (
            ("P10", fan.p10, fan.error_p10),
            ("P50", fan.p50, fan.error_p50),
            ("P90", fan.p90, fan.error_p90),
            ("P99", fan.p99, fan.error_p99),
            ("mean", drawn.mean_usd, drawn.error_mean_usd),
        )
        yield _wrapped("All months: " + ", ".join(f"{name} {with_error(p, error)}" for name, p, error in named) + ".")
    rows = [(_cut(name, 28), number, _cut(taken, 44), part) for name, number, taken, part in shares(drawn)]
    yield _table(rows, ("uncertain", "number", "taken as", "of variance"), "lllr")


def _workloads(scenario: ScenarioForecast) -> str:
    """A row per workload: its first and last month, its sum, its course."""
    rows = [_row(workload) for workload in scenario.workloads]
    head = ("workload", "lane", "first month", "last month", "all months", "course")
    room = max(12, WIDTH - 10 - sum(_width(rows, head, at) for at in range(1, 6)))
    return _table([(_cut(row[0], room), *row[1:]) for row in rows], head, "llrrrl", ("course", "first month"))


def _row(workload: WorkloadForecast) -> tuple[str, ...]:
    lanes = dict.fromkeys(part.lane for month in workload.months for part in month.parts if part.lane)
    shown = list(lanes) if len(lanes) < 3 else [*list(lanes)[:1], "…", *list(lanes)[-1:]]
    course = [month.expected_usd for month in workload.months]
    return (
        one_line(workload.id) + (" (once)" if workload.one_off else ""),
        " > ".join(shown),
        money(course[0]),
        money(course[-1]),
        money(workload.expected_usd),
        sparkline(course[:MOST_MONTHS]) + ("…" if len(course) > MOST_MONTHS else ""),
    )


def _limits(scenario: ScenarioForecast) -> str:
    drawn = scenario.simulated is not None
    rows = [
        (_cut(one_line(limit.scope), 30), money(limit.limit_usd), state(limit), headroom(limit))
        + ((risk(own),) if drawn else ())
        for limit, own in zip(scenario.limits, risks(scenario), strict=True)
    ]
    head = ("limit for", "a month", "expected", "more volume", *(["probability"] if drawn else []))
    return _table(rows, head, "lrlrl"[: len(head)], ("more volume",))


def _events(scenario: ScenarioForecast) -> Iterator[str]:
    """What changes when, a line each."""
    lines = [
        _wrapped(f"{one.day}  {one_line(one.workload)}: {one_line(one.says)}", " " * 12)
        for one in scenario.events[:MOST_EVENTS]
    ]
    if len(scenario.events) > MOST_EVENTS:
        lines.append(f"{len(scenario.events) - MOST_EVENTS} more are in the other formats.")
    if lines:
        yield "\n".join(lines)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    """What to act on, each with its place and what to do."""
    lines = [
        f"{_wrapped(f'{one_line(f.file)}:{f.line}:{f.column}: {f.level}: {about(f)} [{f.rule}]', '    ')}\n"
        f"{_wrapped(f'    -> {one_line(f.remedy)}', '    ')}"
        for f in findings
    ]
    if lines:
        yield "\n".join(lines)


def _scenarios(report: ForecastReport) -> str:
    """The scenarios side by side, and what each of them changes."""
    stated = report.scenarios[0]
    rows = []
    for one in report.scenarios:
        spread = one.simulated.total if one.simulated else None
        p90 = "" if spread is None else money(spread.p90)
        amounts = (money(one.expected_usd), against(one, stated), p90, money(one.months[-1].expected_usd))
        rows.append((_cut(one_line(one.name), 18), *amounts, _cut(crossings(one), 24)))
    table = _table(
        rows,
        ("scenario", "all months", "change", "P90", "last month", "crosses"),
        "lrrrrl",
        ("last month", "P90", "crosses"),
    )
    told = [_wrapped(f"{one_line(s.name)}: {one_line(', '.join(s.changes))}.", "  ") for s in report.scenarios[1:]]
    left = [_wrapped(f"{one_line(s.name)}: {says}", "  ") for s in report.scenarios[1:] for says in caveats(s)]
    return "\n".join([table, "", *told, *left])


def _table(rows: Sequence[Sequence[str]], head: Sequence[str], sides: str, spare: Sequence[str] = ()) -> str:
    """The table; where it is too wide it gives up the columns in `spare`, one after another, and never a digit."""
    from tabulate import tabulate

    kept = list(range(len(head)))
    for name in spare:
        if sum(_width(rows, head, at) + 2 for at in kept) - 2 > WIDTH and name in head:
            kept.remove(head.index(name))
    align = ["left" if sides[at] == "l" else "right" for at in kept]
    cells = [[row[at] for at in kept] for row in rows]
    shown = tabulate(cells, [head[at] for at in kept], disable_numparse=True, colalign=align)
    return "\n".join(line.rstrip() for line in shown.split("\n"))


def _width(rows: Sequence[Sequence[str]], head: Sequence[str], at: int) -> int:
    """Columns that a column of the table takes: a head has two blanks around it."""
    return max(len(head[at]) + 2, *(len(row[at]) for row in rows))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str, indent: str = "") -> str:
    return "\n".join(wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False))
