"""A search ends by itself when no gain is left that cross-validation could see."""

from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from tune.search.proposing.convergence import PATIENCE, Convergence

VARIED: dict[str, BaseDistribution] = {"x": FloatDistribution(0.0, 1.0)}


def complete(loss: float, spread: float, x: float = 0.4) -> FrozenTrial:
    """Returns a complete trial, whose folds differ by so much."""
    return create_trial(
        value=loss,
        params={"x": x},
        distributions=VARIED,
        user_attrs={"fold_losses": [loss + spread * k for k in range(-2, 3)]},
    )


def trials(count: int, spread: float) -> list[FrozenTrial]:
    """Returns complete trials on a parabola."""
    places = [(number * 0.618) % 1 for number in range(count)]
    return [complete(0.2 + (x - 0.4) ** 2, spread, x) for x in places]


def test_much_noise_hides_what_could_be_gained() -> None:
    assert Convergence().reached(trials(40, spread=0.3))


def test_little_noise_does_not() -> None:
    assert not Convergence().reached(trials(40, spread=1e-6))


def test_it_is_not_reached_before_there_are_trials_enough() -> None:
    assert not Convergence().reached(trials(PATIENCE, spread=10.0))
    assert Convergence().reached(trials(PATIENCE + 1, spread=10.0))
    assert Convergence(patience=3).reached(trials(4, spread=10.0))


def test_a_gain_that_can_be_seen_begins_the_wait_anew() -> None:
    """The standard error of a loss is 0.053 here, by its folds."""
    before, after = trials(40, spread=0.05), trials(PATIENCE, spread=0.05)
    assert Convergence().reached(before)
    better = [complete(0.1, spread=0.05)]
    assert not Convergence().reached([*before, *better])
    assert not Convergence().reached([*before, *better, *after[:-1]])
    assert Convergence().reached([*before, *better, *after])
    assert Convergence().reached([*before, complete(0.16, spread=0.05)])  # no more than that


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
