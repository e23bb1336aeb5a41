"""The ladder: which trials are promoted, and which are pruned, by the forecasts of their losses."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from tune.planning.request import RISK
from tune.search.forecasting.forecast import Forecaster, Forecasts
from tune.search.pruning.pruner import Pruner, Verdict

# Chosen by replaying sweeps over real learning curves: see benchmarks/search.py.
LEAVING = 0.2  # of the risk, within which a trial that is at work is put off
LIKELY = 0.3  # chance of being better than those at work, below which a trial waits for them
WARM_UP = 8  # trials that have had rung 0 before any is promoted
BETS = (1.0, 2.0, 1.0)  # fold-epochs of a rung, in parts of those of the rungs before it

# The same where folds are trained side by side: what is left half done is lost in all of them.
LEAVING_ALL = 0.02
BETS_ON_ALL = (1.0, 0.7, 0.0)


class LadderPruner(Pruner):
    """Spends on a trial only as long as it may be the best.

    A trial comes to three rungs. Rung 0 is a few epochs of the first fold; rung 1 the rest of that
    fold, or all of another one; rung 2 the other folds, which may run side by side. After
    rung 0 a trial waits, unless it is the one to be promoted. A trial that waited goes on with
    another fold: to keep weights costs more than an epoch, and an epoch of another fold tells more
    than one that is repeated.

    Each trial has a chance of being better than the best known one, by the forecasts. The least
    promising trials, whose chances add up to no more than the risk, are put off: the best of all
    trials is among them with at most that probability. Forecasts change, so a trial that was put
    off may go on later. When no new trials are left to begin, all that are not put off go on, the
    most promising first. At the end all others are pruned; of very many, some are before.

    While new trials are begun, the best of those that wait is promoted where its next rung has
    cost no more than `BETS` says, as in successive halving, where every rung costs the same; and to
    rung 2 only if no other that is there is forecast to be better.

    A GPU can train folds side by side. There a trial is promoted to all folds at once, from their
    first epoch; they count as one, as rung 1, and nothing is set aside for rung 2.

    Args:
        forecaster: Forecasts the losses of all trials.
        spared: Trials that are never pruned.
        weights: Where size matters, too: returns that of a trial, which is then compared only with
            those that are no larger.
        risk: The probability, 0 to 0.5, that the best of all trials is pruned.
        side_by_side: Whether a worker trains several folds at a time.
    """

    def __init__(
        self,
        forecaster: Forecaster,
        spared: Collection[int] = (),
        weights: Callable[[int], int] | None = None,
        risk: float = RISK,
        side_by_side: bool = False,
    ) -> None:
        super().__init__(forecaster)
        self._spared, self._weights = spared, weights
        self._risk, self._side_by_side = risk, side_by_side
        self._leaving = LEAVING_ALL if side_by_side else LEAVING
        self._bets = BETS_ON_ALL if side_by_side else BETS
        self._rung_0 = forecaster.rung_0
        self._chances: dict[int, float] = {}
        self._chances_of: Forecasts | None = None
        self._promised: dict[int, dict[int, int]] = {}  # epochs of the folds that workers are at

    def run(self, trial: int, open_folds: Sequence[int]) -> tuple[int, ...]:
        """Returns the first that is new, or all where they are trained side by side.

        Several workers may be at folds of one trial.
        """
        seen = self.forecaster.epochs_seen(trial)
        if self._side_by_side and seen[0] >= self._rung_0:
            return tuple(open_folds)
        return (min(open_folds, key=lambda fold: (seen[fold] > 0, fold)),)

    def broken_off(
        self, trial: int, open_folds: Sequence[int], at_work: Sequence[int]
    ) -> list[tuple[int, ...]]:
        """Returns each fold that was at work, or all; none of a trial that waited."""
        seen = self.forecaster.epochs_seen(trial)
        if seen[0] < self._rung_0:
            return [(0,)]
        if self._side_by_side:
            promoted = [fold for fold in at_work if fold or seen[0] > self._rung_0]
            return [tuple(open_folds)] if promoted else []
        return [(fold,) for fold in at_work]

    def begun(self, trial: int, folds: Collection[int]) -> None:
        """Counts the epochs to come as if they had been."""
        fresh = not any(self.forecaster.epochs_seen(trial))
        epochs = self._rung_0 if fresh else self.forecaster.epochs
        self._promised.setdefault(trial, {}).update(dict.fromkeys(folds, epochs))

    def ended(self, trial: int, folds: Collection[int]) -> None:
        """Counts the epochs that there were."""
        for fold in folds:
            del self._promised[trial][fold]

    def verdict(self, trial: int, waiting: Collection[int]) -> Verdict:
        """See the class."""
        if self.is_hopeless(trial):
            return Verdict.PRUNE
        if sum(self.forecaster.epochs_seen(trial)) != self._rung_0:
            return Verdict.WAIT if self.is_put_off(trial) else Verdict.GO_ON
        if self._side_by_side or self.next_up([*waiting, trial]) != trial:
            return Verdict.WAIT
        self._promised[trial][0] = self.forecaster.epochs
        return Verdict.GO_ON

    def is_hopeless(self, trial: int) -> bool:
        """See the class."""
        is_known = any(self.forecaster.epochs_seen(trial)) and trial not in self._spared
        return is_known and trial not in self.forecaster.forecasts().places

    def is_put_off(self, trial: int) -> bool:
        """See the class; what is at work is put off later than what waits is kept waiting."""
        return trial in self._put_off(self._leaving)

    def chances(self) -> dict[int, float]:
        """Returns the chance of each trial that may be pruned to be better than the best known."""
        forecasts = self.forecaster.forecasts()
        if forecasts is not self._chances_of:
            chances = forecasts.chances(self._rivals(forecasts)) if forecasts.places else ()
            named = zip(forecasts.places.items(), chances, strict=True)
            self._chances = {
                trial: float(chance)
                for (trial, place), chance in named
                if not forecasts.complete[place] and self._may_stop(trial)
            }
            self._chances_of = forecasts
        return self._chances

    def _may_stop(self, trial: int) -> bool:
        return trial not in self._spared and self._rung(trial) > 0

    def _rivals(self, forecasts: Forecasts) -> NDArray[np.int64]:
        """Returns the place of the best known trial that is no larger, for each trial."""
        if not self._weights:
            return np.full(len(forecasts.places), forecasts.best())
        weights = np.array([self._weights(trial) for trial in forecasts.places])
        return np.array([forecasts.best(weights <= own) for own in weights])

    def _put_off(self, part: float = 1.0) -> set[int]:
        """Returns the least promising trials, whose chances add up to a part of the risk."""
        chances = self.chances()
        ordered = sorted(chances, key=lambda trial: chances[trial])
        sums = np.cumsum([chances[trial] for trial in ordered])
        return set(ordered[: int((sums <= part * self._risk).sum())])

    def next_up(self, waiting: Collection[int]) -> int | None:
        """See the class."""
        if self._had_rung_0() < WARM_UP:
            return None
        best = self._best_of(waiting, 2)
        return self._best_of(waiting, 1) if best is None else best

    def _had_rung_0(self) -> int:
        seen = (self.forecaster.epochs_seen(trial)[0] for trial in self.forecaster.trials)
        return sum(epochs >= self._rung_0 for epochs in seen)

    def _best_of(self, waiting: Collection[int], rung: int) -> int | None:
        """Returns the best of those whose next rung this is, if it is promoted."""
        there = [trial for trial in waiting if self._rung(trial) == rung]
        if not there or not self._is_affordable(rung):
            return None
        best = min(there, key=self._center)
        return best if rung == 1 or self._is_best(best, rung) else None

    def _rung(self, trial: int) -> int:
        """Returns which rung comes next."""
        if self.forecaster.epochs_seen(trial)[0] < self._rung_0:
            return 0
        return 2 if max(self._given(trial)) == self.forecaster.epochs else 1

    def _center(self, trial: int) -> float:
        return self.forecaster.forecasts().center(trial)

    def _is_best(self, trial: int, rung: int) -> bool:
        there = (other for other in self.forecaster.trials if self._by_rung(other)[rung])
        return all(self._center(trial) <= self._center(other) for other in there)

    def _is_affordable(self, rung: int) -> bool:
        """Tells whether a rung's fold-epochs stay within what `BETS` allows."""
        needed = (self._rung_0, self.forecaster.epochs - self._rung_0, self.forecaster.epochs)
        given = np.sum([self._by_rung(trial) for trial in self._begun()], axis=0)
        bet = self._bets[rung]
        return bool(given[rung] + bet * needed[rung] <= bet * given[:rung].sum())

    def _begun(self) -> set[int]:
        return {*self.forecaster.trials, *self._promised}

    def _by_rung(self, trial: int) -> tuple[int, int, int]:
        """Returns the epochs that a trial has had, or is promised, at each rung."""
        first, *others = self._given(trial)
        rung_0 = min(first, self._rung_0)
        after = [first - rung_0, *others]
        rung_1 = max(after)
        return rung_0, rung_1, sum(after) - rung_1

    def _given(self, trial: int) -> list[int]:
        """Returns the epochs that a trial has had, or is promised, of each fold."""
        promised = self._promised.get(trial, {})
        seen = enumerate(self.forecaster.epochs_seen(trial))
        return [max(epochs, promised.get(fold, 0)) for fold, epochs in seen]

    def last_up(self, waiting: Collection[int], idle: bool) -> int | None:
        """Returns the most promising that waits, unless what others are at may put it off.

        Then one goes on that is never put off. A trial at rung 1 is given no other folds: that
        rung may be enough.
        """
        put_off, chances = self._put_off(), self.chances()
        there = [
            each
            for each in waiting
            if each not in put_off and self._rung(each) and not self._is_at_rung_1(each)
        ]
        there.sort(key=lambda trial: -chances.get(trial, 0))
        if not there or idle or not self._is_worse_than_one_at_work(there[0]):
            return there[0] if there else None
        return next((trial for trial in there if trial in self._spared), None)

    def _is_worse_than_one_at_work(self, trial: int) -> bool:
        """Tells whether a worker is at a trial that is likely to be better."""
        forecasts = self.forecaster.forecasts()
        at_work = [each for each in forecasts.places if self._promised.get(each) and each != trial]
        return trial in forecasts.places and any(
            forecasts.chance(trial, other) < LIKELY for other in at_work
        )

    def _is_at_rung_1(self, trial: int) -> bool:
        """Tells whether a worker is at its rung 1."""
        complete = self.forecaster.epochs
        return max(self._given(trial)) == complete > max(self.forecaster.epochs_seen(trial))
