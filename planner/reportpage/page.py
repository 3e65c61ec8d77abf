"""The page as a whole: one file that asks nothing of the network, runs no script, and says so in its own policy."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json import dumps
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from planner.digests import sha256
from planner.forecasting.report import ForecastReport
from planner.report import BudgetCheck, Flip, Report, RuleCard
from planner.reportpage import figures, sentences
from planner.reportpage.bars import bar, gauge
from planner.reportpage.charts import Chart, drawn
from planner.reportpage.gathered import SHOWN, Group, Placed, Price, Sums, by_cost, groups, prices, sources, sums
from planner.reportpage.outlook import WHOLE, Outlook, named, outlook
from planner.reportpage.pictures import bridge, largest
from planner.reportpage.sentences import State
from planner.reportpage.telling import Told, told
from planner.units import minus, percentage

TOLD = 25
"""Workloads of which the page tells every line and what would change them; they are those that cost most."""
FEW = 10
"""Rows above `SHOWN` that are not worth folding."""
SECTIONS = {
    "summary": "Summary",
    "budgets": "Budgets",
    "findings": "Findings",
    "forecast": "Forecast",
    "money": "Where it goes",
    "assignment": "Assignment",
    "flips": "What would change",
    "bills": "Line by line",
    "prices": "Prices",
    "method": "How to read it",
}


class Page(NamedTuple):
    """What the templates lay out beside the plan. Money is in US dollars a month."""

    title: str
    source: str
    sections: list[tuple[str, str]]
    state: State
    numbers: str
    saving_percent: Decimal | None
    extra_usd: Decimal | None
    forgone_usd: Decimal
    reserve_usd: Decimal | None
    has_once: bool
    shown: list[Placed]
    rest: list[Placed]
    told: list[Told]
    untold: int
    sums: list[Sums]
    groups: list[Group]
    prices: list[Price]
    rates: int
    sources: list[str]
    bridge: Chart | None
    largest: Chart | None
    outlook: Outlook | None
    whole_limit: bool
    most: int = 50
    places: int = 5
    kin: int = 100
    split_rows: int = 8


def dearest(report: Report) -> list[Placed]:
    """The workloads whose story the page tells."""
    return by_cost(report)[:TOLD]


def render(
    report: Report,
    source: str,
    cards: Mapping[str, RuleCard],
    flips: Mapping[str, Sequence[Flip]],
    forecast: ForecastReport | None = None,
) -> str:
    """The page of a plan. `source` is the manifest's name; `flips` holds those of the dearest workloads, by id."""
    jinja = _environment()
    style = _dense(_file(jinja, "style.css"))
    fingerprint = b64encode(sha256(style.encode()).digest()).decode()
    page = _page(report, source, cards, flips, forecast)
    text = jinja.get_template("page.html").render(
        report=report, page=page, style=Markup(style), style_hash=Markup(fingerprint)
    )
    return _dense(text) + "\n"


def _dense(text: str) -> str:
    """The text without empty lines. The style is told by its hash, so it has none before it goes into the page."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _page(
    report: Report,
    source: str,
    cards: Mapping[str, RuleCard],
    flips: Mapping[str, Sequence[Flip]],
    forecast: ForecastReport | None,
) -> Page:
    t, placed, used = report.totals, by_cost(report), prices(report)
    shown = len(placed) if len(placed) <= SHOWN + FEW else SHOWN
    return Page(
        title=report.name or source.rpartition("/")[2],
        source=source,
        sections=[one for one in SECTIONS.items() if forecast or one[0] != "forecast"],
        state=sentences.state(report),
        numbers=sentences.numbers(report),
        saving_percent=percentage(t.saving_usd, t.real_time_usd),
        extra_usd=minus(t.expected_usd, t.real_time_usd),
        forgone_usd=sentences.forgone_usd(report),
        reserve_usd=figures.reserve(t.budget_usd, t.expected_usd),
        has_once=any(workload.one_off for workload in report.workloads),
        shown=placed[:shown],
        rest=placed[shown:],
        told=[told(one, flips.get(one.workload.id, ()), cards) for one in placed[:TOLD]],
        untold=len(placed[TOLD:]),
        sums=sums(report),
        groups=groups(report, {card.id: card.summary for card in cards.values()}),
        prices=used,
        rates=sum(len(price.rates) for price in used),
        sources=sources(report),
        bridge=bridge(report),
        largest=largest(report),
        outlook=outlook(forecast) if forecast else None,
        whole_limit=any(check.scope == WHOLE for check in report.budgets),
    )


def _environment() -> Environment:
    """The templates: all text is escaped that is not markup of this package, and a name that is not there is a fault."""
    jinja = Environment(
        loader=PackageLoader("planner.reportpage"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters.update(FILTERS)
    return jinja


def _file(jinja: Environment, name: str) -> str:
    assert jinja.loader is not None
    return jinja.loader.get_source(jinja, name)[0]


def _left(check: BudgetCheck, at: str) -> Markup:
    of = f"{at}limit_usd - {at}expected_usd"
    return figures.usd(minus(check.limit_usd, check.expected_usd), of)


def _gauge(check: BudgetCheck) -> Markup:
    return gauge(check.expected_usd, check.budget_usd, check.limit_usd)


def _share_of(amount: Decimal | None, whole: Decimal | None) -> Markup:
    share = percentage(amount, whole)
    return Markup("") if share is None else figures.share(share)


def _pointer(name: str) -> str:
    """The name as part of a JSON pointer; what cannot be seen is written as JSON would."""
    escaped = name.replace("~", "~0").replace("/", "~1")
    return "".join(c if c.isprintable() else dumps(c)[1:-1] for c in escaped)


def _words(name: str) -> str:
    return name.replace("_", " ")


FILTERS: dict[str, Any] = {
    "usd": figures.usd,
    "up": figures.up,
    "rate": figures.rate,
    "number": figures.number,
    "share": figures.share,
    "sentence": figures.sentence,
    "share_of": _share_of,
    "cut": figures.cut,
    "bar": bar,
    "gauge": _gauge,
    "left": _left,
    "drawn": drawn,
    "day": sentences.day,
    "month": named,
    "lane": sentences.lane,
    "kind": sentences.kind,
    "state_of": sentences.state_of,
    "pointer": _pointer,
    "words": _words,
}
