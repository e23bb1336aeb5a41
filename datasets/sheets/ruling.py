"""The lines of ruled and squared paper."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from datasets.preparing.ink import Mask
from datasets.preparing.pieces import pieces_of
from datasets.sheets.page import Page

# Of the side of a square as large as the page, so that strips of paper are no exception.
STEP = 0.03  # about a digit's width: a rule is made of such steps
THICKNESS = 0.012
LENGTH = 0.15  # of the page's longer side; shorter straight ink may be a stroke
COMPLETE = 0.8  # of the way across a strip of paper is long enough
PALER = 0.75  # than the pen are lines on which strokes can be seen
TWO_BY_TWO = np.ones((2, 2), dtype=bool)
FAINT = 0.5  # of the threshold of ink
ALONG_COLUMNS = np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0]], dtype=bool)


def ruling_of(page: Page) -> Mask:
    """Finds printed lines across or down a page, but not the strokes that cross them.

    Args:
        page: Its lines level within some degrees.

    Returns:
        (height, width) bool.
    """
    # Where a pale line is now above, now below the threshold of ink, it is complete below it.
    faint = page.ink > FAINT * float(page.ink[page.mask].min(initial=1))
    lines = _across(page.mask, faint) | _across(page.mask.T, faint.T).T
    return lines & ~_strokes_on(lines, page)


def _strokes_on(lines: Mask, page: Page) -> Mask:
    """Finds the strokes that lie on lines: there ink is as dark as the pen, if lines are paler."""
    pen, printed = page.ink[page.mask & ~lines], page.ink[lines]
    if not (pen.size and printed.size):
        return np.zeros_like(lines)
    dark, pale = float(np.median(pen)), float(np.median(printed))
    if pale > PALER * dark:
        return np.zeros_like(lines)
    return np.asarray(ndimage.binary_opening(page.ink > (dark + pale) / 2, TWO_BY_TWO))


def _across(mask: Mask, faint: Mask) -> Mask:
    side = float(np.sqrt(mask.size))
    thick = ndimage.binary_dilation(faint, ALONG_COLUMNS)  # so that a leaning line is one piece
    step = (1, max(round(STEP * side), 9))
    steps = ndimage.grey_opening(thick, step, mode="constant")  # as binary_opening, but faster
    labels, pieces = pieces_of(steps)
    least = min(LENGTH * max(mask.shape), COMPLETE * mask.shape[1])
    lines = [
        piece.number
        for piece in pieces
        if piece.width >= least and piece.area <= piece.width * _most(side)
    ]
    on_line = np.isin(labels, lines) & faint
    if not on_line.any():
        return on_line
    rule = float(np.median(_run_lengths(faint)[on_line]))
    return on_line & (_run_lengths(mask) <= 1.6 * rule + 1)


def _most(side: float) -> float:
    """Returns how thick a line may be on average, widened as it is here, in pixels."""
    return THICKNESS * side + 2


def _run_lengths(mask: Mask) -> NDArray[np.int64]:
    """Returns the height of the upright run of ink that each pixel is in."""
    runs, _ = ndimage.label(mask, ALONG_COLUMNS)
    lengths = np.bincount(runs.ravel())
    lengths[0] = 0
    return np.asarray(lengths[runs])
