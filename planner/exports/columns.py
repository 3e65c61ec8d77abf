"""The columns of a FOCUS file: what each holds, and where the figure comes from.

FOCUS is the FinOps Open Cost and Usage Specification; the columns are those of its dataset Cost and Usage. Version 1.4
was ratified on 2026-06-04. Version 1.2 is the newest that the project's validator has rules for in its package
(focus-validator 2.2.1); it names who sells the service in other columns, and the validator asks for a few more.
"""

from __future__ import annotations

from typing import NamedTuple

NEWEST, CHECKABLE = "1.4", "1.2"
VERSIONS = (NEWEST, CHECKABLE)

MANDATORY, CONDITIONAL, RECOMMENDED, OWN = "mandatory", "conditional", "recommended", "ours"
TEXT, TIME, JSON = "text", "time", "json"
USD, QUANTITY, PRICED, UNIT_PRICE = "decimal 6", "decimal 6", "decimal 12", "decimal 18"
"""Decimals with so many digits behind the point: all that an amount can have; unit prices are rounded to theirs."""


class Column(NamedTuple):
    """A column: its kind (text, time, json or decimal N), how much FOCUS asks for it, and what it holds.

    `versions` are those of FOCUS that have it.
    """

    name: str
    kind: str
    level: str
    says: str
    versions: tuple[str, ...] = VERSIONS


def columns(version: str) -> list[Column]:
    """The columns of a version: its own in the order of the alphabet, then ours."""
    return [column for column in COLUMNS if version in column.versions]


def scale(kind: str) -> int | None:
    """Digits behind the point of a decimal column, None for the others."""
    return int(kind.removeprefix("decimal ")) if kind.startswith("decimal ") else None


_START = "first day of the month of the day that the plan is valued on, 00:00 UTC"
_END = "first day of the next month, 00:00 UTC; not in the period"
_SELLER = "who sells the service, such as OpenAI or AWS; the provider's name in the manifest where no other is known"

COLUMNS = (
    Column("BilledCost", USD, MANDATORY, "what the line is expected to cost in a mean month, as in the plan"),
    Column("BillingAccountId", TEXT, MANDATORY, "`plan`, on every row: no account was billed"),
    Column("BillingAccountName", TEXT, MANDATORY, "`Plan`, and the manifest's name"),
    Column("BillingCurrency", TEXT, MANDATORY, "`USD`"),
    Column("BillingPeriodEnd", TIME, MANDATORY, _END),
    Column("BillingPeriodStart", TIME, MANDATORY, _START),
    Column("ChargeCategory", TEXT, MANDATORY, "`Usage`"),
    Column("ChargeClass", TEXT, MANDATORY, "null: nothing is corrected"),
    Column("ChargeDescription", TEXT, MANDATORY, "that it is planned, the model, the tokens, the lane, the workload"),
    Column("ChargeFrequency", TEXT, RECOMMENDED, "`Usage-Based`; `One-Time` for a job that runs once"),
    Column("ChargePeriodEnd", TIME, MANDATORY, _END),
    Column("ChargePeriodStart", TIME, MANDATORY, _START),
    Column("CommitmentDiscountStatus", TEXT, CONDITIONAL, "null: nothing is committed", (CHECKABLE,)),
    Column("ConsumedQuantity", QUANTITY, CONDITIONAL, "tokens of the month"),
    Column("ConsumedUnit", TEXT, CONDITIONAL, "`Tokens`"),
    Column("ContractedCost", USD, MANDATORY, "as BilledCost"),
    Column("ContractedUnitPrice", UNIT_PRICE, CONDITIONAL, "the rate that the plan was priced with, negotiated or not"),
    Column("EffectiveCost", USD, MANDATORY, "as BilledCost: nothing is prepaid"),
    Column("HostProviderName", TEXT, MANDATORY, _SELLER, (NEWEST,)),
    Column("InvoiceId", TEXT, CONDITIONAL, "null: nothing was invoiced"),
    Column("InvoiceIssuerName", TEXT, MANDATORY, _SELLER),
    Column("ListCost", USD, MANDATORY, "the same tokens at ListUnitPrice; as BilledCost where that is null"),
    Column("ListUnitPrice", UNIT_PRICE, CONDITIONAL, "the rate in the price book list; null where it has none"),
    Column("PricingCategory", TEXT, CONDITIONAL, "`Standard`: each lane has a published or agreed rate"),
    Column("PricingCurrency", TEXT, CONDITIONAL, "`USD`", (CHECKABLE,)),
    Column("PricingCurrencyContractedUnitPrice", UNIT_PRICE, CONDITIONAL, "as ContractedUnitPrice", (CHECKABLE,)),
    Column("PricingCurrencyEffectiveCost", USD, CONDITIONAL, "as EffectiveCost", (CHECKABLE,)),
    Column("PricingCurrencyListUnitPrice", UNIT_PRICE, CONDITIONAL, "as ListUnitPrice", (CHECKABLE,)),
    Column("PricingQuantity", PRICED, MANDATORY, "millions of tokens of the month"),
    Column("PricingUnit", TEXT, MANDATORY, "`1000000 Tokens`"),
    Column("ProviderName", TEXT, MANDATORY, _SELLER, (CHECKABLE,)),
    Column("PublisherName", TEXT, MANDATORY, _SELLER, (CHECKABLE,)),
    Column("RegionId", TEXT, CONDITIONAL, "the region of the workload; null where it is global"),
    Column("RegionName", TEXT, CONDITIONAL, "as RegionId"),
    Column("ServiceCategory", TEXT, MANDATORY, "`AI and Machine Learning`"),
    Column("ServiceName", TEXT, MANDATORY, "the service, such as OpenAI API or Amazon Bedrock"),
    Column("ServiceProviderName", TEXT, MANDATORY, _SELLER, (NEWEST,)),
    Column("ServiceSubcategory", TEXT, RECOMMENDED, "`Generative AI`"),
    Column("SkuId", TEXT, CONDITIONAL, "provider/model/meter; the model is the one that is billed"),
    Column("SkuMeter", TEXT, CONDITIONAL, "Input, Cached Input, Cache Write or Output Tokens; reasoning is output"),
    Column("SkuPriceDetails", JSON, CONDITIONAL, "lane and price tier"),
    Column("SkuPriceId", TEXT, CONDITIONAL, "SkuId, region, lane, and the tier where it is not the base"),
    Column("Tags", JSON, CONDITIONAL, "labels and owner as stated; planner/workload, planner/lane, planner/decided-by"),
    Column("x_AssumptionNotes", TEXT, OWN, "what was assumed of the workload"),
    Column("x_ChargeStatus", TEXT, OWN, "`Planned`, on every row"),
    Column("x_DecidedBecause", TEXT, OWN, "why the workload is in this lane"),
    Column("x_DecidingRuleId", TEXT, OWN, "the rule that decided; null where none did"),
    Column("x_Lane", TEXT, OWN, "standard, batch, flex or priority"),
    Column("x_ModelId", TEXT, OWN, "the model as the manifest names it"),
    Column("x_Note", TEXT, OWN, "what is special about the line"),
    Column("x_PlanDigest", TEXT, OWN, "SHA-256 of the plan in JSON"),
    Column("x_PlanName", TEXT, OWN, "the manifest's name"),
    Column("x_PriceBookDigest", TEXT, OWN, "digest of the price files that were read"),
    Column("x_PriceBookName", TEXT, OWN, "the price book"),
    Column("x_PriceSince", TIME, OWN, "first day of the rate"),
    Column("x_PriceSource", TEXT, OWN, "who states the rate"),
    Column("x_PriceVerified", TIME, OWN, "day on which the source was read"),
    Column("x_ProviderId", TEXT, OWN, "the provider as the manifest names it"),
    Column("x_TokenClass", TEXT, OWN, "input, cached_input, cache_write, cache_write_1h, output, reasoning_output"),
    Column("x_ValuedOn", TIME, OWN, "day whose prices count"),
    Column(
        "x_WorkloadBudget",
        USD,
        OWN,
        "the workload's budget, reserves and all; on its first row alone, so that the column adds up to the plan's budget",
    ),
    Column("x_WorkloadId", TEXT, OWN, "the workload"),
)
