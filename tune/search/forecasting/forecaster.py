"""The forecaster: what each trial will come to, from the losses of all trials so far.

All trials share folds and seeds, so losses compare fold by fold and epoch by epoch. Three models
build on each other: `Falls` tells a fold's last loss from an earlier one, `FoldEffects` what a fold
says of the trial, and `Processes` what trials with similar parameters and first epochs say of it.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tune.search.forecasting.forecasts import Forecasts
from tune.search.forecasting.seen_losses import LossModel, SeenLosses
from tune.search.forecasting.trial_levels import Processes, TrialLevels

Floats = NDArray[np.float64]

RUNG_0 = 0.3  # of a fold's epochs, which all trials have; told apart from what comes later
MOST = 250  # trials that the models are fitted to: the time that takes grows with their cube
GROWTH = 0.03  # of the results, after which the models are fitted anew
FREEDOM, FREEDOM_PER_TRIAL = 8, 4  # degrees of freedom of Student's t, of what trials have shown


class Forecaster:
    """Forecasts from the losses of all trials of a sweep, by fold and epoch.

    The models are fitted anew whenever the results, which are trials that have had rung 0 and folds
    that have ended, have grown by a part. In between only the forecast of a trial that has shown
    more is made anew: so an epoch costs the same, however many trials there are.

    Args:
        folds: How many a complete trial has.
        epochs: How many each fold has.
        growth: Of the results, as a part, after which the models are fitted anew.

    Attributes:
        shown: The trial of each epoch of each fold, in the order that they came.
    """

    def __init__(self, folds: int, epochs: int, growth: float = GROWTH) -> None:
        self.folds, self.epochs, self._growth = folds, epochs, growth
        self.rung_0 = max(1, round(RUNG_0 * epochs))
        self._parameters: dict[int, Sequence[float]] = {}
        self._losses: dict[int, Floats] = {}
        self._seen: dict[int, list[int]] = {}
        self._expected: dict[int, float] = {}  # the loss that each trial is forecast to have
        self.shown: list[int] = []
        self._results = self._fitted = 0
        self._forecasts = _NOTHING

    def begin(self, trial: int, parameters: Sequence[float]) -> None:
        """Takes down a trial's parameters, each as a part of its range, 0 to 1."""
        self._parameters[trial] = parameters

    def observe(self, trial: int, fold: int, epoch: int, loss: float) -> None:
        """Takes down a validation loss, and forecasts by it; epochs count from 1.

        The forecasts depend on the order of the losses alone, so a search that is taken up again
        has those that it had.
        """
        if trial not in self._losses:
            self._losses[trial] = np.full((self.folds, self.epochs), np.nan)
            self._seen[trial] = [0] * self.folds
        if np.isnan(self._losses[trial][fold, epoch - 1]):
            self._results += (epoch == self.epochs) + (fold == 0 and epoch == self.rung_0)
        self._losses[trial][fold, epoch - 1] = max(loss, 1e-12)
        self._seen[trial][fold] = max(self._seen[trial][fold], epoch)
        self.shown.append(trial)
        self._forecast(trial)

    def epochs_seen(self, trial: int) -> list[int]:
        """Returns how many epochs each fold of a trial has had."""
        return self._seen.get(trial, [0] * self.folds)

    @property
    def trials(self) -> list[int]:
        """The trials that have a loss, by their numbers."""
        return sorted(self._losses)

    def losses(self) -> Mapping[int, float]:
        """Returns the loss that each trial is expected to have when complete, nats."""
        return MappingProxyType(self._expected)

    def forecasts(self) -> Forecasts:
        """Returns the forecasts of the most promising trials, and of all that showed more since."""
        return self._forecasts

    def _forecast(self, trial: int) -> None:
        """Forecasts after a trial has shown more: all trials, if that is due, or it alone."""
        is_due = self._results >= self._fitted + max(1.0, self._growth * self._fitted)
        if is_due or not self._forecasts.places:
            self.fit(trial)
        else:
            self._update(trial)

    def fit(self, trial: int | None = None) -> None:
        """Fits the models anew, and makes all forecasts of the trials they are fitted to.

        Args:
            trial: One that is among them, however good it may be.
        """
        if not self._losses:
            return
        self._fitted, trials = self._results, self._promising(trial)
        losses = np.array([self._losses[trial] for trial in trials])
        self._model = LossModel.fitted(losses, self.rung_0)
        seen = SeenLosses(losses, self._model)
        self._processes = Processes(seen.known(self._described(trials)))
        levels = self._processes.levels()
        centers = np.where(seen.complete, seen.levels, levels.centers)
        expected = self._processes.weights @ centers
        self._bad = seen.bad(expected)
        self._expected.update(zip(trials, seen.losses(expected, self._bad).tolist(), strict=True))
        self._forecasts = Forecasts(
            {trial: place for place, trial in enumerate(trials)},
            TrialLevels(levels.weights, centers, levels.spreads),
            seen.complete,
            FREEDOM + FREEDOM_PER_TRIAL * int(seen.ended.any(axis=1).sum()),
        )

    def _promising(self, trial: int | None) -> list[int]:
        """Returns the trials to fit to: those that had the lowest forecasts, new ones, and one."""
        ordered = sorted(self._losses, key=lambda each: (self._expected.get(each, 0.0), each))
        return sorted({*ordered[:MOST], *([] if trial is None else [trial])})

    def _update(self, trial: int) -> None:
        """Makes the forecast of one trial anew, by the models as they are."""
        seen = SeenLosses(self._losses[trial][None], self._model)
        known = seen.known(self._described([trial]))
        if np.isfinite(known.levels[0]) and not self._processes.is_informed:
            return self.fit(trial)  # for the first time that folds say of levels
        levels = self._processes.of(known, self._forecasts.places.get(trial))
        if seen.complete[0]:
            levels = TrialLevels(
                levels.weights, np.full_like(levels.centers, seen.levels[0]), levels.spreads
            )
        expected = levels.weights @ levels.centers
        self._expected[trial] = float(seen.losses(expected, self._bad)[0])
        self._forecasts = self._forecasts.changed(trial, levels, bool(seen.complete[0]))
        return None

    def _described(self, trials: Sequence[int]) -> Floats:
        """Returns their parameters, about the middle of their ranges: (n, p)."""
        size = len(next(iter(self._parameters.values()), ()))
        described = [self._parameters.get(trial, [0.5] * size) for trial in trials]
        return np.array(described, dtype=np.float64).reshape(len(trials), size) - 0.5


_NOTHING = Forecasts(
    {},
    TrialLevels(np.ones(1), np.empty((1, 0)), np.empty((1, 0))),
    np.empty(0, bool),
    1,
)
