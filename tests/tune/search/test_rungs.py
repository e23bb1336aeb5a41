"""What is counted as it changes is what counting all would give."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tune.search.forecasting.forecaster import Forecaster
from tune.search.pruning.rungs import Rungs

FOLDS, EPOCHS = 3, 4


def by_rung(epochs: list[int], rung_0: int) -> list[int]:
    """Returns the fold-epochs of a trial at each rung."""
    first = min(epochs[0], rung_0)
    after = [epochs[0] - first, *epochs[1:]]
    return [first, max(after), sum(after) - max(after)]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_counts_are_those_of_all_trials(seed: int, steps: int) -> None:
    dice, forecaster = np.random.default_rng(seed), Forecaster(FOLDS, EPOCHS)
    rungs, promised = Rungs(forecaster), np.zeros((4, FOLDS), int)
    for _ in range(steps):
        trial, fold = int(dice.integers(4)), int(dice.integers(FOLDS))
        if promised[trial, fold] and dice.random() < 0.3:
            rungs.release(trial, [fold])
            promised[trial, fold] = 0
        elif not promised[trial, fold] and dice.random() < 0.5:
            promised[trial, fold] = EPOCHS
            rungs.promise(trial, [fold], EPOCHS)
        else:
            epoch = min(forecaster.epochs_seen(trial)[fold] + 1, EPOCHS)
            forecaster.observe(trial, fold, epoch, float(dice.uniform(0.1, 1)))
    rungs.update()
    seen = np.array([forecaster.epochs_seen(trial) for trial in range(4)])
    counted = [by_rung(each, forecaster.rung_0) for each in np.maximum(seen, promised).tolist()]
    assert rungs.given == np.sum(counted, axis=0).tolist()
    assert rungs.had_rung_0 == (seen[:, 0] >= forecaster.rung_0).sum()
    assert rungs.at_rung_2 == {trial for trial in range(4) if counted[trial][2]}
    assert [rungs.is_at_work(trial) for trial in range(4)] == promised.any(axis=1).tolist()
