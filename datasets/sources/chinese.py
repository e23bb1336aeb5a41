"""Chinese digits by the choices of the command line."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from datasets.digit_set import LABELS, DigitSet, joined
from datasets.errors import DataError
from datasets.extension import extension
from datasets.preparing.preparation import as_is, centred
from datasets.sources.chen_mnist import chen_pictures
from datasets.sources.csv_table import csv_pictures
from datasets.sources.folder import folder_pictures
from datasets.sources.known import KNOWN, KnownSource
from datasets.sources.origin import OWN
from datasets.sources.source import DigitPicture, Source

ARCHIVES = (".tar.gz", ".tgz", ".tar")


def load_chinese(choices: Sequence[str], plain: bool = False) -> DigitSet:
    """Loads and joins Chinese digits.

    Args:
        choices: As for `chinese_sources`.
        plain: Whether to resize plainly as the student did, instead of centring the ink.

    Raises:
        DataError: If a choice cannot be read, or holds no image of some class.
    """
    return load_sources(chinese_sources(choices), plain)


def load_sources(sources: Sequence[Source], plain: bool = False) -> DigitSet:
    """Loads and joins the digits of sources; see `load_chinese`."""
    parts = [source.load(as_is if plain else centred) for source in sources]
    for part in parts:
        _require_every_class(part)
    return joined(parts)


def chinese_sources(choices: Sequence[str]) -> list[Source]:
    """Finds the pictures of Chinese digits, each choice a source with a name of its own.

    Args:
        choices: Each one of `datasets.sources.known.KNOWN`, `module:NAME` of a `KnownSource` of the
            user's own, a folder of label folders, a `.csv` of 785 columns or Chen-MNIST's
            `.tar.gz`.

    Raises:
        DataError: If a choice is given twice or cannot be read.
    """
    _refuse_twice(choices)
    found: list[Source] = []
    for known in map(_chosen, choices):
        name = _unused(known.name, [source.name for source in found])
        found.append(Source(name, known.read(), known.origin))
    return found


def _refuse_twice(choices: Sequence[str]) -> None:
    paths = [str(Path(choice).resolve()) for choice in choices]
    twice = [choice for choice, path in zip(choices, paths, strict=True) if paths.count(path) > 1]
    if twice:
        raise DataError(f"{twice[0]} is given twice.")


def _unused(name: str, taken: Sequence[str]) -> str:
    """Returns the name, numbered where another source (or MNIST) has it already."""
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(free for free in candidates if free not in taken and free != "mnist")


def _chosen(choice: str) -> KnownSource:
    if choice in KNOWN:
        return KNOWN[choice]
    if ":" in choice and not Path(choice).exists():
        return _of_their_own(choice)
    return _at(Path(choice), choice)


def _of_their_own(choice: str) -> KnownSource:
    source = extension(choice)
    if not isinstance(source, KnownSource):
        raise DataError(f"{choice} must be a KnownSource, but is of type {type(source).__name__}.")
    return source


def _at(path: Path, choice: str) -> KnownSource:
    """Returns a file or a folder as a source; Chen-MNIST is known by the name of its tarball."""
    place = path.resolve()
    if place.name.startswith("Chen-MNIST"):
        chen = KNOWN["chen"]
        return replace(chen, read=_reader(path, chen.name, choice))
    name = place.name if place.is_dir() else place.name.split(".")[0]
    return KnownSource(name, *OWN[:2], _reader(path, name, choice), licensed=False)


def _reader(path: Path, name: str, choice: str) -> Callable[[], Sequence[DigitPicture]]:
    if path.is_dir():
        return partial(folder_pictures, path, name)
    if path.is_file() and path.suffix.lower() == ".csv":
        return partial(csv_pictures, path)
    if path.is_file() and path.name.lower().endswith(ARCHIVES):
        return partial(chen_pictures, path, name)
    raise DataError(_refusal(choice))


def _refusal(choice: str) -> str:
    if not Path(choice).exists():
        return f"there is no file or folder {choice}."
    named = ", ".join(f"`{each}`" for each in KNOWN)
    allowed = f"{named}, `module:NAME`, a folder of label folders, a .csv or a .tar.gz"
    return f"Chinese digits must be {allowed}, but got {choice}."


def _require_every_class(digits: DigitSet) -> None:
    counts = np.bincount(digits.labels, minlength=10)
    missing = [str(digit) for digit in LABELS if counts[digit] == 0]
    if missing:
        source = digits.sources[0]
        raise DataError(f"{source} has no image of {', '.join(missing)}; it needs all of 0 to 9.")
