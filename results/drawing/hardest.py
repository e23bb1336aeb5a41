"""The digits that are hardest for a network to read, as a picture."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from datasets.digit_set import DigitSet
from model.judging.judgement import HardDigit
from results.drawing.sheet import GREY, HEAD, MARGIN, RIGHT, WRONG, letters, titled_sheet

COLUMNS, ROWS = 6, 4
PICTURE, CELL, HEIGHT = 56, 78, 118  # pixels: of a digit; of a cell, with what is written in it
FIT = 11  # letters of a source's name
SHOWN = COLUMNS * ROWS


def draw_hardest(digits: DigitSet, hardest: Sequence[HardDigit], title: str) -> Image.Image:
    """Draws 24 digits: each with what it is, what it is read as, how surely, and its source.

    Args:
        digits: That they are of.
        hardest: The hardest first.
        title: Of what.
    """
    size = 2 * MARGIN + COLUMNS * CELL, HEAD + MARGIN + ROWS * HEIGHT
    below = "the hardest: what each is, what it is read as, how surely, its source"
    sheet, draw = titled_sheet(*size, title, below)
    for place, hard in enumerate(hardest[:SHOWN]):
        row, column = divmod(place, COLUMNS)
        corner = MARGIN + column * CELL, HEAD + MARGIN + row * HEIGHT
        picture = Image.fromarray(digits.images[hard.index])
        sheet.paste(picture.resize((PICTURE, PICTURE), Image.Resampling.NEAREST), corner)
        _write(draw, digits, hard, corner)
    return sheet


def _write(
    draw: ImageDraw.ImageDraw, digits: DigitSet, hard: HardDigit, corner: tuple[int, int]
) -> None:
    left, top = corner
    label, source = int(digits.labels[hard.index]), _source(digits, hard)
    colour = RIGHT if hard.read == label else WRONG
    lines = (f"{label} as {hard.read}", f"{100 * hard.confidence:.0f} %", source[:FIT])
    for place, line in enumerate(lines):
        ink = GREY if place == 2 else colour
        draw.text((left, top + PICTURE + 2 + 17 * place), line, ink, letters(15 - place))


def _source(digits: DigitSet, hard: HardDigit) -> str:
    """Returns the name of a digit's source, or its number where the letters cannot be drawn."""
    name = str(digits.sources[hard.index])
    return name if name.isascii() else f"source {digits.source_names.index(name) + 1}"
