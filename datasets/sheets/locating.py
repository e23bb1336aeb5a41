"""Where the digits of any picture are: a crop of one, a photograph of several, a whole sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datasets.errors import DataError
from datasets.pictures import Grey, shrunk
from datasets.preparing.digit import LONGEST as LONGEST_CROP
from datasets.preparing.digit import find_digit
from datasets.preparing.ink import FLATTENED_FROM
from datasets.preparing.preparation import centred, placed
from datasets.sheets.boxes import Corners
from datasets.sheets.cutting import Cut, cut_page
from datasets.sheets.pages import LONGEST


@dataclass(frozen=True)
class LocatedDigit:
    """A digit, and where it is.

    Attributes:
        image: (28, 28) uint8, ink bright on black, prepared as training digits are.
        corners: (4, 2), (across, down) in pixels of the picture: upper left, upper right, lower
            right, lower left, of the digit's ink or of the box that it is written in.
    """

    image: Grey
    corners: Corners


def found_digits(grey: Grey) -> list[LocatedDigit]:
    """Finds the digits of a picture, and prepares them.

    Args:
        grey: (height, width) uint8, upright; of any size, worked on at 2,400 pixels at most.

    Returns:
        In reading order; nothing, where there is no digit.
    """
    page = shrunk(grey, LONGEST)
    scale = np.array(grey.shape[::-1]) / page.shape[::-1]
    return [LocatedDigit(each.image, each.corners * scale) for each in _on_page(page)]


def _on_page(page: Grey) -> list[LocatedDigit]:
    cuts = cut_page(page) if min(page.shape) >= FLATTENED_FROM else []
    return _prepared(cuts) if len(cuts) > 1 else _in_crop(page)


def _prepared(cuts: Sequence[Cut]) -> list[LocatedDigit]:
    """Prepares what was cut; what has no ink after all is no digit."""
    located = []
    for cut in cuts:
        if cut.picture is None:
            continue
        try:
            located.append(LocatedDigit(centred(cut.picture), cut.corners))
        except DataError:
            continue
    return located


def _in_crop(grey: Grey) -> list[LocatedDigit]:
    try:
        found = find_digit(grey)
    except DataError:
        return []
    top, left = (min(getattr(piece, side) for piece in found.pieces) for side in ("top", "left"))
    bottom, right = top + found.ink.shape[0], left + found.ink.shape[1]
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=float)
    return [LocatedDigit(placed(found.ink), corners * max(max(grey.shape) / LONGEST_CROP, 1.0))]
