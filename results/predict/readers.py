"""Trained networks as readers of digits, from whatever file they were exported to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from model.networks.portable import PortableNetwork
from results.commands import command
from results.errors import ResultsError
from results.store.folder import SweepFolder
from results.store.weights import load_network

BATCH = 256  # images at a time
ABOUT = "shuzi.json"  # in a .pt2 file, what it says about itself


class Reader(Protocol):
    """Reads digits."""

    def read(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Returns (n, 10) float32, the probability of each label, for each digit.

        Args:
            images: (n, 28, 28) uint8, ink bright on black, prepared as `datasets.preparing` does;
                n at least 1.
        """
        ...


class TorchReader:
    """Reads by a module of torch, on the CPU.

    Args:
        module: Takes digits (n, 28, 28) uint8, returns probabilities (n, 10).
    """

    def __init__(self, module: Callable[[torch.Tensor], torch.Tensor]) -> None:
        self._module = module

    def read(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Reader`."""
        parts = torch.split(torch.tensor(images), BATCH)
        with torch.inference_mode():
            return torch.cat([self._module(part) for part in parts]).numpy()


class OnnxReader:
    """Reads by onnxruntime, on the CPU.

    Args:
        content: Of an ONNX file.

    Raises:
        ValueError: If it does not take digits.
    """

    def __init__(self, content: bytes) -> None:
        import onnxruntime  # only for those who read by it

        self._session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        (images,) = self._session.get_inputs()
        if (images.type, images.shape[1:]) != ("tensor(uint8)", [28, 28]):
            raise ValueError(f"it takes {images.type} {images.shape}, not uint8 (n, 28, 28).")

    def read(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Reader`."""
        parts = (images[at : at + BATCH] for at in range(0, len(images), BATCH))
        return np.concatenate([self._session.run(None, {"images": part})[0] for part in parts])


def _of_weights(path: Path) -> Reader:
    trained = load_network(path)
    return TorchReader(PortableNetwork(trained.network, trained.temperature))


def _of_onnx(path: Path) -> Reader:
    try:
        return OnnxReader(path.read_bytes())
    except Exception as error:  # of many kinds, and onnxruntime exports none of them
        raise ResultsError(f"{path} is not a model of shuzi's: {error}") from error


def _of_program(path: Path) -> Reader:
    try:
        about = {ABOUT: ""}
        program = torch.export.load(path, extra_files=about)
        json.loads(about[ABOUT])
        return TorchReader(program.module())
    except Exception as error:  # of many kinds
        raise ResultsError(f"{path} is not a model of shuzi's: {error}") from error


READERS: dict[str, Callable[[Path], Reader]] = {
    ".onnx": _of_onnx,
    ".pt2": _of_program,
    ".safetensors": _of_weights,
}


def open_reader(path: Path) -> Reader:
    """Opens a trained network.

    Args:
        path: Of a file that `shuzi export` wrote. A `.pt2` file can run whatever it holds: only
            those of people one trusts may be opened.

    Raises:
        ResultsError: If its name's end is unknown, or it is missing or damaged.
    """
    if path.suffix not in READERS:
        raise ResultsError(f"a model must end in {', '.join(READERS)}, but got {path.name}.")
    if not path.is_file():
        raise ResultsError(f"there is no model {path}.")
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
    exports = (folder.export("onnx"), folder.weights)  # neither can run anything of its own
    there = next((path for path in exports if path.is_file()), None)
    if there is None:
        raise ResultsError(
            f"{model} has no winner yet: `{command('resume', folder)}` goes on with it."
        )
    return open_reader(there)
