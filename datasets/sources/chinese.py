"""Chinese digits by the choices of the command line."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from datasets.digit_set import LABELS, DigitSet, joined
from datasets.downloads.fetching import fetched_file
from datasets.downloads.public import CHEN, REPORT_DIGITS
from datasets.errors import DataError
from datasets.preparing.preparation import as_is, centred
from datasets.sources.chen_mnist import chen_pictures
from datasets.sources.csv_table import csv_pictures
from datasets.sources.folder import folder_pictures
from datasets.sources.source import DigitPicture, Source
from datasets.sources.synthetic import SOURCE, synthetic_pictures

NAMES = {"embedded": SOURCE, "chen": "chen-mnist", "report": "report"}


def load_chinese(choices: Sequence[str], plain: bool = False) -> DigitSet:
    """Loads and joins Chinese digits.

    Args:
        choices: As for `chinese_sources`.
        plain: Whether to resize plainly as the report does, instead of centring the ink.

    Raises:
        DataError: If a choice cannot be read, or holds no image of some class.
    """
    parts = [source.load(as_is if plain else centred) for source in chinese_sources(choices)]
    for part in parts:
        _require_every_class(part)
    return joined(parts)


def chinese_sources(choices: Sequence[str]) -> list[Source]:
    """Finds the pictures of Chinese digits, each choice a source with a name of its own.

    Args:
        choices: Each one `embedded` (drawn by shuzi, source `synthetic`), `chen` or `report`
            (downloaded), a folder of label folders, a `.csv` of 785 columns or Chen-MNIST's
            `.tar.gz`.

    Raises:
        DataError: If a choice is given twice or cannot be read.
    """
    _refuse_twice(choices)
    names: list[str] = []
    for choice in choices:
        names.append(_unused(_source_name(choice), names))
    named = zip(choices, names, strict=True)
    return [Source(name, _pictures(choice, name)) for choice, name in named]


def _refuse_twice(choices: Sequence[str]) -> None:
    paths = [str(Path(choice).resolve()) for choice in choices]
    twice = [choice for choice, path in zip(choices, paths, strict=True) if paths.count(path) > 1]
    if twice:
        raise DataError(f"{twice[0]} is given twice.")


def _source_name(choice: str) -> str:
    if choice in NAMES:
        return NAMES[choice]
    path = Path(choice).resolve()
    if path.name.startswith("Chen-MNIST"):
        return "chen-mnist"
    return path.name if path.is_dir() else path.name.split(".")[0]


def _unused(name: str, taken: Sequence[str]) -> str:
    """Returns the name, numbered where another source (or MNIST) has it already."""
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(free for free in candidates if free not in taken and free != "mnist")


def _pictures(choice: str, name: str) -> Sequence[DigitPicture]:
    path = Path(choice)
    if choice == "embedded":
        return synthetic_pictures()
    if choice == "chen":
        return chen_pictures(fetched_file(CHEN), name)
    if choice == "report":
        return csv_pictures(fetched_file(REPORT_DIGITS))
    if path.is_dir():
        return folder_pictures(path, name)
    if path.is_file() and path.suffix.lower() == ".csv":
        return csv_pictures(path)
    if path.is_file() and path.name.lower().endswith((".tar.gz", ".tgz", ".tar")):
        return chen_pictures(path, name)
    raise DataError(_refusal(choice))


def _refusal(choice: str) -> str:
    if not Path(choice).exists():
        return f"there is no file or folder {choice}."
    allowed = "`embedded`, `chen`, `report`, a folder of label folders, a .csv or a .tar.gz"
    return f"Chinese digits must be {allowed}, but got {choice}."


def _require_every_class(digits: DigitSet) -> None:
    counts = np.bincount(digits.labels, minlength=10)
    missing = [str(digit) for digit in LABELS if counts[digit] == 0]
    if missing:
        source = digits.sources[0]
        raise DataError(f"{source} has no image of {', '.join(missing)}; it needs all of 0 to 9.")
