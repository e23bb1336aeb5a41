"""Trial progress: what a trial has done, and what is being done for it."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import optuna

from model.configuration import Configuration
from model.judging.judgement import SourceMeasures
from model.judging.standard_error import standard_error
from model.training.fold_epoch import FoldEpoch
from tune.search.outcome import TrialEnd


@dataclass
class TrialProgress:
    """A trial that has begun: what it has done, and what is being done.

    Attributes:
        trial: Optuna's.
        configuration: What is cross-validated.
        given: The folds that workers are at.
        folds: The last epoch of each fold begun.
        done: The folds that have had all their epochs.
        steps: How many results there were; the same epoch of folds side by side is one.
        fold_epochs: Those it has had, and those repeated, too.
        seconds: What it has taken on its workers.
        end: How it is to be told once no worker is at it, if that is known.
        retries: How often it was begun again as its worker had died.
        alone: Whether it has found too little memory on a GPU that others are at, too.
    """

    trial: optuna.Trial
    configuration: Configuration
    given: set[int] = field(default_factory=set)
    folds: dict[int, FoldEpoch] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    steps: int = 0
    fold_epochs: int = 0
    seconds: float = 0.0
    end: TrialEnd | None = None
    retries: int = 0
    alone: bool = False

    def take_up(self, epochs: Sequence[FoldEpoch], steps: int) -> None:
        """Takes up what the trial had done before the search was broken off.

        Args:
            epochs: Of its folds, in their order.
            steps: How many results there were.
        """
        self._keep(epochs)
        self.fold_epochs, self.steps = len(epochs), steps
        self.seconds = sum(each.seconds for each in epochs)

    def leave(self, folds: Sequence[int], so_far: int) -> None:
        """Has the study know that a worker leaves folds, which wait.

        Args:
            folds: That it was given; of those not begun nothing is to be known.
            so_far: Fold-epochs that the search has seen.
        """
        left = {str(fold): so_far for fold in folds if fold in self.folds}
        self.trial.set_user_attr("left", {**self.trial.user_attrs.get("left", {}), **left})

    def at_work(self) -> list[int]:
        """Returns the folds that are in the midst of their epochs and were not left since."""
        left = self.trial.user_attrs.get("left", {})
        begun = sorted(self.folds.keys() - self.done)
        return [fold for fold in begun if self.folds[fold].so_far > left.get(str(fold), 0)]

    @property
    def number(self) -> int:
        """The trial's."""
        return self.trial.number

    def open_folds(self, folds: int) -> list[int]:
        """Returns those that a worker could be given, the first one first."""
        taken = self.done | self.given
        return [fold for fold in range(folds) if fold not in taken]

    def has_open_folds(self, folds: int) -> bool:
        """Tells whether there is one that a worker could be given."""
        return len(self.done | self.given) < folds

    def epochs_left(self, folds: int) -> int:
        """Returns how many epochs it is from being complete, at the most: those of open folds."""
        return (folds - len(self.done)) * self.configuration.epochs

    def add(self, folds: Sequence[FoldEpoch]) -> bool:
        """Keeps an epoch of some folds; returns whether it is news, not repeated."""
        if all(self._epochs(each.fold) >= each.epoch for each in folds):
            return False
        self._keep(folds)
        self.steps += 1
        return True

    def _keep(self, folds: Sequence[FoldEpoch]) -> None:
        last = {each.fold: each for each in folds}
        self.folds.update(last)
        done = {fold for fold, each in last.items() if each.epoch == self.configuration.epochs}
        self.done = (self.done - last.keys()) | done

    def _epochs(self, fold: int) -> int:
        return self.folds[fold].epoch if fold in self.folds else 0

    @property
    def validation_loss(self) -> float:
        """Mean over its folds, nats."""
        return statistics.fmean(self._losses())

    def _losses(self) -> list[float]:
        return [self.folds[fold].validation_loss for fold in sorted(self.folds)]

    @property
    def place(self) -> str:
        """Says how far it has come."""
        fold = max(self.folds, default=0)
        return f"fold {fold}, epoch {self._epochs(fold)}"

    def described(self) -> dict[str, Any]:
        """Returns what its row in the table needs, beside its parameters and its end."""
        work = {
            "fold_epochs": self.fold_epochs,
            "seconds": round(self.seconds, 2),
        }
        if not self.folds:
            return work
        losses = self._losses()
        return {
            **work,
            "fold_losses": losses,
            "validation_loss_se": standard_error(losses),
            "losses": self._by_source(attrgetter("loss")),
            "accuracies": self._by_source(attrgetter("accuracy")),
        }

    def _by_source(self, measure: Callable[[SourceMeasures], float]) -> dict[str, float]:
        """Returns the mean over the folds that have the source, for each source."""
        values: dict[str, list[float]] = {}
        for fold in self.folds.values():
            for source, measures in fold.validation.sources.items():
                values.setdefault(source, []).append(measure(measures))
        return {source: statistics.fmean(each) for source, each in values.items()}
