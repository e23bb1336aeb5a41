"""One page: its pixels, and what of them is ink."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from datasets.pictures import Grey
from datasets.preparing.ink import Ink, Mask, dark_on_light, darkened, ink_mask, paper

STROKE = 1 / 25  # of the page's shorter side; no pen is wider, hardly a shadow narrower
EDGE = 1 / 150  # of the page's shorter side; hardly a shadow's edge is sharper


@dataclass(frozen=True)
class Page:
    """A page of a photograph, with its light flattened.

    Attributes:
        light: (height, width) float32, 0 to 255, dark ink on light paper.
        paper: (height, width) float32, the brightness of the paper without ink.
        ink: (height, width) float32, how dark the ink is against it, 0 to 1.
        mask: (height, width) bool, where there is ink.
    """

    light: Ink
    paper: Ink
    ink: Ink
    mask: Mask

    @classmethod
    def of(cls, grey: Grey) -> "Page":
        """Flattens the light of a page.

        Args:
            grey: (height, width) uint8; dark ink on light paper or the other way round.
        """
        light = dark_on_light(grey)
        calm = ndimage.gaussian_filter(light, 0.7)
        side = min(grey.shape) / 2
        lit = paper(calm, 2, round(side * STROKE) + 1, round(side * EDGE) + 1)
        ink = darkened(calm, lit)
        return cls(light, lit, ink, ink_mask(ink))

    def turned(self, degrees: float) -> "Page":
        """Turns the page clockwise about its middle, growing it so that nothing is cut off."""
        if degrees == 0:
            return self
        beyond = float(np.median(self.paper))
        ink = _turned(self.ink, degrees, 0.0)
        light, lit = (_turned(each, degrees, beyond) for each in (self.light, self.paper))
        return Page(light, lit, ink, ink_mask(ink))


def wiped(light: Ink, paper: Ink, unwanted: Mask, wanted: Mask) -> Grey:
    """Puts bare paper where ink, and its blur, is not wanted.

    Args:
        light: (height, width) float32, 0 to 255.
        paper: The same, without ink.
        unwanted: (height, width) bool.
        wanted: The same; what is left as it is.

    Returns:
        (height, width) uint8.
    """
    blurred = ndimage.binary_dilation(unwanted, iterations=2)
    kept = ndimage.binary_dilation(wanted) & ~unwanted
    return as_bytes(np.where(blurred & ~kept, paper, light))


def as_bytes(light: Ink) -> Grey:
    """Rounds brightness to (height, width) uint8."""
    return np.asarray(np.clip(light, 0, 255).round(), dtype=np.uint8)


def _turned(values: Ink, degrees: float, beyond: float) -> Ink:
    picture = Image.fromarray(values)
    resampling = Image.Resampling.BILINEAR
    return np.asarray(picture.rotate(-degrees, resampling, expand=True, fillcolor=beyond))


def turned_back(
    points: NDArray[np.float64], degrees: float, before: tuple[int, ...], after: tuple[int, ...]
) -> NDArray[np.float64]:
    """Returns where (n, 2) points (across, down) of a turned page lay before it was turned."""
    angle = np.deg2rad(degrees)
    back = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle, was = (np.array(shape[::-1]) / 2 for shape in (after, before))
    return np.asarray((points - middle) @ back + was)
