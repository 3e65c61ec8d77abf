"""Costs held against a second reckoning: fractions, and the price files read without the product."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from planner import files, plan
from planner.catalog import Catalog
from planner.report import WorkloadReport
from tests.making import DAY, ROOT, manifest_text, planned_one, read, workload

LANES = {"standard": "real_time_usd", "batch": "batch_usd", "flex": "flex_usd", "priority": "priority_usd"}
LIST = ROOT / "catalog" / "prices" / "list"
PROVIDERS = sorted(path.stem for path in LIST.glob("*.yaml"))
CLASSES = ("input", "cached_input", "cache_write", "cache_write_1h")


class Shape(NamedTuple):
    """Requests of a month and the tokens of one of them: whole input, parts of it, visible and hidden output."""

    requests: int
    tokens: Mapping[str, int]
    reasoning: int
    batch_cached: int


@cache
def price_file(provider: str) -> Any:
    """The price file, every scalar as the text that stands there."""
    return yaml.load((LIST / f"{provider}.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)


@cache
def catalog() -> Catalog:
    """The product's catalog with every model of the list, by all its names."""
    named = [(p, name) for p, m in MODELS for name in (m, *price_file(p)["models"][m].get("aliases", ()))]
    everyone = [workload(id=f"w{n}", provider=provider, model=name) for n, (provider, name) in enumerate(named)]
    return files.load_catalog(read(manifest_text(*everyone)), whole=True)


def reported(on: date, **fields: Any) -> WorkloadReport:
    """What the product says of one workload."""
    return plan(read(manifest_text(workload(**fields))), catalog(), on).workloads[0]


def entry(provider: str, model: str, lane: str, on: date, region: str) -> tuple[Any, Fraction] | None:
    """The price entry that holds, and what a region multiplies it by."""
    data = price_file(provider)["models"][model]
    ends = data.get("retires", {})
    if ends.get("rerouted") == "true" and on.isoformat() >= ends["date"]:
        return entry(provider, ends["successor"], lane, on, region)
    regions = data.get("regions", {})
    for wanted in dict.fromkeys((region, "global")):
        if wanted != region and region not in regions:
            continue
        known = [r for r in data["rates"] if r["lane"] == lane and r.get("region", "global") == wanted]
        newest = max((r for r in known if r["since"] <= on.isoformat()), key=lambda r: str(r["since"]), default=None)
        if newest is not None and on.isoformat() <= newest.get("until", "9999-12-31"):
            return newest, Fraction(1) if wanted == region else Fraction(regions[region]["multiplier"])
    return None


def rate(amount: Any) -> Fraction:
    """Dollars per million tokens."""
    return Fraction(amount["usd_per_mtok"] if isinstance(amount, dict) else amount)


def reckoned(provider: str, model: str, lane: str, on: date, region: str, shape: Shape) -> Fraction | None:
    """A month in the lane, each line rounded to a millionth half to even; None where a rate is missing."""
    found = entry(provider, model, lane, on, region)
    if found is None:
        return None
    prices, factor = found
    crossed = [t for t in prices.get("tiers", ()) if int(t["over_input_tokens"]) < shape.tokens["input"]]
    if crossed:
        prices = max(crossed, key=lambda tier: int(tier["over_input_tokens"]))
        if prices.get("priced") == "false":
            return None
    parts = {**shape.tokens, "cached_input": shape.batch_cached if lane == "batch" else shape.tokens["cached_input"]}
    written = parts["cache_write"] + parts["cache_write_1h"]
    parts["cached_input"] = min(parts["cached_input"], parts["input"] - written)
    parts["input"] -= parts["cached_input"] + written
    usd = Fraction(0)
    for tokens, kind in [
        *((parts[kind], kind) for kind in CLASSES),
        (parts["output"], "output"),
        (shape.reasoning, "output"),
    ]:
        if tokens:
            if kind not in prices:
                return None
            usd += round(shape.requests * tokens * rate(prices[kind]) * factor / 1_000_000, 6)
    return usd


MODELS = [(provider, model) for provider in PROVIDERS for model in price_file(provider)["models"]]

ALIASED = [(provider, model) for provider, model in MODELS if price_file(provider)["models"][model].get("aliases")]

sizes = st.one_of(st.integers(0, 5_000), st.integers(90_000, 300_000), st.sampled_from([199_999, 200_000, 272_000]))
shares = st.sampled_from([1, 2, 5])


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Requests of every size, on both sides of the price tiers, a few with cache reads and writes."""
    whole = draw(sizes)
    read, write, hour, batch = (
        whole * draw(shares) // 16 if draw(st.integers(0, 9)) < often else 0 for often in (4, 2, 1, 3)
    )
    tokens = {"input": whole, "cached_input": read, "cache_write": write, "cache_write_1h": hour}
    tokens["output"] = draw(st.integers(0, 3_000))
    return Shape(draw(st.integers(0, 10**7)), tokens, draw(st.integers(0, 10**4)), batch)


def fields_of(shape: Shape) -> dict[str, Any]:
    """The shape as the manifest states it."""
    return {
        "volume": {"requests": shape.requests, "per": "month"},
        "tokens": dict(shape.tokens),
        "reasoning": {"tokens": shape.reasoning, "tokens_are": "extra"},
        "batch": {"cached_input": shape.batch_cached},
    }


days = st.one_of(st.dates(date(2026, 11, 12), date(2027, 3, 1)), st.dates(date(2025, 4, 1), date(2026, 11, 12)))
regions = st.sampled_from(["global"] * 4 + ["us", "eu"])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MODELS), shapes(), days, regions)
@example(
    ("openai", "gpt-4.1"),
    Shape(1000, {"input": 1000, "cached_input": 800, "cache_write": 0, "cache_write_1h": 0, "output": 500}, 0, 0),
    DAY,
    "global",
)
def test_every_lane_of_every_model_costs_what_the_price_file_says(
    who: tuple[str, str], shape: Shape, on: date, region: str
) -> None:
    provider, model = who
    monthly = reported(on, provider=provider, model=model, region=region, **fields_of(shape)).monthly
    for lane, field in LANES.items():
        expected = reckoned(provider, model, lane, on, region, shape)
        usd: Decimal | None = getattr(monthly, field)
        event(f"{lane} {'unknown' if expected is None else 'known'}")
        assert (None if usd is None else Fraction(usd)) == expected, lane


def test_every_model_of_the_list_is_priced_and_costs_what_its_file_says() -> None:
    tokens = {"input": 1000, "cached_input": 0, "cache_write": 0, "cache_write_1h": 0, "output": 500}
    shape = Shape(1000, tokens, 250, 0)
    every = [workload(id=f"w{n}", provider=p, model=m, **fields_of(shape)) for n, (p, m) in enumerate(MODELS)]
    report = plan(read(manifest_text(*every)), catalog(), DAY)
    for (provider, model), found in zip(MODELS, report.workloads, strict=True):
        for lane, field in LANES.items():
            usd = getattr(found.monthly, field)
            expected = reckoned(provider, model, lane, DAY, "global", shape)
            assert (None if usd is None else Fraction(usd)) == expected, f"{provider} {model} {lane}"
    priced = [found for found in report.workloads if found.monthly.real_time_usd is not None]
    assert len(priced) == len(MODELS) > 150


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ALIASED), shapes())
def test_an_alias_costs_what_its_model_costs(who: tuple[str, str], shape: Shape) -> None:
    provider, model = who
    own = reported(DAY, provider=provider, model=model, **fields_of(shape))
    for alias in price_file(provider)["models"][model]["aliases"]:
        other = reported(DAY, provider=provider, model=alias, **fields_of(shape))
        assert other.monthly == own.monthly


def discounted() -> dict[tuple[str, str], Fraction]:
    """Models without tiers whose batch rates are all the same part of the standard ones, and what it takes off."""
    found = {}
    for provider, model in MODELS:
        standard, batch = (entry(provider, model, lane, DAY, "global") for lane in ("standard", "batch"))
        if standard is None or batch is None:
            continue
        kinds = [kind for kind in ("input", "output") if rate(standard[0][kind])]
        parts = {rate(batch[0][kind]) / rate(standard[0][kind]) for kind in kinds}
        if len(parts) == 1:
            found[provider, model] = 1 - parts.pop()
    return found


DISCOUNTS = discounted()


def test_the_discounts_of_batch_are_the_published_ones() -> None:
    assert DISCOUNTS["openai", "gpt-4.1"] == DISCOUNTS["anthropic", "claude-sonnet-4-5"] == Fraction(1, 2)
    assert DISCOUNTS["google-gemini", "gemini-2.5-pro"] == Fraction(1, 2)
    assert DISCOUNTS["xai", "grok-4.3"] == Fraction(1, 5)
    assert len(DISCOUNTS) >= 80


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(DISCOUNTS)), st.integers(0, 90_000), st.integers(0, 3_000), st.integers(1, 20))
def test_batch_is_real_time_less_the_discount_exactly_where_the_rates_say_so(
    who: tuple[str, str], inward: int, outward: int, millions: int
) -> None:
    provider, model = who
    monthly = reported(
        DAY,
        provider=provider,
        model=model,
        volume={"requests": millions * 1_000_000, "per": "month"},  # whole millions: no line is rounded
        tokens={"input": inward, "output": outward},
    ).monthly
    assert monthly.real_time_usd is not None
    assert monthly.batch_usd is not None
    assert Fraction(monthly.batch_usd) == Fraction(monthly.real_time_usd) * (1 - DISCOUNTS[who])


# A company's own file over the list


@pytest.mark.parametrize(
    ("own", "named", "usd"),
    [
        ("{aliases: [prod-mini], rates: []}", "prod-mini", "1.2"),  # 1M x 0.40 + 0.5M x 1.60, as gpt-4.1-mini in the list
        ("{retires: {date: 2026-11-01, successor: gpt-6-luna, rerouted: true, source: c}, rates: []}", "gpt-4.1-mini", "0.35"),
    ],
    ids=["alias", "re-routing"],
)  # fmt: skip
def test_an_alias_or_a_re_routing_of_the_company_s_own_leads_to_the_list(
    tmp_path: Path, own: str, named: str, usd: str
) -> None:
    head = "book: own\nprovider: openai\nsources: {c: {title: Contract, verified: 2026-09-30}}\n"
    (tmp_path / "own.yaml").write_text(f"{head}models:\n  gpt-4.1-mini: {own}\n", encoding="utf-8")
    monthly = planned_one(model=named, prices=[str(tmp_path / "own.yaml")]).monthly
    assert monthly.real_time_usd == Decimal(usd)
