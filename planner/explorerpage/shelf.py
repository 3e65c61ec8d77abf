"""A price book out of a page's data: the rates of one day, resolved when the page was built. Runs translated in the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from planner.pricebook import PriceBook
from planner.rates import Amount, Model, Rate, Retirement, Schedule, day_of


class PagedBook(PriceBook):
    """The rates of `data`, as planner.explorerpage.payload packs them, under the interface of any book."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.name = data["book"]["name"]
        self.digest = data["book"]["digest"]
        self._data_of = data
        self._rows: dict[tuple[str, str], Any] = {(row["provider"], row["model"]): row for row in data["models"]}
        self._listed: dict[tuple[str, str], str] = {
            (row["provider"], alias): row["model"] for row in data["models"] for alias in row.get("aliases", ())
        }
        self._schedules = {}

    def providers(self) -> list[str]:
        """Providers in the data."""
        return sorted({row["provider"] for row in self._data_of["models"]})

    def loaded(self) -> list[str]:
        """None: a page compares no providers for one workload."""
        return []

    def names(self, provider: str) -> list[str]:
        """Models of a provider."""
        return sorted([row["model"] for row in self._data_of["models"] if row["provider"] == provider])

    def canonical(self, provider: str, name: str) -> str:
        """The model that the name is an alias of."""
        return self._listed.get((provider, name), name)

    def _row(self, provider: str, name: str) -> Any:
        return self._rows.get((provider, self.canonical(provider, name)), {})

    def model(self, provider: str, name: str) -> Model | None:
        """What is known of a model; None for one that is not in the data."""
        row = self._row(provider, name)
        return self._model(row) if row else None

    def _model(self, row: Mapping[str, Any]) -> Model:
        end = row.get("retires")
        numbers = [row.get(name) for name in ("context_window", "max_output")]
        return Model(
            name=row["model"],
            operation=row["operation"],
            context_window=None if numbers[0] is None else int(numbers[0]),
            max_output=None if numbers[1] is None else int(numbers[1]),
            reasons=row.get("reasons"),
            can_switch_off=row.get("can_switch_off"),
            default_effort=row.get("default_effort"),
            retirement=None if end is None else self._retirement(end),
            unpriced=(),
            tier=row.get("tier"),
        )

    def _retirement(self, end: Mapping[str, Any]) -> Retirement:
        source = self._data_of["sources"][end["source"]]
        return Retirement(
            day_of(end["date"]),
            end.get("successor"),
            end["rerouted"],
            end["disputed"],
            source["title"],
            day_of(source["verified"]),
        )

    def first_day(self, provider: str, region: str, model: str, lane: str) -> date | None:
        """The first day from which the lane has a rate, where it has none on the page's day."""
        later = self._row(provider, model).get("later", {}).get(f"{region} {lane}")
        return None if later is None else day_of(later)

    def regions(self, provider: str, model: str, on: date) -> list[str]:
        """Regions with a real-time rate."""
        return list(self._row(provider, model).get("regions", ()))

    def days_ahead(self, provider: str, region: str, model: str, lane: str, on: date) -> list[date]:
        """Days on which the real-time rate may become another."""
        return [day_of(day) for day in self._row(provider, model).get("ahead", {})] if lane == "standard" else []

    def _schedule(self, provider: str, region: str, model: str, lane: str, on: date) -> Schedule | None:
        key = (provider, region, model, lane, on)
        if key not in self._schedules:
            row = self._row(provider, model)
            rates = row.get("ahead", {}).get(on.isoformat(), row.get("rates", {}))
            packed = rates.get(f"{region} {lane}")
            self._schedules[key] = None if packed is None else self._unpacked(lane, packed)
        return self._schedules[key]

    def _unpacked(self, lane: str, packed: Mapping[str, Any]) -> Schedule:
        return Schedule(
            base=self._rate(lane, 0, packed),
            tiers=tuple(
                (int(tier["over"]), None if tier["rate"] is None else self._rate(lane, int(tier["over"]), tier["rate"]))
                for tier in packed.get("tiers", ())
            ),
            peak_utc=(),
            off_peak=self._rate(lane, 0, packed) if packed.get("off_peak", False) else None,
        )

    def _rate(self, lane: str, over: int, packed: Mapping[str, Any]) -> Rate:
        source = self._data_of["sources"][packed["source"]]
        amounts = {kind: self._amount(stated) for kind, stated in packed["usd_per_mtok"].items()}
        return Rate(
            lane,
            amounts,
            over,
            day_of(packed["since"]),
            packed["book"],
            source["title"],
            day_of(source["verified"]),
        )

    def _amount(self, stated: Any) -> Amount:
        if isinstance(stated, str):
            return Amount(Decimal(stated))
        disputed = stated.get("disputed")
        return Amount(
            Decimal(stated["amount"]), None if disputed is None else Decimal(disputed), stated.get("derived", False)
        )
