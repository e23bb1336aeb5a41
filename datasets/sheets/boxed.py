"""One printed box of a page, straightened, without its lines."""

import numpy as np
from scipy import ndimage
from skimage.transform import ProjectiveTransform, warp

from datasets.pictures import Grey
from datasets.preparing.ink import Ink, Mask
from datasets.preparing.pieces import EIGHT_NEIGHBOURS
from datasets.sheets.boxes import Corners
from datasets.sheets.page import Page, as_bytes, wiped

AROUND = 0.3  # of a box's side: how far a digit that crosses the line is followed
LEAST_SIDE = 16  # pixels
LINE, CLEAR = 0.5, 0.2  # of a row of the straightened box is ink: where its line runs, and ends
STROKE = np.ones((2, 2), dtype=bool)  # thinner ink beyond the line is the line's own edge
BLUR = 2  # pixels from the line's last row to paper
FRINGE = 3  # pixels by which a line may reach inside


def box_picture(page: Page, corners: Corners) -> Grey:
    """Cuts out what is in a box, and what of it reaches out across the line.

    Args:
        page: The page.
        corners: Of the inside of the box, (4, 2), as `find_boxes` gives them.

    Returns:
        (height, width) uint8, dark ink on light paper, straightened from the camera's perspective.
    """
    width, height = _sides(corners)
    margin = round(AROUND * max(width, height))
    right, bottom = margin + width - 1, margin + height - 1
    straight = np.array([[margin, margin], [right, margin], [right, bottom], [margin, bottom]])
    onto_page = ProjectiveTransform.from_estimate(straight, corners)
    shape = (height + 2 * margin, width + 2 * margin)
    light, paper, mask = (
        _straightened(layer, onto_page, shape) for layer in (page.light, page.paper, page.mask)
    )
    digit, crossing = _of_the_digit(mask > 0.5, margin)
    if not crossing:
        inside = slice(margin + 1, -margin - 1)
        return as_bytes(light[inside, inside])
    return wiped(light, paper, (mask > 0.2) & ~digit, digit)


def _sides(corners: Corners) -> tuple[int, int]:
    """Returns width and height of the straightened box, pixels."""
    lengths = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = (lengths[:2] + lengths[2:]) / 2
    return max(round(width), LEAST_SIDE), max(round(height), LEAST_SIDE)


def _straightened(layer: Ink | Mask, onto_page: ProjectiveTransform, shape: tuple[int, int]) -> Ink:
    around = layer.astype(np.float32)
    return np.asarray(warp(around, onto_page, output_shape=shape, mode="edge"), dtype=np.float32)


def _of_the_digit(mask: Mask, margin: int) -> tuple[Mask, bool]:
    """Finds the ink of the digit, not of the box, and whether it crosses the box's line."""
    inside = np.zeros(mask.shape, dtype=bool)
    inside[margin:-margin, margin:-margin] = True
    sides = [np.rot90(mask, turn) for turn in range(4)]
    lines = [_line(side, margin) for side in sides]
    thickness = min(len(line) for line in lines)  # where no digit lies on the line
    beyond = np.zeros(mask.shape, dtype=bool)
    for turn, (side, line) in enumerate(zip(sides, lines, strict=True)):
        beyond |= np.rot90(_across(side, line[:thickness], margin), -turn)
    if not beyond.any():
        return mask & inside, False
    labels, _ = ndimage.label((mask & inside) | beyond, EIGHT_NEIGHBOURS)
    own = np.unique(labels[inside & mask])
    return np.isin(labels, own[own > 0]), True


def _line(mask: Mask, margin: int) -> list[int]:
    """Returns the rows of the box's upper line, from the inside outwards."""
    inked = mask[: margin + FRINGE, margin:-margin].mean(axis=1)
    rows = np.flatnonzero(inked >= LINE)
    if not rows.size:
        return []
    ends = np.flatnonzero(inked[: rows[-1]] < CLEAR)
    return list(range(int(rows[-1]), int(ends[-1]) if ends.size else -1, -1))


def _across(mask: Mask, line: list[int], margin: int) -> Mask:
    """Returns what strokes that cross the upper line are made of, in the line and above it."""
    found = np.zeros(mask.shape, dtype=bool)
    if not line or line[-1] < 1 + BLUR:
        return found
    above, below = line[-1] - BLUR, line[0] + 1
    crossed = _wider(mask[below] & mask[below + 1]) & _wider(mask[above] & mask[above - 1])
    crossed[:margin] = crossed[-margin:] = False
    if crossed.any():
        found[above + 1 : below, crossed] = mask[above + 1 : below, crossed]
        found[: above + 1] = ndimage.binary_opening(mask[: above + 1], STROKE)
    return found


def _wider(row: Mask) -> Mask:
    return np.asarray(ndimage.binary_dilation(row))
