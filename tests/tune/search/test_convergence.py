"""A search ends by itself when no gain is left that cross-validation could see."""

import pytest
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from tune.search.convergence import Convergence
from tune.watching.statistics import noise

VARIED: dict[str, BaseDistribution] = {"x": FloatDistribution(0.0, 1.0)}


def trials(count: int, spread: float) -> list[FrozenTrial]:
    """Returns complete trials on a parabola, whose folds differ by so much."""
    places = [(number * 0.618) % 1 for number in range(count)]
    return [
        create_trial(
            value=0.2 + (x - 0.4) ** 2,
            params={"x": x},
            distributions=VARIED,
            user_attrs={"fold_losses": [0.2 + (x - 0.4) ** 2 + spread * k for k in range(-2, 3)]},
        )
        for x in places
    ]


def test_much_noise_hides_what_could_be_gained() -> None:
    assert Convergence().reached(trials(40, spread=0.3))


def test_little_noise_does_not() -> None:
    assert not Convergence().reached(trials(40, spread=1e-6))


def test_it_is_not_looked_at_before_there_are_trials_enough_or_twice_at_the_same() -> None:
    convergence = Convergence()
    assert not convergence.reached(trials(19, spread=10.0))
    assert convergence.reached(trials(20, spread=10.0))
    assert not convergence.reached(trials(22, spread=10.0))
    assert convergence.reached(trials(25, spread=10.0))


def test_trials_that_wait_count_by_their_forecasts() -> None:
    """Most are pruned only at the end of a search."""
    waiting = [
        create_trial(
            state=TrialState.RUNNING,
            params=trial.params,
            distributions=VARIED,
            user_attrs={"forecast": trial.value},
        )
        for trial in trials(40, spread=0.3)[:30]
    ]
    complete = trials(40, spread=0.3)[30:]
    assert Convergence().reached([*waiting, *complete])
    assert not Convergence().reached(complete)


def test_trials_without_a_loss_are_left_out() -> None:
    failed = [create_trial(state=TrialState.FAIL)] * 30
    assert not Convergence().reached([*failed, *trials(10, spread=10.0)])


def test_noise_is_that_of_folds_that_share_images() -> None:
    assert noise([1.0, 2.0, 3.0, 4.0, 5.0]) == pytest.approx((2.0 * (1 / 5 + 1 / 4)) ** 0.5)
