"""Sheets of drawn digits as if photographed: rows on ruled paper, turned, a shadow across."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from datasets.drawn.pen import FORMS, drawn

PITCH, SIZE, MARGIN = 90, 52, 110  # pixels: of rows, of digits, at the page's edges


@dataclass(frozen=True)
class MadeSheet:
    """A photograph, and what is on it.

    Attributes:
        grey: (height, width) uint8.
        labels: (rows, columns) of the digits.
        centres: (rows, columns, 2) of their ink's middle, (across, down) in pixels.
    """

    grey: np.ndarray
    labels: np.ndarray
    centres: np.ndarray


def made_sheet(
    seed: int,
    rows: int = 10,
    columns: int = 8,
    turn: float = 5.0,
    ruled: bool = True,
    labels: NDArray[np.int_] | None = None,
) -> MadeSheet:
    """Draws a sheet; its digits differ in form, size, place and pen, its rules in darkness.

    Args:
        seed: Decides all that is drawn.
        rows: Of digits.
        columns: Digits in each row.
        turn: By how many degrees the page is turned clockwise.
        ruled: Whether there is a rule below each row.
        labels: (rows, columns) of the digits, 0 to 9; any, if not given.
    """
    random = np.random.default_rng(seed)
    width, height = 2 * MARGIN + columns * 95, 2 * MARGIN + rows * PITCH
    ink = Image.new("L", (2 * width, 2 * height), 0)
    any_labels = random.integers(0, 10, (rows, columns))
    labels = any_labels if labels is None else labels
    centres = np.array(
        [
            [_write(ink, labels[row, column], row, column, random) for column in range(columns)]
            for row in range(rows)
        ]
    )
    light = _paper(height, width, rows, random, ruled)
    strokes = np.asarray(ink.resize((width, height), Image.Resampling.BOX), dtype=float) / 255
    light *= 1 - random.uniform(0.5, 0.85) * strokes
    return _photographed(light, labels, centres, turn, random)


def _write(
    ink: Image.Image, label: int, row: int, column: int, random: np.random.Generator
) -> np.ndarray:
    """Writes one digit somewhere on its rule; returns the middle of its ink."""
    size = SIZE * random.uniform(0.75, 1.1)
    form = FORMS[label][random.integers(len(FORMS[label]))]
    corner = np.array([MARGIN + column * 95, MARGIN + row * PITCH + PITCH - size])
    corner = corner + random.uniform(-8, 8, 2)
    strokes = [stroke * [0.7 * size, size] + corner for stroke in drawn(form, random, 0.02)]
    draw, pen = ImageDraw.Draw(ink), random.uniform(5, 10)
    for stroke in strokes:
        draw.line([tuple(point) for point in 2 * stroke], fill=255, width=round(pen), joint="curve")
    points = np.concatenate(strokes)
    return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2)


def _paper(
    height: int, width: int, rows: int, random: np.random.Generator, ruled: bool
) -> np.ndarray:
    light = np.full((height, width), random.uniform(200, 240))
    thickness, pale = random.integers(1, 3), random.uniform(0.55, 0.9)  # drawn also if not needed
    if ruled:
        for row in range(rows + 1):
            top = MARGIN + row * PITCH
            light[top : top + thickness] *= pale
    return light


def _photographed(
    light: np.ndarray,
    labels: np.ndarray,
    centres: np.ndarray,
    turn: float,
    random: np.random.Generator,
) -> MadeSheet:
    """Turns the page clockwise, throws a shadow across, blurs and adds noise."""
    height, width = light.shape
    page = Image.fromarray(light.astype(np.uint8))
    page = page.rotate(-turn, Image.Resampling.BICUBIC, fillcolor=int(np.median(light)))
    down, across = np.mgrid[:height, :width]
    side = across * np.cos(1.0) + down * np.sin(1.0) - random.uniform(0.4, 0.8) * width
    shadow = 1 - random.uniform(0.3, 0.5) / (1 + np.exp(-side / random.uniform(4, 40)))
    lit = ndimage.gaussian_filter(np.asarray(page) * shadow, random.uniform(0.3, 1.0))
    noisy = np.clip(lit + random.normal(0, 2.5, lit.shape), 0, 255).round().astype(np.uint8)
    angle = np.deg2rad(turn)
    clockwise = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = np.array([width, height]) / 2
    return MadeSheet(noisy, labels, (centres - middle) @ clockwise + middle)
