"""The pages of a photograph, a scan or a PDF file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets.errors import DataError
from datasets.pictures import Grey, grey_frames, shrunk

LONGEST = 2400  # pixels; a page is worked on, and its digits cut out, at this size at most


def read_pages(path: Path, content: bytes) -> Iterator[Grey]:
    """Reads pages one at a time, shrunk to 2,400 pixels where they are larger.

    See `all_pages`.
    """
    for page in all_pages(path, content):
        yield shrunk(page, LONGEST)


def all_pages(path: Path, content: bytes) -> Iterator[Grey]:
    """Reads pages one at a time, as large as they are; those of a PDF file at 2,400 pixels.

    Args:
        path: Whose suffix tells a PDF file; pictures are known by their content.
        content: Of the file.

    Returns:
        Each (height, width) uint8. A TIFF file has a page for each of its frames; of an animation,
        the first frame is taken.

    Raises:
        DataError: If it cannot be read.
    """
    return _pdf_pages(content) if path.suffix.lower() == ".pdf" else grey_frames(content)


def _pdf_pages(content: bytes) -> Iterator[Grey]:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(content)
    except PdfiumError as error:
        raise DataError(f"is not a readable PDF file: {error}") from error
    try:
        for page in document:
            scale = LONGEST / max(*page.get_size(), 1)
            yield np.array(page.render(scale=scale, grayscale=True).to_numpy()).squeeze()
    except PdfiumError as error:
        raise DataError(f"has a page that cannot be drawn: {error}") from error
    finally:
        document.close()
