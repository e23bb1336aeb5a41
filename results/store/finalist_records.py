"""The table of the finalists: the best trials, cross-validated twice."""

import math
import re
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from model.judging.standard_error import standard_error
from results.store.formats.csv_files import read_csv, write_csv

NEEDED = ("trial", "validation_loss", "second_loss", "second_se", "both", "second_0")
SECOND = re.compile(r"second_\d+")  # the columns of the second cross-validation's folds


@dataclass(frozen=True)
class Finalist:
    """A trial that is cross-validated a second time, on other folds.

    Attributes:
        trial: Its number.
        validation_loss: From the search, nats.
        second: The losses on the folds of the second cross-validation, nats; not a number where
            there is none.
        left: How many of these are still to come: none of a finalist that was dropped.
    """

    trial: int
    validation_loss: float
    second: Sequence[float]
    left: int

    @property
    def second_loss(self) -> float:
        """The mean loss of the second cross-validation, nats; not a number before its first."""
        done = self._done()
        return statistics.fmean(done) if done else math.nan

    @property
    def second_se(self) -> float:
        """The standard error of that mean, nats; not a number where there are fewer than two."""
        error = standard_error(self._done())
        return math.nan if error is None else error

    @property
    def dropped(self) -> bool:
        """Whether folds are missing that nobody will train any more."""
        return math.isnan(self.both) and not self.left

    @property
    def folds_done(self) -> int:
        """How many folds of the second cross-validation it has had."""
        return len(self._done())

    @property
    def both(self) -> float:
        """The mean of both losses, by which the winner is chosen; none if a fold is missing."""
        complete = self.folds_done == len(self.second)
        return (self.validation_loss + self.second_loss) / 2 if complete else math.nan

    def _done(self) -> list[float]:
        return [loss for loss in self.second if not math.isnan(loss)]

    def to_row(self) -> dict[str, Any]:
        """Returns its cells by their columns."""
        return {
            "trial": self.trial,
            "validation_loss": self.validation_loss,
            "second_loss": self.second_loss,
            "second_se": self.second_se,
            "both": self.both,
            **{f"second_{fold}": loss for fold, loss in enumerate(self.second)},
            "left": self.left,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Self:
        """Makes a finalist of its cells as text.

        Raises:
            ValueError: If one is not as `to_row` makes it.
        """
        second = [_number(cell) for name, cell in row.items() if SECOND.fullmatch(name)]
        numbers = {name: _number(row[name]) for name in NEEDED}
        left = row.get("left") or sum(map(math.isnan, second))
        return cls(int(row["trial"]), numbers["validation_loss"], second, int(left))


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan


def finalists_table(
    found: Mapping[int, float], losses: dict[int, list[float]], dropped: Collection[int] = ()
) -> list[Finalist]:
    """Returns the finalists, the best by all the evidence first.

    Args:
        found: The losses of the complete trials in the search, by their numbers, nats.
        losses: Of each finalist, by its trial's number, on the folds of the second one.
        dropped: Those of which no further fold is to come.
    """
    finalists = [
        Finalist(
            trial, found[trial], second, 0 if trial in dropped else sum(map(math.isnan, second))
        )
        for trial, second in losses.items()
    ]
    return sorted(finalists, key=_rank)


def _rank(finalist: Finalist) -> tuple[bool, float, int]:
    """Puts those first that have all losses, and of them the best."""
    both = finalist.both
    return math.isnan(both), 0.0 if math.isnan(both) else both, finalist.trial


def write_finalists(path: Path, finalists: Sequence[Finalist]) -> None:
    """Writes the finalists to a CSV file, complete or not at all."""
    rows = [finalist.to_row() for finalist in finalists]
    write_csv(path, rows, list(rows[0]))


def read_finalists(path: Path) -> list[Finalist] | None:
    """Reads what `write_finalists` wrote; nothing where there is no such file.

    Raises:
        ResultsError: If the file is damaged.
    """
    return read_csv(path, NEEDED, Finalist.from_row) if path.is_file() else None


def finished_finalists(finalists: list[Finalist] | None) -> list[Finalist] | None:
    """Returns the finalists if no loss of theirs is still to come."""
    return finalists if finalists and not any(each.left for each in finalists) else None


def second_losses(finalists: list[Finalist] | None) -> dict[int, list[float]]:
    """Returns the losses of each finalist's second cross-validation, as far as there are any."""
    return {each.trial: list(each.second) for each in finalists or ()}
