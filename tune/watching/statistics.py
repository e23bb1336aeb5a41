"""How far a search has come: its trials by state, the best, and what they have cost."""

import statistics
import time
from collections import Counter
from collections.abc import Sequence

import optuna
from optuna.trial import FrozenTrial, TrialState

from model.training.fold_epoch import FoldEpoch
from results.store.epochs import EpochLog
from results.store.trials import ENDED

BEGUN = (TrialState.RUNNING, *ENDED)


class Tally:
    """Counts, from the study and from what workers report.

    Cost is counted in epochs of one fold. What is told of the whole search is put down by `look`,
    so that another thread may read it at any time.

    Args:
        study: The sweep's.
        log: What trials had done before the search was broken off.
        trials: How many are planned.
        whole: What a trial costs that runs to its end, at the most.
        assumed: What a trial is assumed to cost, in the mean.

    Attributes:
        trials: How many are planned.
        counts: How many have begun, by state.
        best: The best whole trial, if there is one.
        cost: Of all trials.
        cost_left: What the others may cost.
        seconds_left: How long they may take, if that can be told.
        most: What all trials would cost if each ran to its end.
    """

    def __init__(
        self, study: optuna.Study, log: EpochLog, trials: int, whole: int, assumed: float
    ) -> None:
        self._study, self.trials, self.most = study, trials, trials * whole
        self._assumed = assumed
        self._seen: dict[int, dict[int, int]] = {}  # epochs of each fold, of trials that go on
        self._spent: dict[int, int] = {}  # by each trial
        self._ended: set[int] = set()
        self._take_up(log)
        self._started, self._before = time.monotonic(), sum(self._spent.values())
        self.look()

    def _take_up(self, log: EpochLog) -> None:
        for trial in self._study.get_trials(deepcopy=False, states=BEGUN):
            if trial.state == TrialState.RUNNING:
                epochs = log.read(trial.number)
                self._seen[trial.number] = {each.fold: each.epoch for each in epochs}
                self._spent[trial.number] = len(epochs)
            else:
                self._end(trial)

    def _end(self, trial: FrozenTrial) -> None:
        self._ended.add(trial.number)
        self._spent[trial.number] = trial.user_attrs.get("fold_epochs", 0)
        self._seen.pop(trial.number, None)

    def add(self, trial: int, folds: Sequence[FoldEpoch]) -> None:
        """Takes down an epoch of some folds."""
        seen = self._seen.setdefault(trial, {})
        for each in folds:
            seen[each.fold] = max(each.epoch, seen.get(each.fold, 0))
        self._spent[trial] = self._spent.get(trial, 0) + len(folds)

    def folds_done(self, trial: int, epochs: int) -> int:
        """Returns how many folds of a trial that goes on have had so many epochs."""
        return sum(epoch >= epochs for epoch in self._seen.get(trial, {}).values())

    def look(self) -> list[FrozenTrial]:
        """Looks at the study; returns the trials that have ended since the last look."""
        begun = [t for t in self._study.get_trials(deepcopy=False) if t.state in BEGUN]
        fresh = [t for t in begun if t.state in ENDED and t.number not in self._ended]
        for trial in fresh:
            self._end(trial)
        whole = [trial for trial in begun if trial.state == TrialState.COMPLETE]
        self.best = min(whole, key=lambda trial: trial.value or 0.0, default=None)
        self.counts = Counter(trial.state for trial in begun)
        self.cost = sum(self._spent.values())
        self.cost_left = self._cost_left()
        self.seconds_left = self._seconds_left()
        return fresh

    @property
    def seconds(self) -> float:
        """How long the search has run, since it was begun or taken up."""
        return time.monotonic() - self._started

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return self.counts.total() - self.counts[TrialState.RUNNING]

    def _cost_left(self) -> float:
        """Takes what all trials are assumed to cost together; no less than one, while some go on.

        It cannot be told from those that have ended: most are stopped at the very end.
        """
        if self.ended == self.trials:
            return 0.0
        whole = self._assumed * (self.trials - self.counts[TrialState.FAIL])
        return max(self._assumed, whole - self.cost)

    def _seconds_left(self) -> float | None:
        here = self.cost - self._before
        return self.cost_left * self.seconds / here if here else None


def noise(losses: Sequence[float]) -> float:
    """Returns the standard error of a cross-validated loss, nats.

    Folds share training images, so the variance of their mean is taken as 1 / k + 1 / (k - 1)
    times theirs (Nadeau and Bengio, 2003).
    """
    k = len(losses)
    return float((statistics.pvariance(losses) * (1 / k + 1 / (k - 1))) ** 0.5)
