"""Where the digits of any picture are: a crop of one, a photograph of several, a complete sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from datasets.errors import DataError
from datasets.pictures import Grey, shrunk
from datasets.preparing.digit import LONGEST as LONGEST_CROP
from datasets.preparing.digit import FoundDigit, find_digit
from datasets.preparing.doubts import is_beside
from datasets.preparing.ink import FLATTENED_FROM
from datasets.preparing.likeness import may_be_digit, may_be_tight_digit
from datasets.preparing.preparation import placed
from datasets.sheets.boxes import Corners
from datasets.sheets.cutting import Cut, cut_page
from datasets.sheets.pages import LONGEST

LONG, LARGE = 0.5, 0.25  # of the main piece's length and area: other ink may be a digit
LIKELY = 0.5  # of what was cut from a page must look like digits, or it is no page of digits


@dataclass(frozen=True)
class LocatedDigit:
    """A digit, and where it is.

    Attributes:
        image: (28, 28) uint8, ink bright on black, prepared as training digits are.
        corners: (4, 2), (across, down) in pixels of the picture: upper left, upper right, lower
            right, lower left, of the digit's ink or of the box that it is written in.
        boxed: Whether it is written in a printed box.
    """

    image: Grey
    corners: Corners
    boxed: bool = False


def found_digits(grey: Grey, single: bool = False) -> list[LocatedDigit]:
    """Finds the digits of a picture, and prepares them.

    Args:
        grey: (height, width) uint8, upright; of any size, worked on at 2,400 pixels at most.
        single: Whether all its ink is known to be one digit, whatever it looks like.

    Returns:
        In reading order; nothing, where there is no digit.
    """
    page = shrunk(grey, LONGEST)
    scale = np.array(grey.shape[::-1]) / page.shape[::-1]
    return [replace(each, corners=each.corners * scale) for each in _on_page(page, single)]


def _on_page(page: Grey, single: bool) -> list[LocatedDigit]:
    alone = _found(page) if single else _alone(page)
    if alone:
        return [_in_crop(page, alone)]
    if single:
        return []
    return _of_cuts(cut_page(page)) if min(page.shape) >= FLATTENED_FROM else []


def _alone(picture: Grey) -> FoundDigit | None:
    """Finds the digit of a picture that shows but one."""
    found = _found(picture)
    if found is None or _has_others(found):
        return None
    likely = may_be_digit(picture, found) or may_be_tight_digit(picture, found)
    return found if likely else None


def _found(picture: Grey) -> FoundDigit | None:
    try:
        return find_digit(picture)
    except DataError:
        return None


def _has_others(found: FoundDigit) -> bool:
    """Tells whether there is other ink as large as a digit, and complete."""
    main, *strokes = found.pieces
    return any(is_beside(stroke, main) for stroke in strokes) or any(
        piece.length >= LONG * main.length
        and piece.area >= LARGE * main.area
        and not piece.touches_edge(found.shape)
        for piece in found.dropped
    )


def _in_crop(grey: Grey, found: FoundDigit) -> LocatedDigit:
    top, left = (min(getattr(piece, side) for piece in found.pieces) for side in ("top", "left"))
    bottom, right = top + found.ink.shape[0], left + found.ink.shape[1]
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=float)
    return LocatedDigit(placed(found.ink), corners * max(max(grey.shape) / LONGEST_CROP, 1.0))


def _of_cuts(cuts: Sequence[Cut]) -> list[LocatedDigit]:
    """Prepares what was cut from a page, where that looks like digits."""
    written = [(cut, cut.picture) for cut in cuts if cut.picture is not None]
    likely = [
        LocatedDigit(placed(found.ink), cut.corners, cut.boxed)
        for cut, picture in written
        if (found := _found(picture)) and may_be_digit(picture, found)
    ]
    return likely if len(likely) >= LIKELY * len(written) else []
