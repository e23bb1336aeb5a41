"""From a grey picture of one digit to 28 x 28 pixels, the way MNIST's own digits were made.

MNIST's digits were scaled to fit a 20 x 20 box, keeping their shape, and placed in a 28 x 28 field
so that their centre of mass is at its centre (LeCun et al., "Gradient-based learning applied to
document recognition", Proc. IEEE 1998, section III A).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label, regionprops
from skimage.measure._regionprops import RegionProperties

from datasets.digit_set import SIDE
from datasets.errors import DataError

Grey = NDArray[np.uint8]
Preparation = Callable[[Grey], Grey]

BOX = 20
LEAST_CONTRAST = 0.12  # of the paper's brightness; less is paper, not ink
FULL_LINE = 0.85  # of the picture's width or height
RULE_THICKNESS, RULE_LENGTH = 0.05, 0.25  # of the picture's shorter side
FLATTENED_FROM = 40  # pixels; a smaller picture shows no shading worth the loss of wide strokes


def as_is(grey: Grey) -> Grey:
    """The report's plain resize: inverted and squeezed to 28 x 28, wherever the digit is.

    Args:
        grey: (height, width) uint8, dark ink on light paper.

    Returns:
        (28, 28) uint8, ink bright on black.
    """
    resized = Image.fromarray(255 - grey).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def centred(grey: Grey) -> Grey:
    """Finds the ink, crops it, scales it to 20 x 20 and centres it by mass.

    Args:
        grey: (height, width) uint8, one digit; dark ink on light paper or the other way round.

    Returns:
        (28, 28) uint8, ink bright on black.

    Raises:
        DataError: If no ink is found.
    """
    ink = _ink(grey)
    regions = _digit(_regions(ink), ink.shape)
    if not regions:
        raise DataError("has no ink that could be a digit.")
    return _placed(_cropped(ink, regions))


def _ink(grey: Grey) -> NDArray[np.float32]:
    """Returns how much each pixel is darkened against the paper around it, 0 to 1."""
    light = grey.astype(np.float32)
    if np.median(light) < (float(light.min()) + float(light.max())) / 2:
        light = 255 - light
    paper = _paper(light)
    return np.clip((paper - light) / np.maximum(paper, 1), 0, 1)


def _paper(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the brightness that the paper would have without ink: a closing, smoothed."""
    side = min(light.shape)
    if side < FLATTENED_FROM:
        return np.full_like(light, np.percentile(light, 90))
    shrunk = light[::2, ::2]
    closed = ndimage.grey_closing(shrunk, size=(side // 6, side // 6))
    smooth = ndimage.uniform_filter(closed, side // 6)
    return np.repeat(np.repeat(smooth, 2, axis=0), 2, axis=1)[: light.shape[0], : light.shape[1]]


def _regions(ink: NDArray[np.float32]) -> list[RegionProperties]:
    if ink.max() < LEAST_CONTRAST:
        return []
    mask = ink > max(0.8 * threshold_otsu(ink), LEAST_CONTRAST / 2)
    lineless = _without_lines(_without_lines(mask).T).T
    return list(regionprops(label(lineless if lineless.any() else mask, connectivity=2)))


def _without_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drops rows that ink fills nearly from edge to edge, but not where a digit crosses them.

    Where the rest reaches the upper or lower edge, the picture is cut close around the digit, and
    such a row may be the bar of a 7 or a 4: then nothing is dropped.
    """
    full, count = ndimage.label(mask.mean(axis=1) >= FULL_LINE)
    cleared = mask.copy()
    for (rows,) in ndimage.find_objects(full, count):
        above, below = max(rows.start - 1, 0), min(rows.stop, len(mask) - 1)
        if rows.stop - rows.start <= RULE_THICKNESS * len(mask) + 1:
            cleared[rows] &= mask[above] & mask[below]
    return mask if cleared[0].any() or cleared[-1].any() else cleared


def _digit(regions: list[RegionProperties], shape: tuple[int, ...]) -> list[RegionProperties]:
    """Keeps the digit's regions: drops specks, page rules and a neighbour's ink at the edge."""
    regions = [region for region in regions if not _is_rule(region, shape)] or regions
    if not regions:
        return []
    main = max(regions, key=lambda region: _weight(region, shape))
    return [main, *(region for region in regions if _belongs(region, main, shape))]


def _weight(region: RegionProperties, shape: tuple[int, ...]) -> float:
    """How likely the region is the digit: its extent, less if it is cut by the picture's edge."""
    return float(np.hypot(*_extent(region))) * (0.6 if _touches_edge(region, shape) else 1.0)


def _belongs(region: RegionProperties, main: RegionProperties, shape: tuple[int, ...]) -> bool:
    if region is main or _touches_edge(region, shape):
        return False
    size = max(_extent(main))
    return region.area >= 0.03 * main.area and _gap(region.bbox, main.bbox) <= 0.35 * size


def _is_rule(region: RegionProperties, shape: tuple[int, ...]) -> bool:
    """Tells whether a region is a printed line: long, thin, straight and running into the edge."""
    length = max(_extent(region))
    thickness = region.area / length
    thin = thickness <= RULE_THICKNESS * min(shape) and thickness <= length / 8
    if not (thin and length >= RULE_LENGTH * min(shape) and _touches_edge(region, shape)):
        return False
    return bool(region.axis_minor_length <= 2.5 * thickness + 1)


def _extent(region: RegionProperties) -> tuple[int, int]:
    top, left, bottom, right = region.bbox
    return bottom - top, right - left


def _touches_edge(region: RegionProperties, shape: tuple[int, ...]) -> bool:
    top, left, bottom, right = region.bbox
    return bool(top == 0 or left == 0 or bottom == shape[0] or right == shape[1])


def _gap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Returns the distance between two bounding boxes, in pixels; 0 where they overlap."""
    down = max(one[0] - other[2], other[0] - one[2], 0)
    across = max(one[1] - other[3], other[1] - one[3], 0)
    return float(np.hypot(down, across))


def _cropped(ink: NDArray[np.float32], regions: list[RegionProperties]) -> NDArray[np.float32]:
    """Returns the ink of the given regions alone, cut to their common bounding box."""
    boxes = np.array([region.bbox for region in regions])
    (top, left), (bottom, right) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    kept = np.zeros(ink.shape, dtype=bool)
    for region in regions:
        kept[tuple(region.coords.T)] = True
    kept = ndimage.binary_dilation(kept)
    return np.where(kept, ink, 0)[top:bottom, left:right]


def _placed(ink: NDArray[np.float32]) -> Grey:
    """Scales to the 20 x 20 box and shifts the centre of mass to the middle of the field."""
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    picture = Image.fromarray(ink.astype(np.float32))
    small = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    field = np.zeros((2 * SIDE, 2 * SIDE), dtype=np.float32)
    row, column = (np.array(ndimage.center_of_mass(small)) + 0.5).round().astype(int)
    field[SIDE - row : SIDE - row + height, SIDE - column : SIDE - column + width] = small
    middle = field[SIDE // 2 : SIDE // 2 + SIDE, SIDE // 2 : SIDE // 2 + SIDE]
    brightest = max(float(np.percentile(small, 98)), 1e-6)
    return np.asarray((np.clip(middle / brightest, 0, 1) * 255).round(), dtype=np.uint8)
