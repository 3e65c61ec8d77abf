"""What uncertain numbers do to the sums, drawn in floats around the exact forecast.

A workload's month costs volume x (input lines x input + output lines x output + reasoning lines x reasoning), where
each name is a factor with the mean 1 that holds for all its months; reasoning that was estimated as a multiple of the
output grows with the output too. The lanes are those of the expected volume.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

import numpy as np

from planner.forecasting.draws import CHUNK, Drawer, Floats, variance_of
from planner.forecasting.inputs import INPUT, NUMBERS, OUTPUT, REASONING, VOLUME, Factor, follows_output
from planner.forecasting.report import Fan, Input, LimitRisk, ScenarioForecast, Simulated
from planner.manifest import Manifest
from planner.units import decimal6

LEAST_RANDOMISATIONS = 8
PERCENTILES = (10, 50, 90, 99)
CELLS = 2**23
"""Floats that are held of the sums at once, 64 MB: draws x sums x months."""


class Model(NamedTuple):
    """The exact forecast as coefficients: dollars by number, workload and month, and which workloads each sum has.

    `sums` begins with everything; the limits follow.
    """

    usd: dict[str, Floats]
    follows: Floats
    sums: list[list[int] | slice]
    bounds: Floats

    def some_limits(self, first: int, end: int) -> Model:
        """The same with the limits from `first` to before `end` alone."""
        return self._replace(sums=[self.sums[0], *self.sums[first + 1 : end + 1]], bounds=self.bounds[first:end])


def model_of(manifest: Manifest, exact: ScenarioForecast) -> Model:
    """The coefficients, each the exact amount as the nearest float."""
    names = {INPUT: "input_usd", OUTPUT: "output_usd", REASONING: "reasoning_usd"}
    usd = {
        number: np.array([[float(getattr(month, field)) for month in w.months] for w in exact.workloads])
        for number, field in names.items()
    }
    index = {w.id: at for at, w in enumerate(exact.workloads)}
    sums: list[list[int] | slice] = [
        slice(None),
        *([index[name] for name in limit.workloads] for limit in exact.limits),
    ]
    follows = np.array([float(follows_output(workload)) for workload in manifest.workloads])
    return Model(usd, follows, sums, np.array([float(limit.limit_usd) for limit in exact.limits]))


def weights(model: Model, factors: Sequence[Factor]) -> Floats:
    """By how much the sum of all months grows with each factor, where the others are 1."""
    whole = {number: usd.sum(axis=1) for number, usd in model.usd.items()}
    of = {
        VOLUME: whole[INPUT] + whole[OUTPUT] + whole[REASONING],
        INPUT: whole[INPUT],
        OUTPUT: whole[OUTPUT] + model.follows * whole[REASONING],
        REASONING: whole[REASONING],
    }
    return np.array([of[factor.number][factor.workload] for factor in factors])


class Outcome(NamedTuple):
    """What one randomisation gave: draws x sum x month, draws x workload, and sums for the shares of the variance."""

    sums: Floats
    workloads: Floats
    with_total: Floats
    means: Floats


def evaluate(model: Model, factors: Sequence[Factor], drawer: Drawer, count: int) -> Outcome:
    """The draws of one randomisation, in chunks."""
    workloads, months = model.usd[INPUT].shape
    whole = {number: usd.sum(axis=1) for number, usd in model.usd.items()}
    at = _places(factors)
    sums, each = np.zeros((count, len(model.sums), months)), np.zeros((count, workloads))
    with_total, means = np.zeros(len(factors)), np.zeros(len(factors))
    for start in range(0, count, CHUNK):
        chunk = slice(start, min(start + CHUNK, count))
        drawn = drawer.next(chunk.stop - start)
        for number, times in _multiplied(drawn, at, model.follows, whole):
            each[chunk] += times * whole[number]
            for column, rows in enumerate(model.sums):
                sums[chunk, column] += times[:, rows] @ model.usd[number][rows]
        with_total += sums[chunk, 0].sum(axis=1) @ drawn
        means += drawn.sum(axis=0)
    return Outcome(sums, each, with_total / count, means / count)


def _places(factors: Sequence[Factor]) -> dict[str, tuple[list[int], list[int]]]:
    """For each number the workloads that it is uncertain of, and the columns in which it is drawn."""
    found: dict[str, tuple[list[int], list[int]]] = {number: ([], []) for number in NUMBERS}
    for column, factor in enumerate(factors):
        found[factor.number][0].append(factor.workload)
        found[factor.number][1].append(column)
    return found


def _multiplied(
    drawn: Floats, at: dict[str, tuple[list[int], list[int]]], follows: Floats, whole: dict[str, Floats]
) -> Iterator[tuple[str, Floats]]:
    """What each kind of lines that costs anything is multiplied with, by draw and workload."""
    factor = {number: _spread(drawn, rows, columns, len(follows)) for number, (rows, columns) in at.items()}
    volume, output = factor[VOLUME], factor[OUTPUT]
    if whole[INPUT].any():
        yield INPUT, volume * factor[INPUT]
    if whole[OUTPUT].any():
        yield OUTPUT, volume * output
    if whole[REASONING].any():
        yield REASONING, volume * factor[REASONING] * (1 + follows * (output - 1))


def _spread(drawn: Floats, rows: list[int], columns: list[int], workloads: int) -> Floats:
    """The factor of each workload, 1 where it is certain."""
    if len(rows) == workloads:
        return np.take(drawn, np.array(columns)[np.argsort(rows)], axis=1)
    factor = np.ones((len(drawn), workloads))
    factor[:, rows] = drawn[:, columns]
    return factor


class Tally:
    """What is kept of every randomisation: percentiles, probabilities and shares, not the draws."""

    def __init__(self, model: Model, weight: Floats) -> None:
        self._bounds, self._weight = model.bounds, weight
        self.mean: list[float] = []
        self.months: list[Floats] = []
        self.whole: list[Floats] = []
        self.workloads: list[Floats] = []
        self.crossed: list[Floats] = []
        self.until: list[Floats] = []
        self.shares: list[Floats] = []

    def add(self, outcome: Outcome) -> None:
        """One randomisation."""
        sums = outcome.sums
        whole = sums[:, 0, :].sum(axis=1)
        self.mean.append(float(whole.mean()))
        self.months.append(percentiles(sums.reshape(len(sums), -1)).reshape(len(PERCENTILES), *sums.shape[1:]))
        self.whole.append(percentiles(whole[:, None])[:, 0])
        self.workloads.append(percentiles(outcome.workloads))
        over = sums[:, 1:, :] > self._bounds[None, :, None]
        self.crossed.append(over.mean(axis=0))
        self.until.append(np.maximum.accumulate(over, axis=2).mean(axis=0))
        variance = whole.var()
        covariance = outcome.with_total - outcome.means * whole.mean()
        self.shares.append(self._weight * covariance / variance if variance > 0 else np.full(len(covariance), np.nan))


def percentiles(columns: Floats) -> Floats:
    """The percentiles of each column, a row each."""
    found: Floats = np.percentile(np.ascontiguousarray(columns.T), PERCENTILES, axis=1, overwrite_input=True)
    return found


def simulate(
    manifest: Manifest, exact: ScenarioForecast, factors: Sequence[Factor], draws: int, seed: int
) -> Simulated:
    """The draws around the exact forecast: at least so many, in eight or more randomisations of a power of two each.

    Where there are more limits than `CELLS` has room for, the same draws are made again for the next of them.
    """
    model = model_of(manifest, exact)
    order = np.argsort(-np.array([variance_of(f) for f in factors]) * weights(model, factors) ** 2, kind="stable")
    ranked = [factors[index] for index in order]
    correlation, groups = float(manifest.uncertainty.correlation), _groups(manifest, ranked)
    count = 1 << max(1, (draws // LEAST_RANDOMISATIONS).bit_length() - 1)
    randomisations = max(LEAST_RANDOMISATIONS, -(-draws // count))
    size = max(1, CELLS // (count * len(exact.months)) - 1)
    drawer = Drawer(ranked, groups, correlation, seed, 0)
    tallies = []
    for first in range(0, max(1, len(exact.limits)), size):
        part = model.some_limits(first, first + size)
        tally = Tally(part, weights(part, ranked))
        for number in range(randomisations):
            drawer.restart(number)
            tally.add(evaluate(part, ranked, drawer, count))
        tallies.append(tally)
    told = _told(manifest, exact, ranked, tallies[0])
    risks = [_risk(exact, at, tallies[at // size], at % size) for at in range(len(exact.limits))]
    return told._replace(
        draws=count * randomisations,
        randomisations=randomisations,
        seed=seed,
        sobol_inputs=drawer.sobol_inputs,
        limits=risks,
    )


def _groups(manifest: Manifest, factors: Sequence[Factor]) -> list[object]:
    """The driver, else the owner, and the number of each factor; None where the workload has neither."""
    groups: list[object] = []
    for factor in factors:
        one = manifest.workloads[factor.workload]
        kind, name = ("driver", one.driver) if one.driver is not None else ("owner", one.owner)
        groups.append(None if name is None else (kind, name, factor.number))
    return groups


def _told(manifest: Manifest, exact: ScenarioForecast, ranked: Sequence[Factor], tally: Tally) -> Simulated:
    """What the draws say of the total, the workloads and the inputs."""
    known = [month.expected_usd is not None for month in exact.months]
    shares, _ = _estimate(tally.shares)
    whole = [w.expected_usd is not None for w in exact.workloads]
    mean, error = _estimate([np.array(value) for value in tally.mean])
    priced = all(known)
    explained = float(shares.sum()) if priced else float("nan")
    return Simulated(
        draws=0,
        randomisations=0,
        seed=0,
        correlation=decimal6(manifest.uncertainty.correlation),
        sobol_inputs=0,
        mean_usd=_rounded(mean) if priced else None,
        error_mean_usd=_rounded(error) if priced else None,
        total=_fan(tally.whole) if priced else None,
        months=[_fan([m[:, 0, at] for m in tally.months]) if fit else None for at, fit in enumerate(known)],
        limits=[],
        workloads={
            w.id: _fan([each[:, at] for each in tally.workloads]) if fit else None
            for at, (w, fit) in enumerate(zip(exact.workloads, whole, strict=True))
        },
        inputs=[
            Input(manifest.workloads[f.workload].id, f.number, f.taken, _percent(share) if priced else None)
            for f, share in zip(ranked, shares, strict=True)
        ],
        interactions_percent=_percent(1 - explained),
    )


def _risk(exact: ScenarioForecast, number: int, tally: Tally, at: int) -> LimitRisk:
    """The risk of a limit, which is that of index `at` in the tally."""
    limit = exact.limits[number]
    known = [month.expected_usd is not None for month in limit.months]
    if not known or not all(known):
        return LimitRisk(limit.scope, None, None, None, [None] * len(known), [None] * len(known))
    until, error = _estimate([each[at] for each in tally.until])
    crossed, _ = _estimate([each[at] for each in tally.crossed])
    likely = next((m.month for m, p in zip(exact.months, until, strict=True) if p >= 0.5), None)
    fans: list[Fan | None] = [_fan([each[:, at + 1, month] for each in tally.months]) for month in range(len(known))]
    return LimitRisk(
        limit.scope, _percent(until[-1]), _percent(error[-1]), likely, [_percent(p) for p in crossed], fans
    )


def _estimate(each: Sequence[Floats]) -> tuple[Floats, Floats]:
    """The mean over the randomisations and its standard error: their deviation / sqrt(how many)."""
    stacked = np.stack(each)
    return stacked.mean(axis=0), stacked.std(axis=0, ddof=1) / sqrt(len(each))


def _fan(each: Sequence[Floats]) -> Fan:
    values, errors = _estimate(each)
    return Fan(*map(_rounded, values), *map(_rounded, errors))


def _rounded(usd: float | Floats) -> Decimal:
    """Dollars to the cent."""
    return Decimal(f"{float(usd):.2f}")


def _percent(share: float | Floats) -> Decimal | None:
    """A share as percent to 0.01; None where there is nothing to have a share of."""
    return None if np.isnan(share) else Decimal(f"{100 * float(share):.2f}") + 0
