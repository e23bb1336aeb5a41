"""Digits written freely in rows, on blank or ruled paper."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from datasets.preparing.ink import Mask
from datasets.preparing.pieces import Piece, pieces_of
from datasets.sheets.page import Page
from datasets.sheets.ruling import ruling_of

Labels = NDArray[np.int32]

SPECK = 6  # pixels; a smaller piece is dust
LEAST, LARGEST = 0.45, 2.5  # of a digit's length, in parts of the typical one
FLAT = 0.2  # a piece lower than this part of its width is the rest of a rule
STROKE = 0.12  # the least length of a separate stroke, in parts of the typical digit's length
GAP = 0.3  # the farthest that it may be from its digit, in the same parts
OVERLAP = 0.3  # of the narrower one: how far strokes of one digit stand above each other
MOST = 1500  # digits; more pieces of one size are a texture
PALE = 0.45  # of the typical ink's darkness; paler is dirt or a shadow's edge


@dataclass(frozen=True)
class FreeDigit:
    """One digit of a page.

    Attributes:
        pieces: Of its ink.
    """

    pieces: tuple[Piece, ...]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Its first row and column, and the row and column after its last."""
        return (
            min(piece.top for piece in self.pieces),
            min(piece.left for piece in self.pieces),
            max(piece.bottom for piece in self.pieces),
            max(piece.right for piece in self.pieces),
        )


@dataclass(frozen=True)
class FreeDigits:
    """The digits of a page.

    Attributes:
        labels: (height, width) int32, the number of the piece of ink at each pixel.
        ruling: (height, width) bool, where lines are printed.
        digits: In no order.
        length: Of a typical digit, pixels.
    """

    labels: Labels
    ruling: Mask
    digits: list[FreeDigit]
    length: float


def find_free_digits(page: Page) -> FreeDigits:
    """Finds digits that stand apart from each other.

    Args:
        page: Its rows level within some degrees.
    """
    ruling = ruling_of(page)
    labels, pieces = pieces_of(page.mask & ~ruling)
    pieces = [piece for piece in pieces if piece.area >= SPECK and not _is_flat(piece)]
    if not pieces:
        return FreeDigits(labels, ruling, [], 0.0)
    typical = _typical_length(pieces)
    dark = _dark_enough(page, labels, pieces)
    mains = [piece for piece in dark if _is_main(piece, typical, labels.shape)]
    if len(mains) > MOST:
        return FreeDigits(labels, ruling, [], 0.0)
    strokes = [
        piece
        for piece in dark
        if STROKE * typical <= piece.length and piece.length < LEAST * typical
    ]
    return FreeDigits(labels, ruling, _digits(mains, strokes, typical), typical)


def _is_flat(piece: Piece) -> bool:
    return piece.height < FLAT * piece.width


def _typical_length(pieces: list[Piece]) -> float:
    """Returns the length of the piece at which half of all ink is in shorter pieces."""
    ordered = sorted(pieces, key=lambda piece: piece.length)
    areas = np.cumsum([piece.area for piece in ordered])
    return float(ordered[int(np.searchsorted(areas, areas[-1] / 2))].length)


def _dark_enough(page: Page, labels: Labels, pieces: list[Piece]) -> list[Piece]:
    numbers = [piece.number for piece in pieces]
    darkness = np.asarray(ndimage.mean(page.ink, labels, numbers))
    weights = np.array([piece.area for piece in pieces])
    typical = float((darkness * weights).sum() / weights.sum())
    return [piece for piece, dark in zip(pieces, darkness, strict=True) if dark >= PALE * typical]


def _is_main(piece: Piece, typical: float, shape: tuple[int, ...]) -> bool:
    """Tells whether a piece is a digit's main part: of its size, and not cut by the page's edge."""
    fits = LEAST * typical <= piece.length <= LARGEST * typical
    return fits and not piece.touches_edge(shape)


def _digits(mains: list[Piece], strokes: list[Piece], typical: float) -> list[FreeDigit]:
    """Joins pieces that belong together to digits."""
    groups: list[list[Piece]] = []
    for piece in sorted(mains, key=lambda piece: -piece.area):
        near = [group for group in groups if _one_digit(piece, group, typical)]
        if near:
            near[0].append(piece)
        else:
            groups.append([piece])
    for stroke in strokes:
        gaps = [min(stroke.gap(piece) for piece in group) for group in groups]
        if gaps and min(gaps) <= GAP * typical:
            groups[int(np.argmin(gaps))].append(stroke)
    return [FreeDigit(tuple(group)) for group in groups]


def _one_digit(piece: Piece, group: list[Piece], typical: float) -> bool:
    """Tells whether a piece stands above, below or inside a digit, as the flag of a 5 does."""
    for other in group:
        common = min(piece.right, other.right) - max(piece.left, other.left)
        above = common >= OVERLAP * min(piece.width, other.width)
        height = max(piece.bottom, other.bottom) - min(piece.top, other.top)
        if above and piece.gap(other) <= GAP / 2 * typical and height <= 1.5 * typical:
            return True
    return False
