"""A plan as FOCUS rows: one per workload and token class. Their costs add up to the plan's to the last digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from planner.costs import RATE_OF
from planner.digests import sha256
from planner.exports.columns import NEWEST, columns
from planner.exports.tables import Cell, Table
from planner.formats import json as plan_json
from planner.formats._words import in_cell, one_line
from planner.rates import Rate
from planner.report import BillLine, Report, WorkloadReport
from planner.units import WIDE, dollars, exact, plain

SELLERS = {
    "anthropic": ("Anthropic", "Claude API"),
    "aws-bedrock": ("AWS", "Amazon Bedrock"),
    "azure-openai": ("Microsoft", "Azure OpenAI"),
    "deepseek": ("DeepSeek", "DeepSeek API"),
    "fireworks": ("Fireworks AI", "Fireworks AI"),
    "google-gemini": ("Google", "Gemini API"),
    "google-vertex": ("Google Cloud", "Vertex AI"),
    "groq": ("Groq", "GroqCloud"),
    "mistral": ("Mistral AI", "Mistral API"),
    "openai": ("OpenAI", "OpenAI API"),
    "together": ("Together AI", "Together AI"),
    "xai": ("xAI", "xAI API"),
}
"""Who sells a provider's service, and what it is called; a provider that is not here goes by its own name."""

METERS = {
    "input": "Input Tokens",
    "cached_input": "Cached Input Tokens",
    "cache_write": "Cache Write Tokens",
    "cache_write_1h": "Cache Write 1h Tokens",
    "output": "Output Tokens",
}
COSTS = ("BilledCost", "EffectiveCost", "ContractedCost", "PricingCurrencyEffectiveCost")
SMALLEST_PRICE = Decimal(1).scaleb(-18)

ListRates = Mapping[str, Rate | None]
"""The list rate of each workload in its lane, by id; None where the list has none."""


def unpriced(report: Report) -> list[str]:
    """Workloads whose cost is not known: FOCUS has no row for these, since a cost must not be null."""
    return [workload.id for workload in report.workloads if workload.monthly.expected_usd is None]


def table(report: Report, version: str = NEWEST, list_rates: ListRates | None = None) -> Table:
    """The rows of a plan of which every cost is known.

    `list_rates` are those of a plan with other prices than the list's; without them the plan's prices are the list's.
    """
    held = columns(version)
    common = _common(report)
    rows = [
        {**common, **_of_workload(w), **_row(w, line, list_rates), "x_WorkloadBudget": _budget(w, position)}
        for w in report.workloads
        if runs(w, report)
        for position, line in enumerate(line for line in w.lines if line.counts == "expected")
    ]
    return Table([(column.name, column.kind) for column in held], [[row[c.name] for c in held] for row in rows])


def runs(w: WorkloadReport, report: Report) -> bool:
    """Whether the workload costs anything in the month of the rows; a one-off job with a stated month only in that."""
    return w.one_off_month in (None, report.valued_on.isoformat()[:7])


def digest(report: Report) -> str:
    """The SHA-256 of the plan in JSON, as `--format json` prints it."""
    return f"sha256:{sha256(plan_json.render(report).encode()).hexdigest()}"


def _common(report: Report) -> dict[str, Cell]:
    start = report.valued_on.replace(day=1)
    end = (start + timedelta(days=31)).replace(day=1)
    name = in_cell(report.name)
    return {
        "BillingAccountId": "plan",
        "BillingAccountName": f"Plan {one_line(report.name)}".strip(),
        "BillingCurrency": "USD",
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "ChargeCategory": "Usage",
        "ChargeClass": None,
        "CommitmentDiscountStatus": None,
        "ConsumedUnit": "Tokens",
        "InvoiceId": None,
        "PricingCategory": "Standard",
        "PricingCurrency": "USD",
        "PricingUnit": "1000000 Tokens",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "x_ChargeStatus": "Planned",
        "x_PlanDigest": digest(report),
        "x_PlanName": name or None,
        "x_PriceBookName": in_cell(report.price_book.name),
        "x_PriceBookDigest": report.price_book.digest,
        "x_ValuedOn": report.valued_on,
    }


def _of_workload(w: WorkloadReport) -> dict[str, Cell]:
    seller, service = SELLERS.get(w.provider, (w.provider, w.provider))
    region = None if w.region == "global" else w.region
    sellers = ("ServiceProviderName", "HostProviderName", "ProviderName", "PublisherName", "InvoiceIssuerName")
    return {
        **dict.fromkeys(sellers, in_cell(seller)),
        "ServiceName": in_cell(service),
        "RegionId": region,
        "RegionName": region,
        "ChargeFrequency": "One-Time" if w.one_off else "Usage-Based",
        "Tags": _tags(w),
        "x_AssumptionNotes": in_cell("; ".join(w.assumptions)) or None,
        "x_DecidedBecause": in_cell(w.reason) or None,
        "x_DecidingRuleId": in_cell(w.decided_by) or None,
        "x_Lane": w.lane,
        "x_ModelId": in_cell(w.model),
        "x_ProviderId": in_cell(w.provider),
        "x_WorkloadId": in_cell(w.id),
    }


def _tags(w: WorkloadReport) -> str:
    """Labels and owner as stated, and ours with a prefix, as FOCUS wants tags of the generator's own."""
    tags = {**({"owner": w.owner} if w.owner is not None else {}), **w.labels}
    if w.owner is not None and "owner" in w.labels:
        tags["planner/owner"] = w.owner
    tags |= {"planner/workload": w.id, "planner/lane": w.lane}
    if w.decided_by is not None:
        tags["planner/decided-by"] = w.decided_by
    return _compact(tags)


def _compact(data: Mapping[str, object]) -> str:
    """JSON in one line, in which nothing stands that a terminal would obey or hide."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def _row(w: WorkloadReport, line: BillLine, list_rates: ListRates | None) -> dict[str, Cell]:
    tokens, price = line.tokens or Decimal(0), line.usd_per_mtok
    list_price = price if list_rates is None else _list_price(list_rates.get(w.id), line)
    return {
        **dict.fromkeys(COSTS, line.usd),
        "ListCost": line.usd if list_price in (None, price) else dollars(exact(tokens), 1, list_price or Decimal(0)),
        **dict.fromkeys(("ContractedUnitPrice", "PricingCurrencyContractedUnitPrice"), _held(price)),
        **dict.fromkeys(("ListUnitPrice", "PricingCurrencyListUnitPrice"), _held(list_price)),
        "ConsumedQuantity": tokens,
        "PricingQuantity": WIDE.scaleb(tokens, -6),
        "ChargeDescription": in_cell(f"Planned: {w.model} {line.token_class} tokens, {line.lane} lane, {w.id}"),
        **_sku(w, line),
        "x_TokenClass": line.token_class,
        "x_PriceSource": in_cell(line.source) or None,
        "x_PriceSince": line.since,
        "x_PriceVerified": line.verified,
        "x_Note": in_cell(_note(line, list_price)) or None,
    }


def _sku(w: WorkloadReport, line: BillLine) -> dict[str, Cell]:
    """A SKU is what is sold, whatever the lane; its price has a lane and a tier."""
    meter = RATE_OF.get(line.token_class, line.token_class)
    model = w.billed_as if w.billed_as != w.model else w.canonical
    sku = f"{w.provider}/{model}/{meter}"
    tier = f"/over-{line.over_input_tokens}" if line.over_input_tokens else ""
    details: dict[str, object] = {"x_Lane": line.lane}
    if line.over_input_tokens:
        details["x_OverInputTokens"] = str(line.over_input_tokens)
    return {
        "SkuId": in_cell(sku),
        "SkuMeter": METERS.get(meter, meter),
        "SkuPriceId": in_cell(f"{sku}/{w.region}/{line.lane}{tier}"),
        "SkuPriceDetails": _compact(details),
    }


def _list_price(rate: Rate | None, line: BillLine) -> Decimal | None:
    amount = rate.amounts.get(RATE_OF.get(line.token_class, line.token_class)) if rate else None
    return None if amount is None else Decimal(plain(amount.usd_per_mtok))


def _held(price: Decimal | None) -> Decimal | None:
    return None if price is None else price.quantize(SMALLEST_PRICE, ROUND_HALF_EVEN, WIDE)


def _note(line: BillLine, list_price: Decimal | None) -> str:
    missing = "no list price is known, ListCost repeats BilledCost" if list_price is None else None
    return "; ".join(note for note in (line.note, missing) if note)


def _budget(w: WorkloadReport, position: int) -> Decimal | None:
    return None if position else w.monthly.budget_usd
