"""Taking up a search that was broken off: what its study and its log of epochs know."""

from collections.abc import Mapping, Sequence

from optuna.trial import FrozenTrial, TrialState

from model.training.fold_epoch import FoldEpoch
from search_spaces import SearchSpace
from tune.search.epoch_log import Log, fitting_epochs
from tune.search.forecasting.forecaster import Forecaster

Observed = tuple[int, FoldEpoch]  # of the trial of a number


def take_up(
    trials: Sequence[FrozenTrial], log: Log, space: SearchSpace, forecaster: Forecaster
) -> dict[int, list[FoldEpoch]]:
    """Tells the forecaster what is known of all trials; returns the epochs of each.

    It is told in the order in which the search had seen it, so it forecasts what it had forecast:
    the search goes on as if it had not been broken off.

    Args:
        trials: That have begun, as the study has them; one may lack some parameters.
        log: The sweep's.
        space: What varies.
        forecaster: The search's.
    """
    known = {
        trial.number: fitting_epochs(log, trial.number, space.folds, forecaster.epochs)
        for trial in trials
    }
    for trial in trials:
        if trial.params.keys() >= space.parameters.keys():
            forecaster.begin(trial.number, space.coordinates(trial.params))
    for number, each in _in_order(known):
        forecaster.observe(number, each.fold, each.epoch, each.validation_loss)
    for trial in trials:
        if trial.state == TrialState.COMPLETE:
            _tell_lost(trial, forecaster)
    return known


def _tell_lost(trial: FrozenTrial, forecaster: Forecaster) -> None:
    """Tells the last loss of each fold of a complete trial, where the log has lost it."""
    seen = forecaster.epochs_seen(trial.number)
    for fold, loss in enumerate(trial.user_attrs["fold_losses"]):
        if seen[fold] < forecaster.epochs:
            forecaster.observe(trial.number, fold, forecaster.epochs, loss)


def _in_order(known: Mapping[int, Sequence[FoldEpoch]]) -> list[Observed]:
    seen = [(number, each) for number, epochs in known.items() for each in epochs]
    return sorted(seen, key=lambda each: each[1].so_far)
