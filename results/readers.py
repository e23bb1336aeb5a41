"""Trained networks as readers of digits, from whatever file they were exported to."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from results.errors import ResultsError
from results.folder import SweepFolder
from results.winner import load_network

BATCH = 256  # images at a time


class Reader(Protocol):
    """Reads digits."""

    def read(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Returns (n, 10) float32, the probability of each label, for each digit.

        Args:
            images: (n, 28, 28) uint8, ink bright on black, prepared as `datasets.preparing` does;
                n at least 1.
        """
        ...


class NetworkReader:
    """Reads by a network of shuzi's own, on the CPU, in float32.

    Args:
        path: Of a safetensors file.

    Raises:
        ResultsError: If the file is missing, damaged or not one of shuzi's.
    """

    def __init__(self, path: Path) -> None:
        self._network, _ = load_network(path)

    def read(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Reader`."""
        parts = torch.split(torch.from_numpy(images), BATCH)
        with torch.inference_mode():
            return torch.cat([self._network(part).softmax(dim=1) for part in parts]).numpy()


READERS: dict[str, Callable[[Path], Reader]] = {".safetensors": NetworkReader}


def open_reader(path: Path) -> Reader:
    """Opens a trained network.

    Args:
        path: Of a file that `shuzi export` wrote.

    Raises:
        ResultsError: If its name's end is unknown, or it is missing or damaged.
    """
    if path.suffix not in READERS:
        raise ResultsError(f"a model must end in {', '.join(READERS)}, but got {path.name}.")
    return READERS[path.suffix](path)


def reader_of(model: str, out: Path) -> Reader:
    """Opens what the user names as a model.

    Args:
        model: A path of a trained network, or the name of a sweep, whose winner is meant.
        out: The folder of sweeps.

    Raises:
        ResultsError: If there is no such file or sweep, it has no winner yet, or it is damaged.
    """
    path = Path(model)
    if path.suffix in READERS or path.is_file():
        return open_reader(path)
    folder = SweepFolder.existing(out, model)
    exports = [folder.weights.with_suffix(suffix) for suffix in READERS]
    there = next((path for path in exports if path.is_file()), None)
    if there is None:
        raise ResultsError(f"{model} has no winner yet: see `shuzi resume {model}`.")
    return open_reader(there)
