"""Arrays in safetensors files, which hold nothing that could be executed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from datasets.atomic import atomic_file
from results.errors import ResultsError

Tensors = dict[str, NDArray[Any]]


def write_tensors(path: Path, content: Mapping[str, NDArray[Any]], about: dict[str, str]) -> None:
    """Writes arrays and what is to be said of them to a file, complete or not at all.

    Args:
        path: Where the file shall be; its folder is made.
        content: The arrays by name.
        about: Goes into the file's metadata.
    """
    path.parent.mkdir(exist_ok=True)
    packed = {name: np.ascontiguousarray(array) for name, array in content.items()}
    encoded = save(packed, about)  # written by Python, which names a full disk as such
    with atomic_file(path) as temporary:
        temporary.write_bytes(encoded)


def read_tensors(path: Path) -> tuple[Tensors, dict[str, str]]:
    """Reads what `write_tensors` wrote.

    Raises:
        ResultsError: If it is missing or damaged.
    """
    try:
        with safe_open(path, framework="np") as file:
            content = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return content, file.metadata() or {}
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise ResultsError(f"{path} is damaged: {error}") from error
