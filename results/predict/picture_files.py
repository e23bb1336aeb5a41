"""Picture files, read by a trained network: the content of `shuzi predict --json`."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for, before Python 3.12

from datasets.errors import DataError, naming
from datasets.pictures import Grey, read_bytes
from datasets.sheets.importing import file_name, printable
from datasets.sheets.pages import all_pages
from datasets.terminal.progress_bar import with_progress
from results.predict.drawn_copy import draw_copy
from results.predict.predicting import Prediction, predictions
from results.predict.readers import Reader


class ReadDigit(TypedDict):
    """What one digit is taken for.

    Attributes:
        label: 0 to 9.
        confidence: Its probability, 0.1 to 1.
        runner_up: The second likeliest label.
        runner_up_confidence: Its probability, 0 to 0.5.
        sure: Whether the confidence is at least 0.9.
        corners: Four times across and down, in pixels of the page: upper left, upper right, lower
            right, lower left, of the ink or of the box that it is written in.
    """

    label: int
    confidence: float
    runner_up: int
    runner_up_confidence: float
    sure: bool
    corners: list[tuple[float, float]]


class ReadPage(TypedDict):
    """A picture, or one page of a file of several.

    Attributes:
        file: As it was given.
        page: 1 for the first.
        width: Of the page, pixels.
        height: Of the page, pixels.
        digits: In reading order; empty where no digit is found.
        drawn: The copy with the answers on it, or null.
    """

    file: str
    page: int
    width: int
    height: int
    digits: list[ReadDigit]
    drawn: str | None


class RefusedFile(TypedDict):
    """A file that could not be read.

    Attributes:
        file: As it was given.
        reason: A line that names it.
    """

    file: str
    reason: str


class ReadFiles(TypedDict):
    """What `shuzi predict --json` prints.

    Attributes:
        model: As it was given.
        pages: Of all files that could be read.
        refused: The others.
    """

    model: str
    pages: list[ReadPage]
    refused: list[RefusedFile]


def read_files_schema() -> dict[str, Any]:
    """Returns the JSON schema of what `shuzi predict --json` prints."""
    return TypeAdapter(ReadFiles).json_schema()


def read_files(reader: Reader, model: str, files: Sequence[Path], draw: Path | None) -> ReadFiles:
    """Reads all digits of picture files, with a progress bar in a terminal.

    Args:
        reader: A trained network.
        model: What it was named as.
        files: Pictures of any kind that `data import` takes, PDF files too.
        draw: The folder for copies with the answers on them, or none.

    Raises:
        DataError: If `draw` is a file.
    """
    if draw is not None and draw.exists() and not draw.is_dir():
        raise DataError(f"--draw must be a folder, but got {draw}.")
    told: ReadFiles = {"model": model, "pages": [], "refused": []}
    for path in with_progress(files, "Reading"):
        try:
            told["pages"] += _read(reader, path, draw)
        except DataError as error:
            told["refused"].append({"file": _named(path), "reason": printable(str(error))})
    return told


def _read(reader: Reader, path: Path, draw: Path | None) -> list[ReadPage]:
    with naming(path):
        content = read_bytes(path)
        digest = hashlib.sha256(content).hexdigest()
        pages = []
        for number, grey in enumerate(all_pages(path, content), 1):
            found = predictions(reader, grey)
            copy = draw / f"{file_name(path, number, digest)}-read.jpg" if draw else None
            if copy:
                _draw(copy, path, grey, found)
            pages.append(_page(path, number, grey, found, copy))
        return pages


def _named(path: Path) -> str:
    return printable(str(path))


def _draw(copy: Path, path: Path, grey: Grey, found: Sequence[Prediction]) -> None:
    if copy.resolve() == path.resolve():
        raise DataError("would be overwritten by its own copy: choose another folder for --draw.")
    copy.parent.mkdir(parents=True, exist_ok=True)
    draw_copy(copy, grey, found, printable(path.name))


def _page(
    path: Path, number: int, grey: Grey, found: Sequence[Prediction], copy: Path | None
) -> ReadPage:
    height, width = grey.shape
    return {
        "file": _named(path),
        "page": number,
        "width": width,
        "height": height,
        "digits": [_digit(each) for each in found],
        "drawn": _named(copy) if copy else None,
    }


def _digit(found: Prediction) -> ReadDigit:
    return {
        "label": found.label,
        "confidence": found.confidence,
        "runner_up": found.runner_up,
        "runner_up_confidence": found.runner_up_confidence,
        "sure": found.sure,
        "corners": [(float(across), float(down)) for across, down in found.corners.round(1)],
    }
