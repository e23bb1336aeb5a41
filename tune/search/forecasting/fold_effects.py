"""Fold effects: how much harder each fold is than others, and how much is chance."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What is assumed before much is known, with the weight of a few losses.
PRIOR_NOISE, PRIOR_LOSSES = 0.1, 4
PRIOR_OFFSET_LOSSES = 1  # for no offset
PRIOR_SQUARES = 0.5  # for a slope of 1
PRIOR_TRIAL_SPREAD, PRIOR_TRIALS = 0.14, 4
NEAR = 0.3  # of log loss: how far above the best tenth a trial's noise counts 1/e
LEAST_NOISE = 0.02
ROUNDS = 12  # after which the fit changes no more that anyone could see


@dataclass(frozen=True)
class FoldEffects:
    """A log loss of a trial on a fold is `offset + slope * trial's level + noise`.

    Attributes:
        offsets: (folds,), 0 in the mean where levels are usual.
        slopes: (folds,), 1 in the mean: where a fold has digits that nobody reads, less is gained.
        noise: Standard deviation of what is left, for trials that are near the best.
    """

    offsets: Floats
    slopes: Floats
    noise: float

    @classmethod
    def fitted(cls, losses: Floats, variances: Floats) -> Self:
        """Fits a mixed model by expectation and maximisation (Laird and Ware, Biometrics 1982).

        Levels are random, so a trial with one fold counts as well. If only those with several were
        compared, who were lucky on the first would be compared.

        Args:
            losses: (trials, folds) log losses after the last epoch, seen or told; NaN where not.
            variances: (trials, folds), how far off those are that are told.
        """
        known = np.isfinite(losses).any(axis=1)
        fit = _Fit(losses[known], variances[known])
        for _ in range(ROUNDS if known.any() else 0):
            fit.improve()
        return cls(fit.offsets, fit.slopes, float(np.sqrt(fit.noise2)))

    def levels(self, losses: Floats) -> Floats:
        """Returns the levels that losses on folds (trials, folds) stand for."""
        levels: Floats = (losses - self.offsets) / self.slopes
        return levels

    def mean(self, levels: Floats) -> Floats:
        """Returns the mean over all folds of the losses, not their logarithms, at levels (n,)."""
        means: Floats = np.exp(self.offsets + self.slopes * levels[:, None]).mean(axis=1)
        return means


class _Fit:
    """The mixed model while it is fitted."""

    def __init__(self, losses: Floats, variances: Floats) -> None:
        folds = losses.shape[1]
        self._seen = np.isfinite(losses)
        self._losses = np.where(self._seen, losses, 0.0)
        self._variances = np.where(self._seen, variances, 0.0)
        self.offsets, self.slopes, self.noise2 = np.zeros(folds), np.ones(folds), PRIOR_NOISE**2
        self._center = self._losses.sum() / max(1, self._seen.sum())
        self._spread2 = 2 * PRIOR_TRIAL_SPREAD**2

    def improve(self) -> None:
        """Makes one round: levels from effects, and effects from levels."""
        levels, unsure = self._levels()
        self._center = levels.mean()
        away = levels - self._center
        prior = PRIOR_TRIALS * PRIOR_TRIAL_SPREAD**2
        self._spread2 = ((away**2 + unsure).sum() + prior) / (len(levels) + PRIOR_TRIALS)
        weights = self.noise2 * self._seen / (self.noise2 + self._variances)
        self._regress(away, unsure, weights)
        self._measure_noise(levels, unsure, weights)

    def _levels(self) -> tuple[Floats, Floats]:
        """Returns each trial's level and its variance."""
        precise = self._seen / (self.noise2 + self._variances)
        precision = 1 / self._spread2 + (precise * self.slopes**2).sum(axis=1)
        told = (precise * self.slopes * (self._losses - self.offsets)).sum(axis=1)
        return (self._center / self._spread2 + told) / precision, 1 / precision

    def _regress(self, away: Floats, unsure: Floats, weights: Floats) -> None:
        """Regresses each fold's losses on the levels."""
        over = self._losses - self._center
        off = weights * (over - self.slopes * away[:, None])
        shift = off.sum(axis=0) / (weights.sum(axis=0) + PRIOR_OFFSET_LOSSES)
        shift -= shift.mean()
        products = (weights * (over - shift) * away[:, None]).sum(axis=0)
        squares = (weights * (away**2 + unsure)[:, None]).sum(axis=0)
        slopes = (PRIOR_SQUARES + products) / (PRIOR_SQUARES + squares)
        self.slopes = slopes / slopes.mean()
        self.offsets = shift + self._center * (1 - self.slopes)

    def _measure_noise(self, levels: Floats, unsure: Floats, weights: Floats) -> None:
        off = self._losses - self.offsets - self.slopes * levels[:, None]
        squares = off**2 + self.slopes**2 * unsure[:, None]
        squares = np.minimum(squares, 9 * (self.noise2 + self._variances)) - self._variances
        near = np.exp(-np.maximum(levels - np.quantile(levels, 0.1), 0) / NEAR)
        counted = weights**2 * near[:, None]
        summed = PRIOR_LOSSES * PRIOR_NOISE**2 + (counted * squares).sum()
        self.noise2 = max(summed / (PRIOR_LOSSES + counted.sum()), LEAST_NOISE**2)
