"""Which trials go on."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tune.planning.request import RISK
from tune.search.forecasting.forecaster import MOST, Forecaster
from tune.search.pruning.ladder import WARM_UP, LadderPruner
from tune.search.pruning.pruner import Pruner, Verdict

FOLDS, EPOCHS, RUNG_0 = 5, 10, 3


class Pruning:
    """A forecaster and its pruner, shown losses that fall alike for all trials but for a factor."""

    def __init__(
        self,
        weights: Callable[[int], int] | None = None,
        risk: float = RISK,
        side_by_side: bool = False,
    ) -> None:
        self.forecaster = Forecaster(FOLDS, EPOCHS)
        self.pruner = LadderPruner(self.forecaster, {0}, weights, risk, side_by_side)

    def show(self, trial: int, factor: float, *seen: int) -> None:
        """Shows some fold-epochs."""
        for fold, epochs in enumerate(seen):
            for epoch in range(1, epochs + 1):
                self.forecaster.observe(trial, fold, epoch, factor * 3.0 / (epoch + 1))

    def complete(self, *factors: float) -> None:
        """Shows complete trials, 100 and above."""
        for trial, factor in enumerate(factors, start=100):
            self.show(trial, factor, *[EPOCHS] * FOLDS)

    def rung_0(self, factors: list[float]) -> None:
        """Begins trials 0, 1, ... and leaves them waiting."""
        for trial, factor in enumerate(factors):
            self.pruner.begun(trial, [0])
            self.show(trial, factor, RUNG_0)
            self.pruner.ended(trial, [0])


def test_what_is_clearly_worse_is_put_off_and_what_is_not_is_kept() -> None:
    pruning = Pruning()
    pruning.complete(1.0, 1.2, 1.5, 2.0, 3.0, 6.0)
    pruning.show(1, 1.0, 10, 10, 10, 10, 10)
    pruning.show(2, 9.0, 6)
    pruning.show(3, 1.1, 6)
    assert pruning.pruner.is_put_off(2)
    assert not pruning.pruner.is_put_off(3)
    assert not pruning.pruner.is_put_off(1)
    assert pruning.pruner.verdict(2, []) == Verdict.WAIT
    assert pruning.pruner.verdict(3, []) == Verdict.GO_ON


def test_who_takes_a_higher_risk_puts_off_more() -> None:
    put_off = []
    for risk in (0.005, 0.1, 0.5):
        pruning = Pruning(risk=risk)
        pruning.show(1, 1.0, 10, 10, 10, 10, 10)
        for trial in range(2, 22):
            pruning.show(trial, 1.0 + 0.02 * trial, 10, 10)
        put_off.append(sum(pruning.pruner.is_put_off(trial) for trial in range(2, 22)))
    assert 0 < put_off[0] < put_off[1] < put_off[2] < 20


def test_chances_of_those_that_do_not_go_on_add_up_to_no_more_than_the_risk() -> None:
    pruning = Pruning(risk=0.1)
    pruning.show(1, 1.0, 10, 10, 10, 10, 10)
    for trial in range(2, 22):
        pruning.show(trial, 1.0 + 0.02 * trial, 10, 10)
    waiting = list(range(2, 22))
    chances = pruning.pruner.chances()
    while (best := pruning.pruner.last_up(waiting, idle=True)) is not None:
        waiting.remove(best)
    assert 0 < len(waiting) < 20
    assert sum(chances[trial] for trial in waiting) <= 0.1
    assert sum(sorted(chances.values())[: len(waiting) + 1]) > 0.1


def test_of_very_many_trials_the_least_promising_are_pruned_for_good() -> None:
    pruning = Pruning()
    pruning.rung_0([1.0 + 0.01 * n for n in range(MOST + 21)])
    for trial in range(10):  # so that the models are fitted anew
        pruning.show(trial, 1.0 + 0.01 * trial, EPOCHS)
    hopeless = pruning.pruner.hopeless(range(MOST + 21))
    assert len(hopeless) == 21
    assert hopeless[0] >= MOST - 5  # forecasts of different fits differ a little
    pruning.pruner.begun(MOST + 20, [1])
    assert MOST + 20 not in pruning.pruner.hopeless(range(MOST + 21))  # it may show more


def test_spared_trial_is_never_put_off() -> None:
    pruning = Pruning()
    pruning.show(1, 1.0, 10, 10, 10, 10, 10)
    pruning.show(0, 50.0, 10)
    assert not pruning.pruner.is_put_off(0)


@given(st.lists(st.floats(0.2, 5.0), min_size=2, max_size=12), st.integers(1, EPOCHS))
def test_the_best_at_every_rung_is_never_put_off(factors: list[float], epochs: int) -> None:
    pruning = Pruning()
    for trial, factor in enumerate(factors, start=1):
        pruning.show(trial, factor, epochs)
    best = 1 + int(np.argmin(factors))
    assert not pruning.pruner.is_put_off(best)


def test_all_wait_until_there_is_enough_to_compare() -> None:
    pruning = Pruning()
    pruning.rung_0([1.0 + 0.01 * n for n in range(WARM_UP - 1)])
    assert pruning.pruner.next_up(range(WARM_UP - 1)) is None
    pruning.pruner.begun(WARM_UP - 1, [0])
    pruning.show(WARM_UP - 1, 1.5, RUNG_0)
    waiting = list(range(WARM_UP - 1))
    assert pruning.pruner.verdict(WARM_UP - 1, waiting) == Verdict.WAIT


def test_best_that_waits_goes_on_as_long_as_it_can_be_afforded() -> None:
    pruning = Pruning()
    pruning.rung_0([1.0 + 0.01 * ((n * 7) % 10) for n in range(10)])
    waiting = list(range(10))
    while (best := pruning.pruner.next_up(waiting)) is not None:
        assert best == min(waiting, key=lambda trial: pruning.forecaster.losses()[trial])
        pruning.pruner.begun(best, [0])
        waiting.remove(best)
    assert len(waiting) == 3  # of 60 epochs, twice what rung 0 had, seven times 7


def test_one_that_is_best_after_rung_0_goes_on_without_a_break() -> None:
    pruning = Pruning()
    pruning.rung_0([1.0 + 0.01 * n for n in range(30)])
    pruning.pruner.begun(30, [0])
    pruning.show(30, 0.9, RUNG_0)
    assert pruning.pruner.verdict(30, list(range(30))) == Verdict.GO_ON


def test_other_folds_are_for_the_best_alone() -> None:
    pruning = Pruning()
    pruning.rung_0([1.0 + 0.01 * n for n in range(40)])
    pruning.show(5, 1.05, 10)
    pruning.show(6, 1.06, 10, 10)
    pruning.show(7, 1.07, 10)
    assert pruning.pruner.next_up([5, 7]) == 5
    pruning.show(6, 0.9, 10, 10, 10)
    assert pruning.pruner.next_up([5, 7]) is None
    assert pruning.pruner.last_up([5, 7], idle=True) == 5


def test_where_none_is_begun_any_more_an_idle_worker_takes_what_is_left() -> None:
    pruning = Pruning()
    pruning.show(1, 1.0, 10, 10, 10)
    pruning.show(2, 1.1, 10)
    assert pruning.pruner.last_up([2], idle=True) == 2
    assert pruning.pruner.last_up([], idle=True) is None


def test_a_trial_that_waited_goes_on_with_a_fold_that_it_has_not_had() -> None:
    pruning = Pruning()
    assert pruning.pruner.run(1, range(FOLDS)) == (0,)
    pruning.rung_0([1.0, 1.1])
    assert pruning.pruner.run(1, range(FOLDS)) == (1,)
    pruning.show(1, 1.1, RUNG_0, 10, 10, 10, 10)
    assert pruning.pruner.run(1, [0]) == (0,)


def test_a_trial_at_rung_1_is_given_no_other_fold_once_all_have_begun() -> None:
    pruning = Pruning()
    pruning.rung_0([1.0 + 0.01 * n for n in range(1, 41)])
    pruning.pruner.begun(1, [1])
    assert pruning.pruner.last_up([1], idle=False) is None
    assert pruning.pruner.last_up([1, 5, 7], idle=False) == 5
    pruning.show(1, 1.01, RUNG_0, 10)
    pruning.pruner.ended(1, [1])
    assert pruning.pruner.last_up([1, 5, 7], idle=False) == 1


def test_what_was_broken_off_goes_on_at_the_folds_that_workers_were_at() -> None:
    pruning = Pruning()
    folds = range(FOLDS)
    assert pruning.pruner.broken_off(1, folds, []) == [(0,)]
    pruning.show(1, 1.0, RUNG_0)
    assert pruning.pruner.broken_off(1, folds, []) == [], "it waited"
    assert pruning.pruner.broken_off(1, folds, [0]) == [(0,)], "it was promoted"
    pruning.show(1, 1.0, RUNG_0, 4)
    assert pruning.pruner.broken_off(1, folds, []) == []
    assert pruning.pruner.broken_off(1, folds, [1]) == [(1,)]


def test_a_rung_0_that_was_broken_off_goes_on() -> None:
    forecaster = Forecaster(FOLDS, 20)  # of which six are rung 0
    forecaster.observe(1, 0, 1, 1.0)
    assert LadderPruner(forecaster).broken_off(1, range(FOLDS), [0]) == [(0,)]


def test_side_by_side_all_folds_go_on_at_once_after_rung_0() -> None:
    pruning = Pruning(side_by_side=True)
    assert pruning.pruner.run(1, range(FOLDS)) == (0,)
    pruning.rung_0([1.0 + 0.01 * n for n in range(30)])
    assert pruning.pruner.run(1, range(FOLDS)) == (0, 1, 2, 3, 4)
    pruning.show(1, 1.0, 10, 4, 4, 4, 4)
    assert pruning.pruner.run(1, [1, 2, 3, 4]) == (1, 2, 3, 4)


def test_side_by_side_a_trial_waits_after_rung_0_even_if_it_is_the_best() -> None:
    pruning = Pruning(side_by_side=True)
    pruning.rung_0([1.0 + 0.01 * n for n in range(30)])
    pruning.pruner.begun(30, [0])
    pruning.show(30, 0.9, RUNG_0)
    assert pruning.pruner.verdict(30, list(range(30))) == Verdict.WAIT
    pruning.pruner.ended(30, [0])
    assert pruning.pruner.next_up(list(range(31))) == 30


def test_side_by_side_all_folds_count_as_one() -> None:
    pruning = Pruning(side_by_side=True)
    pruning.rung_0([1.0 + 0.01 * n for n in range(30)])
    waiting = list(range(30))
    while (best := pruning.pruner.next_up(waiting)) is not None:
        pruning.pruner.begun(best, range(FOLDS))
        waiting.remove(best)
    assert len(waiting) == 24  # of 63 epochs, 0.7 times what rung 0 had, six times 10


def test_side_by_side_what_was_broken_off_goes_on_at_all_folds() -> None:
    pruning = Pruning(side_by_side=True)
    pruning.show(1, 1.0, RUNG_0)
    assert pruning.pruner.broken_off(1, range(FOLDS), []) == []
    pruning.show(1, 1.0, RUNG_0, 1, 1, 1, 1)
    at_work = [1, 2, 3, 4]  # the first one is not beyond what it had in rung 0
    assert pruning.pruner.broken_off(1, range(FOLDS), at_work) == [(0, 1, 2, 3, 4)]


def test_what_others_are_at_may_spare_a_worse_one_its_work_but_not_what_none_may_stop() -> None:
    pruning = Pruning()
    pruning.show(1, 1.0, 10, 10, 10)
    pruning.show(2, 1.15, 10)
    pruning.show(0, 1.7, 10)
    pruning.pruner.begun(1, [3])
    assert pruning.pruner.last_up([2], idle=False) is None
    assert pruning.pruner.last_up([0, 2], idle=False) == 0
    pruning.pruner.ended(1, [3])
    pruning.pruner.begun(0, [1])
    assert pruning.pruner.last_up([2], idle=False) == 2, "what is at work will not find it worse"


def test_a_small_network_is_not_pruned_for_a_large_one_where_size_matters() -> None:
    weights = {2: 50_000, 3: 950_000, **dict.fromkeys(range(100, 106), 900_000)}
    for matters in (False, True):
        pruning = Pruning(weights.__getitem__ if matters else None)
        pruning.complete(1.0, 1.2, 1.5, 2.0, 3.0, 6.0)
        pruning.show(2, 9.0, 6)
        pruning.show(3, 9.0, 6)
        assert pruning.pruner.is_put_off(2) != matters
        assert pruning.pruner.is_put_off(3)


@pytest.mark.parametrize("trial", [0, 1])
def test_without_a_pruner_every_trial_runs_to_its_end(trial: int) -> None:
    pruner = Pruner(Forecaster(FOLDS, EPOCHS))
    assert pruner.run(trial, range(FOLDS)) == (0, 1, 2, 3, 4)
    assert pruner.verdict(trial, []) == Verdict.GO_ON
    assert not pruner.hopeless([trial])
    assert not pruner.is_put_off(trial)
    assert pruner.chances() == {}
