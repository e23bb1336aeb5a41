"""A picture of many digits, before and after they are prepared, to be looked at by a person."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from datasets.atomic import atomic_file
from datasets.digit_set import LABELS
from datasets.errors import DataError
from datasets.inspecting.inspection import Inspection, Look

CELL, GAP, HEAD, SIDE = 56, 4, 44, 30  # pixels: of a picture, between, above all, left of all
COLUMNS = 18  # of the complete sheet, shared by the sources
LEAST_COLUMNS = 4  # of each source
DOUBTFUL = (214, 39, 40)


def draw_contact_sheet(path: Path, looked: Inspection) -> None:
    """Draws a row for each label, the doubtful pictures first, framed in red; saves a PNG.

    In each row stands a picture as it was photographed, and below it the 28 x 28 pixels that a
    network sees.

    Raises:
        DataError: If the path is not that of a PNG file.
    """
    if path.suffix.lower() != ".png":
        raise DataError(f"--sheet must end in .png, but got {path}.")
    columns = max(COLUMNS // max(len(looked.sources), 1), LEAST_COLUMNS)
    step = columns * (CELL + GAP) + 4 * GAP
    size = (SIDE + len(looked.sources) * step, HEAD + 10 * (2 * CELL + 3 * GAP))
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(16)
    for digit in LABELS:
        middle = HEAD + digit * (2 * CELL + 3 * GAP) + CELL
        draw.text((SIDE // 2, middle), str(digit), fill="black", font=font, anchor="mm")
    for place, source in enumerate(looked.sources):
        left = SIDE + place * step
        title = f"{source}: {looked.counts(source).sum():,} digits, before and after"
        draw.text((left, HEAD // 3), title, fill="black", font=font)
        _draw_source(sheet, looked.of(source), left, columns)
    with atomic_file(path) as temporary:
        sheet.save(temporary, "PNG")


def _draw_source(sheet: Image.Image, looks: Sequence[Look], left: int, columns: int) -> None:
    for digit in LABELS:
        top = HEAD + digit * (2 * CELL + 3 * GAP)
        shown = _chosen([look for look in looks if look.picture.label == digit], columns)
        for column, look in enumerate(shown):
            _draw_look(sheet, look, (left + column * (CELL + GAP), top))


def _chosen(looks: Sequence[Look], count: int) -> list[Look]:
    """Takes the doubtful ones, at most half, and others spread evenly over the source."""
    doubtful = [look for look in looks if look.reasons][: count // 2]
    others = [look for look in looks if not look.reasons]
    number = min(count - len(doubtful), len(others))
    return doubtful + [
        others[place] for place in np.linspace(0, len(others) - 1, number).astype(int)
    ]


def _draw_look(sheet: Image.Image, look: Look, corner: tuple[int, int]) -> None:
    left, top = corner
    sheet.paste(_before(look), corner)
    if look.image is not None:
        after = Image.fromarray(look.image).resize((CELL, CELL), Image.Resampling.NEAREST)
        sheet.paste(after, (left, top + CELL + GAP))
    if look.reasons:
        frame = (left - 2, top - 2, left + CELL + 1, top + 2 * CELL + GAP + 1)
        ImageDraw.Draw(sheet).rectangle(frame, outline=DOUBTFUL, width=2)


def _before(look: Look) -> Image.Image:
    try:
        picture = Image.fromarray(look.picture.read())
    except DataError:
        return Image.new("L", (CELL, CELL), 128)
    return ImageOps.pad(picture, (CELL, CELL), color=255)
