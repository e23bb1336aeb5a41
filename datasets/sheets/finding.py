"""Which files of a folder are sheets."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datasets.errors import DataError
from datasets.pictures import SUFFIXES

OVERLAYS = "overlays"  # where an import draws what it cut
SHEETS = SUFFIXES | {".pdf"}


@dataclass(frozen=True)
class Found:
    """The files of a folder.

    Attributes:
        sheets: Photographs, scans and PDF files, in order.
        passed_over: Files of no kind that is read, by name.
        refused: Links that lead out of the folder, by name, and why.
    """

    sheets: list[Path]
    passed_over: list[str]
    refused: list[str]


def find_sheets(source: Path, out: Path) -> Found:
    """Finds the sheets in a folder and the folders in it; what is hidden is passed over.

    Args:
        source: The folder, or a single file.
        out: Is passed over, if it is in the folder.

    Raises:
        DataError: If there is no such file or folder.
    """
    if source.is_file():
        return Found([source], [], [])
    if not source.is_dir():
        raise DataError(f"there is no file or folder {source}.")
    found, inside = Found([], [], []), source.resolve()
    for path in _files(source, out):
        if path.suffix.lower() not in SHEETS:
            found.passed_over.append(str(path))
        elif not path.resolve().is_relative_to(inside):
            found.refused.append(f"{path} is a link that leads out of the folder.")
        else:
            found.sheets.append(path)
    return found


def _files(source: Path, out: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(source):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if _is_entered(here / name, out))
        yield from (here / name for name in sorted(files) if not name.startswith("."))


def _is_entered(folder: Path, out: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name == OVERLAYS
    return not hidden and folder.resolve() != out.resolve()
