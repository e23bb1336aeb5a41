"""Forecasts: the loss that each trial is expected to have when complete, and how sure that is.

All trials share folds and seeds, so losses compare fold by fold and epoch by epoch. Three models
build on each other: `Falls` tells a fold's last loss from an earlier one, `FoldEffects` what a fold
says of the trial, and `Processes` what trials with similar parameters and first epochs say of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tune.search.forecasting.fold_effects import FoldEffects
from tune.search.forecasting.seen_losses import SeenLosses
from tune.search.forecasting.trial_levels import Processes, TrialLevels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RUNG_0 = 0.3  # of a fold's epochs, which all trials have; told apart from what comes later
MOST = 250  # trials that are forecast: the time that takes grows with their cube
FREEDOM, FREEDOM_PER_TRIAL = 8, 4  # degrees of freedom of Student's t, of what trials have shown


@dataclass(frozen=True)
class Forecasts:
    """What is known of the losses that trials have, or would have, when complete.

    Attributes:
        places: Where each trial is in the arrays.
        losses: (n,) expected when complete, nats.
        levels: What the mixtures are; on a scale on which folds differ by offsets.
        complete: (n,) whether every fold has had its last epoch: then nothing is uncertain.
        freedom: Degrees of freedom: few trials say little of how far off the next may be.
    """

    places: dict[int, int]
    losses: Floats
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

    def chance(self, one: int, other: int) -> float:
        """Returns the probability that one trial is better than another."""
        rivals = np.arange(len(self.places))
        rivals[self.places[one]] = self.places[other]
        return float(self.chances(rivals)[self.places[one]])

    def chances(self, rivals: Ints) -> Floats:
        """Returns the probability that each trial is better than a rival: (n,).

        Args:
            rivals: (n,) places, one for each trial; one that is its own rival is the best known: 1.
        """
        from scipy.special import stdtr  # a quarter of a second, for which workers would wait, too

        centers, spreads = self.levels.centers, np.where(self.complete, 0, self.levels.spreads)
        gaps = centers[:, rivals] - centers
        sizes = np.maximum(np.hypot(spreads, spreads[:, rivals]), 1e-9)
        chances: Floats = self.levels.weights @ stdtr(self.freedom, gaps / sizes)
        return np.where(rivals == np.arange(len(rivals)), 1.0, chances)


class Forecaster:
    """Forecasts from the losses of all trials of a sweep, by fold and epoch.

    Args:
        folds: How many a complete trial has.
        epochs: How many each fold has.
    """

    def __init__(self, folds: int, epochs: int) -> None:
        self.folds, self.epochs = folds, epochs
        self.rung_0 = max(1, round(RUNG_0 * epochs))
        self._parameters: dict[int, Sequence[float]] = {}
        self._losses: dict[int, Floats] = {}
        self._seen: dict[int, list[int]] = {}
        self._processes, self._fitted = Processes(), 0
        self._effects: FoldEffects | None = None
        self._forecasts: Forecasts | None = None
        self._last: dict[int, float] = {}  # the loss that each trial was forecast to have

    def begin(self, trial: int, parameters: Sequence[float]) -> None:
        """Takes down a trial's parameters, each as a part of its range, 0 to 1."""
        self._parameters[trial] = parameters

    def observe(self, trial: int, fold: int, epoch: int, loss: float) -> None:
        """Takes down a validation loss; epochs count from 1."""
        losses = self._losses.setdefault(trial, np.full((self.folds, self.epochs), np.nan))
        losses[fold, epoch - 1] = max(loss, 1e-12)
        seen = self._seen.setdefault(trial, [0] * self.folds)
        seen[fold] = max(seen[fold], epoch)
        self._forecasts = None

    def epochs_seen(self, trial: int) -> list[int]:
        """Returns how many epochs each fold of a trial has had."""
        return self._seen.get(trial, [0] * self.folds)

    @property
    def trials(self) -> list[int]:
        """The trials that have a loss, by their numbers."""
        return sorted(self._losses)

    def losses(self) -> dict[int, float]:
        """Returns the loss that each trial is expected to have when complete, nats."""
        self.forecasts()
        return self._last

    def forecasts(self) -> Forecasts:
        """Returns the forecast of each trial that has a loss yet; of very many, the best ones'."""
        if self._forecasts is None:
            self._forecasts = made = self._made() if self._losses else _NOTHING
            self._last = {**self._last, **dict(zip(made.places, made.losses.tolist(), strict=True))}
        return self._forecasts

    def _promising(self) -> list[int]:
        """Returns the trials to forecast: those that had the lowest forecasts, and new ones."""
        ordered = sorted(self.trials, key=lambda trial: self._last.get(trial, 0.0))
        return sorted(ordered[:MOST])

    def _made(self) -> Forecasts:
        trials = self._promising()
        losses = np.array([self._losses[trial] for trial in trials])
        is_news = self._is_news(losses)
        seen = SeenLosses(losses, self.rung_0, None if is_news else self._effects)
        levels = self._processes.levels(seen.known(self._described(trials)), is_news)
        self._effects = seen.effects
        centers = np.where(seen.complete, seen.levels, levels.centers)
        levels = TrialLevels(levels.weights, centers, levels.spreads)
        freedom = FREEDOM + FREEDOM_PER_TRIAL * int(seen.ended.any(axis=1).sum())
        places = {trial: place for place, trial in enumerate(trials)}
        expected = seen.losses(levels.weights @ centers)
        return Forecasts(places, expected, levels, seen.complete, freedom)

    def _is_news(self, losses: Floats) -> bool:
        """Tells whether folds have ended or trials begun since all was fitted anew."""
        news = int(np.isfinite(losses[:, :, -1]).sum()) + len(losses)
        is_news, self._fitted = news != self._fitted, news
        return is_news

    def _described(self, trials: Sequence[int]) -> Floats:
        """Returns their parameters, about the middle of their ranges: (n, p)."""
        size = max((len(each) for each in self._parameters.values()), default=0)
        middle = [0.5] * size
        described = [self._parameters.get(trial, middle) for trial in trials]
        return np.array(described, dtype=np.float64).reshape(len(trials), size) - 0.5


_NOTHING = Forecasts(
    {},
    np.empty(0),
    TrialLevels(np.ones(1), np.empty((1, 0)), np.empty((1, 0))),
    np.empty(0, bool),
    1,
)
