"""Seen losses: what a trial's losses so far, of each epoch of each fold, say of its level."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tune.search.forecasting.falls import REACH, Falls
from tune.search.forecasting.fold_effects import FoldEffects
from tune.search.forecasting.trial_levels import CLIP, Known

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CAP = 0.8  # of log loss above a fold's lowest, beyond which all last losses are alike


class SeenLosses:
    """What the losses (trials, folds, epochs) say of each trial; NaN where not seen yet.

    Losses count by `log(loss + lowest)`: digits that nobody reads add the same loss for the good
    and for the bad, so folds differ by offsets on a scale between that of losses and of logarithms.

    Args:
        losses: Of each epoch of each fold, nats.
        rung_0: Epochs of the first fold that all trials have.
        effects: Of the folds, if they are known from the same ended folds.
    """

    def __init__(self, losses: Floats, rung_0: int, effects: FoldEffects | None) -> None:
        self._losses, self._rung_0, self._effects = losses, rung_0, effects
        _, self._folds, self._epochs = losses.shape
        self._count = np.isfinite(losses).sum(axis=2)
        self.ended = np.isfinite(losses[:, :, -1])
        self.complete: NDArray[np.bool_] = np.asarray(self.ended.all(axis=1))
        self._lowest = _lowest(losses)
        self._logs = np.log(losses + self._lowest)

    @cached_property
    def _floors(self) -> Floats:
        """The lowest last log loss of each fold, or the mean of these: (folds,)."""
        ended = np.where(self.ended, self._logs[:, :, -1], np.inf).min(axis=0)
        seen = np.isfinite(ended)
        usual = ended[seen].mean() if seen.any() else np.nanmin(self._logs)
        floors: Floats = np.where(seen, ended, usual)
        return floors

    @cached_property
    def _known_levels(self) -> tuple[Floats, Floats]:
        """The last log loss of each fold, seen or told, and how far off that may be.

        What rung 0 says is left to the processes, which learn how far it can be trusted.
        """
        now = np.minimum(self._at_last_epochs(self._curves), self._floors + REACH)
        told = np.minimum(self._falls.last(now, self._epochs_seen), self._floors + CAP)
        used = self._count > 0
        used[:, 0] &= self._count[:, 0] > self._rung_0
        spreads = self._falls.spreads[self._epochs_seen]
        return np.where(used, told, np.nan), np.where(used, spreads, np.nan)

    @cached_property
    def _curves(self) -> Floats:
        """The log losses, but for what is so high that it does not matter how high."""
        curves = np.minimum(self._logs, (self._floors + REACH)[:, None])
        curves[:, :, -1] = np.minimum(curves[:, :, -1], self._floors + CAP)
        return curves

    @cached_property
    def _falls(self) -> Falls:
        return Falls.fitted(self._curves[self.ended])

    @property
    def _epochs_seen(self) -> Ints:
        """The last epoch seen of each fold, from 0: (trials, folds); 0 where none is."""
        last: Ints = np.maximum(self._count - 1, 0)
        return last

    def _at_last_epochs(self, logs: Floats) -> Floats:
        """Returns the last that was seen of each fold: (trials, folds)."""
        last: Floats = np.take_along_axis(logs, self._epochs_seen[:, :, None], axis=2).squeeze(2)
        return last

    @cached_property
    def effects(self) -> FoldEffects:
        """How folds differ: as given, or fitted."""
        if self._effects:
            return self._effects
        told, spreads = self._known_levels
        return FoldEffects.fitted(told, spreads**2)

    @cached_property
    def _weights(self) -> Floats:
        """What each fold counts: the less, the further off it may be: (trials, folds)."""
        _, spreads = self._known_levels
        precise = np.nan_to_num(1 / (self.effects.noise**2 + spreads**2))
        weights: Floats = precise / np.maximum(precise.sum(axis=1, keepdims=True), 1e-12)
        return weights

    @cached_property
    def levels(self) -> Floats:
        """What a trial's folds say of its level: (trials,); NaN where they say nothing."""
        told, _ = self._known_levels
        exact = np.where(self.ended, self._logs[:, :, -1], told)
        levels = np.nan_to_num(self.effects.levels(exact))
        means = (self._weights * levels).sum(axis=1)
        known = np.isfinite(told).any(axis=1)
        return np.where(self.complete, self._complete_levels(), np.where(known, means, np.nan))

    def _complete_levels(self) -> Floats:
        """The levels at which the effects give a complete trial's mean loss: (trials,)."""
        about = np.where(self.complete[:, None], self._logs[:, :, -1], 0.0).mean(axis=1)
        true = np.where(self.complete[:, None], np.exp(self._logs[:, :, -1]), 1.0).mean(axis=1)
        levels: Floats = about + np.log(true / self.effects.mean(about))
        return levels

    @cached_property
    def variances(self) -> Floats:
        """How far off the levels may be: (trials,). Folds are few: k leave 1/k - 1/K open."""
        _, spreads = self._known_levels
        between = np.maximum((self._weights**2).sum(axis=1) - 1 / self._folds, 0)
        to_come = (self._weights * np.nan_to_num(spreads)).sum(axis=1)  # falls are off alike
        variances: Floats = self.effects.noise**2 * between + to_come**2
        return variances

    def known(self, parameters: Floats) -> Known:
        """Returns what is known of the trials."""
        first = self._logs[:, 0, self._rung_0 - 1]
        fold_variance = self.effects.noise**2 / self._folds
        return Known(parameters, first, self.levels, self.variances, fold_variance)

    def losses(self, levels: Floats) -> Floats:
        """Returns the losses at levels, and those of complete trials: (trials,).

        A bad trial has a level that says no more than that; its own falls say how bad it is.
        """
        levels = np.where(self._are_bad(levels), np.maximum(levels, self._plain), levels)
        expected = np.maximum(self.effects.mean(levels) - self._lowest, 0.01 * self._lowest)
        seen = np.where(self.complete[:, None], self._losses[:, :, -1], 0.0).mean(axis=1)
        return np.where(self.complete, seen, expected)

    def _are_bad(self, levels: Floats) -> NDArray[np.bool_]:
        """Tells which trials have a level, or folds that say one, beyond which all are alike."""
        shown = self.levels
        lowest = shown[np.isfinite(shown)].min(initial=np.inf)
        are_bad: NDArray[np.bool_] = (levels > levels.min() + CLIP) | (shown > lowest + CLIP)
        return are_bad

    @cached_property
    def _plain(self) -> Floats:
        """The levels that trials would come to by their falls alone: (trials,)."""
        told = self._falls.last(self._at_last_epochs(self._logs), self._epochs_seen)
        variances = self.effects.noise**2 + self._falls.spreads[self._epochs_seen] ** 2
        precise = (self._count > 0) / variances
        levels = np.nan_to_num(self.effects.levels(told))
        plain: Floats = (precise * levels).sum(axis=1) / precise.sum(axis=1)
        return plain


def _lowest(losses: Floats) -> float:
    """Returns the mean over folds of their lowest last loss; a guess where none has ended."""
    lowest = np.where(np.isfinite(losses[:, :, -1]), losses[:, :, -1], np.inf).min(axis=0)
    ended = np.isfinite(lowest)
    return float(lowest[ended].mean() if ended.any() else 0.2 * np.nanmin(losses))
