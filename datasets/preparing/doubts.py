"""What makes a picture of a digit doubtful, so that a person should look at it."""

from datasets.preparing.digit import FoundDigit
from datasets.preparing.pieces import Piece

FAINT = 0.2  # of the paper's brightness
TINY = 8  # pixels
BESIDE = 0.7  # of the main piece's height: a piece as high beside it may be a second digit
FREE = 0.25  # of the picture's side: paper left opposite an edge that the digit touches
LARGE = 0.5  # of the main piece's area: dropped ink that may have been meant


def doubts(found: FoundDigit) -> list[str]:
    """Returns why a found digit is doubtful; nothing where it is not."""
    main, *strokes = found.pieces
    height, width = found.ink.shape
    checks = {
        f"faint: its ink is {found.ink.max():.0%} darker than the paper": found.ink.max() < FAINT,
        f"tiny: {height} x {width} pixels of ink": max(height, width) < TINY,
        "cut off by the picture's edge": _is_cut_off(main, found.shape),
        "perhaps two digits": any(is_beside(stroke, main) for stroke in strokes),
        "other ink, as large as a digit, was dropped": any(
            piece.area >= LARGE * main.area and piece.length >= LARGE * main.length
            for piece in found.dropped
        ),
    }
    return [reason for reason, holds in checks.items() if holds]


def _is_cut_off(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Tells whether ink reaches an edge although there is room on the other side."""
    down, across = piece.top, piece.left
    up, back = shape[0] - piece.bottom, shape[1] - piece.right
    sides = ((down, up, shape[0]), (across, back, shape[1]))
    return any(min(pair) == 0 and max(pair) > FREE * side for *pair, side in sides)


def is_beside(piece: Piece, main: Piece) -> bool:
    """Tells whether a piece stands beside the main one, and is about as high."""
    apart = piece.left >= main.right or piece.right <= main.left
    return apart and piece.height >= BESIDE * main.height
