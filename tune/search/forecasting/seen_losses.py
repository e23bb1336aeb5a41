"""Seen losses: what a trial's losses so far, of each epoch of each fold, say of its level."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tune.search.forecasting.falls import REACH, Falls
from tune.search.forecasting.fold_effects import PRIOR_NOISE, FoldEffects
from tune.search.forecasting.trial_levels import CLIP, Known

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_EFFECTS = FoldEffects(np.zeros(1), np.ones(1), PRIOR_NOISE)
CAP = 0.8  # of log loss above a fold's lowest, beyond which all last losses are alike


@dataclass(frozen=True)
class LossModel:
    """How losses, as they fall, tell last losses, and last losses the levels of trials.

    Losses count by `log(loss + lowest)`: digits that nobody reads add the same loss for the good
    and for the bad, so folds differ by offsets on a scale between that of losses and of logarithms.

    Attributes:
        rung_0: Epochs of the first fold that all trials have.
        lowest: The mean over folds of their lowest last loss, nats.
        floors: (folds,) the lowest last log loss of each fold.
        falls: Tells a fold's last log loss from an earlier one.
        effects: How folds differ.
    """

    rung_0: int
    lowest: float
    floors: Floats
    falls: Falls
    effects: FoldEffects

    @classmethod
    def fitted(cls, losses: Floats, rung_0: int) -> Self:
        """Fits the model to the losses (trials, folds, epochs), nats; NaN where not seen yet."""
        lowest = _lowest(losses)
        logs = np.log(losses + lowest)
        floors = _floors(logs)
        falls = Falls.fitted(_capped(logs, floors)[np.isfinite(losses[:, :, -1])])
        plain = cls(rung_0, lowest, floors, falls, NO_EFFECTS)
        told, spreads = SeenLosses(losses, plain).last
        return replace(plain, effects=FoldEffects.fitted(told, spreads**2))


class SeenLosses:
    """What the losses of some trials say of each; they may be others than those of the model.

    Args:
        losses: (trials, folds, epochs) nats; NaN where not seen yet.
        model: Fitted to the losses of all trials.
    """

    def __init__(self, losses: Floats, model: LossModel) -> None:
        self._losses, self._model = losses, model
        self._folds = losses.shape[1]
        self._count = np.isfinite(losses).sum(axis=2)
        self.ended = np.isfinite(losses[:, :, -1])
        self.complete: NDArray[np.bool_] = np.asarray(self.ended.all(axis=1))
        self._logs = np.log(losses + model.lowest)
        self._epochs_seen = np.maximum(self._count - 1, 0)  # the last of each fold, from 0

    @cached_property
    def last(self) -> tuple[Floats, Floats]:
        """The last log loss of each fold, seen or told, and how far off it may be: (trials, folds).

        What rung 0 says is left to the processes, which learn how far it can be trusted.
        """
        model, seen = self._model, self._epochs_seen
        now = np.minimum(
            self._at_last_epochs(_capped(self._logs, model.floors)), model.floors + REACH
        )
        told = np.minimum(model.falls.last(now, seen), model.floors + CAP)
        used = self._count > 0
        used[:, 0] &= self._count[:, 0] > model.rung_0
        return np.where(used, told, np.nan), np.where(used, model.falls.spreads[seen], np.nan)

    def _at_last_epochs(self, logs: Floats) -> Floats:
        """Returns the last that was seen of each fold: (trials, folds)."""
        last: Floats = np.take_along_axis(logs, self._epochs_seen[:, :, None], axis=2).squeeze(2)
        return last

    @cached_property
    def _weights(self) -> Floats:
        """What each fold counts: the less, the further off it may be: (trials, folds)."""
        _, spreads = self.last
        precise = np.nan_to_num(1 / (self._model.effects.noise**2 + spreads**2))
        weights: Floats = precise / np.maximum(precise.sum(axis=1, keepdims=True), 1e-12)
        return weights

    @cached_property
    def levels(self) -> Floats:
        """What a trial's folds say of its level: (trials,); NaN where they say nothing."""
        told, _ = self.last
        exact = np.where(self.ended, self._logs[:, :, -1], told)
        levels = np.nan_to_num(self._model.effects.levels(exact))
        means = (self._weights * levels).sum(axis=1)
        known = np.isfinite(told).any(axis=1)
        return np.where(self.complete, self._complete_levels(), np.where(known, means, np.nan))

    def _complete_levels(self) -> Floats:
        """The levels at which the effects give a complete trial's mean loss: (trials,)."""
        about = np.where(self.complete[:, None], self._logs[:, :, -1], 0.0).mean(axis=1)
        true = np.where(self.complete[:, None], np.exp(self._logs[:, :, -1]), 1.0).mean(axis=1)
        levels: Floats = about + np.log(true / self._model.effects.mean(about))
        return levels

    @cached_property
    def variances(self) -> Floats:
        """How far off the levels may be: (trials,). Folds are few: k leave 1/k - 1/K open."""
        _, spreads = self.last
        between = np.maximum((self._weights**2).sum(axis=1) - 1 / self._folds, 0)
        to_come = (self._weights * np.nan_to_num(spreads)).sum(axis=1)  # falls are off alike
        variances: Floats = self._model.effects.noise**2 * between + to_come**2
        return variances

    def known(self, parameters: Floats) -> Known:
        """Returns what is known of the trials."""
        first = self._logs[:, 0, self._model.rung_0 - 1]
        fold_variance = self._model.effects.noise**2 / self._folds
        return Known(parameters, first, self.levels, self.variances, fold_variance)

    def losses(self, levels: Floats, bad: Floats) -> Floats:
        """Returns the losses at levels, and those of complete trials: (trials,).

        A bad trial has a level that says no more than that; its own falls say how bad it is.

        Args:
            levels: (trials,) that they are forecast to have.
            bad: (2,) a forecast level, and one that folds say, beyond which all are alike.
        """
        are_bad = (levels > bad[0]) | (self.levels > bad[1])
        levels = np.where(are_bad, np.maximum(levels, self._plain), levels)
        lowest = self._model.lowest
        expected = np.maximum(self._model.effects.mean(levels) - lowest, 0.01 * lowest)
        seen = np.where(self.complete[:, None], self._losses[:, :, -1], 0.0).mean(axis=1)
        return np.where(self.complete, seen, expected)

    def bad(self, levels: Floats) -> Floats:
        """Returns a forecast level, and one that folds say, beyond which all are alike: (2,)."""
        seen = self.levels[np.isfinite(self.levels)]
        bad: Floats = np.array([levels.min(), seen.min(initial=np.inf)]) + CLIP
        return bad

    @cached_property
    def _plain(self) -> Floats:
        """The levels that trials would come to by their falls alone: (trials,)."""
        told = self._model.falls.last(self._at_last_epochs(self._logs), self._epochs_seen)
        variances = self._model.effects.noise**2 + self._model.falls.spreads[self._epochs_seen] ** 2
        precise = (self._count > 0) / variances
        levels = np.nan_to_num(self._model.effects.levels(told))
        plain: Floats = (precise * levels).sum(axis=1) / precise.sum(axis=1)
        return plain


def _lowest(losses: Floats) -> float:
    """Returns the mean over folds of their lowest last loss; a guess where none has ended."""
    lowest = np.where(np.isfinite(losses[:, :, -1]), losses[:, :, -1], np.inf).min(axis=0)
    ended = np.isfinite(lowest)
    return float(lowest[ended].mean() if ended.any() else 0.2 * np.nanmin(losses))


def _floors(logs: Floats) -> Floats:
    """Returns the lowest last log loss of each fold, or the mean of these: (folds,)."""
    last = logs[:, :, -1]
    ended = np.where(np.isfinite(last), last, np.inf).min(axis=0)
    seen = np.isfinite(ended)
    usual = ended[seen].mean() if seen.any() else np.nanmin(logs)
    floors: Floats = np.where(seen, ended, usual)
    return floors


def _capped(logs: Floats, floors: Floats) -> Floats:
    """Returns the log losses, but for what is so high that it does not matter how high."""
    curves = np.minimum(logs, (floors + REACH)[:, None])
    curves[:, :, -1] = np.minimum(curves[:, :, -1], floors + CAP)
    return curves
