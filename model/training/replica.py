"""One network in training: its weights, optimiser, rates and random state."""

import contextlib
from contextlib import AbstractContextManager
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from numpy.typing import NDArray
from torch import Tensor

from model.configuration import Configuration
from model.hardware.device import DeviceDigits, mixed_precision
from model.hardware.streams import stream
from model.judging.judge import judge
from model.judging.judgement import Judgement
from model.networks.digit_network import DigitNetwork
from model.networks.kinds import build
from model.training.augmentation import augmented
from model.training.randomness import OwnRandomness
from model.training.repetition import repeated
from model.training.steps import Steps


class Replica:
    """One network of a configuration, with fresh weights, trained on some of the digits.

    On a GPU it works on a stream of its own, where its steps are replayed from a CUDA graph: all
    that a step needs lies on the device, and nothing waits for it before the epoch is over. The
    graphs are kept until `release`.

    Args:
        configuration: The network and how it is trained.
        digits: Digits on the device to train on.
        training: (m,) int64, indices of the images to train on.
        seed: Decides the weights, the order of images, dropout and augmentation.
        lane: Of those that train side by side, each has a number, and a GPU's stream by it.

    Attributes:
        network: On the device.
        randomness: From which all of its random numbers come.
        training: (at least m,) int64, the indices with the repeated ones, on the CPU.
        steps: How an epoch is cut into batches.
        order: The images of the epoch, in the order in which they are trained on.
        total: () float32, the sum of the epoch's losses so far.
    """

    def __init__(
        self,
        configuration: Configuration,
        digits: DeviceDigits,
        training: NDArray[np.int64],
        seed: int,
        lane: int = 0,
    ) -> None:
        self.configuration, self.digits = configuration, digits
        self.randomness = OwnRandomness(seed, digits.device)
        indices = torch.as_tensor(training, dtype=torch.int64)
        sources = digits.sources.cpu()[indices]
        self.training = repeated(indices, sources, digits.source_names, configuration)
        self._stream = stream(digits.device, lane)
        with self.on_stream():
            self.network = self._fresh_network(torch.as_tensor(training, device=digits.device))
            self.steps = Steps(configuration, len(self.training), digits.device)
            self.order = torch.empty_like(self.training, device=digits.device)
            self.total = torch.zeros((), device=digits.device)

    def _fresh_network(self, images: Tensor) -> DigitNetwork:
        with self.randomness.applied():
            network = build(self.configuration)
        network.normalise_by(self.digits.brightness[images])
        return network.to(self.digits.device)

    @cached_property
    def _optimiser(self) -> torch.optim.AdamW:
        return self.steps.optimiser(self.network.parameters())

    def on_stream(self) -> AbstractContextManager[object]:
        """Returns a context in which the GPU works for this replica, after what it is doing."""
        if self._stream is None:
            return contextlib.nullcontext()
        self._stream.wait_stream(torch.cuda.current_stream())
        return torch.cuda.stream(self._stream)

    def learning_rate(self, epochs: int) -> float:
        """Returns the rate of the next step after some epochs."""
        return self.steps.learning_rate(epochs)

    def shuffle(self) -> None:
        """Puts the images in a new order, to train on them with a sum of losses of 0."""
        self.network.train()
        with self.randomness.applied():
            self.order.copy_(self.training[torch.randperm(len(self.training))])
        self.total.zero_()

    def begin_epoch(self) -> None:
        """Begins an epoch, in a new order of the images; see `Steps.begin`."""
        with self.on_stream():
            self.shuffle()
            with self.randomness.applied():
                self.steps.begin(self._full_batch, self._last_batch)

    def finish_epoch(self) -> None:
        """Trains what is left of the epoch; a GPU may still be at it afterwards."""
        with self.on_stream(), self.randomness.applied():
            self.steps.finish(self._full_batch, self._last_batch)

    def release(self) -> None:
        """Gives back what a GPU keeps for the steps; the network stays."""
        if self._stream:
            self._stream.synchronize()
        self.steps.release()

    def training_loss(self) -> float:
        """Waits for the epoch and returns its mean training loss, nats."""
        with self.on_stream():
            return float(self.total) / len(self.training)

    def judge(self, chosen: Tensor, hardest: int = 0) -> Judgement:
        """Judges the network as it is now; see `model.judging.judge`."""
        with self.on_stream():
            return judge(self.network, self.digits, chosen, hardest)

    def _full_batch(self) -> None:
        steps = self.steps
        batches = self.order[: steps.full * steps.batch].view(-1, steps.batch)
        self._step(batches.index_select(0, steps.place).squeeze(0))

    def _last_batch(self) -> None:
        self._step(self.order[-self.steps.left_over :])

    def _step(self, batch: Tensor) -> None:
        """Trains on a batch of indices."""
        images = augmented(self.digits.images[batch], self.configuration)
        with mixed_precision(self.digits.device):
            logits = self.network(images)
        loss = F.cross_entropy(logits.float(), self.digits.labels[batch])
        self.steps.descend(self._optimiser, loss)
        self.total += loss.detach() * len(batch)
