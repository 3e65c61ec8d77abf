"""What a schema cannot see in a manifest: fields that the defaults lack too, and numbers that contradict."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from planner.growth import growth_faults
from planner.manifest import Account, canonical_provider, spread_of
from planner.problems import Path, Problem, quoted, suggestion
from planner.units import exact, is_day, minutes, percent, plain, seconds

UNITS = ("requests", "reports", "images", "items")
"""Names of the volume's number."""

MOST_P95 = Fraction("3.8")
"""Times the mean that a 95th percentile of a lognormal volume can be: exp(1.645 ^ 2 / 2) = 3.87."""


class Faults:
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
        if fields.get("provider", "").lower() == "google":
            says = "'google' is two providers: write google-gemini (the Gemini API) or google-vertex"
            yield self._at("provider", says=says)
        for field in ("input", "output"):
            if field not in tokens and not (field == "output" and fields.get("use_case") == "embedding"):
                yield Problem(self._path, f"'tokens.{field}' is missing: state it here or in defaults")
        yield from self._account(fields, accounts)
        yield from self._spreads(tokens)
        yield from self._ranges("reasoning", "tokens", fields.get("reasoning", {}).get("tokens"))
        yield from self._shares(fields.get("batch", {}))
        yield from self._tokens(fields, tokens)
        every = fields.get("batch", {}).get("every")
        if every is not None and not seconds(every):
            yield self._at("batch", "every", says="runs cannot follow each other without any time: write 1h or more")
        until = fields.get("lane", {}).get("until")
        if until is not None and not is_day(until):
            yield self._at("lane", "until", says=f"there is no day {until}")
        hours = fields["volume"].get("hours_utc")
        if hours is not None and (hours[:5] == hours[6:] or max(minutes(hours[:5]), minutes(hours[6:])) > 1440):
            says = f"{quoted(hours)} is no part of a day: write it as 10:00-18:00, or 22:00-06:00 across midnight"
            yield self._at("volume", "hours_utc", says=says)
        yield from self._volume(fields["volume"])
        yield from self._growth(fields["volume"]["per"])

    def _volume(self, volume: dict[str, Any]) -> Iterator[Problem]:
        """A range that is none, and a month of what runs in every month."""
        unit, stated = next((key, value) for key, value in volume.items() if key in UNITS)
        if isinstance(stated, dict):
            for says in range_faults(stated, MOST_P95):
                yield self._at("volume", unit, says=says)
        if "month" in volume and volume["per"] != "once":
            says = (
                f"only a job that runs once has a month, this is per {volume['per']}: remove month, or write per: once"
            )
            yield self._at("volume", "month", says=says)

    def _growth(self, per: str) -> Iterator[Problem]:
        stated, root = self._own.get("growth"), self._path
        if stated is None:
            stated, root = self._defaults.get("growth", {}), ("defaults",)
        elif per == "once":
            yield self._at("growth", says="a job that runs once does not grow: remove growth, or state another period")
        for path, says in growth_faults(stated):
            yield Problem((*root, "growth", *path), says)

    def _spreads(self, tokens: dict[str, Any]) -> Iterator[Problem]:
        """A 95th percentile that the mean rules out: five in a hundred requests have as many tokens or more."""
        for field in ("input", "output"):
            spread = spread_of(tokens.get(field, 0))
            yield from self._ranges("tokens", field, tokens.get(field))
            if spread.p95 is not None and spread.mean and spread.p95 > spread.mean * 20:
                says = (
                    f"a 95th percentile of {plain(spread.p95)} tokens needs a mean of at least {plain(spread.p95)} / 20"
                )
                yield self._at("tokens", field, says=f"{says}, not {plain(spread.mean)}: correct one of them")

    def _ranges(self, part: str, field: str, stated: Any) -> Iterator[Problem]:
        if isinstance(stated, dict):
            yield from (self._at(part, field, says=says) for says in range_faults(stated))

    def _shares(self, batch: dict[str, Any]) -> Iterator[Problem]:
        for field in ("fallback_share", "retry_share"):
            if (percent(batch.get(field, "0%")) or 0) > 100:
                yield self._at("batch", field, says=f"{batch[field]} is more than all requests: at most 100%")
        if batch.get("fallback") == "none" and percent(batch.get("fallback_share", "0%")):
            yield self._at("batch", "fallback_share", says="there is no fallback to pay for: remove it, or state one")

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
        total = spread_of(tokens["input"]).mean if "input" in tokens else None
        parts = sum(exact(tokens.get(part, 0)) for part in ("cached_input", "cache_write", "cache_write_1h"))
        inside = exact(fields.get("batch", {}).get("cached_input", 0))
        if total is not None and parts > total:
            says = (
                f"cached_input and cache writes add up to {plain(parts)} tokens, more than the input of {plain(total)}"
            )
            yield self._at("tokens", says=f"{says}: input is the total")
        written = sum(exact(tokens.get(part, 0)) for part in ("cache_write", "cache_write_1h"))
        if total is not None and inside + written > total:
            both = " and the cache writes" if written else ""
            says = f"{plain(inside)} tokens{both} are more than the input of {plain(total)}"
            yield self._at("batch", "cached_input", says=f"{says}: input is the total")
        reasoning = fields.get("reasoning", {})
        if reasoning.get("tokens_are") != "included" or "output" not in tokens:
            return
        hidden, output = spread_of(reasoning["tokens"]).mean, spread_of(tokens["output"]).mean
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


def duplicates(workloads: list[dict[str, Any]]) -> Iterator[Problem]:
    """Ids that were taken before."""
    seen: dict[str, int] = {}
    for index, fields in enumerate(workloads):
        first = seen.setdefault(fields["id"], index)
        if first != index:
            yield Problem(
                ("workloads", index, "id"),
                f"id {quoted(fields['id'])} is taken by workload {first + 1} of the list: ids are unique",
            )


def range_faults(stated: dict[str, Any], most: Fraction | None = None) -> Iterator[str]:
    """What is wrong with a number that is stated as a range; `most` bounds its 95th percentile, in means."""
    if set(stated) not in ({"mean"}, {"mean", "p95"}, {"low", "high"}, {"low", "mean", "high"}):
        yield "a range is {mean, p95}, {low, high} or {low, mean, high}: write one of them"
        return
    known = spread_of(stated)
    if known.low is not None and known.high is not None and known.low != known.high:
        if not known.low <= known.mean <= known.high:
            yield "low, mean and high are not in this order: correct them"
        elif known.mean in (known.low, known.high):
            says = (
                f"a mean of {plain(known.mean)} at one end of {plain(known.low)} to {plain(known.high)} leaves no range"
            )
            yield f"{says}: state a mean between them, or the number alone"
    if most is not None and known.p95 is not None and not known.mean <= known.p95 <= known.mean * most:
        says = f"a 95th percentile of {plain(known.p95)} lies outside 1 to {plain(most)} times the mean"
        yield f"{says} of {plain(known.mean)}: correct one of them, or state low and high"


def of_scenarios(data: dict[str, Any]) -> Iterator[Problem]:
    """Paths of scenarios that lead to no workload of the manifest."""
    ids = [fields["id"] for fields in data["workloads"]]
    for name, scenario in data.get("scenarios", {}).items():
        for path in scenario["set"]:
            where: Path = ("scenarios", name, "set", path)
            rest = path.removeprefix("workloads.")
            if rest == path:
                continue
            if not any(rest.startswith(f"{known}.") for known in (*ids, "*")):
                near = suggestion(rest.partition(".")[0], ids)
                yield Problem(where, f"{quoted(path)} leads to no workload{near}", at_key=True)
