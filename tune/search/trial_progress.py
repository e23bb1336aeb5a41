"""Trial progress: what a trial has done, and what is being done for it."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import optuna
from optuna.trial import TrialState

from model.configuration import Configuration


@dataclass
class TrialProgress:
    """A trial that has begun: what it has done, and what is being done.

    Attributes:
        trial: Optuna's.
        configuration: What is cross-validated.
        given: The folds that workers are at.
        folds: The last result of each fold begun.
        done: The folds that have had all their epochs.
        steps: How many results there were; the same epoch of folds side by side is one.
        fold_epochs: What it has cost: epochs, each fold's counted, and those repeated, too.
        seconds: What it has taken on its workers.
        end: How it is to be told once no worker is at it, if that is known: state and cause.
        retries: How often it was begun again as its worker had died.
        alone: Whether it has found too little memory on a GPU that others are at, too.
    """

    trial: optuna.Trial
    configuration: Configuration
    given: set[int] = field(default_factory=set)
    folds: dict[int, dict[str, Any]] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    steps: int = 0
    fold_epochs: int = 0
    seconds: float = 0.0
    end: tuple[TrialState, str] | None = None
    retries: int = 0
    alone: bool = False

    def take_up(self, rows: Sequence[dict[str, Any]], steps: int) -> None:
        """Takes up what the trial had done before the search was broken off.

        Args:
            rows: The results of its folds, in their order.
            steps: How many results there were.
        """
        self._keep({row["fold"]: row for row in rows})
        self.fold_epochs, self.steps = len(rows), steps
        self.seconds = sum(row["seconds"] for row in rows)

    @property
    def number(self) -> int:
        """The trial's."""
        return self.trial.number

    def open_folds(self, folds: int) -> list[int]:
        """Returns those that a worker could be given, the first one first."""
        taken = self.done | self.given
        return [fold for fold in range(folds) if fold not in taken]

    def epochs_left(self, folds: int) -> int:
        """Returns how many epochs it is from being complete, at the most: those of open folds."""
        return (folds - len(self.done)) * self.configuration.epochs

    def add(self, result: Mapping[str, Any]) -> bool:
        """Keeps the result of an epoch; returns whether it is news, not repeated."""
        folds = {fold["fold"]: fold for fold in result["folds"]}
        if all(self._epochs(fold) >= each["epoch"] for fold, each in folds.items()):
            return False
        self._keep(folds)
        self.steps += 1
        return True

    def _keep(self, folds: Mapping[int, dict[str, Any]]) -> None:
        self.folds.update(folds)
        whole = {fold for fold in folds if self._epochs(fold) == self.configuration.epochs}
        self.done = (self.done - folds.keys()) | whole

    def _epochs(self, fold: int) -> int:
        return int(self.folds[fold]["epoch"]) if fold in self.folds else 0

    @property
    def validation_loss(self) -> float:
        """Mean over its folds, nats."""
        return statistics.fmean(self._losses())

    def _losses(self) -> list[float]:
        return [self.folds[fold]["validation_loss"] for fold in sorted(self.folds)]

    @property
    def place(self) -> str:
        """Says how far it has come."""
        fold = max(self.folds, default=0)
        return f"fold {fold}, epoch {self._epochs(fold)}"

    def described(self) -> dict[str, Any]:
        """Returns what its row in the table needs, beside its parameters and its end."""
        cost = {
            "fold_epochs": self.fold_epochs,
            "seconds": round(self.seconds, 2),
        }
        if not self.folds:
            return cost
        losses = self._losses()
        return {
            **cost,
            "fold_losses": losses,
            "validation_loss_sd": statistics.stdev(losses) if len(losses) > 1 else None,
            "losses": self._by_source(_loss),
            "accuracies": self._by_source(_accuracy),
        }

    def _by_source(self, measure: Callable[[dict[str, Any]], float]) -> dict[str, float]:
        """Returns the mean over the folds that have the source, for each source."""
        values: dict[str, list[float]] = {}
        for fold in self.folds.values():
            for source, measures in fold["sources"].items():
                values.setdefault(source, []).append(measure(measures))
        return {source: statistics.fmean(each) for source, each in values.items()}


def _loss(measures: dict[str, Any]) -> float:
    return float(measures["loss"])


def _accuracy(measures: dict[str, Any]) -> float:
    return float(measures["correct"] / measures["count"])
