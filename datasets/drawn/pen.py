"""Digits as pen strokes, in the forms that Chinese people write.

A form is a list of strokes, a stroke a list of points (across, down) in a box of 1 x 1 that a
smooth curve passes through; a point given twice in a row is a corner.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Points = NDArray[np.float64]
Form = list[list[tuple[float, float]]]

_OVAL: list[tuple[float, float]] = [
    (0.55, 0.0), (0.2, 0.15), (0.08, 0.5), (0.22, 0.9), (0.5, 1.0), (0.82, 0.85), (0.92, 0.5),
    (0.8, 0.12), (0.52, 0.0),
]  # fmt: skip

FORMS: dict[int, list[Form]] = {
    0: [
        [_OVAL],
        [[*_OVAL[:-1], (0.6, 0.03)]],
        [[(0.75, 0.1), (0.35, 0.02), (0.08, 0.45), (0.25, 0.95), (0.7, 0.93), (0.92, 0.5),
          (0.75, 0.08), (0.45, 0.12)]],
    ],
    1: [
        [[(0.5, 0.0), (0.5, 1.0)]],
        [[(0.58, 0.0), (0.45, 1.0)]],
        [[(0.42, 0.0), (0.5, 0.5), (0.54, 1.0)]],
    ],
    2: [
        [[(0.08, 0.25), (0.35, 0.0), (0.8, 0.12), (0.72, 0.45), (0.05, 0.97), (0.05, 0.97),
          (0.5, 0.95), (1.0, 0.97)]],
        [[(0.12, 0.22), (0.45, 0.0), (0.82, 0.2), (0.5, 0.65), (0.1, 0.95), (0.12, 0.8),
          (0.4, 0.85), (0.95, 1.0)]],
    ],
    3: [
        [[(0.1, 0.12), (0.5, 0.0), (0.82, 0.2), (0.4, 0.45), (0.4, 0.45), (0.88, 0.65),
          (0.6, 0.98), (0.08, 0.9)]],
        [[(0.1, 0.02), (0.85, 0.02), (0.85, 0.02), (0.4, 0.42), (0.4, 0.42), (0.88, 0.65),
          (0.6, 0.98), (0.08, 0.9)]],
    ],
    4: [
        [[(0.4, 0.0), (0.02, 0.6), (0.02, 0.6), (1.0, 0.58)], [(0.68, 0.25), (0.66, 1.0)]],
        [[(0.12, 0.0), (0.1, 0.45), (0.1, 0.45), (0.9, 0.42)], [(0.7, 0.0), (0.62, 1.0)]],
        [[(0.72, 1.0), (0.75, 0.0), (0.75, 0.0), (0.02, 0.65), (0.02, 0.65), (1.0, 0.64)]],
        [[(0.45, 0.0), (0.1, 0.48), (0.0, 0.6), (0.08, 0.66), (0.14, 0.56), (0.5, 0.56),
          (1.0, 0.52)], [(0.68, 0.22), (0.62, 1.0)]],
    ],
    5: [
        [[(0.25, 0.05), (0.18, 0.45), (0.18, 0.45), (0.6, 0.4), (0.85, 0.7), (0.5, 1.0),
          (0.05, 0.9)], [(0.25, 0.04), (0.9, 0.0)]],
        [[(0.28, 0.12), (0.2, 0.48), (0.2, 0.48), (0.6, 0.42), (0.8, 0.72), (0.45, 1.0),
          (0.05, 0.92)], [(0.4, 0.05), (0.98, 0.0)]],
        [[(0.9, 0.0), (0.28, 0.04), (0.28, 0.04), (0.18, 0.45), (0.18, 0.45), (0.62, 0.42),
          (0.82, 0.72), (0.5, 1.0), (0.05, 0.9)]],
    ],
    6: [
        [[(0.6, 0.0), (0.22, 0.4), (0.1, 0.78), (0.45, 1.0), (0.85, 0.78), (0.55, 0.52),
          (0.15, 0.72)]],
        [[(0.45, 0.0), (0.22, 0.45), (0.15, 0.85), (0.5, 1.0), (0.8, 0.8), (0.5, 0.6),
          (0.18, 0.8)]],
    ],
    7: [
        [[(0.05, 0.05), (0.9, 0.02), (0.9, 0.02), (0.55, 0.5), (0.42, 1.0)]],
        [[(0.1, 0.18), (0.12, 0.04), (0.12, 0.04), (0.88, 0.04), (0.88, 0.04), (0.45, 1.0)]],
        [[(0.15, 0.05), (0.82, 0.03), (0.78, 0.25), (0.68, 1.0)]],
    ],
    8: [
        [[(0.78, 0.12), (0.4, 0.0), (0.2, 0.22), (0.55, 0.48), (0.85, 0.75), (0.5, 1.0),
          (0.15, 0.78), (0.5, 0.47), (0.8, 0.2), (0.72, 0.06)]],
        [[(0.5, 0.46), (0.2, 0.22), (0.5, 0.0), (0.8, 0.22), (0.5, 0.46)],
         [(0.5, 0.46), (0.12, 0.74), (0.5, 1.0), (0.88, 0.74), (0.5, 0.46)]],
    ],
    9: [
        [[(0.82, 0.1), (0.35, 0.02), (0.12, 0.28), (0.45, 0.48), (0.82, 0.15), (0.82, 0.15),
          (0.8, 1.0)]],
        [[(0.75, 0.2), (0.45, 0.0), (0.15, 0.22), (0.42, 0.45), (0.76, 0.2), (0.76, 0.2),
          (0.62, 0.65), (0.45, 1.0)]],
        [[(0.7, 0.25), (0.45, 0.02), (0.18, 0.25), (0.45, 0.46), (0.72, 0.22), (0.75, 0.7),
          (0.5, 1.0), (0.2, 0.9)]],
    ],
}  # fmt: skip


def drawn(form: Form, random: np.random.Generator, wobble: float) -> list[Points]:
    """Draws a form by an unsteady hand.

    Args:
        form: One of `FORMS`.
        random: Where the unsteadiness comes from.
        wobble: Its standard deviation, in parts of the digit's size.

    Returns:
        For each stroke (n, 2) points (across, down), close together.
    """
    return [_smooth(np.array(stroke), random, wobble) for stroke in form]


def _smooth(stroke: Points, random: np.random.Generator, wobble: float) -> Points:
    same = (np.diff(stroke, axis=0) == 0).all(axis=1)
    shaken = stroke + random.normal(0, wobble, stroke.shape)
    corners = np.flatnonzero(same)
    shaken[corners + 1] = shaken[corners]
    return np.concatenate([_curve(piece) for piece in np.split(shaken, corners + 1)])


def _curve(points: Points) -> Points:
    """Passes a cubic spline through the points, in proportion to their distances."""
    along = np.concatenate([[0], np.hypot(*np.diff(points, axis=0).T).cumsum()])
    if len(points) < 3:
        return np.linspace(points[0], points[-1], 40)
    spline: Points = CubicSpline(along, points)(np.linspace(0, along[-1], 80))
    return spline
