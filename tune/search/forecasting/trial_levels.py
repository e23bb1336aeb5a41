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

    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equations 2.23 to 2.30.
    What few trials cannot decide stays open: the mixture is wider than any of its processes.
    """

    def __init__(self) -> None:
        grid = [(a, c, e) for e in LINEAR for c in CURVED for a in ALONE]
        self._grid = np.array(grid).T[:, :, None, None]
        usual = np.log(self._grid[0, :, 0, 0] / USUAL_ALONE) / ALONE_SPREAD
        self._prior = -0.5 * usual**2
        self._live = np.arange(len(grid))

    def levels(self, known: Known, anew: bool) -> TrialLevels:
        """Returns what trials come to.

        Args:
            known: Of all trials.
            anew: Whether all processes are weighed, instead of those that counted last time.
        """
        live = np.arange(len(self._prior)) if anew else self._live
        first = _standardised(known.first)
        covariance = self._covariance(known, first, live)
        seen = np.flatnonzero(np.isfinite(known.levels))
        if not len(seen):
            spreads = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
            weights = np.full(len(live), 1 / len(live))
            return TrialLevels(weights, np.tile(SLOPE * first, (len(live), 1)), spreads)
        centers, spreads, fits = _conditioned(covariance, known, seen, SLOPE * first)
        fits += self._prior[live]
        weights = np.exp(fits - fits.max())
        weights /= weights.sum()
        if anew:
            kept = weights > LEAST
            self._live, weights = live[kept], weights[kept] / weights[kept].sum()
            centers, spreads = centers[kept], spreads[kept]
        return TrialLevels(weights, centers, spreads)

    def _covariance(self, known: Known, first: Floats, live: NDArray[np.int64]) -> Floats:
        """Returns the covariances of the levels, a matrix for each process: (g, n, n)."""
        alone, curved, linear = self._grid[:, live]
        x, n = known.parameters, len(first)
        product = x @ x.T
        squares = np.diagonal(product)
        far = squares[:, None] + squares - 2 * product
        far = far / max(1, x.shape[1]) * 3 + FIRST * (first[:, None] - first) ** 2
        shared = LEVEL_SPREAD**2 + SLOPE_SPREAD**2 * np.outer(first, first)
        own = (alone**2 + known.fold_variance) * np.eye(n)
        covariance: Floats = shared + linear**2 * product + curved**2 * np.exp(-0.5 * far) + own
        return covariance


def _standardised(first: Floats) -> Floats:
    """Returns the losses after the first epochs, those not seen as the usual one."""
    seen = np.isfinite(first)
    if not seen.any():
        return np.zeros(len(first))
    capped = np.minimum(first, first[seen].min() + REACH)
    standard = (capped - capped[seen].mean()) / max(capped[seen].std(), 0.02)
    return np.where(seen, standard, 0.0)


def _conditioned(
    covariance: Floats, known: Known, seen: NDArray[np.int64], prior: Floats
) -> tuple[Floats, Floats, Floats]:
    """Returns centers, spreads and log marginal likelihoods given the levels seen."""
    levels = known.levels[seen]
    levels = np.minimum(levels, levels.min() + CLIP)
    noise = np.maximum(known.variances[seen], 1e-4)
    precise = 1 / (noise + 0.1)
    usual = (precise * levels).sum() / precise.sum()
    root = np.linalg.cholesky(covariance[:, seen[:, None], seen] + np.diag(noise))
    off = levels - usual - prior[seen]
    both = np.concatenate([np.tile(off[:, None], (len(root), 1, 1)), covariance[:, seen]], axis=2)
    solved = np.linalg.solve(root, both)
    told, crossed = solved[:, :, 0], solved[:, :, 1:]
    centers = usual + prior + np.einsum("gm,gmn->gn", told, crossed)
    left = np.diagonal(covariance, axis1=1, axis2=2) - (crossed**2).sum(axis=1)
    sizes = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    fits = -0.5 * (told**2).sum(axis=1) - sizes
    return centers, np.sqrt(np.maximum(left, 1e-8)), fits
