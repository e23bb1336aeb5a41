"""How far a page is turned: its rows and rules show it."""

import numpy as np

from datasets.preparing.ink import Mask

LARGEST, COARSE, FINE = 20.0, 0.5, 0.1  # degrees
POINTS = 20_000
CLEARER = 1.1  # than unturned, or the page is left as it is


def lean(mask: Mask) -> float:
    """Finds the angle at which ink gathers in the fewest rows (projection profiles, Postl 1986).

    Args:
        mask: (height, width) bool, where there is ink.

    Returns:
        Degrees by which rows fall to the right, from -20 to 20; 0 where nothing clear is seen.
    """
    points = np.argwhere(mask)
    if not len(points):
        return 0.0
    points = points[:: -(-len(points) // POINTS)]
    bins = max(mask.shape) / 500
    angle = _best(points, np.arange(-LARGEST, LARGEST + COARSE, COARSE), bins)
    angle = _best(points, np.arange(angle - COARSE, angle + COARSE + FINE, FINE), bins)
    clear = _gathered(points, angle, bins) > CLEARER * _gathered(points, 0.0, bins)
    return float(round(angle, 2)) if clear else 0.0


def _best(points: np.ndarray, angles: np.ndarray, width: float) -> float:
    return float(max(angles, key=lambda angle: _gathered(points, angle, width)))


def _gathered(points: np.ndarray, angle: float, width: float) -> float:
    """Returns the sum of squares of how many points lie in each leaning row."""
    down, across = points.T
    turn = np.deg2rad(angle)
    rows = ((down * np.cos(turn) - across * np.sin(turn)) / width).astype(np.int64)
    return float((np.bincount(rows - rows.min()).astype(float) ** 2).sum())
