"""Picture files and bytes, of any mode, as grey pixels."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from datasets.errors import DataError, naming

Grey = NDArray[np.uint8]

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"})
MOST_PIXELS = 50_000_000


def read_grey(path: Path) -> Grey:
    """Reads a picture file as grey.

    Args:
        path: PNG, JPEG, BMP, WebP or TIFF of any mode. The first frame of an animation is taken,
            what is transparent shows white paper, EXIF orientation is honoured.

    Returns:
        (height, width) uint8, 0 black to 255 white.

    Raises:
        DataError: If the file cannot be read as a picture, or has over 50 million pixels.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    with naming(path):
        return grey_from_bytes(content)


def grey_from_bytes(content: bytes) -> Grey:
    """Reads a picture file's bytes as grey; see `read_grey`."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                size = f"{picture.width} x {picture.height}"
                raise DataError(f"has {size} pixels, more than the {MOST_PIXELS:,} allowed.")
            return _grey(ImageOps.exif_transpose(picture))
    except DataError:
        raise
    except UnidentifiedImageError as error:
        raise DataError("is not a readable picture.") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged bytes.
        raise DataError(f"is not a readable picture: {error}".replace("\n", " ")) from error


def _grey(picture: Image.Image) -> Grey:
    if picture.mode.startswith("I;16"):
        return (np.asarray(picture, dtype=np.uint16) // 257).astype(np.uint8)
    if picture.mode in ("I", "F"):
        return _stretched(np.asarray(picture, dtype=np.float64))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    return np.asarray(picture.convert("RGB").convert("L"))


def _stretched(values: NDArray[np.float64]) -> Grey:
    low, high = values.min(), values.max()
    return np.asarray((values - low) * (255 / max(high - low, 1e-12)), dtype=np.uint8)
