"""Images that are the same digit twice."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR = 0.12  # of the images' own length; different digits by one hand rarely come as near
BLOCK = 1000  # images compared with all others at a time


@dataclass(frozen=True)
class Pair:
    """Two images that are alike.

    Attributes:
        first: Index of the one.
        second: Index of the other, higher.
        distance: Between their centred images, in parts of the length of the shorter one; 0 where
            they are the same pixel for pixel.
    """

    first: int
    second: int
    distance: float


def duplicates(images: NDArray[np.uint8]) -> list[Pair]:
    """Finds exact and near duplicates among centred images.

    Args:
        images: (n, 28, 28) uint8.

    Returns:
        For each image that has an earlier one nearer than 0.12, the pair with the nearest of them.
    """
    pixels = images.reshape(len(images), -1).astype(np.float32)
    return [pair for start in range(0, len(pixels), BLOCK) for pair in _pairs(pixels, start)]


def _pairs(pixels: NDArray[np.float32], start: int) -> Iterator[Pair]:
    """Compares a block of images with all that stand before them."""
    block, before = pixels[start : start + BLOCK], pixels[: start + BLOCK]
    squares, squares_before = (block**2).sum(axis=1), (before**2).sum(axis=1)
    apart = squares[:, None] + squares_before - 2 * block @ before.T
    shorter = np.maximum(np.minimum(squares[:, None], squares_before), 1)
    distances = np.sqrt(np.maximum(apart, 0) / shorter)
    distances[np.triu_indices(len(block), k=start, m=len(before))] = np.inf
    nearest = distances.argmin(axis=1)
    for place, (first, distance) in enumerate(zip(nearest, distances.min(axis=1), strict=True)):
        if distance < NEAR:
            second = start + place
            same = np.array_equal(pixels[first], pixels[second])
            yield Pair(int(first), second, 0.0 if same else max(float(distance), 0.001))
