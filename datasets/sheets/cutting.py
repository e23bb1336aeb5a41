"""A page cut into one picture per digit, in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from datasets.errors import DataError
from datasets.pictures import Grey
from datasets.preparing.digit import find_digit
from datasets.sheets.boxed import box_picture
from datasets.sheets.boxes import Corners, find_boxes
from datasets.sheets.free import FreeDigit, FreeDigits, find_free_digits
from datasets.sheets.level import lean
from datasets.sheets.page import Page, turned_back, wiped
from datasets.sheets.rows import in_rows

Layout = Literal["auto", "boxes", "rows"]

BOXES = 3  # alike on a page make it a form
MARGIN = 0.25  # of a free digit's typical length, around it
SPECK = 0.12  # of a box's side: shorter ink in it is no digit


@dataclass(frozen=True)
class Cut:
    """One place on a page.

    Attributes:
        row: 0 for the first.
        corners: (4, 2), (across, down) in pixels of the page.
        picture: (height, width) uint8, dark ink on light paper; none for an empty box.
        boxed: Whether it is a printed box.
    """

    row: int
    corners: Corners
    picture: Grey | None
    boxed: bool = False


def cut_page(grey: Grey, layout: Layout = "auto") -> list[Cut]:
    """Finds the digits of a page: in printed boxes, where there are some, or else in free rows.

    Args:
        grey: (height, width) uint8.
        layout: What to look for; `auto` decides.

    Returns:
        In reading order.
    """
    page = Page.of(grey)
    boxes = [] if layout == "rows" else find_boxes(page.mask)
    if layout == "boxes" or len(boxes) >= BOXES:
        return _from_boxes(page, boxes)
    return _from_rows(page)


def _from_boxes(page: Page, boxes: Sequence[Corners]) -> list[Cut]:
    centres = np.array([corners.mean(axis=0) for corners in boxes]).reshape(-1, 2)
    heights = [np.ptp(corners[:, 1]) for corners in boxes]
    rows = in_rows(centres, float(np.median(heights))) if boxes else []
    return [
        Cut(row, boxes[place], _if_not_empty(box_picture(page, boxes[place])), boxed=True)
        for row, places in enumerate(rows)
        for place in places
    ]


def _if_not_empty(picture: Grey) -> Grey | None:
    try:
        found = find_digit(picture)
    except DataError:
        return None
    return picture if found.pieces[0].length >= SPECK * max(picture.shape) else None


def _from_rows(page: Page) -> list[Cut]:
    angle = lean(page.mask)
    level = page.turned(-angle)
    found = find_free_digits(level)
    boxes = np.array([digit.box for digit in found.digits], dtype=float).reshape(-1, 4)
    centres = np.stack([boxes[:, 1] + boxes[:, 3], boxes[:, 0] + boxes[:, 2]], axis=1) / 2
    cuts = []
    for row, places in enumerate(in_rows(centres, found.length)):
        for place in places:
            digit = found.digits[place]
            corners = turned_back(_corners(digit), -angle, page.ink.shape, level.ink.shape)
            cuts.append(Cut(row, corners, _free_picture(level, found, digit)))
    return cuts


def _corners(digit: FreeDigit) -> Corners:
    top, left, bottom, right = digit.box
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=float)


def _free_picture(page: Page, found: FreeDigits, digit: FreeDigit) -> Grey:
    """Cuts out a digit with a margin, in which there is bare paper instead of other ink."""
    margin = round(MARGIN * found.length)
    top, left, bottom, right = digit.box
    place = (
        slice(max(top - margin, 0), bottom + margin),
        slice(max(left - margin, 0), right + margin),
    )
    own = np.isin(found.labels[place], [piece.number for piece in digit.pieces])
    other = (page.mask | found.ruling)[place] & ~own
    return wiped(page.light[place], page.paper[place], other, own)
