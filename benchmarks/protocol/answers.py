"""What a network takes each digit for, kept so that several networks can be averaged later."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray


class Row(TypedDict):
    """What one network came to.

    Attributes:
        arm: The key of its arm.
        split: Which digits were held out; 0 where that made no difference.
        seed: Of its training.
        mnist: Digits of MNIST that it was trained on.
        configuration: The network and how it was trained.
        read: How many digits of each source it was judged on.
        wrong: The places, in the source, of those that it read wrong.
        seconds: What its training took.
    """

    arm: str
    split: int
    seed: int
    mnist: int
    configuration: dict[str, Any]
    read: dict[str, int]
    wrong: dict[str, list[int]]
    seconds: float


@dataclass(frozen=True)
class Answers:
    """A network's answers to the digits of one source.

    Attributes:
        source: Which.
        places: (n,) int64, of the digits in their source.
        labels: (n,) int64, of the digits.
        probabilities: (n, 10) float32, of each label.
    """

    source: str
    places: NDArray[np.int64]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    @property
    def wrong(self) -> list[int]:
        """The places of the digits that are read wrong."""
        read = self.probabilities.argmax(axis=1)
        return [int(place) for place in self.places[read != self.labels]]


def write_answers(folder: Path, row: Row, answers: Sequence[Answers]) -> None:
    """Keeps the answers of the network that a row is about."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{each.source} {name}": getattr(each, name)
        for each in answers
        for name in ("places", "labels", "probabilities")
    }
    np.savez_compressed(_path(folder, row), allow_pickle=False, **arrays)


def averaged(rows: Sequence[Row], folder: Path) -> Row:
    """Returns what the networks of some rows come to if their probabilities are averaged.

    Args:
        rows: Of one arm and one split; only their seeds differ.
        folder: Where their answers are kept.
    """
    files = [np.load(_path(folder, row)) for row in rows]
    together = [
        Answers(
            source,
            files[0][f"{source} places"],
            files[0][f"{source} labels"],
            np.mean([file[f"{source} probabilities"] for file in files], axis=0),
        )
        for source in rows[0]["read"]
    ]
    return {**rows[0], "wrong": {each.source: each.wrong for each in together}}


def _path(folder: Path, row: Row) -> Path:
    configuration = json.dumps(row["configuration"], sort_keys=True).encode()
    of = hashlib.sha256(configuration).hexdigest()[:8]
    return folder / f"{row['arm']}-{row['split']}-{row['seed']}-{row['mnist']}-{of}.npz"
