"""Lines printed on the page, which are no part of a digit."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from datasets.preparing.ink import Mask, pen_width
from datasets.preparing.pieces import Piece, pieces_of

Line = NDArray[np.int64]

THICKNESS, LENGTH = 0.05, 0.25  # of the picture's shorter side
SLOPE = 0.25  # a rule leans at most this far, in parts of the picture's side
COVERED = 0.9  # of its way is ink
TAIL, TAIL_LENGTH = 0.35, 0.06  # thickness in parts of the pen, length of the shorter side
MOSTLY = 0.6  # of the ink is as thick as the pen, or nothing can be told
THINNER = 0.6  # than the pen, where a stroke might be meant


def without_rules(mask: Mask) -> Mask:
    """Drops lines across all of the picture, straight or leaning, but not what crosses them."""
    upright = _without_upright(mask)
    lineless = _without_upright(upright.T).T
    return lineless if lineless.any() else mask


def _without_upright(mask: Mask) -> Mask:
    """Drops lines that run from the upper to the lower edge."""
    for line in _lines(mask):
        left, right = _sides(mask, line)
        widths = right - left - 1
        rule = float(np.median(widths))
        if rule > THICKNESS * min(mask.shape) + 1:
            continue
        columns = np.arange(mask.shape[1])
        on_line = (columns > left[:, None]) & (columns < right[:, None])
        cleared = mask & ~(on_line & (widths <= 1.6 * rule + 1)[:, None])
        if not _may_be_a_stroke(cleared, rule):
            mask = cleared
    return mask


def _lines(mask: Mask) -> Iterator[Line]:
    """Yields, for each straight way from top to bottom along ink, its column in each row."""
    height = len(mask)
    tops, bottoms = _middles(mask[0] | mask[1]), _middles(mask[-1] | mask[-2])
    if not (tops and bottoms):
        return
    wide = mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    down = np.arange(height) / max(height - 1, 1)
    for top, bottom in product(tops, bottoms):
        if abs(bottom - top) <= SLOPE * height:
            line = np.rint(top + (bottom - top) * down).astype(np.int64)
            if wide[np.arange(height), line].mean() >= COVERED:
                yield line


def _middles(row: NDArray[np.bool_]) -> list[float]:
    """Returns the middle of each run of ink in a row."""
    if not row.any():
        return []
    edges = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0))
    return list((edges[::2] + edges[1::2] - 1) / 2)


def _sides(mask: Mask, line: Line) -> tuple[Line, Line]:
    """Returns, for each row, the columns of the paper next to the line, left and right of it."""
    columns = np.arange(mask.shape[1])
    paper_left = ~mask & (columns < line[:, None])
    paper_right = ~mask & (columns > line[:, None])
    left = np.where(paper_left.any(axis=1), _last(paper_left), -1)
    right = np.where(paper_right.any(axis=1), paper_right.argmax(axis=1), mask.shape[1])
    return left, right


def _last(mask: Mask) -> Line:
    return np.asarray(mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1))


def _may_be_a_stroke(rest: Mask, rule: float) -> bool:
    """Tells whether a line may be the stem of a 4, say, in a picture cut close around it.

    So it may be where the rest reaches the left or right edge, unless the line is far thinner than
    the pen.
    """
    cut_close = bool(rest[:, 0].any() or rest[:, -1].any())
    return cut_close and rule > THINNER * pen_width(rest)


def without_tails(mask: Mask) -> Mask:
    """Drops lines far thinner than the pen that run from the digit into the picture's edge."""
    if not _reaches_edge(mask):
        return mask
    reach = int(TAIL * pen_width(mask))
    if reach < 1:
        return mask
    thick = ndimage.binary_opening(mask, np.ones((2 * reach + 1, 2 * reach + 1)))
    if np.count_nonzero(thick) < MOSTLY * np.count_nonzero(mask):
        return mask
    thin = mask & ~ndimage.binary_dilation(thick, iterations=reach + 1)
    labels, pieces = pieces_of(thin)
    least = TAIL_LENGTH * min(mask.shape)
    for piece in pieces:
        if _runs_into_edge(piece, mask.shape, least):
            mask = mask & (labels != piece.number)
    return mask


def _runs_into_edge(piece: Piece, shape: tuple[int, ...], least: float) -> bool:
    """Tells whether a piece comes from inside to an edge; a cut stroke runs along it."""
    upright = piece.top == 0 or piece.bottom == shape[0]
    lying = piece.left == 0 or piece.right == shape[1]
    return (upright and piece.height >= least) or (lying and piece.width >= least)


def _reaches_edge(mask: Mask) -> bool:
    return any(side.any() for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))


def is_rule(piece: Piece, labels: NDArray[np.int32], pen: float) -> bool:
    """Tells whether a piece is a printed line: long, thin, straight and running into the edge.

    Args:
        piece: Of ink.
        labels: (height, width) int32, the number of the piece at each pixel.
        pen: Width of the pen, pixels.
    """
    side, thickness = min(labels.shape), piece.area / piece.length
    thin = thickness <= max(THICKNESS * side, THINNER * pen) and thickness <= piece.length / 8
    if not (thin and piece.length >= LENGTH * side and piece.touches_edge(labels.shape)):
        return False
    covariance = np.cov(np.nonzero(labels == piece.number))
    across = 4 * np.sqrt(max(np.linalg.eigvalsh(covariance)[0], 0))
    return bool(across <= 2.5 * thickness + 1)
