"""What is exported, and by what it is verified."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from datasets.digit_set import DigitSet
from model.networks.averaged import averaged
from model.networks.portable import PortableNetwork
from results.export.about import accuracy_of
from results.predict.readers import BATCH
from results.store.exports import Accuracy
from results.store.folder import SweepFolder
from results.store.weights import TrainedNetwork, load_network


@dataclass(frozen=True)
class Named:
    """Digits, and what they are called."""

    digits: DigitSet
    name: str


@dataclass(frozen=True)
class Subject:
    """What is exported, and by what it is verified.

    Attributes:
        folder: The sweep's.
        winner: As it was trained.
        exported: What is exported: the winner, or the ensemble at the winner's temperature.
        test: Digits to verify by.
        pool: Digits to find the ranges of integers by.
    """

    folder: SweepFolder
    winner: TrainedNetwork
    exported: TrainedNetwork
    test: Named
    pool: Named

    @classmethod
    def of(
        cls, folder: SweepFolder, test: Named, pool: Named, folds: Sequence[TrainedNetwork] = ()
    ) -> "Subject":
        """Reads the winner of a sweep.

        Args:
            folder: The sweep's.
            test: Digits to verify by.
            pool: Digits to find the ranges of integers by.
            folds: The ensemble's networks; they get the winner's temperature.

        Raises:
            ResultsError: If the winner is missing or damaged.
        """
        exported = winner = load_network(folder.weights)
        if folds:
            exported = replace(winner, network=averaged([fold.network for fold in folds]))
        return cls(folder, winner, exported, test, pool)

    @property
    def is_ensemble(self) -> bool:
        """Whether it is not the winner itself."""
        return self.exported is not self.winner

    @cached_property
    def portable(self) -> PortableNetwork:
        """The function to export."""
        return PortableNetwork(self.exported.network, self.winner.temperature)

    @property
    def networks(self) -> int:
        """How many are averaged."""
        return len(self.portable.members)

    @property
    def about(self) -> dict[str, Any]:
        """What each file says about itself."""
        about = {**self.winner.about, "configuration": self.winner.configuration.to_dict()}
        if self.is_ensemble:
            about |= {"networks": self.networks, "accuracy": self.accuracy(self.expected)}
        return dict(sorted(about.items()))  # so that the same is written again

    @cached_property
    def by_winner(self) -> NDArray[np.float32]:
        """What the winner takes the test digits for, (n, 10)."""
        return _by(self.winner, self.test.digits)

    @cached_property
    def expected(self) -> NDArray[np.float32]:
        """What the networks, as they were trained, take the test digits for, (n, 10)."""
        return _by(self.exported, self.test.digits) if self.is_ensemble else self.by_winner

    def accuracy(self, probabilities: NDArray[np.float32]) -> Accuracy:
        """Returns how the test digits are read."""
        right = probabilities.argmax(axis=1) == self.test.digits.labels
        return accuracy_of(self.test.name, int(right.sum()), len(right))


def _by(trained: TrainedNetwork, digits: DigitSet) -> NDArray[np.float32]:
    parts = torch.split(torch.tensor(digits.images), BATCH)
    return torch.cat([trained.probabilities(part) for part in parts]).numpy()
