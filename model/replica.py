"""One network in training: its weights, optimiser, schedule and random state."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, OneCycleLR

from model.augmentation import augmented
from model.configuration import Configuration
from model.device import DeviceDigits, mixed_precision
from model.networks import DigitNetwork, build
from model.randomness import OwnRandomness


class Replica:
    """One network of a configuration, with fresh weights, trained on some of the digits.

    Args:
        configuration: The network and how it is trained.
        digits: Digits on the device to train on.
        training: (m,) int64, indices of the images to train on.
        seed: Decides the weights, the order of images, dropout and augmentation.
    """

    def __init__(
        self,
        configuration: Configuration,
        digits: DeviceDigits,
        training: NDArray[np.int64],
        seed: int,
    ) -> None:
        self.configuration = configuration
        self.digits = digits
        self.randomness = OwnRandomness(seed, digits.device)
        self.training = _repeated(training, digits, configuration.repetition)
        self.network = self._fresh_network(torch.as_tensor(training, device=digits.device))
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(),
            lr=configuration.learning_rate,
            weight_decay=configuration.weight_decay,
            fused=True,
        )
        self.schedule = _schedule(self.optimiser, configuration, self._steps_per_epoch)

    def _fresh_network(self, images: Tensor) -> DigitNetwork:
        with self.randomness.applied():
            network = build(self.configuration)
        network.normalise_by(self.digits.images[images].cpu())
        return network.to(self.digits.device)

    @property
    def _steps_per_epoch(self) -> int:
        return -(-len(self.training) // self.configuration.batch_size)

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return float(self.schedule.get_last_lr()[0])

    def batches(self) -> Iterator[Tensor]:
        """Yields the indices of one epoch's batches, in a new order; the last may be smaller."""
        order = torch.randperm(len(self.training))
        shuffled = self.training[order].to(self.digits.device)
        yield from torch.split(shuffled, self.configuration.batch_size)

    def train_epoch(self) -> float:
        """Trains one epoch and returns the mean training loss, nats."""
        self.network.train()
        total = torch.zeros((), device=self.digits.device)
        with self.randomness.applied():
            for batch in self.batches():
                total += self._step(batch) * len(batch)
        return float(total) / len(self.training)

    def _step(self, batch: Tensor) -> Tensor:
        with mixed_precision(self.digits.device):
            logits = self.network(augmented(self.digits.images[batch], self.configuration))
        loss = F.cross_entropy(logits.float(), self.digits.labels[batch])
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.schedule.step()
        return loss.detach()


def _repeated(training: NDArray[np.int64], digits: DeviceDigits, repetition: int) -> Tensor:
    """Returns the indices with those of Chinese images repeated: (at least m,) int64."""
    indices = torch.as_tensor(training, dtype=torch.int64)
    if repetition == 1 or "mnist" not in digits.source_names:
        return indices
    mnist = digits.source_names.index("mnist")
    chinese = indices[digits.sources.cpu()[indices] != mnist]
    return torch.cat([indices, chinese.repeat(repetition - 1)])


def _schedule(
    optimiser: torch.optim.Optimizer, configuration: Configuration, steps_per_epoch: int
) -> LRScheduler:
    steps = configuration.epochs * steps_per_epoch
    if configuration.schedule == "one-cycle":
        # One step more than is taken: OneCycleLR counts the step before the first, too.
        return OneCycleLR(optimiser, configuration.learning_rate, total_steps=steps + 1)
    if configuration.schedule == "cosine":
        return CosineAnnealingLR(optimiser, T_max=steps)
    return LambdaLR(optimiser, lambda _: 1.0)
