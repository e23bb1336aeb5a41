"""The ladder: which trials are promoted, and which are pruned, by the forecasts of their losses."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from tune.planning.request import RISK
from tune.search.forecasting.forecaster import Forecaster
from tune.search.forecasting.forecasts import Forecasts
from tune.search.pruning.pruner import Pruner, Verdict
from tune.search.pruning.rungs import Rungs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

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
        self._rung_0, self._rungs = forecaster.rung_0, Rungs(forecaster)
        self._ordered: tuple[Ints, Floats] = np.empty(0, np.int64), np.empty(0)
        self._ordered_of: Forecasts | None = None

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
        self._rungs.promise(trial, folds, self._rung_0 if fresh else self.forecaster.epochs)

    def ended(self, trial: int, folds: Collection[int]) -> None:
        """Counts the epochs that there were."""
        self._rungs.release(trial, folds)

    def verdict(self, trial: int, waiting: Collection[int]) -> Verdict:
        """See the class."""
        if sum(self.forecaster.epochs_seen(trial)) != self._rung_0:
            return Verdict.WAIT if self.is_put_off(trial) else Verdict.GO_ON
        if self._side_by_side or self.next_up([*waiting, trial]) != trial:
            return Verdict.WAIT
        self._rungs.promise(trial, [0], self.forecaster.epochs)
        return Verdict.GO_ON

    def hopeless(self, waiting: Collection[int]) -> list[int]:
        """Returns those that no worker is at and that are not even among those forecast."""
        left_out = set(waiting) - self.forecaster.forecasts().places.keys() - set(self._spared)
        return [each for each in sorted(left_out) if self._has_begun(each)]

    def _has_begun(self, trial: int) -> bool:
        """Tells whether a trial has shown something, and no worker is at it to show more."""
        return any(self.forecaster.epochs_seen(trial)) and not self._rungs.is_at_work(trial)

    def is_put_off(self, trial: int) -> bool:
        """See the class; what is at work is put off later than what waits is kept waiting."""
        return self._is_unlikely(trial) and trial in self._put_off(self._leaving)

    def _is_unlikely(self, trial: int) -> bool:
        """Tells whether its own chance is within the risk that would put it off; most have more."""
        self._rungs.update()
        forecasts = self.forecaster.forecasts()
        if trial not in forecasts.places or not self._may_stop(trial):
            return False
        place = np.array([forecasts.places[trial]])
        rival = np.array([forecasts.best(self._are_no_larger(trial, forecasts))])
        return float(forecasts.chances_of(place, rival)[0]) <= self._leaving * self._risk

    def chances(self) -> dict[int, float]:
        """Returns the chance of each trial that may be pruned to be better than the best known."""
        forecasts = self.forecaster.forecasts()
        numbers = np.array(list(forecasts.places), np.int64)
        places, chances = self._by_chance(forecasts)
        return dict(zip(numbers[places].tolist(), chances.tolist(), strict=True))

    def _by_chance(self, forecasts: Forecasts) -> tuple[Ints, Floats]:
        """Returns the places of the trials that may be pruned, and their chances, in order."""
        if forecasts is not self._ordered_of:
            self._rungs.update()
            may_stop = [self._may_stop(trial) for trial in forecasts.places]
            places = np.flatnonzero(np.array(may_stop, bool) & ~forecasts.complete)
            chances = forecasts.chances_of(places, self._rivals(places, forecasts))
            order = np.argsort(chances, kind="stable")
            self._ordered, self._ordered_of = (places[order], chances[order]), forecasts
        return self._ordered

    def _may_stop(self, trial: int) -> bool:
        return trial not in self._spared and self._rungs.next(trial) > 0

    def _rivals(self, places: Ints, forecasts: Forecasts) -> Ints:
        """Returns the place of the best known trial that is no larger, for each trial."""
        if not self._weights:
            return np.full(len(places), forecasts.best() if len(places) else 0)
        trials = list(forecasts.places)
        compared = [self._are_no_larger(trials[place], forecasts) for place in places]
        return np.array([forecasts.best(each) for each in compared], np.int64)

    def _are_no_larger(self, trial: int, forecasts: Forecasts) -> NDArray[np.bool_] | None:
        """Tells which trials one is compared with: all, where size does not matter."""
        if not self._weights:
            return None
        own = self._weights(trial)
        return np.array([self._weights(other) <= own for other in forecasts.places])

    def _put_off(self, part: float = 1.0) -> set[int]:
        """Returns the least promising trials, whose chances add up to a part of the risk."""
        forecasts = self.forecaster.forecasts()
        places, chances = self._by_chance(forecasts)
        count = int((np.cumsum(chances) <= part * self._risk).sum())
        numbers = np.array(list(forecasts.places), np.int64)
        return set(numbers[places[:count]].tolist())

    def next_up(self, waiting: Collection[int]) -> int | None:
        """See the class."""
        self._rungs.update()
        if self._rungs.had_rung_0 < WARM_UP:
            return None
        best = self._best_of(waiting, 2)
        return self._best_of(waiting, 1) if best is None else best

    def _best_of(self, waiting: Collection[int], rung: int) -> int | None:
        """Returns the best of those whose next rung this is, if it is promoted."""
        if not self._is_affordable(rung):
            return None
        there = [trial for trial in waiting if self._rungs.next(trial) == rung]
        best = min(there, key=lambda trial: (self._center(trial), trial), default=None)
        return best if best is None or rung == 1 or self._is_best(best) else None

    def _center(self, trial: int) -> float:
        return self.forecaster.forecasts().center(trial)

    def _is_best(self, trial: int) -> bool:
        """Tells whether none that is at rung 2 is forecast to be better."""
        own, known = self._center(trial), self.forecaster.forecasts().places
        return all(own <= self._center(other) for other in self._rungs.at_rung_2 & known.keys())

    def _is_affordable(self, rung: int) -> bool:
        """Tells whether a rung's fold-epochs stay within what `BETS` allows."""
        needed = (self._rung_0, self.forecaster.epochs - self._rung_0, self.forecaster.epochs)
        given, bet = self._rungs.given, self._bets[rung]
        return given[rung] + bet * needed[rung] <= bet * sum(given[:rung])

    def last_up(self, waiting: Collection[int], idle: bool) -> int | None:
        """Returns the most promising that waits, unless what others are at may put it off.

        Then one goes on that is never put off. A trial at rung 1 is given no other folds: that
        rung may be enough.
        """
        self._rungs.update()
        put_off, chances, rungs = self._put_off(), self.chances(), self._rungs
        there = [
            each
            for each in waiting
            if each not in put_off and rungs.next(each) and not rungs.is_at_rung_1(each)
        ]
        there.sort(key=lambda trial: (-chances.get(trial, 0), trial))
        if not there or idle or not self._is_worse_than_one_at_work(there[0]):
            return there[0] if there else None
        return next((trial for trial in there if trial in self._spared), None)

    def _is_worse_than_one_at_work(self, trial: int) -> bool:
        """Tells whether a worker is at a trial that is likely to be better."""
        places = self.forecaster.forecasts().places
        others = [places[each] for each in places if each != trial and self._rungs.is_at_work(each)]
        if trial not in places or not others:
            return False
        ones = np.full(len(others), places[trial])
        chances = self.forecaster.forecasts().chances_of(ones, np.array(others))
        return bool((chances < LIKELY).any())
