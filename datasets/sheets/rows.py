"""Reading order: which places on a page are a row, from left to right."""

import numpy as np
from numpy.typing import NDArray

STEEPEST = 0.5  # of a row: down, in parts of across
APART = 0.5  # rows, in parts of a digit's height


def in_rows(centres: NDArray[np.float64], height: float) -> list[list[int]]:
    """Groups places into rows that may all lean the same way.

    Args:
        centres: (n, 2), (across, down) in pixels.
        height: Of a typical digit or box, pixels.

    Returns:
        The rows from top to bottom, each the indices of its places from left to right.
    """
    if not len(centres):
        return []
    across, down = centres.T
    level = down - _slope(centres) * across
    order = np.argsort(level)
    starts = np.flatnonzero(np.diff(level[order]) > APART * height) + 1
    return [row[np.argsort(across[row])].tolist() for row in np.split(order, starts)]


def _slope(centres: NDArray[np.float64]) -> float:
    """Returns the median slope from each place to its nearest neighbour on the right."""
    steps = centres[None] - centres[:, None]
    across, down = steps[..., 0], steps[..., 1]
    beside = (across > 0) & (np.abs(down) <= STEEPEST * across)
    distance = np.where(beside, np.hypot(across, down), np.inf)
    nearest = distance.argmin(axis=1)
    known = np.flatnonzero(np.isfinite(distance.min(axis=1)))
    if not known.size:
        return 0.0
    slopes = down[known, nearest[known]] / across[known, nearest[known]]
    return float(np.median(slopes))
