"""Connected pieces of ink."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from datasets.preparing.ink import Mask

EIGHT_NEIGHBOURS = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Piece:
    """One connected piece of ink.

    Attributes:
        number: Its label in the picture of labels; 1 for the first.
        area: Pixels.
        top: Its first row.
        left: Its first column.
        bottom: The row after its last.
        right: The column after its last.
    """

    number: int
    area: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Rows from first to last."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns from first to last."""
        return self.right - self.left

    @property
    def length(self) -> int:
        """The longer of height and width."""
        return max(self.height, self.width)

    @cached_property
    def diagonal(self) -> float:
        """Of its bounding box, pixels."""
        return float(np.hypot(self.height, self.width))

    def touches_edge(self, shape: tuple[int, ...]) -> bool:
        """Tells whether it reaches an edge of a picture of the given shape."""
        near = self.top == 0 or self.left == 0
        return near or self.bottom == shape[0] or self.right == shape[1]

    def gap(self, other: "Piece") -> float:
        """Returns the distance between both bounding boxes, in pixels; 0 where they overlap."""
        down = max(self.top - other.bottom, other.top - self.bottom, 0)
        across = max(self.left - other.right, other.left - self.right, 0)
        return float(np.hypot(down, across))


def pieces_of(mask: Mask) -> tuple[NDArray[np.int32], list[Piece]]:
    """Finds the connected pieces of a mask, diagonal neighbours connected.

    Returns:
        (height, width) int32, the number of the piece at each pixel, 0 where there is none; and
        the pieces.
    """
    labels, count = ndimage.label(mask, EIGHT_NEIGHBOURS)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:].tolist()
    boxes = ndimage.find_objects(labels)
    pieces = [
        Piece(number, area, rows.start, columns.start, rows.stop, columns.stop)
        for number, (area, (rows, columns)) in enumerate(zip(areas, boxes, strict=True), 1)
    ]
    return labels, pieces
