"""What the engine needs of the log of epochs, from which a search that was broken off goes on."""

from collections.abc import Sequence
from typing import Protocol

from model.training.fold_epoch import FoldEpoch


class Log(Protocol):
    """Keeps each epoch of each fold; `results.store.search.epochs.EpochLog` is one."""

    def append(self, trial: int, folds: Sequence[FoldEpoch]) -> None:
        """Adds an epoch of some folds."""

    def read(self, trial: int) -> list[FoldEpoch]:
        """Returns each epoch of each fold that was added."""

    def mend(self, trial: int) -> None:
        """Removes what was half written."""


class NoLog:
    """Keeps nothing."""

    def append(self, trial: int, folds: Sequence[FoldEpoch]) -> None:
        """Forgets it."""

    def read(self, trial: int) -> list[FoldEpoch]:
        """Returns nothing."""
        return []

    def mend(self, trial: int) -> None:
        """Has nothing to mend."""


def fitting_epochs(log: Log, trial: int, folds: int, epochs: int) -> list[FoldEpoch]:
    """Returns what is known of a trial's epochs, but for those that cannot be of this sweep.

    Args:
        log: The sweep's; half a line that a crash left is removed.
        trial: The trial's number.
        folds: Of a trial.
        epochs: Of a fold, at the most.
    """
    log.mend(trial)
    read = log.read(trial)
    return [each for each in read if each.fold < folds and 1 <= each.epoch <= epochs]
