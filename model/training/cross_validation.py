"""Cross-validation of one configuration, and training it on everything."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from datasets.seeds import Purpose, seed_for
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.networks.digit_network import DigitNetwork
from model.training.batched import STACKED, Stack, stacks
from model.training.fold_epoch import FoldEpoch
from model.training.replicas import Replicas

Indices = NDArray[np.int64]
HARDEST = 24  # validation images that are told of after a fold's last epoch


def cross_validate(
    configuration: Configuration,
    digits: DeviceDigits,
    folds: Sequence[Indices],
    seed: int,
    numbers: Sequence[int] | None = None,
    batched: bool = False,
) -> Iterator[list[FoldEpoch]]:
    """Trains a network for each fold, all from fresh weights, and validates it every epoch.

    Args:
        configuration: The network and how it is trained.
        digits: The pool, on the device.
        folds: For each fold the indices of its validation images; it is trained on all others.
        seed: Together with the fold's number decides all that is random in its training.
        numbers: Which of the folds to train; all of them, if not given.
        batched: Whether each step is one piece of work for all folds; the same up to rounding. Of a
            network that is not known to `model.training.batched` it never is.

    Yields:
        After each epoch, what it came to in each fold.

    Raises:
        FloatingPointError: If a loss is not finite.
    """
    numbers = range(len(folds)) if numbers is None else numbers
    batched = batched and configuration.network in STACKED
    everything = np.arange(len(digits.labels))
    chosen = [torch.as_tensor(folds[number], device=digits.device) for number in numbers]
    replicas: list[Replicas] = []
    trained: Sequence[Replicas | Stack] = replicas
    try:
        for place, number in enumerate(numbers):
            training = np.setdiff1d(everything, folds[number])
            own, lane = seed_for(Purpose.FOLD_TRAINING, seed, number), None if batched else place
            replicas.append(Replicas(configuration, digits, training, own, lane))
        if batched:
            trained = stacks([each for fold in replicas for each in fold.each])
        for epoch in range(1, configuration.epochs + 1):
            _train_epoch(trained)
            yield [
                _fold_epoch(each, validation, number, epoch)
                for each, validation, number in zip(replicas, chosen, numbers, strict=True)
            ]
    finally:
        for each in trained:
            each.release()


def _train_epoch(trained: Sequence[Replicas | Stack]) -> None:
    """Trains an epoch of each; a GPU trains all of them side by side."""
    for each in trained:
        each.begin_epoch()
    for each in trained:
        each.finish_epoch()


def _fold_epoch(replicas: Replicas, validation: torch.Tensor, fold: int, epoch: int) -> FoldEpoch:
    hardest = HARDEST if epoch == replicas.configuration.epochs else 0
    training_loss, judgement = replicas.training_loss(), replicas.judge(validation, hardest)
    for name, loss in (("training", training_loss), ("validation", judgement.loss)):
        if not np.isfinite(loss):
            raise FloatingPointError(f"the {name} loss of fold {fold} is {loss} in epoch {epoch}.")
    return FoldEpoch(fold, epoch, replicas.learning_rate(epoch), training_loss, judgement)


def train_on_all(
    configuration: Configuration, digits: DeviceDigits, training: Indices, seed: int
) -> DigitNetwork:
    """Trains a configuration on all the given images; returns its network in evaluation mode.

    Args:
        configuration: The network and how it is trained.
        digits: Digits on the device.
        training: (m,) indices of the images to train on.
        seed: Decides all that is random.

    Raises:
        FloatingPointError: If the training loss is not finite.
    """
    replicas = Replicas(configuration, digits, training, seed)
    try:
        for epoch in range(1, configuration.epochs + 1):
            _train_epoch([replicas])
            loss = replicas.training_loss()
            if not np.isfinite(loss):
                raise FloatingPointError(f"the training loss is {loss} in epoch {epoch}.")
    finally:
        replicas.release()
    return replicas.network.eval()
