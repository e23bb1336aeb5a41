"""Tables that must be whole to be believed."""

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from results.errors import ResultsError


def read_csv(path: Path, numbers: Sequence[str]) -> pd.DataFrame:
    """Reads a table that pandas wrote.

    Args:
        path: The file.
        numbers: The columns that must be there, and hold numbers or nothing.

    Raises:
        ResultsError: If it is not such a table, or was cut off.
    """
    try:
        content = path.read_bytes()
        if not content.endswith(b"\n"):
            raise ValueError("its last line is cut off")
        table = pd.read_csv(io.BytesIO(content))
        for name in numbers:
            pd.to_numeric(table[name])
    except (OSError, KeyError, ValueError, pd.errors.ParserError) as error:
        raise ResultsError(f"{path} is damaged: {error}") from error
    return table
