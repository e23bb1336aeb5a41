"""Which files of a folder are sheets."""

import os
from collections.abc import Iterator
from pathlib import Path

from datasets.errors import DataError
from datasets.pictures import SUFFIXES

SHEETS = SUFFIXES | {".pdf"}


def find_sheets(source: Path, out: Path) -> Iterator[Path | DataError]:
    """Finds the photographs, scans and PDF files in a folder and the folders in it, in order.

    Args:
        source: The folder, or a single file.
        out: Is passed over, if it is in the folder.

    Yields:
        The files; or why one is not taken: it is a link that leads out of the folder, or of no
        kind that is read. What is hidden is passed over.

    Raises:
        DataError: If there is no such file or folder.
    """
    if source.is_file():
        yield source
        return
    if not source.is_dir():
        raise DataError(f"there is no file or folder {source}.")
    inside = source.resolve()
    for folder, folders, files in os.walk(source):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if _is_entered(here / name, out))
        for name in sorted(files):
            if not name.startswith("."):
                yield _checked(here / name, inside)


def _is_entered(folder: Path, out: Path) -> bool:
    return not folder.name.startswith(".") and folder.resolve() != out.resolve()


def _checked(path: Path, inside: Path) -> Path | DataError:
    if path.is_symlink() and not path.resolve().is_relative_to(inside):
        return DataError(f"{path} is a link that leads out of the folder.")
    if path.suffix.lower() not in SHEETS:
        return DataError(f"{path} is of no kind that is read.")
    return path
