"""From a grey picture of one digit to 28 x 28 pixels, the way MNIST's own digits were made.

MNIST's digits were scaled to fit a 20 x 20 box, keeping their shape, and placed in a 28 x 28 field
so that their centre of mass is at its centre (LeCun et al., "Gradient-based learning applied to
document recognition", Proc. IEEE 1998, section III A).
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

from datasets.digit_set import SIDE
from datasets.pictures import Grey
from datasets.preparing.digit import find_digit
from datasets.preparing.ink import Ink, dilated

Preparation = Callable[[Grey], Grey]

BOX = 20
PEN = 2.8  # pixels; MNIST's median is 3.2 by the same measure, and three in four are wider


def as_is(grey: Grey) -> Grey:
    """The student's plain resize: inverted and squeezed to 28 x 28, wherever the digit is.

    Args:
        grey: (height, width) uint8, dark ink on light paper.

    Returns:
        (28, 28) uint8, ink bright on black.
    """
    resized = Image.fromarray(255 - grey).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def centred(grey: Grey) -> Grey:
    """Finds the ink, crops it, scales it to 20 x 20 and centres it by mass.

    Args:
        grey: (height, width) uint8, one digit; dark ink on light paper or the other way round.

    Returns:
        (28, 28) uint8, ink bright on black.

    Raises:
        DataError: If no ink is found.
    """
    return placed(find_digit(grey).ink)


def placed(ink: Ink) -> Grey:
    """Scales ink to the 20 x 20 box and shifts its centre of mass to the middle of the field.

    Args:
        ink: (height, width) float32, 0 to 1.

    Returns:
        (28, 28) uint8, the darkest ink at 255.
    """
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    # Not Pillow's BOX filter: near a scale of 1 it leaves complete rows out.
    small = np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR))
    small = _thickened(np.clip(small / max(_brightest(small), 1e-6), 0, 1))
    row, column = _centre_of_mass(small)
    field = np.zeros((2 * SIDE, 2 * SIDE), dtype=np.float32)
    field[SIDE - row : SIDE - row + height, SIDE - column : SIDE - column + width] = small
    middle = field[SIDE // 2 : SIDE // 2 + SIDE, SIDE // 2 : SIDE // 2 + SIDE]
    return np.asarray((middle * 255).round(), dtype=np.uint8)


def _brightest(small: Ink) -> float:
    """Returns what 2 % of the pixels reach."""
    place = int(0.98 * (small.size - 1))
    return float(np.partition(small, place, axis=None)[place])


def _thickened(small: Ink) -> Ink:
    """Widens strokes that came out thinner than MNIST's, whose pen was wide for its digits."""
    lacking = (PEN - _stroke_width(small)) / 2  # on each side, pixels
    if lacking <= 0:
        return small
    return np.asarray(np.maximum(small, np.float32(min(lacking, 1.0)) * dilated(small)))


def _stroke_width(small: Ink) -> float:
    """Returns about how wide strokes are, in pixels: ink over the rises along rows or columns."""
    along_rows = (small[:, 1:] - small[:, :-1]).clip(0).sum() + small[:, 0].sum()
    along_columns = (small[1:] - small[:-1]).clip(0).sum() + small[0].sum()
    return float(small.sum() / max(along_rows, along_columns, 1e-6))


def _centre_of_mass(small: Ink) -> tuple[int, int]:
    total = float(small.sum())
    row = float(small.sum(axis=1) @ np.arange(small.shape[0])) / total
    column = float(small.sum(axis=0) @ np.arange(small.shape[1])) / total
    return round(row + 0.5), round(column + 0.5)
