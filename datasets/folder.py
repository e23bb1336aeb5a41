"""A folder of label folders: `0/` to `9/`, one picture per digit."""

from pathlib import Path

from rich.console import Console
from rich.progress import track

from datasets.digit_set import LABELS, DigitSet
from datasets.errors import DataError, naming
from datasets.ink import Grey, Preparation
from datasets.pictures import SUFFIXES, read_grey


def load_folder(folder: Path, source: str, prepare: Preparation) -> DigitSet:
    """Loads every picture of a folder of label folders, with a progress bar in a terminal.

    Args:
        folder: Holds folders named 0 to 9; other files and folders in it are passed over.
        source: The name of the source.
        prepare: Makes (28, 28) uint8 of a grey picture.

    Raises:
        DataError: If there is no label folder, or a picture is unreadable or has no ink.
    """
    found = [(path, digit) for digit in LABELS for path in _pictures(folder / str(digit))]
    if not found:
        raise DataError(f"{folder} must hold folders named 0 to 9 with pictures, but has none.")
    console = Console(stderr=True)
    _tell_passed_over(folder, source, console)
    shown = track(
        found,
        f"Reading {source}",
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    images = [_prepared(path, prepare) for path, _ in shown]
    return DigitSet.of(images, [digit for _, digit in found], source)


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def _tell_passed_over(folder: Path, source: str, console: Console) -> None:
    """Says how many files in label folders are of no kind that is read, such as HEIC."""
    inside = (path for digit in LABELS for path in folder.glob(f"{digit}/*"))
    others = [path for path in inside if path.suffix.lower() not in SUFFIXES]
    shown = sorted({path.suffix.lower() or path.name for path in others})
    if others:
        counted = f"{len(others)} file{'s' if len(others) > 1 else ''}"
        console.print(f"{source}: passed over {counted} that no picture is read from: {shown}")


def _prepared(path: Path, prepare: Preparation) -> Grey:
    grey = read_grey(path)
    with naming(path):
        return prepare(grey)
