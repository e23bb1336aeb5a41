"""A white picture with a title, and the colours and letters of all of them."""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
WHITE, BLACK, GREY, PALE = (255, 255, 255), (0, 0, 0), (96, 96, 96), (224, 224, 224)
# Told apart by the colour-blind, too: Okabe and Ito, Color Universal Design, 2008.
RIGHT, WRONG = (0, 114, 178), (213, 94, 0)
MARGIN, HEAD = 12, 58  # pixels: around all, and for the title


@cache
def letters(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Returns Pillow's own font; the size is in pixels."""
    return ImageFont.load_default(size)


def titled_sheet(
    width: int, height: int, title: str, below: str
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Returns a white picture with two lines of text at its top, and what draws on it.

    Args:
        width: Of all of it, pixels.
        height: Of all of it, with `HEAD`.
        title: The first line.
        below: The second.
    """
    sheet = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), title, BLACK, letters(18))
    draw.text((MARGIN, MARGIN + 24), below, GREY, letters(14))
    return sheet, draw


def blended(colour: Colour, part: float) -> Colour:
    """Returns a colour thinned with white: white at a part of 0, itself at 1."""
    red, green, blue = (round(255 + part * (level - 255)) for level in colour)
    return red, green, blue
