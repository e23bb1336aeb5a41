"""Rungs: what each trial has had, or is promised, of the three rungs of the ladder."""

from collections.abc import Collection

from tune.search.forecasting.forecaster import Forecaster


class Rungs:
    """Counts fold-epochs by rung, as they come: it never goes through all trials.

    Rung 0 is the first epochs of the first fold; rung 1 the most that another fold, or the rest of
    the first, has had; rung 2 all else. Epochs that a worker is at count as if they had been.

    Args:
        forecaster: Knows the epochs that each trial has had.

    Attributes:
        given: Fold-epochs of all trials, had or promised, by rung.
        had_rung_0: How many trials have had all of rung 0.
        at_rung_2: The trials that have had some of rung 2, or are promised some.
    """

    def __init__(self, forecaster: Forecaster) -> None:
        self._forecaster = forecaster
        self._promised: dict[int, dict[int, int]] = {}  # epochs of the folds that workers are at
        self._counted = 0  # of the epochs that the forecaster was told
        self._by_rung: dict[int, tuple[int, int, int]] = {}
        self._next: dict[int, int] = {}
        self._at_rung_1: set[int] = set()
        self.given = [0, 0, 0]
        self.had_rung_0 = 0
        self.at_rung_2: set[int] = set()

    def promise(self, trial: int, folds: Collection[int], epochs: int) -> None:
        """Counts epochs of folds that a worker is at as if they had been."""
        self._promised.setdefault(trial, {}).update(dict.fromkeys(folds, epochs))
        self._count(trial)

    def release(self, trial: int, folds: Collection[int]) -> None:
        """Counts the epochs of folds that there were, as their worker has left them."""
        for fold in folds:
            del self._promised[trial][fold]
        self._count(trial)

    def is_at_work(self, trial: int) -> bool:
        """Tells whether a worker is at a trial."""
        return bool(self._promised.get(trial))

    def is_at_rung_1(self, trial: int) -> bool:
        """Tells whether a worker is at its rung 1."""
        return trial in self._at_rung_1

    def next(self, trial: int) -> int:
        """Returns which rung of a trial comes next; 0 of one that is not known."""
        return self._next.get(trial, 0)

    def update(self) -> None:
        """Counts what trials have shown since the last time."""
        shown = self._forecaster.shown
        for trial in dict.fromkeys(shown[self._counted :]):
            self._count(trial)
        self._counted = len(shown)

    def _count(self, trial: int) -> None:
        """Counts a trial anew, in the place of what it counted before."""
        had_rung_0 = self._forecaster.epochs_seen(trial)[0] >= self._forecaster.rung_0
        self.had_rung_0 += had_rung_0 - (self.next(trial) > 0)
        rungs, before = self._rungs(trial), self._by_rung.get(trial, (0, 0, 0))
        for rung in range(3):
            self.given[rung] += rungs[rung] - before[rung]
        self._by_rung[trial] = rungs
        (self.at_rung_2.add if rungs[2] else self.at_rung_2.discard)(trial)
        complete = self._forecaster.epochs
        is_beyond = max(self._folds(trial)) == complete
        self._next[trial] = had_rung_0 + (had_rung_0 and is_beyond)
        is_at_rung_1 = is_beyond and complete > max(self._forecaster.epochs_seen(trial))
        (self._at_rung_1.add if is_at_rung_1 else self._at_rung_1.discard)(trial)

    def _rungs(self, trial: int) -> tuple[int, int, int]:
        first, *others = self._folds(trial)
        rung_0 = min(first, self._forecaster.rung_0)
        after = [first - rung_0, *others]
        rung_1 = max(after)
        return rung_0, rung_1, sum(after) - rung_1

    def _folds(self, trial: int) -> list[int]:
        """Returns the epochs that a trial has had, or is promised, of each fold."""
        promised = self._promised.get(trial, {})
        seen = enumerate(self._forecaster.epochs_seen(trial))
        return [max(epochs, promised.get(fold, 0)) for fold, epochs in seen]
