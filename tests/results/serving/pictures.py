"""Pictures to be read, good and bad."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from datasets.pictures import Grey
from datasets.sources.synthetic import written_by


def encoded(grey: Grey, kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.fromarray(grey).save(content, kind)
    return content.getvalue()


def digit(label: int) -> bytes:
    """A photograph of a drawn digit."""
    return encoded(written_by(3)[label])


def blank(height: int = 200, width: int = 300) -> bytes:
    return encoded(np.full((height, width), 255, np.uint8))


def bomb(width: int, height: int) -> bytes:
    """A PNG file of some bytes that claims to be of that size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum
