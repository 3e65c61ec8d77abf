"""From a document to a manifest, or to every fault in it with its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from planner.documents import Document
from planner.faults import UNITS, Faults, duplicates, of_scenarios
from planner.growth import growth_of
from planner.manifest import (
    MEAN_MONTH_DAYS,
    Account,
    BatchPlan,
    Limit,
    Manifest,
    Pin,
    Uncertainty,
    Volume,
    Workload,
    canonical_provider,
    spread_of,
)
from planner.problems import Problem, Refused, quoted, safe
from planner.schema import Schema, misfits
from planner.units import exact, percent, seconds, whole


def parse(document: Document, schema: Schema) -> Manifest:
    """The manifest in the document. Raises Refused with every fault, each with its place."""
    problems = misfits(document.data, schema)
    if problems and isinstance(document.data, dict) and "plan_version" in document.data:
        raise Refused([f"{safe(document.name)}: is a saved plan: name the manifest that it was made from"])
    if problems:
        raise document.refuse(problems)
    data = document.data
    accounts: dict[str, Account] = {}
    for name, stated in data.get("accounts", {}).items():
        account = _account(name, stated)
        if account.name in accounts:
            says = f"account {quoted(name)} is another name of {account.name}, which is stated as well: keep one"
            problems.append(Problem(("accounts", name), says, at_key=True))
        accounts[account.name] = account
    workloads = []
    for index, own in enumerate(data["workloads"]):
        merged = _with_defaults(own, data.get("defaults", {}))
        faults = list(Faults(own, data.get("defaults", {}), index).all(merged, accounts))
        problems.extend(faults)
        if not faults:
            workloads.append(_workload(index, merged))
    problems.extend(duplicates(data["workloads"]))
    problems.extend(of_scenarios(data))
    if problems:
        raise document.refuse(problems)
    prices = data.get("prices", "list")
    return Manifest(
        document=document,
        name=data.get("name"),
        prices=(prices,) if isinstance(prices, str) else tuple(prices),
        month_days=exact(data["month_days"]) if "month_days" in data else MEAN_MONTH_DAYS,
        reasoning_policy=data.get("reasoning_policy", "effort"),
        accounts=accounts,
        limits=tuple(_limits(data, workloads)),
        workloads=tuple(workloads),
        uncertainty=_uncertainty(data.get("uncertainty", {})),
        scenarios={name: dict(scenario["set"]) for name, scenario in data.get("scenarios", {}).items()},
    )


def _uncertainty(stated: dict[str, Any]) -> Uncertainty:
    return Uncertainty(exact(stated.get("correlation", 0)), stated.get("tokens_vary", "by-request"), bool(stated))


def _with_defaults(own: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The workload's own fields over the defaults; mappings join key by key, reasoning and growth as a whole."""
    if not defaults:
        return own
    merged = {**defaults, **own}
    for field, default in defaults.items():
        if field not in ("reasoning", "growth") and isinstance(default, dict) and isinstance(own.get(field), dict):
            merged[field] = {**default, **own[field]}
    return merged


def _workload(index: int, fields: dict[str, Any]) -> Workload:
    tokens, volume = fields["tokens"], fields["volume"]
    reasoning, lane = fields.get("reasoning", {}), fields.get("lane")
    unit = next(unit for unit in UNITS if unit in volume)
    until = lane and lane.get("until")
    flags = (
        "user_facing",
        "streaming",
        "time_sensitive",
        "iterative",
        "background",
        "cost_sensitive",
        "separate_quota",
    )
    return Workload(
        position=index,
        id=fields["id"],
        provider=canonical_provider(fields["provider"]),
        model=fields["model"],
        volume=_volume(volume, unit),
        input=spread_of(tokens["input"]),
        output=spread_of(tokens.get("output", 0)),
        cached_input_tokens=exact(tokens["cached_input"]) if "cached_input" in tokens else None,
        cache_write_tokens=exact(tokens.get("cache_write", 0)),
        cache_write_1h_tokens=exact(tokens.get("cache_write_1h", 0)),
        max_output_tokens=exact(tokens["max_output"]) if "max_output" in tokens else None,
        effort=reasoning.get("effort"),
        reasoning=spread_of(reasoning["tokens"]) if "tokens" in reasoning else None,
        reasoning_included=reasoning.get("tokens_are") == "included",
        labels=fields.get("labels", {}),
        region=fields.get("region", "global"),
        latency_max_seconds=seconds(fields["latency"]["max"]) if "latency" in fields else None,
        batch=_batch(fields.get("batch", {})),
        pin=Pin(lane["pin"], lane["because"], _day(until) if until else None) if lane else None,
        budget_usd=_usd(fields["budget"]) if "budget" in fields else None,
        growth=growth_of(fields["growth"]) if "growth" in fields and volume["per"] != "once" else None,
        **{field: fields.get(field) for field in ("use_case", "owner", "driver", "account", "endpoint", *flags)},
    )


def _volume(stated: dict[str, Any], unit: str) -> Volume:
    requests = spread_of(stated[unit])
    spread = requests if isinstance(stated[unit], dict) else None
    return Volume(requests.mean, stated["per"], unit, stated.get("hours_utc"), spread, stated.get("month"))


def _batch(stated: dict[str, Any]) -> BatchPlan:
    if not stated:
        return BatchPlan()
    same = (
        "request_file",
        "endpoint",
        "submit_at",
        "submit_on",
        "files_per_run",
        "fallback",
        "on_limit",
        "partial_results",
        "on_failed",
        "on_expired",
    )
    return BatchPlan(
        every_seconds=seconds(stated["every"]) if "every" in stated else None,
        expires_after_seconds=seconds(stated["expires_after"]) if "expires_after" in stated else None,
        pick_up_within_seconds=seconds(stated["pick_up_within"]) if "pick_up_within" in stated else None,
        fallback_share_percent=percent(stated.get("fallback_share", "0%")) or 0,
        retry_share_percent=percent(stated.get("retry_share", "0%")) or 0,
        poll_until=tuple(stated["poll_until"]) if "poll_until" in stated else None,
        cached_input_tokens=exact(stated.get("cached_input", 0)),
        **{field: whole(stated.get(field)) for field in same},
    )


def _account(name: str, stated: dict[str, Any]) -> Account:
    numbers = {
        key: whole(value)
        for key, value in stated.items()
        if key not in ("provider", "tier", "subscription", "batch_window")
    }
    if "batch_window" in stated:
        numbers["batch_window_seconds"] = seconds(stated["batch_window"])
    name = name if "provider" in stated else canonical_provider(name)
    return Account(
        name, canonical_provider(stated.get("provider", name)), stated.get("tier"), stated.get("subscription"), numbers
    )


def _limits(data: dict[str, Any], workloads: list[Workload]) -> Any:
    if "budget" in data:
        yield Limit("total", _usd(data["budget"]), ("budget",), {})
    for index, stated in enumerate(data.get("budgets", ())):
        scope = {key: value for key, value in stated.items() if key not in ("name", "monthly_usd")}
        if "provider" in scope:
            scope["provider"] = canonical_provider(scope["provider"])
        yield Limit(stated.get("name") or _scope_name(scope), _usd(stated), ("budgets", index), scope)
    for workload in workloads:
        if workload.budget_usd is not None:
            yield Limit(
                f"workload {workload.id}",
                workload.budget_usd,
                ("workloads", workload.position, "budget"),
                {"workload": workload.id},
            )


def _scope_name(scope: dict[str, Any]) -> str:
    parts = []
    for key, value in scope.items():
        parts.append(" ".join(f"{k}={v}" for k, v in value.items()) if key == "labels" else f"{key} {value}")
    return ", ".join(parts) or "total"


def _usd(stated: dict[str, Any]) -> Decimal:
    return Decimal(stated["monthly_usd"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
