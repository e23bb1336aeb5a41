"""A confusion matrix as a picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from datasets.digit_set import LABELS
from results.drawing.sheet import (
    BLACK,
    GREY,
    HEAD,
    MARGIN,
    PALE,
    RIGHT,
    WHITE,
    WRONG,
    Colour,
    blended,
    letters,
    titled_sheet,
)

CELL, SIDE, RIGHT_PARTS = 40, 50, 76  # pixels: of a cell, left of all and above, right of all
FULL = 0.1  # of a digit's images, taken for one other digit: the darkest shade


def draw_confusion(confusion: NDArray[np.int64], title: str) -> Image.Image:
    """Draws how often each digit is read as each, and the part of it that is read right.

    Args:
        confusion: (10, 10) counts: rows are the truth, columns what was read.
        title: Of what.
    """
    right, count = int(np.trace(confusion)), int(confusion.sum())
    below = f"{right:,} of {count:,} read right, {100 * _part(right, count):.2f} %"
    left, top = MARGIN + SIDE, HEAD + SIDE
    width, height = left + 10 * CELL + RIGHT_PARTS, top + 10 * CELL + MARGIN
    sheet, draw = titled_sheet(width, height, title, below)
    draw.text((left + 5 * CELL, HEAD + 14), "read as", GREY, letters(15), "mm")
    draw.text((MARGIN, HEAD + 38), "truth", GREY, letters(15), "lm")
    draw.text((width - MARGIN, HEAD + 38), "right", GREY, letters(15), "rm")
    for digit in LABELS:
        middle = digit * CELL + CELL // 2
        draw.text((left + middle, HEAD + 38), str(digit), BLACK, letters(18), "mm")
        draw.text((left - 16, top + middle), str(digit), BLACK, letters(18), "mm")
        _draw_row(draw, confusion[digit], digit, (left, top + digit * CELL))
    return sheet


def _draw_row(
    draw: ImageDraw.ImageDraw, row: NDArray[np.int64], digit: int, corner: tuple[int, int]
) -> None:
    left, top = corner
    total = int(row.sum())
    for column, count in enumerate(row.tolist()):
        part = _part(count, total)
        _draw_cell(draw, count, _shade(part, column == digit), (left + column * CELL, top))
    right = f"{100 * _part(int(row[digit]), total):.1f} %" if total else "-"
    place = left + 10 * CELL + RIGHT_PARTS - MARGIN, top + CELL // 2
    draw.text(place, right, BLACK, letters(15), "rm")


def _draw_cell(
    draw: ImageDraw.ImageDraw, count: int, shade: Colour, corner: tuple[int, int]
) -> None:
    left, top = corner
    draw.rectangle((left, top, left + CELL, top + CELL), shade, PALE)
    if count:
        ink = WHITE if sum(shade) < 420 else BLACK
        size = 17 if count < 1000 else 15 if count < 10_000 else 13
        draw.text((left + CELL // 2, top + CELL // 2), str(count), ink, letters(size), "mm")


def _part(count: int, total: int) -> float:
    return count / total if total else 0.0


def _shade(part: float, right: bool) -> Colour:
    """Returns the colour of a cell: mistakes, which are few, by the root of their part."""
    return blended(RIGHT, part**2) if right else blended(WRONG, min(1.0, part / FULL) ** 0.5)
