"""Photographs of made forms: printed boxes or grids with drawn digits, seen at an angle."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage.transform import ProjectiveTransform, warp

from datasets.drawn.pen import FORMS, drawn

BOX = 60  # pixels


@dataclass(frozen=True)
class MadeForm:
    """A photograph, and where its boxes are.

    Attributes:
        grey: (height, width) uint8.
        centres: (rows * columns, 2) of the boxes, (across, down) in pixels, in reading order.
    """

    grey: np.ndarray
    centres: np.ndarray


def made_form(
    seed: int,
    rows: int = 5,
    columns: int = 6,
    gap: int = 16,
    empty: tuple[int, ...] = (),
    place: float = 0.5,
) -> MadeForm:
    """Draws a form; with a gap of 0 its boxes are the cells of a grid.

    Args:
        seed: Decides all that is random.
        rows: Of boxes.
        columns: Of boxes.
        gap: Between boxes, pixels.
        empty: Numbers of boxes without a digit.
        place: Of the digits' middle in the box, from left to right; near 0 and 1 they cross a line.
    """
    random = np.random.default_rng(seed)
    step, margin = BOX + gap, 60
    size = (2 * margin + columns * step, 2 * margin + rows * step)
    page = Image.new("L", size, 225)
    draw = ImageDraw.Draw(page)
    corners = [
        np.array([margin + column * step, margin + row * step])
        for row in range(rows)
        for column in range(columns)
    ]
    for number, corner in enumerate(corners):
        draw.rectangle([*corner, *(corner + BOX)], outline=40, width=3)
        if number not in empty:
            _write(draw, corner + np.array([BOX * place - 12, BOX * 0.22]), number % 10, random)
    return _photographed(np.asarray(page, dtype=float), np.array(corners) + BOX / 2, random)


def _write(
    draw: ImageDraw.ImageDraw, corner: np.ndarray, label: int, random: np.random.Generator
) -> None:
    form = FORMS[label][random.integers(len(FORMS[label]))]
    for stroke in drawn(form, random, 0.02):
        points = stroke * [24, 34] + corner
        draw.line([tuple(point) for point in points], fill=60, width=4, joint="curve")


def _photographed(light: np.ndarray, centres: np.ndarray, random: np.random.Generator) -> MadeForm:
    height, width = light.shape
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
    seen = flat + random.uniform(0, 0.05, (4, 2)) * [width, height] * [
        [1, 1],
        [-1, 1],
        [-1, -1],
        [1, -1],
    ]
    onto = ProjectiveTransform.from_estimate(flat, seen)
    page = warp(light, onto.inverse, cval=225, preserve_range=True)
    shade = np.linspace(random.uniform(0.4, 0.7), 1, width)
    lit = ndimage.gaussian_filter(page * shade, 0.6) + random.normal(0, 2, light.shape)
    return MadeForm(np.clip(lit, 0, 255).astype(np.uint8), onto(centres))
