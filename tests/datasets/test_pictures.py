import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.pictures import grey_from_bytes, read_grey


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def page() -> Image.Image:
    """A light page with a dark square at the upper left."""
    pixels = np.full((40, 60), 240, np.uint8)
    pixels[5:15, 5:15] = 20
    return Image.fromarray(pixels)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_format_is_read_as_grey(kind: str, mode: str) -> None:
    grey = grey_from_bytes(encoded(page().convert(mode), kind))
    assert grey.shape == (40, 60)
    assert grey[10, 10] < 60
    assert grey[30, 50] > 220


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16", "I", "F"])
def test_every_mode_is_read_as_grey(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(page()).astype(np.uint16) * 257)
    else:
        picture = page().convert(mode)
    grey = grey_from_bytes(encoded(picture, "TIFF" if mode in "IF" else "PNG"))
    assert grey[10, 10] < 60
    assert grey[30, 50] > 220


def test_cmyk_is_read_as_grey() -> None:
    grey = grey_from_bytes(encoded(page().convert("CMYK"), "JPEG"))
    assert grey[10, 10] < 60
    assert grey[30, 50] > 220


def test_transparent_places_show_white_paper() -> None:
    pixels = np.zeros((30, 30, 4), np.uint8)
    pixels[10:20, 10:20, 3] = 255
    grey = grey_from_bytes(encoded(Image.fromarray(pixels), "PNG"))
    assert grey[0, 0] == 255
    assert grey[15, 15] == 0


def test_palette_with_a_transparent_colour_shows_white_paper() -> None:
    grey = grey_from_bytes(encoded(page().convert("P"), "PNG", transparency=20))
    assert grey[30, 50] > 220


def test_exif_orientation_is_honoured() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    grey = grey_from_bytes(encoded(page(), "JPEG", exif=exif))
    assert grey.shape == (60, 40)
    assert grey[10, 30] < 60


@pytest.mark.parametrize("content", [b"", b"no picture", encoded(page(), "PNG")[:60]])
def test_unreadable_picture_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "七.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"七\.png is not a readable picture"):
        read_grey(path)


def test_missing_picture_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing.png cannot be read"):
        read_grey(tmp_path / "nothing.png")


@pytest.mark.parametrize(("side", "rule"), [(8_000, "50,000,000"), (14_000, "bomb")])
def test_enormous_picture_is_refused_before_it_is_decoded(side: int, rule: str) -> None:
    with pytest.raises(DataError, match=rule):
        grey_from_bytes(encoded(Image.new("1", (side, side)), "PNG"))
