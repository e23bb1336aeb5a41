"""How each fold of a trial reads its validation digits: kept until the trial has ended."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for, before Python 3.12

from results.errors import unless_damaged
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_as, write_json

Natural = Annotated[int, Field(ge=0)]
Digit = Annotated[int, Field(ge=0, le=9)]
Part = Annotated[float, Field(ge=0, le=1)]
TEN = Field(min_length=10, max_length=10)
Counts = Annotated[list[Natural], TEN]


class HardReading(TypedDict):
    """A `HardDigit` of the pool."""

    index: Natural
    read: Digit
    confidence: Part
    probability: Part


class FoldReading(TypedDict):
    """How a fold's network reads the fold's validation digits after its last epoch.

    Attributes:
        fold: 0 for the first.
        confusion: 10 x 10 counts: rows are the truth, columns what was read.
        hardest: Some of the digits, the hardest first.
    """

    fold: Natural
    confusion: Annotated[list[Counts], TEN]
    hardest: list[HardReading]


def write_fold_readings(folder: SweepFolder, trial: int, readings: Iterable[FoldReading]) -> None:
    """Writes each to a file of its own, whole or not at all."""
    for reading in readings:
        path = folder.fold_reading(trial, reading["fold"])
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, reading)


def read_fold_readings(folder: SweepFolder, trial: int) -> list[FoldReading]:
    """Returns what is there and whole of a trial's folds."""
    read = (unless_damaged(_read, path) for path in folder.fold_readings(trial))
    return [reading for reading in read if reading]


def _read(path: Path) -> FoldReading:
    reading: FoldReading = read_as(TypeAdapter(FoldReading), path)
    return reading


def forget_fold_readings(folder: SweepFolder, trial: int) -> None:
    """Removes a trial's."""
    for path in folder.fold_readings(trial):
        path.unlink()
