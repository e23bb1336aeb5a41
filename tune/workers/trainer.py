"""What a worker does once the search has ended: a finalist's fold, or a network that is judged.

Workers import this file, and so wait for nothing that only the driver needs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from datasets.digit_set import TrainingDigits
from model.configuration import Configuration
from model.hardware.device import DeviceDigits, best_device
from model.hardware.out_of_memory import freed, is_out_of_memory
from model.training.cross_validation import cross_validate, train_on_all
from tune.planning.trial_resources import TrialResources

T = TypeVar("T")
Weights = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class OtherFolds:
    """Folds and a seed that no trial of the search has seen.

    Attributes:
        folds: For each the indices of its validation images.
        seed: Decides the training.
    """

    folds: list[NDArray[np.int64]]
    seed: int


@dataclass(frozen=True)
class Failed:
    """Why a training came to nothing.

    Attributes:
        reason: In a line.
        crowded_out: Whether the GPU's memory did not suffice.
    """

    reason: str
    crowded_out: bool = False


class Trainer:
    """Trains one thing after another, in a process that stays: an actor of Ray's.

    Ray gives each task on a GPU a new process, which starts CUDA anew. An actor keeps its process,
    and the pool on its device.

    Args:
        pool: The sweep's.
        resources: What the worker gets of its machine.
    """

    def __init__(self, pool: TrainingDigits, resources: TrialResources) -> None:
        resources.prepare()
        self._pool, self._on_gpu = pool, resources.gpus > 0

    @cached_property
    def _digits(self) -> DeviceDigits:
        return DeviceDigits.of(self._pool, best_device(self._on_gpu))

    def fold_loss(
        self, configuration: Configuration, other: OtherFolds, fold: int
    ) -> float | Failed:
        """Trains one fold and returns its validation loss, averaged over the sources, nats."""

        def trained() -> float:
            epochs = cross_validate(configuration, self._digits, other.folds, other.seed, [fold])
            *_, last = epochs
            return last[0].validation.balanced_loss

        return _unless_crowded_out(trained)

    def weights(
        self, configuration: Configuration, training: NDArray[np.int64], seed: int
    ) -> Weights | Failed:
        """Trains on part of the pool and returns the weights.

        Args:
            configuration: The network and how it is trained.
            training: (m,) indices of the images to train on.
            seed: Decides the training.
        """

        def trained() -> Weights:
            network = train_on_all(configuration, self._digits, training, seed)
            return {name: value.cpu().numpy() for name, value in network.state_dict().items()}

        return _unless_crowded_out(trained)


def _unless_crowded_out(train: Callable[[], T]) -> T | Failed:
    """Returns what a training comes to, or frees what it held if the GPU's memory is too small."""
    try:
        return train()
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return Failed(freed(error), crowded_out=True)
