"""What a sampler is shown of a search: the good trials, and of very many others a sample."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.trial import FrozenTrial, TrialState

from results.store.search.trials import FINISHED

Parameters = dict[str, Any]
Known = tuple[Parameters, float | None]  # parameters, and the loss if one is known

# Trials that are shown: the best; of all others, and of those without a loss.
GOOD, OTHERS = 50, 200


class KnownTrials:
    """Keeps parameters and losses of the trials of a study; those that have ended are read once.

    Args:
        varied: How many parameters a trial has; one with fewer has just been begun.
        forecasts: Returns the expected loss of each trial, by its number.
    """

    def __init__(self, varied: int, forecasts: Callable[[], Mapping[int, float]]) -> None:
        self._varied, self._forecasts = varied, forecasts
        self._parameters: dict[int, Parameters] = {}  # of those that have all of them
        self._lost: dict[int, float] = {}  # losses of complete ones whose log is lost
        self._failed: dict[int, int] = {}  # where they are among those with parameters
        self._open: dict[int, None] = {}
        self._read = 0

    def read(self, trials: Sequence[FrozenTrial]) -> None:
        """Takes down what is new of the trials of a study, all of them, in their order."""
        self._open.update(dict.fromkeys(range(self._read, len(trials))))
        self._read = len(trials)
        for number in list(self._open):
            if number not in self._parameters or trials[number].state in FINISHED:
                self._take_down(number, trials[number])

    def _take_down(self, number: int, trial: FrozenTrial) -> None:
        if len(trial.params) == self._varied:
            self._parameters[number] = trial.params
        if trial.state in FINISHED:
            del self._open[number]
        if trial.state == TrialState.FAIL and number in self._parameters:
            self._failed[number] = list(self._parameters).index(number)
        elif trial.state == TrialState.COMPLETE and number not in self._forecasts():
            self._lost[number] = trial.values[0]

    def shown(self, asking: int) -> list[Known]:
        """Returns the trials that a sampler is shown, in their order.

        A failed one counts as worse than all, one that waits by its forecast.

        Args:
            asking: The number of the trial that is to be proposed; it is not shown.
        """
        losses = self._losses()
        with_loss, without = np.flatnonzero(~np.isnan(losses)), np.flatnonzero(np.isnan(losses))
        places = [*with_loss[chosen(losses[with_loss])], *without[spread(len(without))]]
        numbers = list(self._parameters)
        return [
            (self._parameters[numbers[place]], None if np.isnan(losses[place]) else losses[place])
            for place in sorted(places)
            if numbers[place] != asking
        ]

    def _losses(self) -> NDArray[np.float64]:
        """Returns the loss of each trial that has parameters; NaN where none is known."""
        count, get = len(self._parameters), self._forecasts().get
        losses = np.fromiter(map(get, self._parameters, repeat(math.nan)), np.float64, count)
        losses[list(self._failed.values())] = math.inf
        if self._lost:
            lost = map(self._lost.get, self._parameters, repeat(math.nan))
            losses = np.where(np.isnan(losses), np.fromiter(lost, np.float64, count), losses)
        return losses


def chosen(losses: NDArray[np.float64]) -> NDArray[np.int64]:
    """Returns the places of the best, and of every so many-th of the others.

    TPE takes at most 25 trials as good ones, however many there are; it compares their density with
    that of all others, which a sample has as well.

    Args:
        losses: (n,) of all trials.
    """
    order = np.argsort(losses, kind="stable")
    others = np.sort(order[GOOD:])
    return np.concatenate([order[:GOOD], others[spread(len(others))]])


def spread(count: int) -> NDArray[np.int64]:
    """Returns as many of so many places as are shown, from the first to the last."""
    return np.linspace(0, count - 1, min(OTHERS, count)).round().astype(np.int64)
