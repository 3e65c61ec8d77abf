"""From a document to a manifest, or to every fault in it with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from planner.documents import Document
from planner.manifest import (
    MEAN_MONTH_DAYS,
    Account,
    BatchPlan,
    Limit,
    Manifest,
    Pin,
    Spread,
    Volume,
    Workload,
    canonical_provider,
)
from planner.problems import Path, Problem, quoted, suggestion
from planner.schema import Schema, misfits
from planner.units import exact, minutes, percent, plain, seconds


def parse(document: Document, schema: Schema) -> Manifest:
    """The manifest in the document. Raises Refused with every fault, each with its place."""
    problems = misfits(document.data, schema)
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
        faults = list(_Faults(own, data.get("defaults", {}), index).all(merged, accounts))
        problems.extend(faults)
        if not faults:
            workloads.append(_workload(index, merged))
    problems.extend(_duplicates(data["workloads"]))
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
    )


def _with_defaults(own: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The workload's own fields over the defaults; mappings join key by key, reasoning as a whole."""
    if not defaults:
        return own
    merged = {**defaults, **own}
    for field, default in defaults.items():
        if field != "reasoning" and isinstance(default, dict) and isinstance(own.get(field), dict):
            merged[field] = {**default, **own[field]}
    return merged


class _Faults:
    """What a schema cannot see in a workload: fields that the defaults lack too, and numbers that contradict."""

    def __init__(self, own: dict[str, Any], defaults: dict[str, Any], index: int) -> None:
        self._own = own
        self._defaults = defaults
        self._path: Path = ("workloads", index)

    def all(self, fields: dict[str, Any], accounts: dict[str, Account]) -> Iterator[Problem]:
        """Every fault of the workload, whose fields are its own over the defaults."""
        tokens = fields.get("tokens", {})
        for field in ("provider", "model"):
            if field not in fields:
                yield Problem(self._path, f"{quoted(field)} is missing: state it here or in defaults")
        for field in ("input", "output"):
            if field not in tokens and not (field == "output" and fields.get("use_case") == "embedding"):
                yield Problem(self._path, f"'tokens.{field}' is missing: state it here or in defaults")
        yield from self._account(fields, accounts)
        yield from self._spreads(tokens)
        yield from self._shares(fields.get("batch", {}))
        yield from self._tokens(fields, tokens)
        every = fields.get("batch", {}).get("every")
        if every is not None and not seconds(every):
            yield self._at("batch", "every", says="runs cannot follow each other without any time: write 1h or more")
        until = fields.get("lane", {}).get("until")
        if until is not None and _day(until) is None:
            yield self._at("lane", "until", says=f"there is no day {until}")
        hours = fields["volume"].get("hours_utc")
        if hours is not None and (hours[:5] == hours[6:] or max(minutes(hours[:5]), minutes(hours[6:])) > 1440):
            says = f"{quoted(hours)} is no part of a day: write it as 10:00-18:00, or 22:00-06:00 across midnight"
            yield self._at("volume", "hours_utc", says=says)

    def _spreads(self, tokens: dict[str, Any]) -> Iterator[Problem]:
        """A 95th percentile that the mean rules out: five in a hundred requests have as many tokens or more."""
        for field in ("input", "output"):
            spread = _spread(tokens.get(field, 0))
            if spread.p95 is not None and spread.mean and spread.p95 > spread.mean * 20:
                says = (
                    f"a 95th percentile of {plain(spread.p95)} tokens needs a mean of at least {plain(spread.p95)} / 20"
                )
                yield self._at("tokens", field, says=f"{says}, not {plain(spread.mean)}: correct one of them")

    def _shares(self, batch: dict[str, Any]) -> Iterator[Problem]:
        for field in ("fallback_share", "retry_share"):
            if (percent(batch.get(field, "0%")) or 0) > 100:
                yield self._at("batch", field, says=f"{batch[field]} is more than all requests: at most 100%")

    def _account(self, fields: dict[str, Any], accounts: dict[str, Account]) -> Iterator[Problem]:
        name = fields.get("account")
        if name is None:
            return
        account = accounts.get(name) or accounts.get(canonical_provider(name))
        if account is None:
            yield self._at("account", says=f"no account {quoted(name)}{suggestion(name, accounts)}")
        elif "provider" in fields and account.provider != canonical_provider(fields["provider"]):
            says = f"account {quoted(name)} is at {account.provider}, the workload at {fields['provider']}"
            yield self._at("account", says=f"{says}: name another account")

    def _tokens(self, fields: dict[str, Any], tokens: dict[str, Any]) -> Iterator[Problem]:
        whole = _spread(tokens["input"]).mean if "input" in tokens else None
        parts = sum(exact(tokens.get(part, 0)) for part in ("cached_input", "cache_write", "cache_write_1h"))
        inside = exact(fields.get("batch", {}).get("cached_input", 0))
        if whole is not None and parts > whole:
            says = (
                f"cached_input and cache writes add up to {plain(parts)} tokens, more than the input of {plain(whole)}"
            )
            yield self._at("tokens", says=f"{says}: input is the total")
        if whole is not None and inside > whole:
            says = f"{plain(inside)} tokens are more than the input of {plain(whole)}: input is the total"
            yield self._at("batch", "cached_input", says=says)
        reasoning = fields.get("reasoning", {})
        if reasoning.get("tokens_are") != "included" or "output" not in tokens:
            return
        hidden, output = _spread(reasoning["tokens"]).mean, _spread(tokens["output"]).mean
        if hidden > output:
            says = f"{plain(hidden)} reasoning tokens cannot be included in an output of {plain(output)}"
            yield self._at("reasoning", "tokens", says=f"{says}: write tokens_are: extra, or correct the numbers")

    def _at(self, *field: str, says: str) -> Problem:
        """A problem at the field, in the defaults where only they state it."""
        if _has(self._own, field) or not _has(self._defaults, field):
            return Problem((*self._path, *field), says)
        return Problem(("defaults", *field), says)


def _has(node: Any, field: tuple[str, ...]) -> bool:
    for part in field:
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True


def _duplicates(workloads: list[dict[str, Any]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, fields in enumerate(workloads):
        first = seen.setdefault(fields["id"], index)
        if first != index:
            yield Problem(
                ("workloads", index, "id"),
                f"id {quoted(fields['id'])} is taken by workload {first + 1} of the list: ids are unique",
            )


def _workload(index: int, fields: dict[str, Any]) -> Workload:
    tokens, volume = fields["tokens"], fields["volume"]
    reasoning, lane = fields.get("reasoning", {}), fields.get("lane")
    unit = next(unit for unit in ("requests", "reports", "images", "items") if unit in volume)
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
        volume=Volume(exact(volume[unit]), volume["per"], unit, volume.get("hours_utc")),
        input=_spread(tokens["input"]),
        output=_spread(tokens.get("output", 0)),
        cached_input_tokens=exact(tokens["cached_input"]) if "cached_input" in tokens else None,
        cache_write_tokens=exact(tokens.get("cache_write", 0)),
        cache_write_1h_tokens=exact(tokens.get("cache_write_1h", 0)),
        max_output_tokens=exact(tokens["max_output"]) if "max_output" in tokens else None,
        effort=reasoning.get("effort"),
        reasoning=_spread(reasoning["tokens"]) if "tokens" in reasoning else None,
        reasoning_included=reasoning.get("tokens_are") == "included",
        labels=fields.get("labels", {}),
        region=fields.get("region", "global"),
        latency_max_seconds=seconds(fields["latency"]["max"]) if "latency" in fields else None,
        batch=_batch(fields.get("batch", {})),
        pin=Pin(lane["pin"], lane["because"], _day(until) if until else None) if lane else None,
        budget_usd=_usd(fields["budget"]) if "budget" in fields else None,
        **{field: fields.get(field) for field in ("use_case", "owner", "account", "endpoint", *flags)},
    )


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
        **{field: stated.get(field) for field in same},
    )


def _spread(stated: Any) -> Spread:
    if isinstance(stated, dict):
        return Spread(exact(stated["mean"]), exact(stated["p95"]) if "p95" in stated else None)
    return Spread(exact(stated))


def _account(name: str, stated: dict[str, Any]) -> Account:
    numbers = {
        key: value for key, value in stated.items() if key not in ("provider", "tier", "subscription", "batch_window")
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
