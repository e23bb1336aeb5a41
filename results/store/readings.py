"""What a network takes each digit for."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.errors import ResultsError
from results.store.formats.tensors import Tensors, read_tensors, write_tensors


@dataclass(frozen=True)
class Readings:
    """What a network takes each of some digits for.

    Attributes:
        probabilities: (n, 10) float32, of each label.
        labels: (n,) int64, what they are.
        sources: (n,) str, where each comes from.
    """

    probabilities: NDArray[np.float32]
    labels: NDArray[np.int64]
    sources: NDArray[np.str_]

    @property
    def read(self) -> NDArray[np.int64]:
        """(n,) what each is taken for."""
        read: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return read

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(n,) the probability of what each is taken for, 0.1 to 1."""
        best: NDArray[np.float32] = self.probabilities.max(axis=1)
        return best

    @property
    def right(self) -> NDArray[np.bool_]:
        """(n,) whether each is read right."""
        right: NDArray[np.bool_] = self.read == self.labels
        return right

    @property
    def by_source(self) -> dict[str, tuple[int, int]]:
        """Of each source how many are read right, and how many there are; the sources by name."""
        right, sources = self.right, self.sources
        here = ((name, right[sources == name]) for name in np.unique(sources).tolist())
        return {name: (int(each.sum()), len(each)) for name, each in here}

    @property
    def given(self) -> NDArray[np.float32]:
        """(n,) the probability of what each is, 0 to 1."""
        given: NDArray[np.float32] = self.probabilities[np.arange(len(self.labels)), self.labels]
        return given

    @property
    def hardest(self) -> NDArray[np.int64]:
        """(n,) indices, the digit first whose label is given the least probability."""
        return np.argsort(self.given, kind="stable")


def write_readings(path: Path, readings: Readings) -> None:
    """Writes readings to a safetensors file, complete or not at all."""
    names, codes = np.unique(readings.sources, return_inverse=True)
    content: Tensors = {
        "probabilities": readings.probabilities,
        "labels": readings.labels,
        "sources": codes.astype(np.int64),
    }
    write_tensors(path, content, {"sources": json.dumps(names.tolist())})


def read_readings(path: Path) -> Readings | None:
    """Reads what `write_readings` wrote; nothing where there is no such file.

    Raises:
        ResultsError: If it is damaged.
    """
    if not path.is_file():
        return None
    content, about = read_tensors(path)
    try:
        names = np.array(json.loads(about["sources"]), dtype=np.str_)
        return _checked(content["probabilities"], content["labels"], names[content["sources"]])
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise ResultsError(f"{path} is damaged: {error!r}") from error


def _checked(probabilities: Any, labels: Any, sources: Any) -> Readings:
    """Raises ValueError if the arrays do not fit together."""
    if probabilities.shape != (len(labels), 10) or not np.isin(labels, range(10)).all():
        raise ValueError(f"probabilities are {probabilities.shape} for {len(labels)} labels")
    return Readings(probabilities, labels, sources)
