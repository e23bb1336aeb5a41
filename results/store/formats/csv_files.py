"""Tables that must be complete to be believed."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from datasets.atomic import atomic_file
from results.errors import ResultsError

Record = TypeVar("Record")


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Writes a table, complete or not at all; what a row lacks, None and NaN are left empty."""
    with atomic_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_without_nan(row) for row in rows)


def _without_nan(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value == value}


def read_csv(
    path: Path, needed: Sequence[str], record: Callable[[Mapping[str, str]], Record]
) -> list[Record]:
    """Reads a table.

    Args:
        path: The file.
        needed: The columns that must be there.
        record: Makes of a row, all text, what it stands for; raises ValueError where it cannot.

    Raises:
        ResultsError: If it is not such a table, or was cut off.
    """
    try:
        content = path.read_bytes()
        if not content.endswith(b"\n"):
            raise ValueError("its last line is cut off")
        return [record(row) for row in _rows(content.decode("utf-8"), needed)]
    except (OSError, ValueError, OverflowError, csv.Error) as error:
        raise ResultsError(f"{path} is damaged: {error}") from error


def _rows(text: str, needed: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yields the rows of a table.

    Raises:
        ValueError, csv.Error: If it lacks a column, or a row is too long or too short.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if lacking := set(needed) - set(reader.fieldnames or ()):
        raise ValueError(f"it lacks the columns {', '.join(sorted(lacking))}")
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"line {reader.line_num} is not as long as the first")
        yield row
