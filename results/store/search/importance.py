"""Which parameters matter: PED-ANOVA over all trials of a sweep.

Watanabe, Bansal and Hutter, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in
Arbitrary Subspaces" (IJCAI 2023), by Optuna.
"""

import warnings
from collections.abc import Sequence

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FrozenTrial, TrialState, create_trial

LEAST = 12  # trials, below which nothing can be said
BEST = 0.25  # of the trials: what sets them apart from the others is what matters


def importance(trials: Sequence[FrozenTrial]) -> dict[str, float]:
    """Returns how much each parameter decides whether a trial is among the best quarter.

    Args:
        trials: Of a study. Those that were pruned count by their forecast.

    Returns:
        A part for each parameter, the largest first; together 1. Nothing where there are too few
        trials.
    """
    known = by_forecast(trials)
    if len(known) < LEAST:
        return {}
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances  # a second

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    study.add_trials(known)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        evaluator = PedAnovaImportanceEvaluator(target_quantile=BEST)
        return get_param_importances(study, evaluator=evaluator)


def by_forecast(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Returns the trials that have a loss, of all folds or forecast, all as complete."""
    return [
        create_trial(value=loss, params=trial.params, distributions=trial.distributions)
        for trial in trials
        if (loss := known_loss(trial)) is not None
    ]


def known_loss(trial: FrozenTrial) -> float | None:
    """Returns a trial's loss, of all folds or estimated, nats; nothing where it has none."""
    if trial.state == TrialState.COMPLETE:
        return trial.value
    is_forecast = trial.state in (TrialState.PRUNED, TrialState.RUNNING)
    return trial.user_attrs.get("forecast") if is_forecast else None
