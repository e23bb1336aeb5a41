"""A copy of a photograph with what was cut from it drawn on it: a person sees what was missed."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from datasets.atomic import atomic_file
from datasets.pictures import Grey
from datasets.sheets.cutting import Cut

DIGIT, EMPTY, ROW = (214, 39, 40), (31, 119, 180), (31, 119, 180)
BAND = 0.035  # of the picture's height, for the line of text above it


def draw_overlay(path: Path, page: Grey, cuts: Sequence[Cut], title: str) -> None:
    """Draws each digit's outline, red with its number, and empty boxes and rows, blue; as JPEG.

    Args:
        path: Where to save it.
        page: (height, width) uint8.
        cuts: Numbered from 1, without counting empty boxes.
        title: Written above the page.
    """
    band = max(round(BAND * page.shape[0]), 14)
    picture = Image.new("RGB", (page.shape[1], page.shape[0] + band), "white")
    picture.paste(Image.fromarray(page), (0, band))
    draw = ImageDraw.Draw(picture)
    font = font_that_fits(draw, title, picture.width, band)
    draw.text((band // 4, band // 8), title, fill="black", font=font)
    _number_rows(draw, cuts, band)
    numbers = iter(range(1, len(cuts) + 1))
    for cut in cuts:
        _outline(draw, cut, band, "" if cut.picture is None else str(next(numbers)))
    with atomic_file(path) as temporary:
        picture.save(temporary, "JPEG", quality=88, subsampling=0)


def font_that_fits(
    draw: ImageDraw.ImageDraw, title: str, width: int, band: int
) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Returns the largest font in which a title fits into a band above a picture, pixels."""
    size = 0.65 * band
    needed = draw.textlength(title, font=ImageFont.load_default(size)) + band / 2
    return ImageFont.load_default(max(size * min(1.0, width / needed), 8))


def _number_rows(draw: ImageDraw.ImageDraw, cuts: Sequence[Cut], band: int) -> None:
    """Writes the number of each row at the left edge, beside its first digit or box."""
    font = ImageFont.load_default(0.7 * band)
    firsts = {cut.row: cut for cut in reversed(cuts)}
    for row, cut in firsts.items():
        down = float(cut.corners[:, 1].mean()) + band
        draw.text(
            (band // 4, down),
            f"row {row + 1}",
            ROW,
            font,
            "lm",
            stroke_width=2,
            stroke_fill="white",
        )


def _outline(draw: ImageDraw.ImageDraw, cut: Cut, band: int, number: str) -> None:
    corners = [(float(across), float(down) + band) for across, down in cut.corners]
    colour = DIGIT if number else EMPTY
    height = max(down for _, down in corners) - min(down for _, down in corners)
    draw.line([*corners, corners[0]], fill=colour, width=max(round(height / 30), 1))
    font = ImageFont.load_default(min(max(0.3 * height, 9), 0.8 * band))
    draw.text(corners[0], number, colour, font, "lb", stroke_width=2, stroke_fill="white")
