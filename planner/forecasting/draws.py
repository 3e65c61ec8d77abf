"""Factors with the mean 1, drawn by randomised quasi-Monte-Carlo (Sobol points, scrambled by a random
matrix and a digital shift as in Matousek 1998).

The only floats of the package are here and in the simulation. What the first Sobol dimensions are spent on matters:
the inputs come in the order of their weight, and those beyond `SOBOL` are drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from planner.forecasting.inputs import Factor

Floats = np.ndarray[Any, np.dtype[np.float64]]

SOBOL = 1024
CHUNK = 1024
"""Draws that are held at once."""
Z95 = 1.6448536269514722
"""The 95th percentile of the standard normal distribution."""
EDGE = 2.0**-33
"""Less than a step of the points: keeps them off 0 and 1, where the normal distribution has no end."""


def spread_of(factor: Factor) -> float:
    """The standard deviation of the logarithm of a lognormal factor; 0 for one between two ends.

    The mean of a lognormal is exp(mu + s^2 / 2) and its 95th percentile exp(mu + Z95 s), so their ratio is
    exp(Z95 s - s^2 / 2): s = Z95 - sqrt(Z95^2 - 2 ln ratio), and Z95 for ratios above exp(Z95^2 / 2) = 3.87, which no
    lognormal has. The mean of n independent requests has the variance (exp(s^2) - 1) / n.
    """
    if factor.p95 is None:
        return 0.0
    s = Z95 - sqrt(max(0.0, Z95**2 - 2 * log(factor.p95)))
    return sqrt(log(1 + (exp(s**2) - 1) / float(factor.averaged_over)))


def variance_of(factor: Factor) -> float:
    """The variance of the factor.

    Between two ends: below 1 with probability p = (high - 1) / (high - low), so that the mean is 1; each side is
    even, which gives p (1 - low)^2 / 3 + (1 - p) (high - 1)^2 / 3 = (1 - low) (high - 1) / 3.
    """
    if factor.p95 is not None:
        return exp(spread_of(factor) ** 2) - 1
    return float((1 - factor.low) * (factor.high - 1)) / 3


class Drawer:
    """Draws of all factors for one randomisation: each call gives the next points, the same for the same seed.

    `groups` names the group (owner and number) of each factor, None for one that stands alone. Within a group the
    normal scores are sqrt(rho) x the group's + sqrt(1 - rho) x the factor's own (a Gaussian copula).
    """

    def __init__(
        self, factors: Sequence[Factor], groups: Sequence[object], correlation: float, seed: int, number: int
    ) -> None:
        named = dict.fromkeys(group for group in groups if group is not None) if correlation else {}
        names = {group: at for at, group in enumerate(named)}
        self._of_group = np.array([names.get(group, -1) for group in groups]) if names else None
        self._loads = sqrt(correlation), sqrt(1 - correlation)
        self._groups, self._width = len(names), len(names) + len(factors)
        self.sobol_inputs = min(len(factors), max(0, SOBOL - self._groups))
        self._seed = seed
        self._log = np.array([factor.p95 is not None for factor in factors])
        self._s = np.array([spread_of(factor) for factor in factors])[self._log]
        ends = [factor for factor in factors if factor.p95 is None]
        self._low = np.array([float(factor.low) for factor in ends])
        self._high = np.array([float(factor.high) for factor in ends])

        self.restart(number)

    def restart(self, number: int) -> None:
        """Begins the randomisation of that number."""
        self._random = np.random.default_rng([self._seed, number])
        self._sobol = qmc.Sobol(min(self._width, SOBOL), scramble=True, seed=self._random)

    def next(self, count: int) -> Floats:
        """So many draws, a row each; a power of two keeps the points balanced."""
        points = np.empty((count, self._width))
        first = min(self._width, SOBOL)
        points[:, :first] = self._sobol.random(count)
        if first < self._width:
            points[:, first:] = self._random.random((count, self._width - first))
        return self._shaped(np.clip(points, EDGE, 1 - EDGE, out=points))

    def _shaped(self, points: Floats) -> Floats:
        """The points as factors."""
        own = points[:, self._groups :]
        scores: Floats | None = None
        if self._of_group is not None:
            scores, shared = ndtri(own), ndtri(points[:, : self._groups])
            member = self._of_group >= 0
            common, alone = self._loads
            scores[:, member] = common * shared[:, self._of_group[member]] + alone * scores[:, member]
        if self._log.all():
            return self._lognormal(ndtri(own) if scores is None else scores)
        drawn = np.empty_like(own)
        drawn[:, self._log] = self._lognormal(ndtri(own[:, self._log]) if scores is None else scores[:, self._log])
        u = own[:, ~self._log] if scores is None else ndtr(scores[:, ~self._log])
        drawn[:, ~self._log] = _between(u, self._low, self._high)
        return drawn

    def _lognormal(self, scores: Floats) -> Floats:
        """exp(s z - s^2 / 2), in the place of the scores."""
        scores *= self._s
        scores -= self._s**2 / 2
        return np.exp(scores, out=scores)


def _between(u: Floats, low: Floats, high: Floats) -> Floats:
    """The quantiles of a factor between two ends."""
    below = (high - 1) / (high - low)
    lower: Floats = low + (1 - low) * u / below
    return np.where(u < below, lower, 1 + (high - 1) * (u - below) / (1 - below))
