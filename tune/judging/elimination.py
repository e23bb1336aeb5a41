"""The finalists' race: which are worth another fold of the second cross-validation."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

Floats = NDArray[np.float64]


class Race:
    """Which finalists may still turn out best on the folds of both cross-validations.

    One after the other, the finalist with the least chance of that against some other is dropped,
    as long as the chance is below the risk: by Student's t of the differences of their losses on
    the folds that both have had. These are drawn from few, so that k of K leave their mean an
    error of s * sqrt(1/k - 1/K). The last one is never dropped.

    Args:
        first: (folds,) of each finalist, by its trial's number: losses in the search, nats.
        second: (folds,) of each: losses of the second cross-validation, not a number where still to
            come. They are looked up anew each time.
        risk: The chance, 0 to 0.5, below which one is dropped; 0 lets all finish.
    """

    def __init__(
        self, first: Mapping[int, Sequence[float]], second: Mapping[int, list[float]], risk: float
    ) -> None:
        self._first, self._second, self._risk = first, second, risk

    def open_folds(self) -> list[tuple[int, int]]:
        """Returns trial and fold of all that is worth training: fold by fold, to compare early."""
        to_come = [
            (fold, trial)
            for trial in self.racing()
            for fold, loss in enumerate(self._second[trial])
            if math.isnan(loss)
        ]
        return [(trial, fold) for fold, trial in sorted(to_come)]

    def racing(self) -> list[int]:
        """Returns those that are not dropped, by their trials' numbers."""
        left = [trial for trial in self._second if math.inf not in self._second[trial]]
        left = left or list(self._second)
        while len(left) > 1:
            chances = {trial: self._least_chance(trial, left) for trial in left}
            weakest = min(left, key=chances.__getitem__)
            if chances[weakest] >= self._risk:
                break
            left.remove(weakest)
        return left

    def _least_chance(self, trial: int, rivals: Sequence[int]) -> float:
        losses = self._losses(trial)
        return min(_chance(losses, self._losses(other)) for other in rivals if other != trial)

    def _losses(self, trial: int) -> Floats:
        return np.array([*self._first[trial], *self._second[trial]])


def _chance(own: Floats, other: Floats) -> float:
    """Returns the probability that one's mean over all folds is below another's."""
    had = np.isfinite(own) & np.isfinite(other)
    behind = own[had] - other[had]
    error = behind.std(ddof=1) * math.sqrt(1 / len(behind) - 1 / len(own))
    return float(stdtr(len(behind) - 1, -behind.mean() / max(error, 1e-12)))
