"""A folder of label folders: `0/` to `9/`, one picture per digit."""

from functools import partial
from pathlib import Path

from rich.console import Console

from datasets.digit_set import LABELS
from datasets.errors import DataError
from datasets.pictures import SUFFIXES, read_grey
from datasets.sources.register import read_register
from datasets.sources.source import DigitPicture


def folder_pictures(folder: Path, source: str) -> list[DigitPicture]:
    """Lists the pictures of a folder of label folders, and who wrote them.

    Args:
        folder: Holds folders named 0 to 9, and perhaps `digits.csv`, as `shuzi data import` leaves
            it, with the writers; other files and folders in it are passed over.
        source: The name of the source.

    Raises:
        DataError: If there is no label folder, or `digits.csv` is damaged.
    """
    found = [(path, digit) for digit in LABELS for path in _pictures(folder / str(digit))]
    if not found:
        raise DataError(f"{folder} must hold folders named 0 to 9 with pictures, but has none.")
    _tell_passed_over(folder, source)
    writers = {entry.image: entry.writer for entry in read_register(folder)}
    return [
        DigitPicture(
            str(path), digit, partial(read_grey, path), writers.get(f"{digit}/{path.name}", "")
        )
        for path, digit in found
    ]


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def _tell_passed_over(folder: Path, source: str) -> None:
    """Says how many files in label folders are of no kind that is read."""
    inside = (path for digit in LABELS for path in folder.glob(f"{digit}/*"))
    others = [path for path in inside if path.suffix.lower() not in SUFFIXES]
    shown = sorted({path.suffix.lower() or path.name for path in others})
    if others:
        counted = f"{len(others)} file{'s' if len(others) > 1 else ''}"
        told = f"{source}: passed over {counted} that no picture is read from: {shown}"
        Console(stderr=True).print(told)
