"""The trials of a sweep, a record each: what `trials.csv` holds.

Reading it needs neither Optuna nor pandas, which take most of a second to import.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args

from results.store.formats.csv_files import read_csv, write_csv

State = Literal["complete", "pruned", "failed", "running", "waiting"]
STATES: tuple[State, ...] = get_args(State)
ENDS = STATES[:3]
NEEDED = ("trial", "state", "validation_loss", "forecast", "fold_epochs")
FOLD = re.compile(r"fold_\d+")
LOSS, ACCURACY = "loss_", "accuracy_"  # of a source
Value = bool | int | float | str


@dataclass(frozen=True)
class TrialRecord:
    """A trial that was begun: its row of `trials.csv`.

    Attributes:
        trial: Its number.
        state: How it ended, or that it runs.
        origin: Where it comes from: `baseline`, `portfolio`, `search`, ...
        validation_loss: Of a complete trial: mean over the folds of the loss averaged over sources,
            after the last epoch, nats.
        validation_loss_se: Its standard error, nats (`model.judging.standard_error`).
        forecast: What that loss was expected to be when the trial ended, nats; once the search is
            over, by all it has seen.
        fold_losses: The last loss of each fold begun, nats.
        losses: The mean loss of each source, nats.
        accuracies: The mean accuracy of each source, 0 to 1.
        parameters: Those that vary.
        weights: How many the network has.
        fold_epochs: Those it has had.
        seconds: What it took on its workers.
        reason: Why it is not complete: what trials of one fate have in common.
        cause: The same for people, and where to read more.
    """

    trial: int
    state: State
    origin: str = "search"
    validation_loss: float | None = None
    validation_loss_se: float | None = None
    forecast: float | None = None
    fold_losses: tuple[float, ...] = ()
    losses: Mapping[str, float] = field(default_factory=dict)
    accuracies: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    weights: int | None = None
    fold_epochs: int = 0
    seconds: float | None = None
    reason: str = ""
    cause: str = ""

    @property
    def known_loss(self) -> float:
        """Its loss, or what that is forecast to be, nats; not a number where neither is known."""
        known = self.forecast if self.validation_loss is None else self.validation_loss
        return math.nan if known is None else known

    def to_row(self) -> dict[str, Any]:
        """Returns its cells by their columns."""
        return {
            "trial": self.trial,
            "state": self.state,
            "origin": self.origin,
            "validation_loss": self.validation_loss,
            "validation_loss_se": self.validation_loss_se,
            "forecast": self.forecast,
            "folds": len(self.fold_losses),
            **{f"fold_{fold}": loss for fold, loss in enumerate(self.fold_losses)},
            **{LOSS + source: loss for source, loss in self.losses.items()},
            **{ACCURACY + source: part for source, part in self.accuracies.items()},
            **self.parameters,
            "weights": self.weights,
            "fold_epochs": self.fold_epochs,
            "seconds": self.seconds,
            "reason": self.reason,
            "cause": self.cause,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Self:
        """Makes a record of its cells as text.

        Raises:
            ValueError: If it is not as `to_row` makes it.
        """
        record = cls(
            trial=int(row["trial"]),
            state=_state(row["state"]),
            origin=row.get("origin", "search"),
            validation_loss=_number(row["validation_loss"]),
            validation_loss_se=_number(row.get("validation_loss_se", "")),
            forecast=_number(row["forecast"]),
            fold_losses=tuple(float(row[name]) for name in row if _is_loss(name, row[name])),
            losses=_by_source(row, LOSS),
            accuracies=_by_source(row, ACCURACY),
            parameters={name: _value(row[name]) for name in row if _is_parameter(name, row[name])},
            weights=_count(row.get("weights", "")),
            fold_epochs=_count(row["fold_epochs"]) or 0,
            seconds=_number(row.get("seconds", "")),
            reason=row.get("reason", ""),
            cause=row.get("cause", ""),
        )
        if record.state == "complete" and record.validation_loss is None:
            raise ValueError(f"trial {record.trial} is complete, but has no loss")
        return record


OWN = {*TrialRecord(0, "running").to_row()}  # the columns of any trial


def _is_loss(column: str, cell: str) -> bool:
    return bool(cell) and FOLD.fullmatch(column) is not None


def _is_parameter(column: str, cell: str) -> bool:
    of_losses = FOLD.fullmatch(column) or column.startswith((LOSS, ACCURACY))
    return bool(cell) and column not in OWN and not of_losses


def _state(cell: str) -> State:
    if cell not in STATES:
        raise ValueError(f"a state must be of {', '.join(STATES)}, but is {cell!r}")
    return cell


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _count(cell: str) -> int | None:
    return int(float(cell)) if cell else None


def _by_source(row: Mapping[str, str], what: str) -> dict[str, float]:
    named = {name.removeprefix(what): cell for name, cell in row.items() if name.startswith(what)}
    return {source: float(cell) for source, cell in named.items() if cell}


def _value(cell: str) -> Value:
    """Returns a parameter's value in its own kind."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(cell)
    return {"True": True, "False": False}.get(cell, cell)


def columns_of(records: Sequence[TrialRecord]) -> list[str]:
    """Returns every column of any record: the longest row's, then what only others have."""
    rows = [list(record.to_row()) for record in records]
    longest = max(rows, key=len, default=list(TrialRecord(0, "running").to_row()))
    return list(dict.fromkeys([*longest, *(name for row in rows for name in row)]))


def rows_of(records: Sequence[TrialRecord]) -> list[dict[str, Any]]:
    """Returns the records' rows, each with every column; None where there is nothing."""
    empty = dict.fromkeys(columns_of(records))
    return [{**empty, **record.to_row()} for record in records]


def write_records(path: Path, records: Sequence[TrialRecord]) -> None:
    """Writes trials to a CSV file, complete or not at all."""
    write_csv(path, [record.to_row() for record in records], columns_of(records))


def read_records(path: Path) -> list[TrialRecord]:
    """Reads what `write_records` wrote; none where there is no such file yet.

    Raises:
        ResultsError: If the file is damaged.
    """
    return read_csv(path, NEEDED, TrialRecord.from_row) if path.is_file() else []


def best_first(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Returns the complete trials, the best first; of two alike, the earlier one."""
    complete = [record for record in records if record.state == "complete"]
    return sorted(complete, key=_rank)


def _rank(record: TrialRecord) -> tuple[float, int]:
    loss = record.validation_loss
    return math.inf if loss is None else loss, record.trial


def ended(records: Sequence[TrialRecord]) -> set[int]:
    """Returns the numbers of the trials that have ended."""
    return {record.trial for record in records if record.state in ENDS}


def count_states(records: Sequence[TrialRecord]) -> dict[str, int]:
    """Returns how many trials are in each state, the most frequent state first."""
    return dict(Counter(record.state for record in records).most_common())
