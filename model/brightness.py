"""How bright images are: what networks normalise by, exact whatever a device adds up first."""

import torch
from torch import Tensor

from datasets.digit_set import SIDE

CHUNK = 4096  # images whose values are widened at a time
WHITE = 255


def brightness(images: Tensor) -> Tensor:
    """Returns (n, 2) int64: the sum of each image's values, and the sum of their squares.

    Args:
        images: (n, 28, 28) uint8.
    """
    sums = []
    for chunk in torch.split(images.flatten(1), CHUNK):
        values = chunk.int()
        sums.append(torch.stack([values.sum(1), (values * values).sum(1)], dim=1))
    return torch.cat(sums)


def mean_and_deviation(sums: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the mean of all values and their standard deviation, 0 to 1: float64 scalars.

    Args:
        sums: (m, 2), of some images, as `brightness` returns them.
    """
    of_values, of_squares = sums.sum(0).double() / (len(sums) * SIDE**2)
    mean = of_values / WHITE
    variance = of_squares / WHITE**2 - mean**2
    return mean, variance.clamp_min(0).sqrt()
