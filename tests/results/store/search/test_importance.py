"""Which parameters matter."""

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import TrialState, create_trial

from results.store.search.importance import by_forecast, importance

VARIED: dict[str, BaseDistribution] = {
    "rate": FloatDistribution(0.0, 1.0),
    "idle": FloatDistribution(0.0, 1.0),
}


def trials(count: int) -> list[optuna.trial.FrozenTrial]:
    """Returns trials whose loss is their rate, every other one pruned."""
    made = []
    for number in range(count):
        rate, idle = (number * 0.618) % 1, (number * 0.414) % 1
        complete = number % 2 == 0
        made.append(
            create_trial(
                state=TrialState.COMPLETE if complete else TrialState.PRUNED,
                value=rate if complete else None,
                params={"rate": rate, "idle": idle},
                distributions=VARIED,
                user_attrs={"forecast": rate},
            )
        )
    return made


def test_what_decides_the_loss_comes_first() -> None:
    parts = importance(trials(60))
    assert list(parts) == ["rate", "idle"]
    assert parts["rate"] > 0.8
    assert abs(sum(parts.values()) - 1) < 1e-9


def test_pruned_trials_count_by_their_estimate_and_failed_ones_not() -> None:
    failed = create_trial(
        state=TrialState.FAIL, params={"rate": 0.5, "idle": 0.5}, distributions=VARIED
    )
    assert [trial.value for trial in by_forecast([*trials(2), failed])] == [0.0, 0.618]


def test_of_too_few_trials_nothing_is_said() -> None:
    assert importance(trials(11)) == {}
