"""How each fold of a trial reads its validation digits: kept until the trial has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for, before Python 3.12

from model.judging.judgement import HardDigit
from model.training.fold_epoch import FoldEpoch
from results.errors import unless_damaged
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_as, write_json

Natural = Annotated[int, Field(ge=0)]
Digit = Annotated[int, Field(ge=0, le=9)]
Part = Annotated[float, Field(ge=0, le=1)]
TEN = Field(min_length=10, max_length=10)
Counts = Annotated[list[Natural], TEN]


class _HardDigit(TypedDict):
    """A `HardDigit` of the pool, as it is kept."""

    index: Natural
    read: Digit
    confidence: Part
    probability: Part


class _FoldReading(TypedDict):
    """A `FoldReading`, as it is kept."""

    fold: Natural
    confusion: Annotated[list[Counts], TEN]
    hardest: list[_HardDigit]


@dataclass(frozen=True)
class FoldReading:
    """How a fold's network reads the fold's validation digits after its last epoch.

    Attributes:
        fold: 0 for the first.
        confusion: (10, 10) int64: rows are the truth, columns what was read.
        hardest: Some of the digits, the hardest first.
    """

    fold: int
    confusion: NDArray[np.int64]
    hardest: tuple[HardDigit, ...]

    @classmethod
    def of(cls, epoch: FoldEpoch) -> Self | None:
        """Reads it from a fold's last epoch; nothing of an earlier one."""
        judgement = epoch.validation
        if not judgement.hardest:
            return None
        return cls(epoch.fold, judgement.confusion, judgement.hardest)

    @classmethod
    def from_dict(cls, kept: _FoldReading) -> Self:
        """Reads what `to_dict` returned."""
        hardest = tuple(HardDigit(**digit) for digit in kept["hardest"])
        return cls(kept["fold"], np.array(kept["confusion"], np.int64), hardest)

    def to_dict(self) -> _FoldReading:
        """Returns it in plain values."""
        return {
            "fold": self.fold,
            "confusion": self.confusion.tolist(),
            "hardest": [
                {
                    "index": digit.index,
                    "read": digit.read,
                    "confidence": digit.confidence,
                    "probability": digit.probability,
                }
                for digit in self.hardest
            ],
        }


def write_fold_readings(folder: SweepFolder, trial: int, readings: Iterable[FoldReading]) -> None:
    """Writes each to a file of its own, complete or not at all."""
    for reading in readings:
        path = folder.fold_reading(trial, reading.fold)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, reading.to_dict())


def read_fold_readings(folder: SweepFolder, trial: int) -> list[FoldReading]:
    """Returns what is there and complete of a trial's folds."""
    read = (unless_damaged(_read, path) for path in folder.fold_readings(trial))
    return [reading for reading in read if reading]


def _read(path: Path) -> FoldReading:
    return FoldReading.from_dict(read_as(TypeAdapter(_FoldReading), path))


def forget_fold_readings(folder: SweepFolder, trial: int) -> None:
    """Removes a trial's."""
    for path in folder.fold_readings(trial):
        path.unlink()
