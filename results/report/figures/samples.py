"""Samples of each source, before and after they are prepared (the student's figure 2)."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from results.report.figures.style import Drawn, drawn
from results.report.material import Material
from results.report.words import Words

CELL, GAP = 56, 6  # pixels: of a picture, between


def samples(material: Material, words: Words) -> Iterator[Drawn]:
    """Draws ten digits of each source, as photographed and as a network sees them."""
    pictures = material.pictures
    if pictures is None:
        return
    rows = []
    for source, after in pictures.after.items():
        named = words.value(source)
        if source in pictures.before:
            rows.append((named, pictures.before[source]))
        rows.append((words.say("as_seen") if source in pictures.before else named, after))
    size = (5.6, 0.3 + 0.5 * len(rows))
    yield drawn("samples", words.say("samples"), lambda axes: _draw(axes, rows), size)


def _draw(axes: Axes, rows: list[tuple[str, NDArray[np.uint8]]]) -> None:
    step = CELL + GAP
    width, height = 10 * step, len(rows) * step
    paper = np.full((height, width), 255, np.uint8)
    for row, (source, images) in enumerate(rows):
        for column, image in enumerate(images):
            place = np.s_[row * step : row * step + CELL, column * step : column * step + CELL]
            paper[place] = _scaled(image)
            corner = (column * step - 0.5, row * step - 0.5)
            frame = Rectangle(corner, CELL + 1, CELL + 1, fill=False, ec="#bbbbbb", lw=0.5)
            axes.add_patch(frame)
        axes.text(-GAP, row * step + CELL / 2, source, ha="right", va="center", fontsize=8.5)
    axes.imshow(
        paper, cmap="gray", vmin=0, vmax=255, interpolation="none", extent=(0, width, height, 0)
    )
    axes.set_axis_off()


def _scaled(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    small = image.shape[0] < CELL
    how = Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(image).resize((CELL, CELL), how))
