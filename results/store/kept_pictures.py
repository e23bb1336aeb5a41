"""Pictures of digits that a report shows: the hardest held-out ones, and samples of each source."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.errors import ResultsError
from results.store.formats.tensors import read_tensors, write_tensors

BEFORE, AFTER = "before/", "after/"


@dataclass(frozen=True)
class KeptPictures:
    """Pictures of digits that a sweep keeps.

    Attributes:
        indices: (k,) int64, which of the held-out digits are here: the hardest of some network.
        images: (k, 28, 28) uint8, they themselves.
        before: For each source of pictures (10, height, width) uint8, one of each label as it was
            photographed.
        after: For each source, also MNIST, (10, 28, 28) uint8, the same as a network sees them.
    """

    indices: NDArray[np.int64]
    images: NDArray[np.uint8]
    before: Mapping[str, NDArray[np.uint8]]
    after: Mapping[str, NDArray[np.uint8]]


def write_pictures(path: Path, pictures: KeptPictures) -> None:
    """Writes pictures to a safetensors file, complete or not at all."""
    content: dict[str, NDArray[Any]] = {"indices": pictures.indices, "images": pictures.images}
    content |= {BEFORE + name: array for name, array in pictures.before.items()}
    content |= {AFTER + name: array for name, array in pictures.after.items()}
    write_tensors(path, content, {})


def read_pictures(path: Path) -> KeptPictures | None:
    """Reads what `write_pictures` wrote; nothing where there is no such file.

    Raises:
        ResultsError: If it is damaged.
    """
    if not path.is_file():
        return None
    content, _ = read_tensors(path)
    try:
        indices, images = content["indices"], content["images"]
        named = {part: _named(content, part) for part in (BEFORE, AFTER)}
        _check(indices, images, named[AFTER])
    except (KeyError, ValueError) as error:
        raise ResultsError(f"{path} is damaged: {error!r}") from error
    return KeptPictures(indices, images, named[BEFORE], named[AFTER])


def _named(content: Mapping[str, NDArray[Any]], part: str) -> dict[str, NDArray[np.uint8]]:
    return {
        name.removeprefix(part): array for name, array in content.items() if name.startswith(part)
    }


def _check(indices: Any, images: Any, after: Mapping[str, NDArray[np.uint8]]) -> None:
    """Raises ValueError if the arrays are not of the shapes of `KeptPictures`."""
    if images.shape != (len(indices), 28, 28):
        raise ValueError(f"images are {images.shape} for {len(indices)} indices")
    for name, array in after.items():
        if array.shape != (10, 28, 28):
            raise ValueError(f"samples of {name} are {array.shape}")
