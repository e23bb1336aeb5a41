"""One network in training: its weights, optimiser, rates and random state."""

import contextlib
from contextlib import AbstractContextManager

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from numpy.typing import NDArray
from torch import Tensor

from model.augmentation import augmented
from model.configuration import Configuration
from model.device import DeviceDigits, mixed_precision
from model.judging import Judgement, judge
from model.networks import DigitNetwork, build
from model.randomness import OwnRandomness
from model.repetition import repeated
from model.replay import Replayed, captures
from model.schedule import learning_rates
from model.streams import stream

WARM_UP = 3  # steps before they are captured: libraries choose and allocate in them


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
        with self._on_stream():
            self.network = self._fresh_network(torch.as_tensor(training, device=digits.device))
            self._prepare_steps()

    def _fresh_network(self, images: Tensor) -> DigitNetwork:
        with self.randomness.applied():
            network = build(self.configuration)
        network.normalise_by(self.digits.images[images])
        return network.to(self.digits.device)

    def _prepare_steps(self) -> None:
        """Lays out what every step reads and writes, at places that stay."""
        device, count = self.digits.device, len(self.training)
        self._batch = min(self.configuration.batch_size, count)
        self._full_steps, self._left_over = divmod(count, self._batch)
        steps = self.configuration.epochs * self.steps_per_epoch
        self._rates = learning_rates(self.configuration, steps)
        self._device_rates = self._rates.float().to(device)
        self._order = torch.empty(count, dtype=torch.int64, device=device)
        self._place, self._step_number = torch.zeros(2, 1, dtype=torch.int64, device=device)
        self._total = torch.zeros((), device=device)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(),
            lr=self._device_rates[0].clone(),
            weight_decay=self.configuration.weight_decay,
            fused=True,
            capturable=device.type == "cuda",
        )
        self._full, self._last = Replayed(device), Replayed(device)
        self._to_warm_up = WARM_UP if captures(device) else 0
        self._full_steps_left = 0  # of the epoch

    def _on_stream(self) -> AbstractContextManager[object]:
        """Returns a context in which the GPU works for this replica, after what it is doing."""
        if self._stream is None:
            return contextlib.nullcontext()
        self._stream.wait_stream(torch.cuda.current_stream())
        return torch.cuda.stream(self._stream)

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has; the last may be smaller."""
        return self._full_steps + bool(self._left_over)

    def learning_rate(self, epochs: int) -> float:
        """Returns the rate of the next step after some epochs."""
        return float(self._rates[epochs * self.steps_per_epoch])

    def begin_epoch(self) -> None:
        """Begins an epoch, in a new order of the images.

        A GPU is told its first steps one by one; then both kinds of step are captured. A capture
        waits for all that the GPU is at. So all that train side by side begin before any goes on.
        """
        self.network.train()
        with self._on_stream(), self.randomness.applied():
            self._order.copy_(self.training[torch.randperm(len(self.training))])
            self._place.zero_()
            self._total.zero_()
            self._full_steps_left = self._full_steps
            if self._to_warm_up:
                self._warm_up()

    def _warm_up(self) -> None:
        steps = min(self._to_warm_up, self._full_steps)
        for _ in range(steps):
            self._full_batch()
        self._to_warm_up -= steps
        self._full_steps_left -= steps
        if not self._to_warm_up:
            self._full.capture(self._full_batch)
            if self._left_over:
                self._last.capture(self._last_batch)

    def finish_epoch(self) -> None:
        """Trains what is left of the epoch; a GPU may still be at it afterwards."""
        with self._on_stream(), self.randomness.applied():
            for _ in range(self._full_steps_left):
                self._full(self._full_batch)
            if self._left_over:
                self._last(self._last_batch)

    def release(self) -> None:
        """Gives back what a GPU keeps for the steps; the network stays."""
        if self._stream:
            self._stream.synchronize()
        self._full.release()
        self._last.release()

    def training_loss(self) -> float:
        """Waits for the epoch and returns its mean training loss, nats."""
        with self._on_stream():
            return float(self._total) / len(self.training)

    def judge(self, chosen: Tensor, hardest: int = 0) -> Judgement:
        """Judges the network as it is now; see `model.judging.judge`."""
        with self._on_stream():
            return judge(self.network, self.digits, chosen, hardest)

    def _full_batch(self) -> None:
        batches = self._order[: self._full_steps * self._batch].view(-1, self._batch)
        self._step(batches.index_select(0, self._place).squeeze(0))

    def _last_batch(self) -> None:
        self._step(self._order[-self._left_over :])

    def _step(self, batch: Tensor) -> None:
        """Trains on a batch of indices."""
        self.optimiser.param_groups[0]["lr"].copy_(self._device_rates[self._step_number].squeeze(0))
        images = augmented(self.digits.images[batch], self.configuration)
        with mixed_precision(self.digits.device):
            logits = self.network(images)
        loss = F.cross_entropy(logits.float(), self.digits.labels[batch])
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self._total += loss.detach() * len(batch)
        self._place += 1
        self._step_number += 1
