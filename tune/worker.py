"""What a worker does once the search has ended: a fold of a finalist, or a network trained whole.

Workers import this file, and so wait for nothing that only the driver needs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets import DigitSet
from model import Configuration, DeviceDigits, best_device, cross_validate, train_whole
from tune.share import Share

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


def fold_loss(
    configuration: Configuration, pool: DigitSet, other: OtherFolds, fold: int, share: Share
) -> float:
    """Trains one fold and returns its validation loss, averaged over the sources, nats."""
    share.prepare()
    digits = DeviceDigits.of(pool, best_device(share.gpus > 0))
    *_, last = cross_validate(configuration, digits, other.folds, other.seed, [fold])
    return last[0].validation.balanced_loss


def trained_weights(
    configuration: Configuration,
    pool: DigitSet,
    training: NDArray[np.int64],
    seed: int,
    share: Share,
) -> Weights:
    """Trains on part of the pool and returns the weights.

    Args:
        configuration: The network and how it is trained.
        pool: The sweep's.
        training: (m,) indices of the images to train on.
        seed: Decides the training.
        share: What the worker gets of its machine.
    """
    share.prepare()
    digits = DeviceDigits.of(pool, best_device(share.gpus > 0))
    network = train_whole(configuration, digits, training, seed)
    return {name: value.cpu().numpy() for name, value in network.state_dict().items()}
