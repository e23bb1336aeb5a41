"""Printed boxes on a page: separate squares, or the cells of a grid."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError
from skimage.measure import approximate_polygon

from datasets.preparing.ink import Mask
from datasets.preparing.pieces import EIGHT_NEIGHBOURS

Corners = NDArray[np.float64]
Points = NDArray[np.int64]

LEAST_SIDE = 0.015  # of the page's shorter side
MOST = 1500  # regions; where ink encloses more, it is a texture
LEAST_FILLED = 0.25  # of the least box's area is paper, whatever is written in it
STRAIGHT = 0.9  # of the hull's area that its four corners must span
SQUARE = 0.4  # the shortest side, in parts of the longest
ALIKE = (0.65, 1.5)  # areas, in parts of the typical box's


@dataclass(frozen=True)
class _Box:
    corners: Corners
    area: float


def find_boxes(mask: Mask) -> list[Corners]:
    """Finds the insides of printed boxes of one size, also where a digit touches or crosses a side.

    Args:
        mask: (height, width) bool, where there is ink on the page.

    Returns:
        For each box its corners, (4, 2), (across, down) in pixels: upper left, upper right, lower
        right, lower left; just inside the printed line.
    """
    least = max(LEAST_SIDE * min(mask.shape), 8)
    pieces = [_enclosed(*piece) for piece in _large_pieces(mask, least)]
    large = LEAST_FILLED * least**2
    if sum(len(points) >= large for regions in pieces for points in regions) > MOST:
        return []
    fitted = [
        [_box(points) if len(points) >= large else None for points in regions] for regions in pieces
    ]
    areas = [box.area for boxes in fitted for box in boxes if box and box.area >= least**2]
    if not areas:
        return []
    low, high = (float(np.median(areas)) * part for part in ALIKE)
    return [
        box.corners
        for regions, boxes in zip(pieces, fitted, strict=True)
        for box in _boxes_alike(regions, boxes, low, high)
    ]


def _boxes_alike(
    regions: list[Points], fitted: list[_Box | None], low: float, high: float
) -> list[_Box]:
    """Returns the boxes, of an area within the limits, that one connected piece of ink makes.

    It is one box, which a digit may divide; or else a grid, of which a digit may divide a cell.
    """
    if not regions:
        return []
    complete = _box(np.concatenate(regions))
    if complete and low <= complete.area <= high:
        return [complete]
    boxes, rest = [], []
    for points, box in zip(regions, fitted, strict=True):
        if box and low <= box.area <= high:
            boxes.append(box)
        else:
            rest.append(points)
    divided = _box(np.concatenate(rest)) if rest else None
    return [*boxes, divided] if divided and low <= divided.area <= high else boxes


def _large_pieces(mask: Mask, least: float) -> Iterator[tuple[Mask, tuple[int, int]]]:
    """Yields connected pieces that could be a box's line, with a margin, and where they start."""
    labels, _ = ndimage.label(ndimage.binary_closing(mask, EIGHT_NEIGHBOURS), EIGHT_NEIGHBOURS)
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        if min(rows.stop - rows.start, columns.stop - columns.start) >= least:
            piece = np.pad(labels[rows, columns] == number, 1)
            yield piece, (rows.start - 1, columns.start - 1)


def _enclosed(piece: Mask, start: tuple[int, int]) -> list[Points]:
    """Returns the pixels, (n, 2), (down, across) on the page, of each region that ink encloses."""
    regions, _ = ndimage.label(~piece)
    outside = regions[0, 0]
    return [
        np.argwhere(regions[place] == number) + [part.start for part in place] + start
        for number, place in enumerate(ndimage.find_objects(regions), 1)
        if number != outside
    ]


def _box(points: Points) -> _Box | None:
    """Fits four corners to a region, or finds that it is no box."""
    try:
        hull = ConvexHull(points)
    except (QhullError, ValueError):  # fewer than three points, or all in a line
        return None
    corners = _four_corners(points[hull.vertices].astype(float), float(hull.volume))
    if corners is None:
        return None
    sides = np.hypot(*(corners - np.roll(corners, 1, axis=0)).T)
    area = _area(corners)
    if area < STRAIGHT * hull.volume or sides.min() < SQUARE * sides.max():
        return None
    return _Box(_in_order(corners[:, ::-1]), area)


def _four_corners(ring: Corners, area: float) -> Corners | None:
    """Simplifies a convex outline (Douglas and Peucker, 1973) until four corners are left."""
    farthest = int(np.argmax(((ring - ring.mean(axis=0)) ** 2).sum(axis=1)))
    ring = np.roll(ring, -farthest, axis=0)
    closed = np.concatenate([ring, ring[:1]])
    tolerances = np.linspace(0.02, 0.2, 10) * np.sqrt(area)
    simplified = cache(partial(approximate_polygon, closed))
    # A higher tolerance keeps a part of the corners that a lower one does.
    enough = bisect_left(tolerances, True, key=lambda tolerance: len(simplified(tolerance)) <= 5)
    simple = simplified(tolerances[min(enough, len(tolerances) - 1)])
    return np.asarray(simple[:-1]) if len(simple) == 5 else None


def _area(corners: Corners) -> float:
    """The shoelace formula."""
    (down, across), (next_down, next_across) = corners.T, np.roll(corners, -1, axis=0).T
    return float(abs(down @ next_across - across @ next_down) / 2)


def _in_order(corners: Corners) -> Corners:
    """Sorts (across, down) corners clockwise on the page, the upper left first."""
    across, down = (corners - corners.mean(axis=0)).T
    clockwise = corners[np.argsort(np.arctan2(down, across))]
    return np.roll(clockwise, -int(np.argmin(clockwise.sum(axis=1))), axis=0)
