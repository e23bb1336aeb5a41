"""Picture files and bytes, of any mode, as grey pixels."""

import io
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from datasets.errors import DataError, naming

Grey = NDArray[np.uint8]

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".heic", ".heif"}
)
MOST_PIXELS = 50_000_000
MOST_BYTES = 100_000_000
HEIF = b"ftyp"  # from the fifth byte of what iPhones take
# No others that Pillow knows: it has Ghostscript run what an EPS file says.
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF")
HEIF_FORMATS = ("HEIF", "AVIF")


def read_grey(path: Path) -> Grey:
    """Reads a picture file as grey.

    Args:
        path: PNG, JPEG, BMP, WebP, TIFF, GIF or HEIC of any mode, known by its content. The first
            frame of an animation is taken, what is transparent shows white paper, EXIF orientation
            is honoured.

    Returns:
        (height, width) uint8, 0 black to 255 white.

    Raises:
        DataError: If the file cannot be read as a picture, or is larger than 100 MB or 50 million
            pixels.
    """
    with naming(path):
        return grey_from_bytes(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Reads a file that may be a picture.

    Raises:
        DataError: If it is no ordinary file, cannot be read or is larger than 100 MB.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DataError("is no ordinary file.")
        if status.st_size > MOST_BYTES:
            raise DataError(f"is larger than the {MOST_BYTES // 1_000_000} MB allowed.")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.") from error


def grey_from_bytes(content: bytes) -> Grey:
    """Reads a picture file's bytes as grey; see `read_grey`."""
    with _opened(content) as picture:
        ImageOps.exif_transpose(picture, in_place=True)
        return _grey(picture)


def grey_frames(content: bytes) -> Iterator[Grey]:
    """Reads each frame of a TIFF file's bytes as grey, or the one picture of another; lazily."""
    with _opened(content) as picture:
        frames = ImageSequence.Iterator(picture) if picture.format == "TIFF" else [picture]
        for frame in frames:
            _require_few_pixels(frame)
            ImageOps.exif_transpose(frame, in_place=True)
            yield _grey(frame)


def shrunk(grey: Grey, longest: int) -> Grey:
    """Returns the picture with its longer side at most so many pixels."""
    scale = longest / max(grey.shape)
    if scale >= 1:
        return grey
    height, width = (max(1, round(side * scale)) for side in grey.shape)
    picture = Image.fromarray(grey)
    return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0))


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    formats: tuple[str, ...] = FORMATS
    if content[4:8] == HEIF:
        _know_heif()
        formats = HEIF_FORMATS
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(content), formats=formats) as picture,
        ):
            _require_few_pixels(picture)
            yield picture
    except DataError:
        raise
    except UnidentifiedImageError as error:
        raise DataError("is not a readable picture.") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged bytes.
        raise DataError(f"is not a readable picture: {error}".replace("\n", " ")) from error


def _know_heif() -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()


def _require_few_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        size = f"{picture.width} x {picture.height}"
        raise DataError(f"has {size} pixels, more than the {MOST_PIXELS:,} allowed.")


def _grey(picture: Image.Image) -> Grey:
    if picture.mode.startswith("I;16"):
        return (np.asarray(picture, dtype=np.uint16) // 257).astype(np.uint8)
    if picture.mode in ("I", "F"):
        return _stretched(np.array(picture, dtype=np.float32))
    if picture.has_transparency_data:
        if picture.mode != "RGBA":
            picture = picture.convert("RGBA")
        grey, opaque = picture.convert("LA").split()
        return np.asarray(Image.composite(grey, Image.new("L", grey.size, "white"), opaque))
    if picture.mode == "CMYK":
        picture = picture.convert("RGB")
    return np.asarray(picture.convert("L"))


def _stretched(values: NDArray[np.float32]) -> Grey:
    low, high = np.nanmin(values), np.nanmax(values)
    values -= low
    values *= 255 / max(float(high - low), 1e-12)
    return np.nan_to_num(values, copy=False, nan=255).astype(np.uint8)
