"""Optuna's trials, begun and taken up again; what Optuna offers no public way for stands here."""

from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial


def taken_up(study: optuna.Study, trial: FrozenTrial) -> optuna.Trial:
    """Returns a trial that another process left running, to go on with.

    Optuna has no public way to it: a study gives out new trials alone. So this is the one place
    that uses a name of Optuna's that is private.
    """
    return optuna.Trial(study, trial._trial_id)


def suggested(trial: optuna.Trial, distributions: dict[str, BaseDistribution]) -> dict[str, Any]:
    """Returns a trial's parameters; those that it has not yet are drawn.

    Raises:
        TypeError: If a distribution is of none of Optuna's kinds.
    """
    return {name: _suggested(trial, name, each) for name, each in distributions.items()}


def _suggested(trial: optuna.Trial, name: str, each: BaseDistribution) -> Any:
    match each:
        case FloatDistribution():
            return trial.suggest_float(name, each.low, each.high, step=each.step, log=each.log)
        case IntDistribution():
            return trial.suggest_int(name, each.low, each.high, step=each.step, log=each.log)
        case CategoricalDistribution():
            return trial.suggest_categorical(name, each.choices)
    raise TypeError(f"{name} must be a number or a choice, but is {each}.")
