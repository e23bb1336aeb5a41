"""Which ink of a picture is the digit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.errors import DataError
from datasets.pictures import Grey, shrunk
from datasets.preparing.ink import FLATTENED_FROM, Ink, dilated, ink_mask, ink_of_crop, pen_width
from datasets.preparing.pieces import Piece, pieces_of
from datasets.preparing.rules import is_rule, without_rules, without_tails

LONGEST = 400  # pixels of a picture; more show nothing more of a digit
LEAST_SHARE = 0.03  # of the main piece's area; less is a speck
FARTHEST, FARTHEST_AT_EDGE = 0.35, 0.12  # from the main piece, in parts of its length
THINNEST = 0.35  # stroke of the digit, in parts of the pen's width; thinner is a bit of a rule
AS_DARK = 0.8  # as the rest of the digit; rules in pictures of 28 x 28 pixels have about half
CUT_OFF = 0.6  # how much less likely a piece is the digit where the picture's edge cuts it
FRAME, MARGIN = 0.25, 0.12  # the same for what runs along an edge, in its strip of this width


@dataclass(frozen=True)
class FoundDigit:
    """The digit of a picture.

    Attributes:
        ink: (height, width) float32, 0 to 1, the digit alone in its bounding box.
        pieces: Of the digit, the main one first.
        dropped: Other pieces, which are no rule.
        shape: Of the complete picture.
    """

    ink: Ink
    pieces: list[Piece]
    dropped: list[Piece]
    shape: tuple[int, ...]


def find_digit(grey: Grey) -> FoundDigit:
    """Finds the digit's ink, dropping page rules, specks and neighbours' ink.

    Args:
        grey: (height, width) uint8, one digit; dark ink on light paper or the other way round.

    Raises:
        DataError: If no ink is found.
    """
    ink = ink_of_crop(shrunk(grey, LONGEST))
    mask = ink_mask(ink)
    if min(mask.shape) >= FLATTENED_FROM:
        mask = without_tails(without_rules(mask))
    labels, found = pieces_of(mask)
    if not found:
        raise DataError("has no ink that could be a digit.")
    kept, dropped = _sorted_out(found, labels, ink, pen_width(mask))
    return FoundDigit(_cropped(ink, labels, kept), kept, dropped, labels.shape)


def _sorted_out(
    found: list[Piece], labels: NDArray[np.int32], ink: Ink, pen: float
) -> tuple[list[Piece], list[Piece]]:
    """Returns the digit's pieces, its main one first, and others that are no rule."""
    rules = [piece for piece in found if is_rule(piece, labels, pen)]
    likely = [piece for piece in found if piece not in rules] or found
    main = max(likely, key=lambda piece: _weight(piece, labels.shape))
    strokes = [
        piece
        for piece in found
        if piece is not main
        and _belongs(piece, main, labels.shape, pen)
        and (piece not in rules or _is_as_dark(piece, main, labels, ink))
    ]
    kept = [main, *strokes]
    return kept, [piece for piece in found if piece not in kept and piece not in rules]


def _is_as_dark(piece: Piece, main: Piece, labels: NDArray[np.int32], ink: Ink) -> bool:
    """Tells whether a line is by the digit's pen, as the flag of a 5 is; rules are fainter."""
    own, rest = (np.median(ink[labels == each.number]) for each in (piece, main))
    return bool(own >= AS_DARK * rest)


def _weight(piece: Piece, shape: tuple[int, ...]) -> float:
    """How likely a piece is the digit: its size, less if the picture's edge cuts or frames it."""
    if not piece.touches_edge(shape):
        return piece.diagonal
    framing = piece.length >= 3 * min(piece.height, piece.width) and _in_margin(piece, shape)
    return piece.diagonal * CUT_OFF * (FRAME if framing else 1)


def _in_margin(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tells whether a piece lies in the strip along one edge of the picture."""
    down, across = (MARGIN * side for side in shape)
    upper_left = piece.bottom <= down or piece.right <= across
    return upper_left or piece.top >= shape[0] - down or piece.left >= shape[1] - across


def _belongs(piece: Piece, main: Piece, shape: tuple[int, ...], pen: float) -> bool:
    """Tells whether a piece is a stroke of the digit, as the flag of a 5 is."""
    farthest = FARTHEST_AT_EDGE if piece.touches_edge(shape) else FARTHEST
    near = piece.gap(main) <= farthest * main.length
    by_this_pen = piece.area >= THINNEST * pen * piece.length
    return near and by_this_pen and piece.area >= LEAST_SHARE * main.area


def _cropped(ink: Ink, labels: NDArray[np.int32], pieces: list[Piece]) -> Ink:
    """Returns the ink of the given pieces alone, cut to their common bounding box."""
    rows = slice(min(piece.top for piece in pieces), max(piece.bottom for piece in pieces))
    columns = slice(min(piece.left for piece in pieces), max(piece.right for piece in pieces))
    chosen = np.zeros(int(labels.max()) + 1, dtype=bool)
    chosen[[piece.number for piece in pieces]] = True
    kept = dilated(chosen[labels[rows, columns]])
    return np.where(kept, ink[rows, columns], 0)
