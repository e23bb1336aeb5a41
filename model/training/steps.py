"""The steps of a training, which a GPU replays."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from model.configuration import Configuration
from model.training.replay import Replayed, captures
from model.training.schedule import learning_rates

WARM_UP = 3  # steps before they are captured: libraries choose and allocate in them

Step = Callable[[], None]


class Steps:
    """An epoch's full batches and the one that is left over, again and again.

    All that changes from step to step lies on the device. What a step does is given with each
    call: nothing here keeps it alive.

    Args:
        configuration: The batch size, the epochs and the learning rates.
        count: Images an epoch, at least 1.
        device: Where the steps are run.

    Attributes:
        batch: Images in a full batch.
        full: Full batches an epoch.
        left_over: Images in the last, smaller batch; 0 where there is none.
        place: (1,) int64, the place in the epoch of the batch that is trained on.
    """

    def __init__(self, configuration: Configuration, count: int, device: torch.device) -> None:
        self._configuration, self._device = configuration, device
        self.batch = min(configuration.batch_size, count)
        self.full, self.left_over = divmod(count, self.batch)
        self._rates = learning_rates(configuration, configuration.epochs * self.per_epoch)
        self._device_rates = self._rates.float().to(device)
        self.place, self._number = torch.zeros(2, 1, dtype=torch.int64, device=device)
        self._full, self._last = Replayed(device), Replayed(device)
        self._to_warm_up = WARM_UP if captures(device) else 0
        self._full_left = 0  # of the epoch

    @property
    def per_epoch(self) -> int:
        """How many batches an epoch has; the last may be smaller."""
        return self.full + bool(self.left_over)

    def learning_rate(self, epochs: int) -> float:
        """Returns the rate of the next step after some epochs."""
        return float(self._rates[epochs * self.per_epoch])

    def optimiser(self, parameters: Iterable[Tensor]) -> torch.optim.AdamW:
        """Returns an optimiser whose rate lies on the device, for `descend`."""
        return torch.optim.AdamW(
            parameters,
            lr=self._device_rates[0].clone(),
            weight_decay=self._configuration.weight_decay,
            fused=True,
            capturable=self._device.type == "cuda",
        )

    def begin(
        self, full_batch: Step, last_batch: Step, generators: Sequence[torch.Generator] = ()
    ) -> None:
        """Begins an epoch. A GPU is told its first steps one by one; then both kinds are captured.

        A capture waits for all that the GPU is at. So all that train side by side begin before any
        goes on.

        Args:
            full_batch: Trains on the batch at `place`.
            last_batch: Trains on what is left over.
            generators: Those of the GPU, beside the default one, that steps draw from.
        """
        self.place.zero_()
        self._full_left = self.full
        if not self._to_warm_up:
            return
        self._warm_up(full_batch)
        if not self._to_warm_up:
            self._full.capture(full_batch, generators)
            if self.left_over:
                self._last.capture(last_batch, generators)

    def _warm_up(self, full_batch: Step) -> None:
        steps = min(self._to_warm_up, self.full)
        for _ in range(steps):
            full_batch()
        self._to_warm_up -= steps
        self._full_left -= steps

    def finish(self, full_batch: Step, last_batch: Step) -> None:
        """Takes the steps that are left of the epoch; a GPU may still be at them afterwards."""
        for _ in range(self._full_left):
            self._full(full_batch)
        if self.left_over:
            self._last(last_batch)

    def descend(self, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
        """Takes one step down a loss, and goes on to the next."""
        rate = self._device_rates[self._number].squeeze(0)
        optimiser.param_groups[0]["lr"].copy_(rate)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        self.place += 1
        self._number += 1

    def release(self) -> None:
        """Gives back what a GPU keeps for the steps; it may be at none of them."""
        self._full.release()
        self._last.release()
