"""Images that are the same digit twice."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

NEAR = 0.05  # of the images' own length; different digits, even 1s by one hand, are rarely as near
BLUR = 1.0  # pixels; takes out what saving and cutting anew change at the edges of strokes
BLOCK = 1000  # images compared with all others at a time


@dataclass(frozen=True)
class Pair:
    """Two images that are alike.

    Attributes:
        first: Index of the one.
        second: Index of the other, higher.
        distance: Between their centred images, in parts of the length of the shorter one; 0 where
            they are the same pixel for pixel, or else of the blurred images.
    """

    first: int
    second: int
    distance: float


def duplicates(images: NDArray[np.uint8]) -> list[Pair]:
    """Finds exact and near duplicates among centred images.

    Args:
        images: (n, 28, 28) uint8.

    Returns:
        For each image that has an earlier one nearer than 0.05, the pair with the nearest of them.
    """
    blurred = ndimage.gaussian_filter(images.astype(np.float32), (0, BLUR, BLUR))
    near = _near(blurred.reshape(len(images), -1))
    return [
        Pair(first, second, 0.0 if np.array_equal(images[first], images[second]) else distance)
        for first, second, distance in near
    ]


def _near(pixels: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """Yields for each image the nearest of those before it, where that is near."""
    for start in range(0, len(pixels), BLOCK):
        distances = _distances(pixels, start)
        nearest, least = distances.argmin(axis=1), distances.min(axis=1)
        for place in np.flatnonzero(least < NEAR):
            yield int(nearest[place]), start + int(place), float(least[place])


def _distances(pixels: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Compares a block of images with all that stand before them: (block, before)."""
    block, before = pixels[start : start + BLOCK], pixels[: start + BLOCK]
    squares, squares_before = (block**2).sum(axis=1), (before**2).sum(axis=1)
    apart = squares[:, None] + squares_before - 2 * block @ before.T
    shorter = np.maximum(np.minimum(squares[:, None], squares_before), 1)
    distances = np.sqrt(np.maximum(apart, 0) / shorter)
    distances[np.triu_indices(len(block), k=start, m=len(before))] = np.inf
    return np.asarray(distances)
