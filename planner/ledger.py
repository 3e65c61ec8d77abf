"""From a decided case to what the report says of it: its bill line by line, its sums, its assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from planner.case import Case
from planner.costs import Line
from planner.decisions import Decision
from planner.facts import VOCABULARY
from planner.known import Facts
from planner.operators import bare
from planner.report import BillLine, LimitLine, Monthly, TraceEntry, WorkloadReport
from planner.reserves import Missing, Reserve
from planner.rules import Verdict, message, saw
from planner.units import decimal6, minus, percentage, plain, total

QUEUE = "queue"


def workload_report(
    case: Case,
    facts: Facts,
    verdicts: Sequence[Verdict],
    decision: Decision,
    held: list[Reserve] | Missing,
    trace_all: bool,
) -> WorkloadReport:
    """Everything that is told of one workload."""
    w = case.workload
    fired = [verdict for verdict in verdicts if verdict.outcome == "fires"]
    marked = any(verdict.rule.marks == QUEUE for verdict in fired)
    daily, known = facts["tokens_per_day"], facts.all() if trace_all else {}
    return WorkloadReport(
        id=w.id,
        provider=w.provider,
        model=w.model,
        canonical=case.canonical,
        billed_as=case.book.billed_as(w.provider, w.model, case.on),
        region=w.region,
        owner=w.owner,
        labels=dict(w.labels),
        one_off=w.volume.once,
        one_off_month=w.volume.month,
        requests_per_month=decimal6(case.requests),
        tokens_per_day=None if daily is None else decimal6(daily),
        mode=decision.mode,
        lane=decision.lane,
        pattern=QUEUE if marked else decision.mode,
        decided_by=decision.decided_by,
        reason=decision.reason,
        trace=[_entry(verdict, facts) for verdict in (verdicts if trace_all else fired)],
        assumptions=list(_assumptions(case, decision)),
        monthly=_monthly(case, decision, held),
        lines=_lines(case.costs[decision.lane].lines, held),
        facts={name: bare(value, VOCABULARY[name].kind) for name, value in known.items()},
        unknown=[name for name in VOCABULARY if name not in known] if trace_all else [],
        limits=list(_limits(case)) if trace_all else [],
        flips=[],
    )


def _limits(case: Case) -> Iterable[LimitLine]:
    """Every limit that the facts asked for and that is known."""
    w = case.workload
    for name in sorted(case.allowed):
        found = case.limits.find(name, case.account, case.canonical, w.region, w.input.reach)
        if found is not None:
            value = ", ".join(found.value) if isinstance(found.value, list) else bare(found.value, _kind(found.value))
            yield LimitLine(name, value, found.source, found.disputed, found.note)


def _kind(value: Any) -> str:
    return "flag" if isinstance(value, bool) else "word" if isinstance(value, str) else "number"


def _entry(verdict: Verdict, facts: Facts) -> TraceEntry:
    says = message(verdict.rule, facts) if verdict.outcome == "fires" else None
    return TraceEntry(verdict.rule.id, verdict.outcome, saw(verdict.rule, facts), says)


def _monthly(case: Case, decision: Decision, held: list[Reserve] | Missing) -> Monthly:
    usd = {lane: cost.usd for lane, cost in case.costs.items()}
    expected = usd[decision.lane]
    reserve = None if isinstance(held, Missing) else total(part.usd for part in held)
    saving = minus(usd["standard"], expected)
    forgone = _forgone(usd, decision)
    return Monthly(
        real_time_usd=usd["standard"],
        batch_usd=usd["batch"],
        flex_usd=usd["flex"],
        priority_usd=usd["priority"],
        expected_usd=expected,
        budget_usd=total((expected, reserve)),
        saving_usd=saving,
        saving_percent=percentage(saving, usd["standard"]),
        saving_forgone_usd=forgone,
        forgone_by=decision.decided_by if forgone else None,
    )


def _forgone(usd: Mapping[str, Decimal | None], decision: Decision) -> Decimal | None:
    """What batch would have saved; 0 where it is chosen or dearer, None where its rate is not known."""
    if decision.mode == "batch":
        return Decimal(0)
    saving = minus(usd[decision.lane], usd["batch"])
    return None if saving is None else max(saving, Decimal(0))


def _lines(lines: Iterable[Line], held: list[Reserve] | Missing) -> list[BillLine]:
    bill = [
        BillLine(
            lane=line.lane,
            token_class=line.token_class,
            counts="expected",
            usd=line.usd,
            tokens=decimal6(line.tokens),
            usd_per_mtok=_trimmed(line.usd_per_mtok),
            source=line.rate.source,
            verified=line.rate.verified,
            since=line.rate.since,
            disputed=line.disputed,
            note=_line_note(line),
            over_input_tokens=line.rate.over_input_tokens,
        )
        for line in lines
    ]
    for part in [] if isinstance(held, Missing) else held:
        rate = part.rate
        bill.append(
            BillLine(
                lane=part.lane,
                token_class=part.kind,
                counts="budget",
                usd=part.usd,
                tokens=None if part.tokens is None else decimal6(part.tokens),
                usd_per_mtok=_trimmed(rate.amounts["output"].usd_per_mtok)
                if rate and part.tokens is not None
                else None,
                source=rate.source if rate else None,
                verified=rate.verified if rate else None,
                since=rate.since if rate else None,
                note=part.why,
                over_input_tokens=rate.over_input_tokens if rate else 0,
            )
        )
    return bill


def _trimmed(amount: Decimal) -> Decimal:
    return Decimal(plain(amount))


def _line_note(line: Line) -> str | None:
    notes = []
    if line.disputed:
        notes.append("sources disagree, the dearer rate counts")
    if line.derived:
        notes.append("derived from a printed rule")
    if line.rate.over_input_tokens:
        notes.append(f"tier over {line.rate.over_input_tokens} input tokens")
    return "; ".join(notes) or None


def _assumptions(case: Case, decision: Decision) -> Iterable[str]:
    w, reasoning = case.workload, case.reasoning
    if reasoning.basis == "assumed":
        yield "reasoning effort medium is assumed: it is neither measured nor stated, and the model's default is not known"
    elif reasoning.basis == "default" and reasoning.expected:
        yield f"reasoning at the model's default effort, {reasoning.effort}"
    rate = case.costs[decision.lane].lines[0].rate if case.costs[decision.lane].lines else None
    has_discount = rate is not None and "cached_input" in rate.amounts
    if w.cached_input_tokens is None and has_discount and decision.mode != "batch":
        yield "cached input is not stated: no cache discount"
    if decision.mode == "batch" and w.cached_input_tokens and not w.batch.cached_input_tokens:
        yield "cache hits inside a batch are best effort and are not counted (batch.cached_input states them)"
    billed_as = case.book.billed_as(w.provider, w.model, case.on)
    if billed_as != w.model:
        yield f"requests for {w.model} are re-routed to {billed_as} and billed at its rates"
    if w.input.is_plain and any(w.input.mean <= line < w.input.mean * 20 for line in _tier_lines(case, decision)):
        yield f"all requests stay in the price tier of {plain(w.input.mean)} input tokens: no 95th percentile is stated"
    if (
        w.volume.hours_utc is None
        and rate is not None
        and case.book.has_off_peak(w.provider, w.region, w.model, decision.lane, case.on)
    ):
        yield "peak rates: the hours of the requests are not stated"


def _tier_lines(case: Case, decision: Decision) -> tuple[int, ...]:
    w = case.workload
    return case.book.tier_lines(w.provider, w.region, w.model, decision.lane, case.on)
