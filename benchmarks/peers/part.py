"""What every side of the comparison is given, and what it hands back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.digit_set import DigitSet
from model.configuration import Configuration


@dataclass(frozen=True)
class Part:
    """Some folds of a trial.

    Attributes:
        pool: The digits.
        folds: Every fold's validation indices; each is trained on all others.
        numbers: Which of the folds to run.
        configuration: The network and how it is trained.
        seed: Decides all that is random.
        threads: How many torch may use.
        device: `cpu` or `cuda`.
    """

    pool: DigitSet
    folds: Sequence[NDArray[np.int64]]
    numbers: Sequence[int]
    configuration: Configuration
    seed: int
    threads: int
    device: str

    def training(self, number: int) -> NDArray[np.int64]:
        """Returns the indices that a fold is trained on."""
        return np.setdiff1d(np.arange(len(self.pool)), self.folds[number])

    def normalised(self, number: int) -> NDArray[np.float64]:
        """Returns all images normalised by a fold's training images, as shuzi does: (n, 28, 28)."""
        training = self.pool.images[self.training(number)] / 255
        mean, deviation = float(training.mean()), float(training.std())
        normalised: NDArray[np.float64] = (self.pool.images / 255 - mean) / deviation
        return normalised

    @property
    def images_trained(self) -> int:
        """How many images are trained on, each counted once an epoch."""
        images = sum(len(self.training(number)) for number in self.numbers)
        return images * self.configuration.epochs


@dataclass(frozen=True)
class Read:
    """How the last epoch's networks read their validation images."""

    correct: int
    count: int
