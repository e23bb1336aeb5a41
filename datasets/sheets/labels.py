"""Which digit is written where, as the user says it: options, folders or file names."""

import re
from dataclasses import dataclass
from pathlib import Path

from datasets.errors import DataError

NAMED = re.compile(r"(\d)(?:[^\dA-Za-z].*)?", re.DOTALL)


@dataclass(frozen=True)
class Labelling:
    """How a photograph's digits are labelled.

    Attributes:
        label: The digit that all photographs show, 0 to 9.
        rows: The digit that each row of a page shows, from top to bottom: `0123456789`.

    Raises:
        DataError: If both are given, or one is not made of digits.
    """

    label: int | None = None
    rows: str | None = None

    def __post_init__(self) -> None:
        if self.label is not None and self.rows is not None:
            raise DataError("--label and --rows cannot both be given.")
        if self.label is not None and not 0 <= self.label <= 9:
            raise DataError(f"--label must be from 0 to 9, but got {self.label}.")
        if self.rows is not None and not re.fullmatch(r"[0-9]+", self.rows):
            raise DataError(f"--rows must be digits, one for each row, but got {self.rows!r}.")

    def of_page(self, photograph: Path, rows: int, overlay: Path) -> list[int]:
        """Returns the label of each row of a page.

        Args:
            photograph: Its path, in or with the folder that was asked for.
            rows: How many were found on the page.
            overlay: The picture that shows them.

        Raises:
            DataError: If there is no label, or not one for each row.
        """
        if self.rows is None:
            label = self.label if self.label is not None else _named(photograph)
            return [label] * rows
        if len(self.rows) != rows:
            raise DataError(
                f"shows {rows} rows of digits, but --rows names {len(self.rows)}: {overlay} shows "
                "which rows were found."
            )
        return [int(digit) for digit in self.rows]


def _named(photograph: Path) -> int:
    """Reads the label from the folder's name, `7/`, or else the file's, `7.jpg` or `7-li.jpg`."""
    folder = photograph.parent.name
    named = re.fullmatch(r"\d", folder) or NAMED.fullmatch(photograph.stem)
    if not named:
        raise DataError(
            "has no label: put it in a folder named 0 to 9, name it like 7.jpg, "
            "or give --label or --rows."
        )
    return int(named[0][0])
