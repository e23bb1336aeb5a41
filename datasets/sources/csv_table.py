"""The student's own format: a CSV of 785 columns, 784 inverted pixels and the label."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.digit_set import SIDE
from datasets.errors import DataError
from datasets.sources.source import DigitPicture

COLUMNS = SIDE * SIDE + 1


def csv_pictures(path: Path) -> list[DigitPicture]:
    """Reads a CSV without a header: 28 x 28 pixels row by row, ink bright (255), then the label.

    Raises:
        DataError: If a row has other than 785 integers, or a pixel is not from 0 to 255.
    """
    table = _table(path)
    greys = (255 - table[:, :-1]).astype(np.uint8).reshape(-1, SIDE, SIDE)
    return [
        DigitPicture(f"{path}, row {row}", int(label), lambda grey=grey: grey)  # type: ignore[misc]
        for row, (grey, label) in enumerate(zip(greys, table[:, -1], strict=True), 1)
    ]


def _table(path: Path) -> NDArray[np.int64]:
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.int64, ndmin=2)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not a CSV of integers: {error}") from error
    if table.shape[1] != COLUMNS:
        raise DataError(f"{path} must have {COLUMNS} columns, but has {table.shape[1]}.")
    _require_range(path, "pixels from 0 to 255", table[:, :-1], 255)
    _require_range(path, "labels from 0 to 9 last", table[:, -1], 9)
    return np.asarray(table)


def _require_range(path: Path, rule: str, values: NDArray[np.int64], high: int) -> None:
    wrong = values[(values < 0) | (values > high)]
    if wrong.size:
        raise DataError(f"{path} must hold {rule}, but has {wrong[0]}.")
