"""Made-up losses: what a network of some parameters might come to, without training it."""

from collections.abc import Sequence

import numpy as np

from model.judging.judgement import Judgement, SourceMeasures
from model.training.fold_epoch import FoldEpoch

# Of log losses, about as in the learning curves of `paper` (benchmarks/data/learning_curves.npz).
BEST, WORSE, FOLD_SPREAD, NOISE = np.log(0.15), 9.0, 0.07, 0.16
FALL, BEND = 2.2, 1.4  # from before the first epoch to the last


class MadeUpLosses:
    """Losses that fall from epoch to epoch, with easy and hard folds, good and bad parameters.

    Args:
        dimensions: How many parameters vary.
        folds: How many a trial has.
        epochs: How many a fold has.
        seed: Decides which parameters are good.
    """

    def __init__(self, dimensions: int, folds: int, epochs: int, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self._good = random.uniform(0.2, 0.8, dimensions)
        self._matters = random.dirichlet(np.full(dimensions, 0.7))
        self._folds = random.normal(0, FOLD_SPREAD, folds)
        self._epochs, self._seed = epochs, seed

    def epoch(self, trial: int, coordinates: Sequence[float], fold: int, epoch: int) -> FoldEpoch:
        """Returns an epoch of a fold; the same each time it is asked for.

        Args:
            trial: Its number, which decides its noise.
            coordinates: Its parameters, each as a part of its range.
            fold: From 0.
            epoch: From 1.
        """
        away = np.asarray(coordinates) - self._good
        level = BEST + WORSE * float((self._matters * away**2).sum()) + self._folds[fold]
        random = np.random.default_rng((self._seed, trial, fold))
        fall = FALL * random.uniform(0.8, 1.2) * (1 - epoch / self._epochs) ** BEND
        loss = float(np.exp(level + fall + random.normal(0, NOISE)))
        accuracy = max(0.0, 1 - loss / 3)
        judged = {name: SourceMeasures(1000, round(1000 * accuracy), loss) for name in ("a", "b")}
        return FoldEpoch(fold, epoch, loss, 1.0, Judgement(judged))
