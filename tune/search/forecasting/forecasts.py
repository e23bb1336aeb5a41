"""Forecasts: what trials come to, and how probable it is that one is better than another."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tune.search.forecasting.trial_levels import TrialLevels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Forecasts:
    """What is known of the levels of trials: of the losses they have, or would have, when complete.

    Attributes:
        places: Where each trial is in the arrays.
        levels: What the mixtures are; on a scale on which folds differ by offsets.
        complete: (n,) whether every fold has had its last epoch: then nothing is uncertain.
        freedom: Degrees of freedom: few trials say little of how far off the next may be.
    """

    places: Mapping[int, int]
    levels: TrialLevels
    complete: NDArray[np.bool_]
    freedom: float

    @cached_property
    def centers(self) -> Floats:
        """Returns the expected levels: (n,)."""
        centers: Floats = self.levels.weights @ self.levels.centers
        return centers

    @cached_property
    def spreads(self) -> Floats:
        """Returns the levels' standard deviations: (n,), 0 for complete trials."""
        off = self.levels.centers - self.centers
        variances = self.levels.weights @ (self.levels.spreads**2 + off**2)
        return np.where(self.complete, 0.0, np.sqrt(variances))

    def center(self, trial: int) -> float:
        """Returns one trial's level; infinity where nothing is known."""
        return float(self.centers[self.places[trial]]) if trial in self.places else math.inf

    def best(self, among: NDArray[np.bool_] | None = None) -> int:
        """Returns the place of the trial that is most surely good, among some."""
        upper = self.centers + self.spreads
        return int(np.argmin(upper if among is None else np.where(among, upper, np.inf)))

    def chances(self, rivals: Ints) -> Floats:
        """Returns the probability that each trial is better than a rival: (n,).

        Args:
            rivals: (n,) places, one for each trial; one that is its own rival is the best known: 1.
        """
        return self.chances_of(np.arange(len(self.places)), rivals)

    def chances_of(self, ones: Ints, rivals: Ints) -> Floats:
        """Returns the probability that each of some trials is better than a rival: (k,).

        Args:
            ones: (k,) places.
            rivals: (k,) places; one that is its own rival is the best known: 1.
        """
        from scipy.special import stdtr  # a quarter of a second, for which workers would wait, too

        gaps = self.levels.centers[:, rivals] - self.levels.centers[:, ones]
        sizes = np.maximum(np.hypot(self._unsure(ones), self._unsure(rivals)), 1e-9)
        chances: Floats = self.levels.weights @ stdtr(self.freedom, gaps / sizes)
        return np.where(rivals == ones, 1.0, chances)

    def _unsure(self, places: Ints) -> Floats:
        """Returns the standard deviations of some trials' levels by each process: (g, k)."""
        return np.where(self.complete[places], 0.0, self.levels.spreads[:, places])

    def changed(self, trial: int, levels: TrialLevels, is_complete: bool) -> Self:
        """Returns the same with other levels of one trial, which may be new.

        Args:
            trial: Its number.
            levels: Its own, (g, 1) centers and spreads.
            is_complete: Whether every fold has had its last epoch.
        """
        place = self.places.get(trial, len(self.places))
        places = self.places if trial in self.places else {**self.places, trial: place}
        centers = _with_column(self.levels.centers, place, levels.centers)
        spreads = _with_column(self.levels.spreads, place, levels.spreads)
        complete = _with_column(self.complete[None], place, np.array([[is_complete]]))[0]
        levels = TrialLevels(self.levels.weights, centers, spreads)
        return replace(self, places=places, levels=levels, complete=complete)


def _with_column(table: NDArray[Any], place: int, column: NDArray[Any]) -> NDArray[Any]:
    """Returns a table with a column in place of one, or behind the last."""
    return np.concatenate([table[:, :place], column, table[:, place + 1 :]], axis=1)
