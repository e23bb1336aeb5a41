"""`digits.csv`: who wrote the pictures of a folder, and which photograph each was cut from."""

import csv
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from datasets.atomic import atomic_file
from datasets.errors import DataError

NAME = "digits.csv"


@dataclass(frozen=True)
class Entry:
    """One picture of a folder.

    Attributes:
        image: Its path in the folder: label, `/`, file name.
        writer: Who wrote it; empty where that is unknown.
        photograph: The file it was cut from; empty where there was none.
        sha256: Of that file.
        page: In that file, 1 for the first.
        number: On that page, as drawn on the copy of the photograph; 1 for the first.
    """

    image: str
    writer: str = ""
    photograph: str = ""
    sha256: str = ""
    page: int = 1
    number: int = 0


def read_register(folder: Path) -> list[Entry]:
    """Reads a folder's `digits.csv`; nothing where there is none.

    Only its columns `image` and `writer` need to be there, so that it may be written by hand.

    Raises:
        DataError: If it cannot be read so, names a picture twice, or none that is there.
    """
    path = folder / NAME
    if not path.is_file():
        return []
    try:
        entries = _entries(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError(f"{path} must be in UTF-8, which it is not.") from error
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path} {error}") from error
    if entries and not any((folder / entry.image).is_file() for entry in entries):
        raise DataError(f"{path} names no picture of the folder; the first is {entries[0].image}.")
    return entries


def _entries(text: str) -> list[Entry]:
    table = csv.DictReader(text.splitlines(), strict=True, skipinitialspace=True)
    missing = {"image", "writer"} - set(table.fieldnames or ())
    if missing:
        raise ValueError(
            f"must be a CSV with the columns image and writer, but has {table.fieldnames}."
        )
    entries = [_entry(row) for row in table]
    for image, count in Counter(entry.image for entry in entries).items():
        if count > 1:
            raise ValueError(f"must name each picture once, but names {image} {count} times.")
    return entries


def _entry(row: dict[str, str]) -> Entry:
    known = {field.name for field in fields(Entry)}
    values = {name: value.strip() for name, value in row.items() if name in known and value}
    texts: dict[str, Any] = {"image": "", **values}
    return Entry(**texts | {name: int(texts[name]) for name in ("page", "number") if name in texts})


def write_register(folder: Path, entries: list[Entry]) -> None:
    """Writes a folder's `digits.csv`, complete or not at all."""
    with (
        atomic_file(folder / NAME) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.DictWriter(file, [field.name for field in fields(Entry)])
        table.writeheader()
        table.writerows(asdict(entry) for entry in entries)
