"""Exports for tests: their rows as a reader gets them, and what FOCUS asks of each column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from planner.exports import focus, tables
from planner.exports.columns import NEWEST
from planner.report import Report

Row = Mapping[str, str]


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    return list(csv.DictReader(io.StringIO(text)))


def focus_rows(report: Report, version: str = NEWEST) -> list[dict[str, str]]:
    """The FOCUS rows of a plan, read back from CSV."""
    return rows_of(tables.as_csv(focus.table(report, version)))


def added(rows: Iterable[Row], column: str) -> Decimal:
    """The sum of a column, empty cells left out."""
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


class Rule(NamedTuple):
    """What FOCUS asks of a column of charges for usage that correct nothing; `fits` is a pattern of its whole value."""

    fits: str
    nullable: bool = False
    versions: tuple[str, ...] = ("1.2", "1.4")


NUMBER, NOT_NEGATIVE = r"-?\d+(\.\d+)?", r"\d+(\.\d+)?"
MOMENT = r"\d{4}-\d\d-\d\dT00:00:00Z"
SOME = r"\S.*"
OBJECT = r"\{.*\}"
TAKEN_AWAY, NEW = ("1.2",), ("1.4",)

RULES = {
    "BilledCost": Rule(NUMBER),
    "BillingAccountId": Rule(SOME),
    "BillingAccountName": Rule(SOME, True),
    "BillingCurrency": Rule("[A-Z]{3}"),
    "BillingPeriodEnd": Rule(MOMENT),
    "BillingPeriodStart": Rule(MOMENT),
    "ChargeCategory": Rule("Usage|Purchase|Tax|Credit|Adjustment"),
    "ChargeClass": Rule("Correction", True),
    "ChargeDescription": Rule(SOME, True),
    "ChargeFrequency": Rule("One-Time|Recurring|Usage-Based"),
    "ChargePeriodEnd": Rule(MOMENT),
    "ChargePeriodStart": Rule(MOMENT),
    "ConsumedQuantity": Rule(NUMBER),
    "ConsumedUnit": Rule("Tokens"),
    "ContractedCost": Rule(NUMBER),
    "ContractedUnitPrice": Rule(NOT_NEGATIVE),
    "EffectiveCost": Rule(NUMBER),
    "HostProviderName": Rule(SOME, versions=NEW),
    "InvoiceIssuerName": Rule(SOME),
    "ListCost": Rule(NUMBER),
    "ListUnitPrice": Rule(NOT_NEGATIVE),
    "PricingCategory": Rule("Standard|Dynamic|Committed|Other"),
    "PricingQuantity": Rule(NUMBER),
    "PricingUnit": Rule(r"\d+ [A-Z][a-z]+s"),
    "ProviderName": Rule(SOME, versions=TAKEN_AWAY),
    "PublisherName": Rule(SOME, versions=TAKEN_AWAY),
    "RegionId": Rule(SOME, True),
    "RegionName": Rule(SOME, True),
    "ServiceCategory": Rule("AI and Machine Learning"),
    "ServiceName": Rule(SOME),
    "ServiceProviderName": Rule(SOME, versions=NEW),
    "ServiceSubcategory": Rule("Generative AI"),
    "SkuId": Rule(SOME),
    "SkuMeter": Rule(SOME),
    "SkuPriceDetails": Rule(OBJECT),
    "SkuPriceId": Rule(SOME),
    "Tags": Rule(OBJECT),
}
"""Source: the specification's Cost and Usage dataset and its columns, 1.2 as tagged, 1.4 as in the project's draft and
migration notes after its release (June 2026), and for dates, numbers and units its attributes. All mandatory columns, and those whose condition holds for what is sold by the token at published
and negotiated prices, in regions, with tags. 1.4 removed ProviderName and PublisherName."""


def broken(rows: Iterable[Row], version: str) -> list[str]:
    """Where rows do not fit what FOCUS asks of them."""
    return [
        f"{name}: {row.get(name)!r}"
        for row in rows
        for name, rule in RULES.items()
        if version in rule.versions
        and (name not in row or not (re.fullmatch(rule.fits, row[name]) or (rule.nullable and not row[name])))
    ]
