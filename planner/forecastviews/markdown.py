"""A comment for a pull request: the months, the limits, and the rest folded away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from planner.forecasting.report import ForecastReport, ScenarioForecast
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
from planner.formats._words import about, budget_usd, counted, in_markdown, usd
from planner.report import LEVELS, Finding

MARKER = "<!-- planner-forecast -->"
LEVEL_SIGNS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}
SIGNS = {"within": "✅", "at-risk": "⚠️", "unknown": "❔", "covers nothing": "⚠️"}


def render(report: ForecastReport) -> str:
    """The forecast. The hidden marker lets a job find its own comment and update it in place."""
    stated = report.scenarios[0]
    parts = [MARKER, f"### LLM forecast: {_headed(stated)}", in_markdown(headline(report)) + ".", _months(stated)]
    if stated.limits:
        parts.append(_limits(stated))
    if len(report.scenarios) > 1:
        parts.append(_scenarios(report))
    parts += _findings(report.findings)
    parts += [in_markdown(uncertainty(stated)), *_spread(stated), _workloads(stated), *_events(stated)]
    return "\n\n".join(parts) + "\n"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    """What to act on, the errors first."""
    lines = [
        f"- {LEVEL_SIGNS[f.level]} {in_markdown(about(f))} (`{f.rule}`, {in_markdown(f.file)}:{f.line})"
        for f in sorted(findings, key=lambda f: -LEVELS.index(f.level))
    ]
    if lines:
        yield "\n".join(lines)


def _headed(scenario: ScenarioForecast) -> str:
    months = counted(len(scenario.months), "month")
    if scenario.expected_usd is None:
        return f"{months}. {sum_line(scenario)}"
    return f"{usd(scenario.expected_usd)} expected in {months}"


def _months(scenario: ScenarioForecast) -> str:
    drawn = scenario.simulated is not None
    rows = []
    for month, fan in zip(scenario.months, fans(scenario), strict=True):
        row = [month.month, usd(month.expected_usd), budget_usd(month.budget_usd)]
        if drawn:
            row += ["", "", "", ""] if fan is None else [usd(p) for p in (fan.p10, fan.p50, fan.p90, fan.p99)]
        rows.append(row)
    head = ["month", "expected", "budget", *(["P10", "P50", "P90", "P99"] if drawn else [])]
    return _table(head, rows, 1)


def _limits(scenario: ScenarioForecast) -> str:
    drawn = scenario.simulated is not None
    rows = [
        (
            f"{SIGNS.get(state(limit), '❌')} {state(limit)}",
            in_markdown(limit.scope),
            usd(limit.limit_usd),
            headroom(limit),
        )
        + ((risk(own),) if drawn else ())
        for limit, own in zip(scenario.limits, risks(scenario), strict=True)
    ]
    head = (
        "expected",
        "limit for",
        "a month",
        "more volume in the tightest month",
        *(["probability"] if drawn else []),
    )
    return _table(head, rows, 2)


def _scenarios(report: ForecastReport) -> str:
    stated = report.scenarios[0]
    rows = [
        (in_markdown(one.name), usd(one.expected_usd), against(one, stated), in_markdown(crossings(one)),
         "<br>".join(in_markdown(change) for change in one.changes))
        for one in report.scenarios
    ]  # fmt: skip
    table = _table(("scenario", "all months", "change", "crosses", "what changes"), rows, 1, 3)
    left = [f"{in_markdown(one.name)}: {in_markdown(says)}" for one in report.scenarios[1:] for says in caveats(one)]
    return "\n\n".join([table, *left])


def _spread(scenario: ScenarioForecast) -> Iterator[str]:
    drawn = scenario.simulated
    if drawn is None:
        return
    if drawn.total is not None:
        fan = drawn.total
        yield (
            f"All months: P10 {with_error(fan.p10, fan.error_p10)}, P50 {with_error(fan.p50, fan.error_p50)}, "
            f"P90 {with_error(fan.p90, fan.error_p90)}, P99 {with_error(fan.p99, fan.error_p99)}."
        )
    rows = [(in_markdown(name), number, taken, part) for name, number, taken, part in shares(drawn)]
    yield _fold("Where the spread comes from", _table(("uncertain", "number", "taken as", "of the variance"), rows, 3))


def _workloads(scenario: ScenarioForecast) -> str:
    rows = [
        (
            f"`{w.id}`" + (" (once)" if w.one_off else ""),
            " → ".join(dict.fromkeys(part.lane for month in w.months for part in month.parts if part.lane)),
            usd(w.months[0].expected_usd),
            usd(w.months[-1].expected_usd),
            usd(w.expected_usd),
            sparkline([month.expected_usd for month in w.months]),
        )
        for w in scenario.workloads
    ]
    head = ("workload", "lane", "first month", "last month", "all months", "course")
    return _fold(counted(len(rows), "workload"), _table(head, rows, 2, 5))


def _events(scenario: ScenarioForecast) -> Iterator[str]:
    rows = [(str(one.day), f"`{one.workload}`", one.kind, in_markdown(one.says)) for one in scenario.events]
    if rows:
        yield _fold(counted(len(rows), "change"), _table(("day", "workload", "what", "how"), rows, 4))


def _fold(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], first: int, last: int = 99) -> str:
    """The table with the numbers of columns `first` to before `last` to the right."""
    rule = ["---:" if first <= column < last else "---" for column in range(len(head))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))
