"""The learning rate of every step of a training, known before it starts."""

import math

import torch
from torch import Tensor

from model.configuration import Configuration

RISING = 0.3  # of a one-cycle's steps
FIRST, LAST = 1 / 25, 1e-4 / 25  # of its highest rate


def learning_rates(configuration: Configuration, steps: int) -> Tensor:
    """Returns the rate of each step and the one after the last: (steps + 1,) float64.

    As numbers in a row they can lie on a GPU, where a captured step takes the next. One-cycle
    (Smith and Topin, "Super-Convergence", 2018) rises and falls as half a cosine, with the parts
    and ends of `torch.optim.lr_scheduler.OneCycleLR`; it keeps Adam's momentum constant, which a
    captured step could not change. Cosine is that of `CosineAnnealingLR`, to 0.

    Args:
        configuration: Gives the schedule and its (highest) rate.
        steps: Of the complete training, at least 1.
    """
    highest, taken = configuration.learning_rate, torch.arange(steps + 1, dtype=torch.float64)
    if configuration.schedule == "one-cycle":
        return highest * _one_cycle(taken, steps)
    if configuration.schedule == "cosine":
        return highest * _eased(1.0, 0.0, taken / steps)
    return torch.full_like(taken, highest)


def _one_cycle(taken: Tensor, steps: int) -> Tensor:
    """Returns parts of the highest rate, which lies between two steps, if need be."""
    top = RISING * (steps + 1) - 1
    rising = _eased(FIRST, 1.0, taken / top)
    falling = _eased(1.0, LAST, (taken - top) / (steps - top))
    return torch.where(taken <= top, rising, falling)


def _eased(start: float, end: float, part: Tensor) -> Tensor:
    """Goes from start to end as half a cosine."""
    return end + (start - end) / 2 * (1 + torch.cos(math.pi * part))
