"""Pen strokes photographed on paper: offset, shading, page rules, a neighbour's ink, noise."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from datasets.drawn.pen import Points

FINE = 3  # strokes are drawn this many times larger, then averaged down
Canvas = NDArray[np.float64]


def photographed(
    strokes: list[Points], pen: float, slant: float, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Takes a picture of one digit, cut out of its page as by hand.

    Args:
        strokes: The digit's strokes, in a box of 1 x 1.
        pen: Width of the pen, in parts of the digit's height.
        slant: How far the top leans to the right, in parts of the digit's height.
        random: Where light, place and noise come from.

    Returns:
        (height, width) uint8 grey, dark ink on light paper; 70 to 130 pixels a side.
    """
    height, width = random.integers(70, 131, 2)
    ink = _ink((height, width), strokes, pen, slant, random)
    light = _light(height, width, random) * (1 - random.uniform(0.55, 0.9) * ink)
    if random.random() < 0.25:
        _rule(light, random)
    blurred = ndimage.gaussian_filter(light, random.uniform(0.3, 0.8))
    noisy = blurred + random.normal(0, random.uniform(0.5, 3), light.shape)
    return np.asarray(np.clip(noisy, 0, 255).round(), dtype=np.uint8)


def _ink(
    shape: tuple[int, int],
    strokes: list[Points],
    pen: float,
    slant: float,
    random: np.random.Generator,
) -> Canvas:
    canvas = Image.new("L", (shape[1] * FINE, shape[0] * FINE), 0)
    size = random.uniform(0.4, 0.7) * min(shape)
    place = np.array([shape[1] - 0.7 * size, shape[0] - size]) * random.uniform(0.2, 0.8, 2)
    _draw(canvas, _on_page(strokes, slant, size, place), pen * size)
    if random.random() < 0.15:
        neighbour = place + np.array([random.choice([-1.0, 1.0]) * (shape[1] - 0.1 * size), 0])
        _draw(canvas, _on_page(strokes, slant, size, neighbour), pen * size)
    fine = np.asarray(canvas, dtype=np.float64) / 255
    return np.asarray(fine.reshape(shape[0], FINE, shape[1], FINE).mean(axis=(1, 3)))


def _on_page(strokes: list[Points], slant: float, size: float, place: Points) -> list[Points]:
    """Leans, scales (a digit is 0.7 as wide as it is high) and places strokes, in pixels."""
    lean = np.array([[0.7, 0.0], [-slant, 1.0]])
    return [(stroke @ lean + [slant / 2, 0]) * size + place for stroke in strokes]


def _draw(canvas: Image.Image, strokes: list[Points], pen: float) -> None:
    draw = ImageDraw.Draw(canvas)
    radius = max(pen, 1.2) * FINE / 2
    for x, y in np.concatenate(strokes) * FINE:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _light(height: int, width: int, random: np.random.Generator) -> Canvas:
    """Returns paper lit from one side."""
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    tilt = random.uniform(-0.12, 0.12, 2)
    return np.asarray(random.uniform(185, 240) * (1 + tilt[0] * down + tilt[1] * across))


def _rule(light: Canvas, random: np.random.Generator) -> None:
    """Prints a faint line across the page, near its lower or upper edge."""
    height = len(light)
    row = int(height * random.choice([random.uniform(0.0, 0.08), random.uniform(0.9, 0.98)]))
    light[row : row + 2] *= random.uniform(0.6, 0.85)
