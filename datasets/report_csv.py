"""The report's own format: a CSV of 785 columns, 784 inverted pixels and the label."""

from pathlib import Path

import numpy as np

from datasets.digit_set import SIDE, DigitSet
from datasets.errors import DataError, naming
from datasets.ink import Grey, Preparation

COLUMNS = SIDE * SIDE + 1


def load_report_csv(path: Path, source: str, prepare: Preparation) -> DigitSet:
    """Loads a CSV without a header: 28 x 28 pixels row by row, ink bright (255), then the label.

    Args:
        path: The file.
        source: The name of the source.
        prepare: Makes (28, 28) uint8 of a grey picture.

    Raises:
        DataError: If a row has other than 785 whole numbers, a pixel is not from 0 to 255, or an
            image has no ink.
    """
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.int64, ndmin=2)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not a CSV of whole numbers: {error}") from error
    if table.shape[1] != COLUMNS:
        raise DataError(f"{path} must have {COLUMNS} columns, but has {table.shape[1]}.")
    pixels, labels = table[:, :-1], table[:, -1]
    if pixels.min() < 0 or pixels.max() > 255:
        raise DataError(f"{path} must hold pixels from 0 to 255, but has {pixels.max()}.")
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(f"{path} must hold labels from 0 to 9 last, but has {labels.max()}.")
    greys = (255 - pixels).astype(np.uint8).reshape(-1, SIDE, SIDE)
    return DigitSet.of(
        [_prepared(path, row, grey, prepare) for row, grey in enumerate(greys, 1)], labels, source
    )


def _prepared(path: Path, row: int, grey: Grey, prepare: Preparation) -> Grey:
    with naming(f"{path}, row {row}"):
        return prepare(grey)
