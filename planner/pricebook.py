"""Price books: dated, sourced rates by provider, region, model and lane. None where a rate is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from planner.rates import (
    Model,
    Rate,
    Schedule,
    day_of,
    discounts,
    entry_of,
    model_data,
    model_of,
    overlaps,
    schedule_of,
)


class PriceBook:
    """Layers of price files, the last on top. Each layer maps a provider to the data of its file.

    `known` names the models of each provider, loaded or not, for suggestions.
    """

    def __init__(
        self,
        name: str,
        layers: Sequence[Mapping[str, Any]],
        digest: str,
        known: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.name = name
        self.digest = digest
        self._known = known or {}
        self._layers = tuple(reversed(layers))
        self._schedules: dict[tuple[str, str, str, str, date], Schedule | None] = {}
        self._ahead: dict[tuple[str, str, str, str, date], list[date]] = {}
        self._models: dict[tuple[str, str], Model | None] = {}
        self._canonical: dict[tuple[str, str], str] = {}

    def providers(self) -> list[str]:
        """Providers for which the books have a file, loaded or not."""
        return sorted({provider for layer in self._layers for provider in layer} | set(self._known))

    def names(self, provider: str) -> list[str]:
        """Models of a provider."""
        listed = {name for file in self._files(provider) for name in file["models"]}
        return sorted(listed | set(self._known.get(provider, ())))

    def canonical(self, provider: str, name: str) -> str:
        """The name under which the lowest layer lists a model, where the name is an alias of it."""
        key = (provider, name)
        if key not in self._canonical:
            files = reversed(list(self._files(provider)))
            listed = (n for f in files for n, d in f["models"].items() if name in (n, *d.get("aliases", ())))
            self._canonical[key] = next(listed, name)
        return self._canonical[key]

    def aliases(self, provider: str, name: str) -> list[str]:
        """Other names of a model."""
        listed = (self._data(provider, file, name).get("aliases", ()) for file in self._files(provider))
        return sorted({alias for names in listed for alias in names} - {name})

    def model(self, provider: str, name: str) -> Model | None:
        """What is known of the model itself, the upper layers first."""
        key = (provider, name)
        if key not in self._models:
            self._models[key] = self._read_model(provider, name)
        return self._models[key]

    def billed_as(self, provider: str, name: str, on: date) -> str:
        """The model whose rates are billed on that day: the successor of one that is silently re-routed."""
        seen = {name}
        while True:
            model = self.model(provider, name)
            end = model.retirement if model else None
            if end is None or not end.rerouted or end.successor is None or on < end.day or end.successor in seen:
                return name
            name = end.successor
            seen.add(name)

    def rate(
        self,
        provider: str,
        region: str,
        model: str,
        lane: str,
        on: date,
        input_tokens: Any,
        hours_utc: str | None = None,
    ) -> Rate | None:
        """The rate of a request with so many input tokens; None where none is published for it."""
        known = self._schedules.get((provider, region, model, lane, on))
        schedule = known or self._schedule(provider, region, model, lane, on)
        if schedule is None:
            return None
        found: Rate | None = schedule.base
        for over, tier in schedule.tiers:
            if input_tokens > over:
                found = tier
        if hours_utc and found is schedule.base and schedule.off_peak and not overlaps(hours_utc, schedule.peak_utc):
            return schedule.off_peak
        return found

    def tier_lines(self, provider: str, region: str, model: str, lane: str, on: date) -> tuple[int, ...]:
        """Input sizes above which a whole request is priced anew."""
        schedule = self._schedule(provider, region, model, lane, on)
        return tuple(over for over, _ in schedule.tiers) if schedule else ()

    def has_off_peak(self, provider: str, region: str, model: str, lane: str, on: date) -> bool:
        """True where the lane has cheaper hours."""
        schedule = self._schedule(provider, region, model, lane, on)
        return schedule is not None and schedule.off_peak is not None

    def loaded(self) -> list[str]:
        """Providers whose files were read."""
        return sorted({provider for layer in self._layers for provider in layer})

    def days_ahead(self, provider: str, region: str, model: str, lane: str, on: date) -> list[date]:
        """Days after `on` on which the lane's rate may become another: entries and discounts that
        begin or end, a re-routing."""
        key = (provider, region, model, lane, on)
        if key not in self._ahead:
            self._ahead[key] = sorted(self._days_ahead(*key))
        return self._ahead[key]

    def _days_ahead(self, provider: str, region: str, model: str, lane: str, on: date) -> set[date]:
        days = set()
        known = self.model(provider, model)
        if known and known.retirement and known.retirement.rerouted:
            days.add(known.retirement.day)
        billed = self.billed_as(provider, model, on)
        for file in self._files(provider):
            for rate in self._data(provider, file, billed).get("rates", ()):
                if rate["lane"] == lane and rate.get("region", "global") in (region, "global"):
                    days.add(day_of(rate["since"]))
                    if "until" in rate:
                        days.add(day_of(rate["until"]) + timedelta(days=1))
            for discount in file.get("discounts", ()):
                days.add(day_of(discount["since"]))
                if "until" in discount:
                    days.add(day_of(discount["until"]) + timedelta(days=1))
        return {day for day in days if day > on}

    def first_day(self, provider: str, region: str, model: str, lane: str) -> date | None:
        """The first day from which the lane has any rate; None if it never has."""
        days = [
            day_of(rate["since"])
            for file in self._files(provider)
            for rate in self._data(provider, file, model).get("rates", ())
            if rate["lane"] == lane and rate.get("region", "global") in (region, "global")
        ]
        return min(days, default=None)

    def _files(self, provider: str) -> Iterator[Any]:
        return (layer[provider] for layer in self._layers if provider in layer)

    def _data(self, provider: str, file: Any, name: str) -> dict[str, Any]:
        """What a file says of the model, by the name asked for or by the one that the books list it under."""
        return model_data(file, name) or model_data(file, self.canonical(provider, name))

    def regions(self, provider: str, model: str, on: date) -> list[str]:
        """Regions in which the model has a real-time rate on that day."""
        found = {"global"} | {
            region
            for file in self._files(provider)
            for data in (self._data(provider, file, model),)
            for region in (*data.get("regions", {}), *(rate.get("region", "global") for rate in data.get("rates", ())))
        }
        return sorted(region for region in found if self._schedule(provider, region, model, "standard", on))

    def _read_model(self, provider: str, name: str) -> Model | None:
        known: dict[str, Any] = {}
        sources: dict[str, Any] = {}
        found = False
        for file in self._files(provider):
            data = self._data(provider, file, name)
            if data:
                found = True
                sources = {**file["sources"], **sources}
                known = {**data, **known}
        if not found:
            return None
        return model_of(name, known, sources)

    def _schedule(self, provider: str, region: str, model: str, lane: str, on: date) -> Schedule | None:
        key = (provider, region, model, lane, on)
        if key not in self._schedules:
            billed = self.billed_as(provider, model, on)
            self._schedules[key] = self._read_schedule(provider, region, billed, lane, on)
        return self._schedules[key]

    def _read_schedule(self, provider: str, region: str, model: str, lane: str, on: date) -> Schedule | None:
        agreed: list[tuple[Decimal, str]] = []
        for file in self._files(provider):
            stated, multiplier = entry_of(self._data(provider, file, model), region, lane, on)
            if stated is not None:
                return schedule_of(stated, file, multiplier, agreed)
            agreed += discounts(file, (model, self.canonical(provider, model)), lane, on)
        return None
