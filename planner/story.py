"""The whole story of one workload in plain words: what is known, which rules fired, what won, and the sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from textwrap import wrap

from planner.facts import VOCABULARY
from planner.formats._words import budget_usd, money, one_line, percent, usd
from planner.operators import shown
from planner.report import BillLine, Finding, Flip, Report, TraceEntry, WorkloadReport
from planner.rules import Rule
from planner.units import exact, plain

WIDTH = 100


def tell(report: Report, workload: WorkloadReport, rules: Mapping[str, Rule]) -> str:
    """The story; the report must have been made with every rule's verdict and every fact."""
    sections = [
        ("", _opening(report, workload)),
        ("Why", _why(workload, rules)),
        ("Rules that fired", _fired(workload, rules)),
        ("Rules that could not be decided", _undecided(workload, rules)),
        ("What is known", _known(workload)),
        ("What is not known", [", ".join(workload.unknown) or "nothing is unknown"]),
        ("Limits, and who says so", _limits(workload)),
        ("Lanes, a month each" if not workload.one_off else "Lanes, for the one job", _lanes(workload)),
        ("The sum, line by line", _bill(workload)),
        ("What would flip it", _flips(workload)),
        ("Assumptions", workload.assumptions or ["none"]),
        ("Findings", [_finding(f) for f in report.findings if f.workload == workload.id] or ["none"]),
    ]
    return "\n\n".join(_section(title, lines) for title, lines in sections if lines) + "\n"


def _limits(workload: WorkloadReport) -> list[str]:
    """The limits, gathered by who says so."""
    by_source: dict[str, list[str]] = {}
    for limit in workload.limits:
        more = [f"disputed: {limit.disputed}"] if limit.disputed else []
        more += [limit.note] if limit.note else []
        told = f"{limit.limit} = {limit.value}" + (f" ({'; '.join(more)})" if more else "")
        by_source.setdefault(limit.source, []).append(told)
    return [one_line(f"{source}: {', '.join(told)}") for source, told in by_source.items()] or ["none is known"]


def _section(title: str, lines: Iterable[str]) -> str:
    body = [piece for line in lines for piece in _wrapped(line)]
    return "\n".join([title, "-" * len(title), *body]) if title else "\n".join(body)


def _wrapped(line: str) -> list[str]:
    """The line at the width; tables, which begin with two blanks, are left alone."""
    if line.startswith("  ") or not line:
        return [line]
    return wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _opening(report: Report, w: WorkloadReport) -> list[str]:
    lane = f" in the {w.lane} lane" if w.lane not in ("standard", w.mode) else ""
    period = "once" if w.one_off else "a month"
    lines = [
        f"{w.id}: {w.mode}{lane}, {usd(w.monthly.expected_usd)} {period} expected, {budget_usd(w.monthly.budget_usd)} to budget.",
        f"{w.model} at {w.provider} ({w.region}), {shown(exact(w.requests_per_month), 'number')} requests {period}; "
        f"valued on {report.valued_on} with price book {one_line(report.price_book.name)}.",
    ]
    if w.pattern == "queue":
        lines.append("Pattern: a queue that buffers the requests and works them off in off-peak hours.")
    return lines


def _why(w: WorkloadReport, rules: Mapping[str, Rule]) -> list[str]:
    lines = [f"{w.mode}, decided by {w.decided_by or 'no rule'}: {one_line(w.reason)}."]
    rule = rules.get(w.decided_by or "")
    if rule is not None:
        lines += [" ".join(rule.why.split()), f"Source: {rule.source}."]
    m = w.monthly
    if m.saving_forgone_usd:
        lines.append(
            f"Batch would save {usd(m.saving_forgone_usd)}; {m.forgone_by or 'the lack of a deciding rule'} forgoes it."
        )
    elif w.mode == "batch" and m.saving_usd is not None:
        lines.append(f"It saves {usd(m.saving_usd)} ({percent(m.saving_percent)}) against real time.")
    others = _outweighed(w, rules)
    if others:
        lines.append("Outweighed: " + ", ".join(others) + ".")
    return lines


def _outweighed(w: WorkloadReport, rules: Mapping[str, Rule]) -> list[str]:
    """Assignment rules that fired for the other mode."""
    found = [rules[e.rule] for e in w.trace if e.verdict == "fires" and e.rule in rules]
    against = [rule for rule in found if rule.assign and rule.assign != w.mode]
    return [f"{rule.id} ({_strength(rule)}, wants {rule.assign})" for rule in against]


def _fired(w: WorkloadReport, rules: Mapping[str, Rule]) -> list[str]:
    lines = []
    for entry in w.trace:
        rule = rules.get(entry.rule)
        if entry.verdict != "fires" or rule is None:
            continue
        what = f"{_strength(rule)}, wants {rule.assign}" if rule.assign else rule.level
        lines.append(f"- {entry.rule} ({what}): {one_line(entry.message)}; saw {_saw(entry)}")
    return lines or ["none"]


def _strength(rule: Rule) -> str:
    return "required" if rule.strength == "required" else f"preferred, weight {rule.weight}"


def _undecided(w: WorkloadReport, rules: Mapping[str, Rule]) -> list[str]:
    """Rules that could change the decision, each with the facts that it lacks; of the others only their number."""
    lines = []
    others = 0
    for entry in w.trace:
        rule = rules.get(entry.rule)
        if entry.verdict != "undecided" or rule is None:
            continue
        if not rule.assign:
            others += 1
            continue
        lacks = ", ".join(name for name in rule.condition.reads if name not in entry.saw)
        lines.append(f"- {entry.rule} ({_strength(rule)}, would want {rule.assign}): not known is {lacks}")
    if others:
        lines.append(f"and {others} rules that only report")
    return lines


def _saw(entry: TraceEntry) -> str:
    return ", ".join(f"{name} {_shown(name, value)}" for name, value in entry.saw.items()) or "nothing"


def _known(w: WorkloadReport) -> list[str]:
    width = max((len(name) for name in w.facts), default=0)
    lines = []
    for name, value in w.facts.items():
        first, *rest = wrap(_shown(name, value), WIDTH - width - 4) or [""]
        lines += [f"  {name:<{width}}  {first}", *(f"  {'':<{width}}  {part}" for part in rest)]
    return lines


def _shown(name: str, value: str) -> str:
    kind = VOCABULARY[name].kind
    if kind in ("flag", "word", "words"):
        return one_line(value)
    return shown(exact(Decimal(value)), kind)


def _lanes(w: WorkloadReport) -> list[str]:
    m = w.monthly
    lanes = (("real-time", m.real_time_usd), ("batch", m.batch_usd), ("flex", m.flex_usd), ("priority", m.priority_usd))
    return [
        f"  {lane:<10} {'no published rate' if amount is None else '$' + money(amount):>18}" for lane, amount in lanes
    ]


def _bill(w: WorkloadReport) -> list[str]:
    rows = [_bill_row(line) for line in w.lines]
    if not rows:
        return ["nothing can be priced"]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    before = ""
    for row, line in zip(rows, w.lines, strict=True):
        lines.append(f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}")
        told = _provenance(line)
        lines += ["  " + " " * 4 + part for part in wrap(told, WIDTH - 8) if told != before]
        before = told
    lines.append(f"  expected {usd(w.monthly.expected_usd)}; to budget {budget_usd(w.monthly.budget_usd)}")
    return lines


def _bill_row(line: BillLine) -> Sequence[str]:
    tokens = "" if line.tokens is None else f"{shown(exact(line.tokens), 'number')} tokens"
    rate = "" if line.usd_per_mtok is None else f"x ${plain(line.usd_per_mtok)} per 1M"
    return (f"{line.token_class} ({line.lane})", tokens, rate, f"= ${_exact_usd(line.usd)}")


def _exact_usd(amount: Decimal) -> str:
    """All digits of an amount, with separators: 2,935.044643."""
    whole, _, rest = plain(amount).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


def _provenance(line: BillLine) -> str:
    parts = [f"{line.source}, verified {line.verified}, rate since {line.since}"] if line.source else []
    parts += [line.note] if line.note else []
    return "; ".join(parts)


def _flips(w: WorkloadReport) -> list[str]:
    """One line per dimension; at nothing, where no change of it alone leads to another mode."""
    lines = []
    for flip in w.flips:
        now = "not stated" if flip.now is None else f"now {amount(flip, flip.now)}"
        if flip.at is None:
            lines.append(f"- {flip.dimension}: no change of it alone ({now})")
            continue
        costs = f"{usd(flip.expected_usd)} instead of {usd(flip.instead_of_usd)} {'for the job' if w.one_off else 'a month'}"
        by = flip.decided_by or "no rule"
        lines.append(f"- {flip.dimension}: {flip.mode} {point(flip, flip.at)} ({now}), decided by {by}; there {costs}")
    return lines


def point(flip: Flip, at: Decimal) -> str:
    """The point in words: a wait is given as the round time that it lies just below."""
    if flip.unit == "duration" and flip.now is not None and at < flip.now:
        return f"below {amount(flip, at + Decimal('0.001'))}"
    return f"at {amount(flip, at)}"


def amount(flip: Flip, value: Decimal) -> str:
    if flip.unit == "duration":
        return shown(exact(value), "duration")
    if flip.dimension == "batch price":
        return f"{plain(value * 100)} % {flip.unit}"
    return f"{shown(exact(value), 'number')} {flip.unit}"


def _finding(finding: Finding) -> str:
    return f"- {finding.level}: {one_line(finding.message)} [{finding.rule}] -> {finding.remedy}"
