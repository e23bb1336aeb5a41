"""Whether found ink can be a digit at all: one thing, written with a pen, clearly on paper.

Its limits pass 99.9 % of photographed, scanned and drawn digits, and little of noise, textures and
photographs of other things.
"""

import numpy as np
from scipy import ndimage

from datasets.pictures import Grey, shrunk
from datasets.preparing.digit import LONGEST, FoundDigit
from datasets.preparing.ink import Ink, Mask, dilated, ink_mask, ink_of_crop, pen_width
from datasets.preparing.pieces import Piece

STROKES, DROPPED, SPECKS = 3, 8, 40  # pieces of the digit, of other ink, of a broken rule
OWN, OWN_OF_SPECKS = 0.3, 0.7  # of all ink; where the rest is in many pieces
COVERED = 0.35  # of the picture
EDGES = 1  # of the picture that it touches
TIGHT = 0.9  # of the picture's height and width
LEAST = 10  # pixels; in a shorter one nothing can be told
PALEST, PALEST_TIGHT = 0.2, 0.5  # of the paper's brightness
CLEAR = 10  # times the paper's unevenness
HALF = 0.4  # of the darkest: less is a stroke's blur
WIDEST = 0.55  # stroke, in parts of the digit's length
WIDER = 2.4  # at its widest place, in parts of its mean width
WAY = 3.2  # of the pen, in lengths of the digit; an 8 takes some 2.5
REGIONS = 9  # into which its strokes divide its box
PINHOLE, PINHOLES = 0.01, 20  # of its box: a smaller region; how many of all sizes there may be


def may_be_digit(grey: Grey, found: FoundDigit) -> bool:
    """Tells whether what was found can be a digit.

    Args:
        grey: (height, width) uint8, the picture it was found in.
        found: By `find_digit`.
    """
    ink = ink_of_crop(shrunk(grey, LONGEST))
    mask = ink_mask(ink)
    sparse = float(mask.mean()) <= COVERED and _edges(found.pieces[0], found.shape) <= EDGES
    return sparse and _can_be(found, ink, mask, PALEST)


def may_be_tight_digit(grey: Grey, found: FoundDigit) -> bool:
    """Tells the same of a picture that may be cut just around the digit: then it must be dark."""
    ink = ink_of_crop(shrunk(grey, LONGEST))
    sides = zip(found.ink.shape, found.shape, strict=True)
    tight = all(side >= TIGHT * complete for side, complete in sides)
    return tight and _can_be(found, ink, ink_mask(ink), PALEST_TIGHT)


def _can_be(found: FoundDigit, ink: Ink, mask: Mask, palest: float) -> bool:
    return (
        _is_one_thing(found, mask)
        and _stands_out(found, ink, mask, palest)
        and _is_written(found.ink)
    )


def _is_one_thing(found: FoundDigit, mask: Mask) -> bool:
    """Tells whether it is most of what the picture shows."""
    own = sum(piece.area for piece in found.pieces) / max(int(np.count_nonzero(mask)), 1)
    others = len(found.dropped)
    few = others <= DROPPED or (others <= SPECKS and own >= OWN_OF_SPECKS)
    return few and len(found.pieces) <= STROKES and own >= OWN


def _edges(piece: Piece, shape: tuple[int, ...]) -> int:
    """Counts the edges of the picture that a piece touches."""
    first = (piece.top == 0) + (piece.left == 0)
    return first + (piece.bottom == shape[0]) + (piece.right == shape[1])


def _stands_out(found: FoundDigit, ink: Ink, mask: Mask, palest: float) -> bool:
    """Tells whether it is dark on even paper."""
    paper = ink[~dilated(mask)]
    uneven = float(paper.std()) if paper.size else 0.0
    darkest = float(found.ink.max())
    dark = float(found.ink[found.ink > HALF * darkest].mean())
    return darkest >= palest and dark >= CLEAR * uneven


def _is_written(ink: Ink) -> bool:
    """Tells whether it is strokes of a pen: of about one width, not too wide nor too long."""
    mask = ink > HALF * float(ink.max())
    length, pen = max(ink.shape), pen_width(mask)
    widest = 2 * float(ndimage.distance_transform_edt(np.pad(mask, 1)).max())
    labels, holes = ndimage.label(~mask)
    regions = np.count_nonzero(np.bincount(labels[~mask]) >= PINHOLE * mask.size)
    complete = int(regions) <= REGIONS and holes <= PINHOLES
    even = length >= LEAST and pen <= WIDEST * length and widest <= WIDER * pen
    return even and complete and int(np.count_nonzero(mask)) <= WAY * length * pen
