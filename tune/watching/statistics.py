"""How far a search has come: its trials by state, the best, and their fold-epochs."""

import time
from collections import Counter
from collections.abc import Sequence

import optuna
from optuna.trial import FrozenTrial, TrialState

from model.training.fold_epoch import FoldEpoch
from results.store.search.epochs import EpochLog
from results.store.search.trials import BEGUN, FINISHED


class SearchStatistics:
    """Counts, from the study and from what workers report.

    What is told of the search is put down by `look`,
    so that another thread may read it at any time.

    Args:
        study: The sweep's.
        log: What trials had done before the search was broken off.
        trials: How many are planned.
        complete: Fold-epochs of a complete trial, at the most.
        assumed: Fold-epochs that a trial is assumed to take, in the mean.

    Attributes:
        trials: How many are planned.
        counts: How many have begun, by state.
        best: The best complete trial, if there is one.
        fold_epochs: Of all trials.
        fold_epochs_left: That the others may take.
        seconds_left: How long they may take, if that can be told.
        most: Fold-epochs if every trial were complete.
    """

    def __init__(
        self, study: optuna.Study, log: EpochLog, trials: int, complete: int, assumed: float
    ) -> None:
        self._study, self.trials, self.most = study, trials, trials * complete
        self._assumed = assumed
        self._seen: dict[int, dict[int, int]] = {}  # fold-epochs, of trials that go on
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
        fresh = [t for t in begun if t.state in FINISHED and t.number not in self._ended]
        for trial in fresh:
            self._end(trial)
        complete = [trial for trial in begun if trial.state == TrialState.COMPLETE]
        self.best = min(complete, key=lambda trial: trial.value or 0.0, default=None)
        self.counts = Counter(trial.state for trial in begun)
        self.fold_epochs = sum(self._spent.values())
        self.fold_epochs_left = self._cost_left()
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
        """Takes what all trials are assumed to take together; no less than one, while some go on.

        It cannot be told from those that have ended: most are pruned at the very end.
        """
        if self.ended == self.trials:
            return 0.0
        complete = self._assumed * (self.trials - self.counts[TrialState.FAIL])
        return max(self._assumed, complete - self.fold_epochs)

    def _seconds_left(self) -> float | None:
        here = self.fold_epochs - self._before
        return self.fold_epochs_left * self.seconds / here if here else None
