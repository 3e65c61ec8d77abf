"""What a provider allows: requests, bytes, windows, queues, lanes, endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from planner.manifest import Account
from planner.units import Exact


class LimitValue(NamedTuple):
    """A limit and who says so; `source` is the account where the manifest overrides it.

    `disputed` is what another source says, `note` what else there is to know.
    """

    value: Any
    source: str
    disputed: str | None = None
    note: str | None = None


class LimitTable(dict[str, Any]):
    """Values of limits by name, None where a limit is not known; filled as they are asked for."""

    def __init__(self, find: Callable[[str], Any]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, limit: str) -> Any:
        value = self[limit] = self._find(limit)
        return value


class Limits:
    """The limits of the providers that were loaded. `words` are the tiers and subscriptions that each speaks of."""

    def __init__(
        self,
        files: Mapping[str, Mapping[str, Any]],
        words: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
        canonical: Callable[[str, str], str] = lambda provider, name: name,
    ) -> None:
        self._canonical = canonical
        self._files = files
        self._words = words or {}
        self._entries: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for provider, file in files.items():
            for entry in file["limits"]:
                self._entries.setdefault((provider, entry["limit"]), []).append(entry)
        self._by_size = {
            entry["limit"] for file in files.values() for entry in file["limits"] if "min_input_tokens" in entry
        }
        self._lines = sorted(
            {e["min_input_tokens"] for f in files.values() for e in f["limits"] if "min_input_tokens" in e}
        )
        self._tables: dict[tuple[Any, ...], LimitTable] = {}
        self._found: dict[tuple[Any, ...], LimitValue | None] = {}

    def find(
        self, limit: str, account: Account, model: str, region: str = "global", input_tokens: Exact = 0
    ) -> LimitValue | None:
        """The limit as the account states it, else as published; None where neither is known."""
        stated = self._stated(limit, account, model)
        if stated is not None:
            return stated
        size = input_tokens if limit in self._by_size else 0
        key = (limit, account.provider, account.tier, account.subscription, model, region, size)
        if key not in self._found:
            self._found[key] = self._published(limit, account, model, region, input_tokens)
        return self._found[key]

    def words(self, provider: str, condition: str) -> tuple[str, ...] | None:
        """The tiers or subscriptions that the provider's limits speak of; None where of none."""
        return self._words.get((provider, condition)) or None

    def table(self, account: Account, model: str, region: str = "global", input_tokens: Exact = 0) -> LimitTable:
        """The values for one kind of request, each looked up when it is first asked for."""
        over = tuple(line < input_tokens for line in self._lines)
        key = (id(account.stated), account[:4], model, region, over)
        if key not in self._tables:
            self._tables[key] = LimitTable(lambda limit: self.value(limit, account, model, region, input_tokens))
        return self._tables[key]

    def value(self, limit: str, account: Account, model: str, region: str = "global", input_tokens: Exact = 0) -> Any:
        """The value alone; None where it is not known."""
        found = self.find(limit, account, model, region, input_tokens)
        return None if found is None else found.value

    def _stated(self, limit: str, account: Account, model: str) -> LimitValue | None:
        stated = account.stated.get(limit)
        if isinstance(stated, dict):
            stated = next(
                (value for name, value in stated.items() if self._canonical(account.provider, name) == model), None
            )
        return None if stated is None else LimitValue(stated, f"account {account.name}")

    def _published(
        self, limit: str, account: Account, model: str, region: str, input_tokens: Exact
    ) -> LimitValue | None:
        file = self._files.get(account.provider)
        best, most = None, -1
        for entry in self._entries.get((account.provider, limit), ()):
            weight = _conditions_met(entry, account, model, region, input_tokens)
            if weight > most:
                best, most = entry, weight
        if file is None or best is None:
            return None
        source = file["sources"][best["source"]]
        told = f"{source['title']}, verified {source['verified']}"
        return LimitValue(best["value"], told, best.get("disputed"), best.get("note"))


def _conditions_met(entry: Mapping[str, Any], account: Account, model: str, region: str, input_tokens: Exact) -> int:
    """How many conditions the entry states, if all are met; else -1."""
    if "models" in entry and model not in entry["models"]:
        return -1
    met = int("models" in entry)
    for name, actual in (("tier", account.tier), ("subscription", account.subscription)):
        if name in entry and entry[name] != actual:
            return -1
        met += name in entry
    if entry.get("region", region) != region:
        return -1
    if "min_input_tokens" in entry and input_tokens <= entry["min_input_tokens"]:
        return -1
    return met + ("region" in entry) + ("min_input_tokens" in entry)
