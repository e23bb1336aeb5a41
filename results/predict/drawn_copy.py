"""A copy of a picture with what was read drawn on it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from datasets.atomic import atomic_file
from datasets.pictures import Grey, shrunk
from datasets.sheets.overlay import font_that_fits
from results.predict.predicting import Prediction

SURE, UNSURE = (0, 90, 160), (190, 70, 0)  # blue and vermilion: told apart by the colour-blind, too
SMALLEST, LARGEST = 480, 4096  # pixels of the longer side of the copy
BAND, LOWEST = 0.04, 22  # the line above the picture: part of its height, pixels
TAG, SMALLEST_TAG = 0.4, 12  # an answer's height: part of the digit's, pixels


def draw_copy(path: Path, grey: Grey, found: Sequence[Prediction], title: str) -> None:
    """Outlines each digit and writes above it what it is read as, with ? where unsure; as JPEG.

    Args:
        path: Where to save it.
        grey: (height, width) uint8; a small picture is enlarged, so that answers can be read.
        found: In the picture.
        title: Written above the picture, with how many digits were read.
    """
    page, scale = _scaled(grey)
    band = max(round(BAND * page.height), LOWEST)
    copy = Image.new("RGB", (page.width, page.height + band), "white")
    copy.paste(page, (0, band))
    draw = ImageDraw.Draw(copy)
    told = f"{title}: {_counted(found)}"
    draw.text((6, band // 8), told, "black", font_that_fits(draw, told, copy.width, band))
    for each in found:
        _answer(draw, each, each.corners * scale + [0, band], copy.width)
    with atomic_file(path) as temporary:
        copy.save(temporary, "JPEG", quality=90, subsampling=0)


def _scaled(grey: Grey) -> tuple[Image.Image, float]:
    """Returns the picture no smaller than can be looked at, and how many times larger it is."""
    page = Image.fromarray(shrunk(grey, LARGEST))
    times = max(SMALLEST / max(page.size), 1.0)
    size = (max(1, round(page.width * times)), max(1, round(page.height * times)))
    if times > 1:
        page = page.resize(size, Image.Resampling.BICUBIC)
    return page, max(page.size) / max(grey.shape)


def _counted(found: Sequence[Prediction]) -> str:
    if not found:
        return "no digit found"
    unsure = sum(not each.sure for each in found)
    told = "1 digit" if len(found) == 1 else f"{len(found)} digits"
    return f"{told} read" + (f", {unsure} unsure (orange, ?)" if unsure else "")


def _answer(draw: ImageDraw.ImageDraw, found: Prediction, corners: np.ndarray, width: int) -> None:
    """Draws the outline, twice around what is unsure, and the answer on a plate above it."""
    height = float(np.ptp(corners[:, 1]))
    colour, line = SURE if found.sure else UNSURE, max(round(height / 30), 2)
    _outline(draw, corners, colour, line)
    if not found.sure:
        _outline(draw, _wider(corners, 2.5 * line), colour, line)
    font = ImageFont.load_default(max(TAG * height, SMALLEST_TAG))
    answer = str(found.label) + ("" if found.sure else "?")
    left, top, right, bottom = draw.textbbox((0, 0), answer, font, "ls")
    across = min(float(corners[:, 0].min()), width - (right - left) - 4)
    down = max(float(corners[:, 1].min()) - 4, bottom - top + 4)
    draw.rectangle((across, down + top - 3, across + right - left + 6, down + 3), colour)
    draw.text((across + 3 - left, down), answer, "white", font, "ls")


def _outline(
    draw: ImageDraw.ImageDraw, corners: np.ndarray, colour: tuple[int, int, int], line: int
) -> None:
    ring = [(float(across), float(down)) for across, down in [*corners, corners[0]]]
    draw.line(ring, colour, line, "curve")


def _wider(corners: np.ndarray, by: float) -> np.ndarray:
    """Moves each corner outwards, by so many pixels across and down."""
    return np.asarray(corners + by * np.sign(corners - corners.mean(axis=0)))
