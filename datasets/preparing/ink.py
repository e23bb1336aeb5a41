"""What is ink in a grey picture, whatever the light and the paper.

Paper is what is left when all strokes are closed away (a morphological closing, Serra 1982), so
that shading and shadows are flattened; ink is what is darker than it by Otsu's threshold (1979).
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from datasets.pictures import Grey

Ink = NDArray[np.float32]
Mask = NDArray[np.bool_]
Values = TypeVar("Values", NDArray[np.float32], NDArray[np.bool_])

LEAST_CONTRAST = 0.12  # of the paper's brightness; less is paper, not ink
COARSE = 25  # pixels a side are enough to see light and shadow
FLATTENED_FROM = 40  # pixels; a smaller picture shows no shading worth the loss of wide strokes
DIMMEST = 64  # brightness of paper; in less light, noise would look like ink
SKEWED = 0.3
OTSU_SHARE = 0.8  # thin pencil lies a little below Otsu's threshold
LEVELS = 255


def ink_of_crop(grey: Grey) -> Ink:
    """Returns how dark the ink of one digit's picture is.

    Args:
        grey: (height, width) uint8; dark ink on light paper or the other way round.

    Returns:
        (height, width) float32, 0 paper to 1 black.
    """
    light = dark_on_light(grey)
    side = min(light.shape)
    if side < FLATTENED_FROM:
        return darkened(light, np.percentile(light, 90))
    step = side // COARSE
    return darkened(light, paper(light, step, side // 3 // step, max(side // 12 // step, 1)))


def dark_on_light(grey: Grey) -> Ink:
    """Returns the picture as float32, 0 to 255, inverted where light ink is on dark paper.

    Ink is sparse: against its surroundings it makes few large differences, paper many small ones,
    which the skewness tells, also where a shadow darkens most of the picture. Noise has none.
    """
    light = grey.astype(np.float32)
    step = max(min(light.shape) // COARSE, 1)
    coarse = light[::step, ::step]
    difference = coarse - ndimage.uniform_filter(coarse, min(coarse.shape) // 2 + 1)
    squares = difference * difference
    skewness = float((squares * difference).mean()) / max(float(squares.mean()), 1e-6) ** 1.5
    return 255 - light if skewness > SKEWED else light


def darkened(light: Ink, paper: Ink | np.floating) -> Ink:
    """Returns how much each pixel is darkened against the paper, 0 to 1."""
    return np.clip((paper - light) / np.maximum(paper, DIMMEST), 0, 1)


def paper(light: Ink, step: int, stroke: int, smoothing: int) -> Ink:
    """Returns the brightness that the paper would have without ink: (height, width) float32.

    Args:
        light: (height, width) float32.
        step: Only every so manieth pixel is looked at.
        stroke: Steps; wider than any stroke, narrower than the shadows.
        smoothing: Steps; wider than noise, narrower than shadows' edges.
    """
    closed = ndimage.grey_closing(light[::step, ::step], size=(stroke, stroke))
    # The lowest nearby, since beside the edge of a shadow too high a value makes ink of the shadow.
    smooth = ndimage.minimum_filter(ndimage.uniform_filter(closed, smoothing), 3)
    height, width = light.shape
    return np.asarray(smooth.repeat(step, axis=0)[:height].repeat(step, axis=1)[:, :width])


def ink_mask(ink: Ink) -> Mask:
    """Returns where there is ink; nowhere, if nothing stands out from the paper."""
    if ink.max() < LEAST_CONTRAST:
        return np.zeros(ink.shape, dtype=bool)
    return ink > max(OTSU_SHARE * _otsu(ink), LEAST_CONTRAST / 2)


def _otsu(ink: Ink) -> float:
    """Otsu's threshold of values from 0 to 1, over 256 levels."""
    counts = np.bincount((ink * LEVELS).astype(np.uint8).ravel(), minlength=LEVELS + 1)
    below: NDArray[np.float64] = np.cumsum(counts, dtype=np.float64)[:-1]
    above = ink.size - below
    mass: NDArray[np.float64] = np.cumsum(counts * np.arange(LEVELS + 1), dtype=np.float64)
    mean_below, mean_above = mass[:-1] / (below + 1e-9), (mass[-1] - mass[:-1]) / (above + 1e-9)
    between = below * above * (mean_below - mean_above) ** 2
    return (int(np.argmax(between)) + 0.5) / LEVELS


def dilated(values: Values) -> Values:
    """Returns the greatest of each pixel and its four neighbours: a dilation by one pixel.

    Args:
        values: (height, width) of numbers or booleans.
    """
    wide = values.copy()
    for target, source in (
        (wide[1:], values[:-1]),
        (wide[:-1], values[1:]),
        (wide[:, 1:], values[:, :-1]),
        (wide[:, :-1], values[:, 1:]),
    ):
        np.maximum(target, source, out=target)
    return wide


def pen_width(mask: Mask) -> float:
    """Returns about how wide the strokes are, in pixels: the mean run along rows or columns."""
    along_rows = np.count_nonzero(mask[:, 1:] > mask[:, :-1]) + np.count_nonzero(mask[:, 0])
    along_columns = np.count_nonzero(mask[1:] > mask[:-1]) + np.count_nonzero(mask[0])
    return np.count_nonzero(mask) / max(int(along_rows), int(along_columns), 1)
