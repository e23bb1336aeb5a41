"""The matrices of the discrete Fourier transform of small real images."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True)
class Transforms:
    """What takes the places of images, kernels and outputs to frequencies and back.

    Of conjugate frequencies one is kept: f = 74 for images of 12 x 12. A matrix to frequencies is
    (2 f, places), real and imaginary part by turns; one back is (places, 2 f). The outputs come
    by fours that 2 x 2 pooling compares.

    Attributes:
        images: Of s x s places.
        kernel: Of k x k.
        outputs: Of (s - k + 1) x (s - k + 1).
        images_back: From frequencies to the images' places.
        kernel_back: To the kernel's.
        outputs_back: To the outputs'.
    """

    images: Tensor
    kernel: Tensor
    outputs: Tensor
    images_back: Tensor
    kernel_back: Tensor
    outputs_back: Tensor

    @classmethod
    @cache
    def of(cls, side: int, kernel: int, precision: torch.dtype) -> Self:
        """Makes them for images and a kernel of these sides.

        Args:
            side: s, even.
            kernel: k, where s - k + 1 is even.
            precision: The type of all matrices; they are computed in float64.
        """
        places = (_rows_of(side), _rows_of(kernel), _by_fours(side - kernel + 1))
        there = [_there(side, each).to(precision) for each in places]
        back = [_back(side, each).to(precision) for each in places]
        return cls(*there, *back)


def _frequencies(side: int) -> Tensor:
    """Returns one of each pair of conjugate frequencies: (f, 2)."""
    half = side // 2
    kept = [(y, x) for y in range(side) for x in range(half + 1) if x % half or y <= half]
    return torch.tensor(kept, dtype=torch.float64)


def _rows_of(side: int) -> Tensor:
    """Returns all places, row by row: (side^2, 2)."""
    line = torch.arange(side, dtype=torch.float64)
    return torch.cartesian_prod(line, line)


def _by_fours(side: int) -> Tensor:
    """Returns all places, those of each 2 x 2 together: (side^2, 2)."""
    corners, inner = 2 * _rows_of(side // 2), _rows_of(2)
    return (corners[:, None] + inner).view(-1, 2)


def _angles(side: int, places: Tensor) -> Tensor:
    return 2 * math.pi / side * (_frequencies(side) @ places.t())


def _there(side: int, places: Tensor) -> Tensor:
    """Returns (2 f, places)."""
    angles = _angles(side, places)
    return torch.stack([angles.cos(), -angles.sin()], dim=1).flatten(0, 1)


def _back(side: int, places: Tensor) -> Tensor:
    """Returns (places, 2 f); a frequency that is not its own conjugate counts for both."""
    own = (_frequencies(side) % (side // 2) == 0).all(dim=1)
    weight = torch.where(own, 1.0, 2.0).repeat_interleave(2).double() / side**2
    return (weight[:, None] * _there(side, places)).t().contiguous()
