"""What the page does with a choice: the same steps as a plan of one workload. Runs translated in the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from planner.case import Case
from planner.cases import case_of
from planner.catalog import Catalog
from planner.explorerpage.shelf import PagedBook
from planner.facts import VOCABULARY
from planner.limits import Limits
from planner.manifest import MEAN_MONTH_DAYS, Account, BatchPlan, Manifest, Spread, Volume, Workload
from planner.operators import NUMERIC, OPERATORS, shown
from planner.plan import Decided, RuleSet, Tale, assigned, tell
from planner.rates import day_of
from planner.rulereader import asked_for, beside, compared_with, joined
from planner.rules import Condition, Rule
from planner.settling import settle
from planner.units import Exact, plain, seconds, simple

FLAGS = (
    "user_facing", "streaming", "time_sensitive", "iterative", "background", "cost_sensitive", "separate_quota",
)  # fmt: skip


class Choice(NamedTuple):
    """What a reader has chosen; None is what was not said. Numbers are text in plain digits."""

    provider: str
    model: str
    region: str
    requests: str
    per: str
    input: str
    output: str
    cached_input: str | None
    max_output: str | None
    use_case: str | None
    effort: str | None
    latency_max: str | None
    tier: str | None
    subscription: str | None
    enqueued_tokens: str | None
    flags: Mapping[str, bool]


class Desk(NamedTuple):
    """The knowledge of the page, its rules and its day."""

    catalog: Catalog
    rules: RuleSet
    on: date
    policy: str


def desk_of(data: Mapping[str, Any]) -> Desk:
    """The desk that the page's data make."""
    book = PagedBook(data["prices"])
    rules = tuple(_rule(stated) for stated in data["rules"])
    words = {(row["provider"], row["condition"]): tuple(row["words"]) for row in data["words"]}
    catalog = Catalog(
        book=book,
        limits=Limits({name: _whole_numbers(file) for name, file in data["limits"].items()}, words, book.canonical),
        reasoning=data["reasoning"],
        measured_high=Decimal(data["measured_high"]),
        rules=rules,
    )
    return Desk(catalog, RuleSet(rules, False), day_of(data["on"]), data["reasoning_policy"])


def assigned_choice(desk: Desk, choice: Choice) -> Decided:
    """The lane of a choice, with its costs in every lane."""
    return assigned(_case(desk, choice), desk.rules)


def told_choice(desk: Desk, choice: Choice) -> Tale:
    """Everything that is told of a choice."""
    one = assigned_choice(desk, choice)
    return tell(one._replace(case=settle([one.case], [one.decision])[0]), desk.rules)


def _case(desk: Desk, choice: Choice) -> Case:
    stated = {} if choice.enqueued_tokens is None else {"enqueued_tokens": _number(choice.enqueued_tokens)}
    account = Account(choice.provider, choice.provider, choice.tier, choice.subscription, stated)
    manifest = Manifest(
        document=None,  # type: ignore[arg-type]
        name=None,
        prices=(),
        month_days=MEAN_MONTH_DAYS,
        reasoning_policy=desk.policy,
        accounts={choice.provider: account},
        limits=(),
        workloads=(),
    )
    return case_of(manifest, workload_of(choice), desk.catalog, desk.on)


def workload_of(choice: Choice) -> Workload:
    """The workload that a manifest would state for the choice."""
    wait = choice.latency_max
    said = [choice.flags.get(name) for name in FLAGS]
    return Workload(
        position=0,
        id="explored",
        provider=choice.provider,
        model=choice.model,
        volume=Volume(_number(choice.requests), choice.per, "requests"),
        input=Spread(_number(choice.input)),
        output=Spread(_number(choice.output)),
        cached_input_tokens=None if choice.cached_input is None else _number(choice.cached_input),
        max_output_tokens=None if choice.max_output is None else _number(choice.max_output),
        use_case=choice.use_case,
        effort=choice.effort,
        region=choice.region,
        latency_max_seconds=None if wait is None else seconds(wait),
        user_facing=said[0],
        streaming=said[1],
        time_sensitive=said[2],
        iterative=said[3],
        background=said[4],
        cost_sensitive=said[5],
        separate_quota=said[6],
        batch=BatchPlan(),
    )


def _number(text: str) -> Exact:
    return simple(Fraction(text))


def _whole_numbers(file: Mapping[str, Any]) -> dict[str, Any]:
    """Limits with their numbers as numbers of the core."""
    entries = [
        {
            **entry,
            **({"value": int(entry["number"])} if "number" in entry else {}),
            **({"min_input_tokens": int(entry["min_input_tokens"])} if "min_input_tokens" in entry else {}),
        }
        for entry in file["limits"]
    ]
    return {"sources": file["sources"], "limits": entries}


def _rule(stated: Mapping[str, Any]) -> Rule:
    return Rule(
        id=stated["id"],
        kind=stated["kind"],
        family=stated["family"],
        summary=stated["summary"],
        why=stated["why"],
        remedy=stated["remedy"],
        source=stated["source"],
        message=stated["message"],
        condition=_condition(stated["when"]),
        stated_params={},
        values={value["name"]: (_value(value["value"], value["kind"]), value["kind"]) for value in stated["values"]},
        examples={},
        when=(),
        assign=stated["assign"],
        strength=stated["strength"],
        weight=int(stated["weight"]),
        level=stated["level"],
        marks=stated["marks"],
        stake=None,
        fix=None,
        file="",
    )


def _condition(part: Mapping[str, Any]) -> Condition:
    """The condition of a tree: all, any or not over its parts, or one comparison."""
    if "parts" in part:
        return joined(part["word"], [_condition(inner) for inner in part["parts"]])
    name, verb = part["fact"], part["verb"]
    if "other" in part:
        return beside(name, verb, part["other"])
    if "known" in part:
        return asked_for(name, part["known"])
    takes = OPERATORS[verb].takes
    return compared_with(name, verb, _value(part["value"], VOCABULARY[name].kind if takes == "same" else takes))


def _value(stated: Any, kind: str) -> Any:
    """A value of a rule, its numbers exact."""
    if kind in NUMERIC:
        return _number(stated)
    return stated if isinstance(stated, str | bool) else tuple(stated)


def spoken(fact: str, value: Any) -> str:
    """A fact as a sentence of a rule has it."""
    return shown(value, VOCABULARY[fact].kind)


def text_of(number: Decimal | Exact) -> str:
    """A number in plain digits."""
    return plain(number)
