"""The learning rate of every step of a training, known before it starts."""

from functools import lru_cache

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, OneCycleLR

from model.configuration import Configuration


@lru_cache(maxsize=8)  # the folds of one trial; workers run hundreds
def learning_rates(configuration: Configuration, steps: int) -> Tensor:
    """Returns the rate of each step and the one after the last: (steps + 1,) float64.

    As numbers in a row they can lie on a GPU, where a captured step takes the next. One-cycle keeps
    Adam's momentum constant, which a captured step could not change.

    Args:
        configuration: Gives the schedule and its (highest) rate.
        steps: Of the whole training, at least 1.
    """
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=configuration.learning_rate)
    schedule = _schedule(optimiser, configuration, steps)
    rates = [schedule.get_last_lr()[0]]
    for _ in range(steps):
        optimiser.step()
        schedule.step()
        rates.append(schedule.get_last_lr()[0])
    return torch.tensor(rates, dtype=torch.float64)


def _schedule(
    optimiser: torch.optim.Optimizer, configuration: Configuration, steps: int
) -> LRScheduler:
    if configuration.schedule == "one-cycle":
        # One step more than is taken: OneCycleLR counts the step before the first, too.
        highest = configuration.learning_rate
        return OneCycleLR(optimiser, highest, total_steps=steps + 1, cycle_momentum=False)
    if configuration.schedule == "cosine":
        return CosineAnnealingLR(optimiser, T_max=steps)
    return LambdaLR(optimiser, lambda _: 1.0)
