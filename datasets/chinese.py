"""Chinese digits by the choices of the command line."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from datasets.chen_mnist import load_chen_mnist
from datasets.digit_set import LABELS, DigitSet, joined
from datasets.errors import DataError
from datasets.folder import load_folder
from datasets.ink import Preparation, as_is, centred
from datasets.report_csv import load_report_csv
from datasets.synthetic import SOURCE, draw_synthetic


def load_chinese(choices: Sequence[str], plain: bool = False) -> DigitSet:
    """Loads and joins Chinese digits.

    Args:
        choices: Each one `embedded` (drawn by shuzi, source `synthetic`), a folder of label
            folders, a `.csv` of 785 columns or Chen-MNIST's `.tar.gz`.
        plain: Whether to resize plainly as the report does, instead of centring the ink.

    Raises:
        DataError: If a choice cannot be read, or holds no image of some class.
    """
    _refuse_twice(choices)
    prepare = as_is if plain else centred
    names: list[str] = []
    for choice in choices:
        names.append(_unused(_source_name(choice), names))
    parts = [_load(choice, name, prepare) for choice, name in zip(choices, names, strict=True)]
    for part in parts:
        _require_every_class(part)
    return joined(parts)


def _refuse_twice(choices: Sequence[str]) -> None:
    paths = [str(Path(choice).resolve()) for choice in choices]
    twice = [choice for choice, path in zip(choices, paths, strict=True) if paths.count(path) > 1]
    if twice:
        raise DataError(f"{twice[0]} is given twice.")


def _source_name(choice: str) -> str:
    if choice == "embedded":
        return SOURCE
    path = Path(choice).resolve()
    if path.name.startswith("Chen-MNIST"):
        return "chen-mnist"
    return path.name if path.is_dir() else path.name.split(".")[0]


def _unused(name: str, taken: Sequence[str]) -> str:
    """Returns the name, numbered where another source (or MNIST) has it already."""
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(free for free in candidates if free not in taken and free != "mnist")


def _load(choice: str, name: str, prepare: Preparation) -> DigitSet:
    path = Path(choice)
    if choice == "embedded":
        return draw_synthetic(prepare)
    if path.is_dir():
        return load_folder(path, name, prepare)
    if path.is_file() and path.suffix.lower() == ".csv":
        return load_report_csv(path, name, prepare)
    if path.is_file() and path.name.lower().endswith((".tar.gz", ".tgz", ".tar")):
        return load_chen_mnist(path, name, prepare)
    if not path.exists():
        raise DataError(f"there is no file or folder {choice}.")
    allowed = "`embedded`, a folder of label folders, a .csv or a .tar.gz"
    raise DataError(f"Chinese digits must be {allowed}, but got {choice}.")


def _require_every_class(digits: DigitSet) -> None:
    counts = np.bincount(digits.labels, minlength=10)
    missing = [str(digit) for digit in LABELS if counts[digit] == 0]
    if missing:
        source = digits.sources[0]
        raise DataError(f"{source} has no image of {', '.join(missing)}; it needs all of 0 to 9.")
