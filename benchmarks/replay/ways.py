"""Ways of others to search, each as its documentation has it, by its own classes if it has any."""

import logging
import statistics
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import optuna
from optuna.pruners import BasePruner, WilcoxonPruner
from optuna.samplers import BaseSampler
from optuna.trial import TrialState
from ray.tune.schedulers import ASHAScheduler, TrialScheduler

from benchmarks.learning_curves import LearningCurves
from benchmarks.replay.executor import Job, Step
from benchmarks.replay.proposals import TableSampler, study_with
from search_spaces import SearchSpace


class CompleteTrials:
    """One configuration after another, fold after fold: plain Ray Tune with OptunaSearch.

    Args:
        curves: The table.
        space: What varies.
        trials: How many.
        sampler: What proposes.
    """

    def __init__(
        self, curves: LearningCurves, space: SearchSpace, trials: int, sampler: BaseSampler
    ) -> None:
        self._curves, self._space, self._left = curves, space, trials
        self._folds, self._epochs = curves.losses.shape[1:]
        self._study = study_with(TableSampler(sampler, curves, space))
        self._rows = {tuple(each.values()): row for row, each in enumerate(curves.parameters)}
        self._asked: dict[str, tuple[optuna.Trial, int]] = {}
        self._losses: dict[str, list[float]] = {}
        self._complete: set[int] = set()

    def suggest(self, name: str) -> Job | None:
        """See `Strategy`."""
        if not self._left:
            return None
        self._left -= 1
        trial = self._study.ask(self._space.distributions())
        row = self._rows[tuple(trial.params[each] for each in self._curves.parameters[0])]
        self._asked[name], self._losses[name] = (trial, row), []
        return Job(row, self._steps())

    def _steps(self) -> list[Step]:
        return [((fold, epoch),) for fold in range(self._folds) for epoch in range(self._epochs)]

    def report(self, name: str, step: int, losses: Sequence[float]) -> bool:
        """Takes a fold's last loss; its running mean is what the search is told."""
        if (step + 1) % self._epochs:
            return False
        self._losses[name].append(losses[0])
        return len(self._losses[name]) < self._folds and self.ends(name)

    def ends(self, name: str) -> bool:
        """Tells whether to end a trial after the folds it has: never."""
        return False

    def mean(self, name: str) -> float:
        """Returns the running mean."""
        return statistics.fmean(self._losses[name])

    def complete(self, name: str) -> None:
        """Tells Optuna that the trial is complete, as OptunaSearch does of pruned ones, too."""
        trial, row = self._asked.pop(name)
        complete = len(self._losses[name]) == self._folds
        self._complete |= {row} if complete else set()
        self.tell(trial, self.mean(name), complete)

    def tell(self, trial: optuna.Trial, mean: float, complete: bool) -> None:
        """Tells Optuna how a trial ended."""
        self._study.tell(trial, mean)

    def completed(self) -> set[int]:
        """See `Strategy`."""
        return self._complete


class Asha(CompleteTrials):
    """Ray's ASHA on the running mean per fold, over OptunaSearch."""

    def __init__(
        self, curves: LearningCurves, space: SearchSpace, trials: int, sampler: BaseSampler
    ) -> None:
        super().__init__(curves, space, trials, sampler)
        logging.getLogger("ray.tune").setLevel(logging.ERROR)
        self._scheduler = ASHAScheduler(
            time_attr="fold",
            metric="loss",
            mode="min",
            max_t=self._folds,
            grace_period=1,
            reduction_factor=2,
        )

    def suggest(self, name: str) -> Job | None:
        """See `Strategy`."""
        job = super().suggest(name)
        if job:
            self._scheduler.on_trial_add(None, self._as_ray(name))
        return job

    def _as_ray(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(trial_id=name, config={})

    def ends(self, name: str) -> bool:
        """Asks the scheduler."""
        result = {"fold": len(self._losses[name]), "loss": self.mean(name)}
        decision = self._scheduler.on_trial_result(None, self._as_ray(name), result)
        return bool(decision == TrialScheduler.STOP)


class Pruned(CompleteTrials):
    """Optuna with one of its pruners, told each fold."""

    def __init__(
        self,
        curves: LearningCurves,
        space: SearchSpace,
        trials: int,
        sampler: BaseSampler,
        pruner: BasePruner,
    ) -> None:
        super().__init__(curves, space, trials, sampler)
        self._study.pruner = pruner
        self._wilcoxon = isinstance(pruner, WilcoxonPruner)

    def ends(self, name: str) -> bool:
        """Asks the pruner: Wilcoxon's test is told the folds, the median rule their mean."""
        trial, losses = self._asked[name][0], self._losses[name]
        trial.report(losses[-1] if self._wilcoxon else self.mean(name), len(losses))
        return trial.should_prune()

    def tell(self, trial: optuna.Trial, mean: float, complete: bool) -> None:
        """Tells the mean so far of a trial that the test ended, as Optuna's documentation says."""
        if complete or self._wilcoxon:
            self._study.tell(trial, mean)
        else:
            self._study.tell(trial, state=TrialState.PRUNED)


class Racing(CompleteTrials):
    """SMAC3's intensifier: a challenger needs the best's mean over 1, 2, 4 folds to go on."""

    _best: tuple[float, list[float]] | None = None

    def ends(self, name: str) -> bool:
        """Compares on the folds that both have."""
        losses = self._losses[name]
        if self._best is None or len(losses) not in (1, 2, 4):
            return False
        return self.mean(name) > statistics.fmean(self._best[1][: len(losses)])

    def complete(self, name: str) -> None:
        """Takes over a new best."""
        losses = self._losses[name]
        if len(losses) == self._folds and (self._best is None or self.mean(name) < self._best[0]):
            self._best = self.mean(name), losses
        super().complete(name)


class Halving:
    """scikit-learn's HalvingRandomSearchCV with epochs as its resource, all folds every time.

    27 random configurations get 1 epoch, the best third 3, the best third of these all; each time
    from fresh weights. Then 27 others.
    """

    COUNTS = (27, 9, 3)

    def __init__(self, curves: LearningCurves, space: SearchSpace, trials: int, seed: int) -> None:
        self._curves, self._trials = curves, trials
        folds, epochs = curves.losses.shape[1:]
        self._all = range(folds)
        self._epochs = (1, 3, epochs)
        self._left = list(np.random.default_rng(seed).permutation(len(curves.losses))[:trials])
        self._round = len(self.COUNTS)
        self._queue: list[int] = []
        self._going: dict[str, int] = {}
        self._scores: dict[int, float] = {}
        self._complete: set[int] = set()

    def suggest(self, name: str) -> Job | None:
        """See `Strategy`."""
        if not self._queue and not self._going:
            self._next_round()
        if not self._queue:
            return None
        row = self._going[name] = self._queue.pop(0)
        epochs = self._epochs[self._round]
        return Job(row, [tuple((fold, e) for fold in self._all) for e in range(epochs)])

    def _next_round(self) -> None:
        self._round += 1
        if self._round < len(self.COUNTS):
            best = sorted(self._scores, key=lambda row: self._scores[row])
            self._queue = best[: self.COUNTS[self._round]]
        else:
            self._round = 0
            self._queue = [int(row) for row in self._left[: self.COUNTS[0]]]
            del self._left[: self.COUNTS[0]]
        self._scores = {}

    def report(self, name: str, step: int, losses: Sequence[float]) -> bool:
        """See `Strategy`."""
        self._scores[self._going[name]] = statistics.fmean(losses)
        return False

    def complete(self, name: str) -> None:
        """See `Strategy`."""
        row = self._going.pop(name)
        self._complete |= {row} if self._round == len(self.COUNTS) - 1 else set()

    def completed(self) -> set[int]:
        """See `Strategy`."""
        return self._complete


class FirstEpochs(CompleteTrials):
    """i-Epoch: all have the first epochs of the first fold, then the best of them are complete.

    Egele et al., "The Unreasonable Effectiveness of Early Discarding After One Epoch in Neural
    Network Hyperparameter Optimization", Neurocomputing 2024.

    Args:
        curves: The table.
        space: What varies.
        trials: How many.
        sampler: What proposes.
        first: How many epochs all have.
        best: How many are completed.
    """

    def __init__(
        self,
        curves: LearningCurves,
        space: SearchSpace,
        trials: int,
        sampler: BaseSampler,
        first: int,
        best: int,
    ) -> None:
        super().__init__(curves, space, trials, sampler)
        self._first, self._best = first, best
        self._scores: dict[int, float] = {}
        self._completing: dict[str, int] = {}

    def suggest(self, name: str) -> Job | None:
        """See `Strategy`."""
        if job := super().suggest(name):
            return Job(job.row, job.steps[: self._first])
        if self._asked or not self._best or not self._scores:
            return None
        self._best -= 1
        row = min(self._scores, key=lambda row: self._scores[row])
        del self._scores[row]
        self._completing[name] = row
        return Job(row, self._steps())

    def report(self, name: str, step: int, losses: Sequence[float]) -> bool:
        """See `Strategy`."""
        if name in self._losses and step + 1 == self._first:
            self._losses[name].append(losses[0])
        return False

    def complete(self, name: str) -> None:
        """See `Strategy`."""
        if name in self._completing:
            self._complete.add(self._completing.pop(name))
        else:
            trial, row = self._asked.pop(name)
            self._scores[row] = self.mean(name)
            self.tell(trial, self._scores[row], complete=False)
