"""Trial levels: what each trial comes to, from its folds, its first epochs and its parameters."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tune.search.forecasting.falls import REACH

Floats = NDArray[np.float64]

# The prior of the process, in log losses; the first epochs' are in standard deviations.
SLOPE, SLOPE_SPREAD = 0.15, 0.3  # of a level on the loss after the first epochs
LEVEL_SPREAD = 1.0
CLIP = 0.6  # above the best level, beyond which all are alike: how bad the bad are is no matter
LINEAR = (0.2, 0.5)  # of a parameter's complete range
CURVED = (0.0, 0.2)  # what is not linear in parameters and first epochs
ALONE = (0.02, 0.06, 0.12, 0.25)  # what no parameter tells
USUAL_ALONE, ALONE_SPREAD = 0.1, 1.4  # of their logarithms
FIRST = 0.3  # what the first epochs count, beside the parameters, in what is curved
LEAST = 0.02  # a weight below which a process is left out
LEAST_SPREAD = 0.02  # of losses after the first epochs
LEAST_VARIANCE, LEAST_LEFT = 1e-4, 1e-8  # of what folds say of a level; of what is told of it


@dataclass(frozen=True)
class TrialLevels:
    """A mixture of normal distributions for each trial.

    Attributes:
        weights: (g,) of the mixture, which add up to 1.
        centers: (g, n) log losses.
        spreads: (g, n) their standard deviations.
    """

    weights: Floats
    centers: Floats
    spreads: Floats


@dataclass(frozen=True)
class Known:
    """What is known of n trials.

    Attributes:
        parameters: (n, p), each from -0.5 to 0.5.
        first: (n,) log losses after the first epochs; NaN where not seen.
        levels: (n,) what the folds say of the level; NaN where they say nothing.
        variances: (n,) how far off that may be.
        fold_variance: Of a trial's mean over all folds by their noise.
    """

    parameters: Floats
    first: Floats
    levels: Floats
    variances: Floats
    fold_variance: float


class Processes:
    """Gaussian processes with different hyperparameters, weighed by how well each tells the rest.

    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equations 2.23 to 2.30,
    and 5.12 for trials without their own folds. What few trials cannot decide stays open: the
    mixture is wider than any of its processes.

    Args:
        known: Of all trials that they are fitted to.
    """

    def __init__(self, known: Known) -> None:
        self._known, self._first = known, FirstLosses(known.first)
        self._seen = np.flatnonzero(np.isfinite(known.levels))
        self._noise = np.maximum(known.variances[self._seen], LEAST_VARIANCE)
        self._own = {int(place): index for index, place in enumerate(self._seen)}
        self._x, self._x_first = known.parameters[self._seen], self._first(known.first)[self._seen]
        self._grid = np.array([(a, c, e) for e in LINEAR for c in CURVED for a in ALONE]).T
        self._fit()

    def _fit(self) -> None:
        """Weighs the processes by the levels seen, and leaves those out that hardly count."""
        levels = self._known.levels[self._seen]
        self._highest = levels.min(initial=np.inf) + CLIP
        levels = np.minimum(levels, self._highest)
        precise = 1 / (self._noise + 0.1)
        self._usual = (precise * levels).sum() / precise.sum() if len(levels) else 0.0
        self._off: Floats = levels - self._usual - SLOPE * self._x_first
        covariance = self._covariance(self._x, self._x_first)
        own = self._alone()[:, None] + self._noise
        covariance[:, np.arange(len(levels)), np.arange(len(levels))] += own
        roots = np.linalg.cholesky(covariance).astype(np.float64, copy=False)
        fits = _fits(roots, self._off) + _prior(self._grid[0])
        weights = np.exp(fits - fits.max())
        counts = weights > LEAST * weights.sum()
        self._grid, self.weights = self._grid[:, counts], weights[counts] / weights[counts].sum()
        self._inverses = _inverses(roots[counts])
        self._pulls = self._inverses @ self._off  # (g, m)

    @property
    def is_informed(self) -> bool:
        """Whether any trial's folds said something of its level."""
        return len(self._seen) > 0

    def levels(self) -> TrialLevels:
        """Returns what all trials come to that they were fitted to."""
        centers, spreads = self._predicted(self._known.parameters, self._first(self._known.first))
        seen, off = self._seen, self._noise * self._pulls
        centers[:, seen] = self._usual + SLOPE * self._x_first + self._off - off
        left = self._noise * (1 - self._noise * np.diagonal(self._inverses, axis1=1, axis2=2))
        spreads[:, seen] = np.sqrt(np.maximum(left, LEAST_LEFT))
        return TrialLevels(self.weights, centers, spreads)

    def of(self, known: Known, place: int | None) -> TrialLevels:
        """Returns what one trial comes to, which has shown more since, or is new.

        Args:
            known: Of it alone.
            place: Among those that the processes were fitted to, if it is one of them.
        """
        centers, spreads = self._without_own(known, None if place is None else self._own.get(place))
        if np.isfinite(known.levels[0]):
            noise = max(known.variances[0], LEAST_VARIANCE)
            told = spreads**2 / (spreads**2 + noise)
            centers = centers + told * (min(known.levels[0], self._highest) - centers)
            spreads = np.sqrt(np.maximum(told * noise, LEAST_LEFT))
        return TrialLevels(self.weights, centers, spreads)

    def _without_own(self, known: Known, index: int | None) -> tuple[Floats, Floats]:
        """Returns what all others say of a trial: (g, 1) centers and spreads."""
        if index is None:
            return self._predicted(known.parameters, self._first(known.first))
        own = self._inverses[:, index, index]
        usual = self._usual + SLOPE * self._x_first[index] + self._off[index]
        left = 1 / own - self._noise[index]
        spreads = np.sqrt(np.maximum(left, LEAST_LEFT))
        return (usual - self._pulls[:, index] / own)[:, None], spreads[:, None]

    def _predicted(self, x: Floats, first: Floats) -> tuple[Floats, Floats]:
        """Returns what trials come to by their parameters and first epochs: (g, n) each."""
        crossed = self._covariance(x, first)
        centers = self._usual + SLOPE * first + np.einsum("gnm,gm->gn", crossed, self._pulls)
        told = ((crossed @ self._inverses) * crossed).sum(axis=2)
        _, curved, linear = self._grid[:, :, None]
        before = LEVEL_SPREAD**2 + (SLOPE_SPREAD * first) ** 2 + self._alone()[:, None]
        before = before + curved**2 + linear**2 * (x**2).sum(axis=1)
        return centers, np.sqrt(np.maximum(before - told, LEAST_LEFT))

    def _alone(self) -> Floats:
        """Returns the variance of what nothing tells, by each process: (g,)."""
        alone: Floats = self._grid[0] ** 2 + self._known.fold_variance
        return alone

    def _covariance(self, x: Floats, first: Floats) -> Floats:
        """Returns the covariances with the trials seen, but for what nothing tells: (g, n, m)."""
        _, curved, linear = self._grid[:, :, None, None]
        product = x @ self._x.T
        far = (x**2).sum(axis=1)[:, None] + (self._x**2).sum(axis=1) - 2 * product
        far = far / max(1, x.shape[1]) * 3 + FIRST * (first[:, None] - self._x_first) ** 2
        shared = LEVEL_SPREAD**2 + SLOPE_SPREAD**2 * np.outer(first, self._x_first)
        covariance: Floats = shared + linear**2 * product + curved**2 * np.exp(-0.5 * far)
        return covariance


class FirstLosses:
    """Puts losses after the first epochs on the scale of those seen; others count as the usual one.

    Args:
        seen: (n,) log losses; NaN where not seen.
    """

    def __init__(self, seen: Floats) -> None:
        seen = seen[np.isfinite(seen)]
        self._most = seen.min(initial=np.inf) + REACH
        capped = np.minimum(seen, self._most) if len(seen) else np.zeros(1)
        self._mean, self._spread = capped.mean(), max(capped.std(), LEAST_SPREAD)

    def __call__(self, first: Floats) -> Floats:
        """Returns the losses (n,) in standard deviations from the mean."""
        standard = (np.minimum(first, self._most) - self._mean) / self._spread
        return np.where(np.isfinite(first), standard, 0.0)


def _prior(alone: Floats) -> Floats:
    """Returns the log prior of each process: (g,)."""
    usual = np.log(alone / USUAL_ALONE) / ALONE_SPREAD
    prior: Floats = -0.5 * usual**2
    return prior


def _fits(roots: Floats, off: Floats) -> Floats:
    """Returns the log marginal likelihood by each process, but for a constant: (g,)."""
    from scipy.linalg import solve_triangular  # a quarter of a second, for which workers would wait

    told = np.array([solve_triangular(each, off, lower=True) for each in roots])
    sizes = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
    fits: Floats = -0.5 * (told**2).sum(axis=1) - sizes
    return fits


def _inverses(roots: Floats) -> Floats:
    """Returns the inverses of the matrices that have these Cholesky roots: (g, m, m)."""
    from scipy.linalg import cho_solve

    return np.array([cho_solve((each, True), np.eye(len(each))) for each in roots])
