"""Forecasts: the loss that each trial is expected to have when complete.

All trials share folds and seeds, so losses compare epoch by epoch. Losses that are still to come
are estimated as actuaries estimate claims, by the chain-ladder method (Mack, "Distribution-free
calculation of the standard error of chain ladder reserve estimates", ASTIN Bulletin 1993): from
how those developed that are further. Folds differ by an offset that all trials share, which leaves
little chance in the comparison of two trials on one fold.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What is assumed before anything is known, with the weight of a few observations.
PRIOR_WEIGHT = 4
PRIOR_FOLD_SPREAD = 0.15  # of a trial's log losses over the folds, their offsets taken away
PRIOR_EPOCH_SPREAD = 0.7  # of a log loss after the first epoch about what it comes to at the last
FITS = 5  # rounds, after which offsets change no more that anyone could see


@dataclass(frozen=True)
class Forecasts:
    """What is known of the losses that trials have, or would have, when complete.

    Attributes:
        places: Where each trial is in the arrays.
        centers: (n,) natural logarithms of the loss, averaged over all folds after the last epoch.
        spreads: (n,) standard deviations of what is not known of them; 0 for whole trials.
    """

    places: dict[int, int]
    centers: Floats
    spreads: Floats

    def center(self, trial: int) -> float:
        """Returns one trial's; infinity where nothing is known."""
        return float(self.centers[self.places[trial]]) if trial in self.places else math.inf

    def chances(self, trial: int) -> Floats:
        """Returns the probability that one trial is better than each: (n,)."""
        from scipy.special import ndtr  # a quarter of a second, for which workers would wait, too

        own = self.places[trial]
        gaps = self.centers - self.centers[own]
        chances: Floats = ndtr(gaps / np.maximum(np.hypot(self.spreads[own], self.spreads), 1e-9))
        return chances

    def known_as_well(self, trial: int) -> NDArray[np.bool_]:
        """Tells of which trials no less is known than of one: (n,)."""
        known: NDArray[np.bool_] = self.spreads <= self.spreads[self.places[trial]]
        return known


class Forecaster:
    """Forecasts from the losses of all trials of a sweep, by fold and epoch.

    Args:
        folds: How many a whole trial has.
        epochs: How many each fold has.
    """

    def __init__(self, folds: int, epochs: int) -> None:
        self.folds, self.epochs = folds, epochs
        self._curves: dict[int, Floats] = {}
        self._seen: dict[int, list[int]] = {}
        self._forecasts: Forecasts | None = None

    def observe(self, trial: int, fold: int, epoch: int, loss: float) -> None:
        """Takes down a validation loss; epochs count from 1."""
        curves = self._curves.setdefault(trial, np.full((self.folds, self.epochs), np.nan))
        curves[fold, epoch - 1] = math.log(max(loss, 1e-12))
        seen = self._seen.setdefault(trial, [0] * self.folds)
        seen[fold] = max(seen[fold], epoch)
        self._forecasts = None

    def forecasts(self) -> Forecasts:
        """Returns the forecast of each trial that has a loss yet."""
        if self._forecasts is None:
            estimate = _Estimate(self._all_curves())
            places = {trial: place for place, trial in enumerate(self.trials)}
            self._forecasts = Forecasts(places, estimate.centers, estimate.spreads)
        return self._forecasts

    def _all_curves(self) -> Floats:
        none = np.empty((0, self.folds, self.epochs))
        return np.array([self._curves[trial] for trial in self.trials]) if self._curves else none

    def epochs_seen(self, trial: int) -> list[int]:
        """Returns how many epochs of each fold a trial has had."""
        return self._seen.get(trial, [0] * self.folds)

    @property
    def trials(self) -> list[int]:
        """The trials that have a loss, by their numbers."""
        return sorted(self._curves)

    def losses(self) -> dict[int, float]:
        """Returns the loss that each trial is expected to have when complete, nats."""
        forecasts = self.forecasts()
        return dict(zip(forecasts.places, np.exp(forecasts.centers).tolist(), strict=True))


class _Estimate:
    """Chain-ladder estimates for log losses (trials, folds, epochs), NaN where not seen yet."""

    def __init__(self, curves: Floats) -> None:
        self._curves = curves
        self._trials, self._folds, self._epochs = curves.shape
        self._seen = np.isfinite(curves).sum(axis=2)  # epochs of each fold
        self._begun = self._seen > 0
        self._whole = (self._seen == self._epochs).all(axis=1)

    @cached_property
    def _development(self) -> Floats:
        """How much a log loss usually falls from each epoch to the last: (epochs,)."""
        flat = self._curves.reshape(-1, self._epochs)
        steps = np.array([_usual_step(flat[:, e], flat[:, e + 1]) for e in range(self._epochs - 1)])
        falls: Floats = np.append(steps[::-1].cumsum()[::-1], 0.0)
        return falls

    @cached_property
    def _epoch_spread(self) -> Floats:
        """How far off that is, as a standard deviation: (epochs,)."""
        ended = self._curves[self._seen == self._epochs]
        ended = ended[ended[:, -1] <= np.median(ended[:, -1])] if len(ended) else ended
        off = ended[:, -1:] - ended - self._development
        left = np.arange(self._epochs)[::-1] / max(1, self._epochs - 1)
        prior = PRIOR_WEIGHT * PRIOR_EPOCH_SPREAD**2 * left
        spread: Floats = np.sqrt((prior + (off**2).sum(axis=0)) / (PRIOR_WEIGHT + len(off)))
        return spread

    @cached_property
    def _tops(self) -> Floats:
        """What each fold of each trial is expected to come to: (trials, folds), or NaN."""
        last = np.maximum(self._seen - 1, 0)
        now = np.take_along_axis(self._curves, last[:, :, None], axis=2).squeeze(2)
        tops: Floats = now + self._development[last]
        return tops

    @cached_property
    def _offsets(self) -> Floats:
        """How much harder each fold is than all folds together: (folds,).

        The additive model of trials and folds, fitted in turns (Buja et al., Annals of Statistics
        1989) to all trials with two folds; no offset is assumed, with the weight of one trial.
        """
        ended = np.where(self._seen == self._epochs, self._tops, np.nan)
        ended = ended[np.isfinite(ended).sum(axis=1) >= 2]
        offsets, counts = np.zeros(self._folds), np.isfinite(ended).sum(axis=0)
        for _ in range(FITS if len(ended) else 0):
            trials = np.nanmean(ended - offsets, axis=1, keepdims=True)
            offsets = np.nansum(ended - trials, axis=0) / (counts + 1)
            offsets -= offsets.mean()
        return offsets

    @cached_property
    def _fold_spread(self) -> float:
        """Standard deviation of a whole trial's log losses, offsets taken away."""
        whole = self._tops[self._whole]
        off = whole - _log_mean(whole)[:, None] - self._offsets
        free = max(0, (len(whole) - 1) * (self._folds - 1))
        prior = PRIOR_WEIGHT * PRIOR_FOLD_SPREAD**2
        return math.sqrt((prior + (off**2).sum()) / (PRIOR_WEIGHT + free))

    @cached_property
    def centers(self) -> Floats:
        """See `Forecasts`: (trials,)."""
        about: Floats = np.nansum(self._weights * (self._tops - self._offsets), axis=1)
        about[self._whole] = _log_mean(self._tops[self._whole])
        return about

    @cached_property
    def spreads(self) -> Floats:
        """See `Forecasts`: (trials,). Folds are drawn from few: k alike leave 1/k - 1/K open."""
        between = np.maximum((self._weights**2).sum(axis=1) - 1 / self._folds, 0)
        to_come = (self._weights * self._to_come).sum(axis=1)  # the folds' falls are off alike
        spreads: Floats = np.sqrt(self._fold_spread**2 * between + to_come**2)
        spreads[self._whole] = 0
        return spreads

    @cached_property
    def _to_come(self) -> Floats:
        """How far off each fold may be for the epochs it has not had: (trials, folds)."""
        to_come: Floats = self._epoch_spread[np.maximum(self._seen - 1, 0)]
        return to_come

    @cached_property
    def _weights(self) -> Floats:
        """What each fold counts: the less, the further off it may be: (trials, folds)."""
        weights = self._begun / (self._to_come**2 + self._fold_spread**2)
        normed: Floats = weights / weights.sum(axis=1, keepdims=True)
        return normed


def _usual_step(before: Floats, after: Floats) -> float:
    """Returns the median change from one epoch to the next among those that made it."""
    changes = (after - before)[np.isfinite(after)]
    return float(np.median(changes)) if len(changes) else 0.0


def _log_mean(logs: Floats) -> Floats:
    """Returns the logarithm of each row's mean loss."""
    means: Floats = np.log(np.exp(logs).mean(axis=1))
    return means
