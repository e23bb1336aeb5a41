"""What the engine needs of the log of epochs, from which a search that was broken off goes on."""

from collections.abc import Mapping
from typing import Any, Protocol

Row = dict[str, Any]


class Log(Protocol):
    """Keeps each epoch of each fold; `results.epochs.EpochLog` is one."""

    def append(self, trial: int, result: Mapping[str, Any]) -> None:
        """Adds an epoch of some folds."""

    def read(self, trial: int) -> list[Row]:
        """Returns a row for each epoch of each fold that was added."""

    def mend(self, trial: int) -> None:
        """Removes what was half written."""


class NoLog:
    """Keeps nothing."""

    def append(self, trial: int, result: Mapping[str, Any]) -> None:
        """Forgets it."""

    def read(self, trial: int) -> list[Row]:
        """Returns nothing."""
        return []

    def mend(self, trial: int) -> None:
        """Has nothing to mend."""


def fitting_rows(log: Log, trial: int, folds: int, epochs: int) -> list[Row]:
    """Returns what is known of a trial's epochs, but for rows that cannot be of this sweep.

    Args:
        log: The sweep's; half a line that a crash left is removed.
        trial: The trial's number.
        folds: Of a trial.
        epochs: Of a fold, at the most.
    """
    log.mend(trial)
    rows = log.read(trial)
    return [row for row in rows if row["fold"] < folds and 1 <= row["epoch"] <= epochs]
