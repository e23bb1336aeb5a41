"""Falls: what a fold's loss comes to at its last epoch, told from its loss after an earlier one."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What is assumed before any fold has ended, and how much of the squares seen it weighs as.
PRIOR_SPREAD = 0.5  # of a last log loss about what is told from the first epoch
PRIOR_FOLDS = 4
PRIOR_SQUARES = 0.4  # for a slope of 1: what is a tenth worse now stays a tenth worse
REACH = 1.5  # of log loss above a fold's lowest last one, beyond which all early losses are alike


@dataclass(frozen=True)
class Falls:
    """A linear regression of the last log loss on the one after each epoch: (epochs,) each.

    Attributes:
        before: The middle of the losses after an epoch.
        after: What the last loss is where an epoch's is in the middle.
        slopes: How much the last loss changes with an epoch's.
        spreads: Standard deviations of the last loss about what an epoch's tells; the last is 0.
    """

    before: Floats
    after: Floats
    slopes: Floats
    spreads: Floats

    @classmethod
    def fitted(cls, curves: Floats) -> Self:
        """Fits the regressions, each with a prior.

        Args:
            curves: (n, epochs) log losses of folds that have ended.
        """
        epochs = curves.shape[1]
        prior = PRIOR_FOLDS * PRIOR_SPREAD**2 * np.arange(epochs)[::-1] / max(1, epochs - 1)
        if not len(curves):
            level, spreads = np.zeros(epochs), np.sqrt(prior / PRIOR_FOLDS)
            return cls(level, level, np.ones(epochs), spreads)
        before = np.median(curves, axis=0)
        early, last = curves - before, curves[:, -1:] - before[-1]
        slopes = PRIOR_SQUARES + (early * last).sum(axis=0)
        slopes /= PRIOR_SQUARES + (early**2).sum(axis=0)
        off = last - slopes * early
        middle = np.median(off, axis=0)
        squares = ((off - middle) ** 2).sum(axis=0)
        spreads = np.sqrt((prior + squares) / (PRIOR_FOLDS + len(curves)))
        spreads[-1] = 0
        return cls(before, before[-1] + middle, slopes, spreads)

    def last(self, losses: Floats, epochs: NDArray[np.int64]) -> Floats:
        """Returns what log losses come to that were seen after some epochs, which count from 0."""
        told: Floats = self.after[epochs] + self.slopes[epochs] * (losses - self.before[epochs])
        return told
