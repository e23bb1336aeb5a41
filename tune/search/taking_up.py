"""Taking up a search that was broken off: what its study and its log of epochs know."""

from optuna.trial import FrozenTrial, TrialState

from model.training.fold_epoch import FoldEpoch
from search_spaces import SearchSpace
from tune.search.epoch_log import Log, fitting_epochs
from tune.search.forecasting.forecast import Forecaster


def take_up(
    trial: FrozenTrial, log: Log, space: SearchSpace, forecaster: Forecaster
) -> list[FoldEpoch]:
    """Tells the forecaster what is known of a trial; returns its epochs.

    Args:
        trial: As the study has it.
        log: The sweep's.
        space: What varies; a trial that had begun may lack some of it.
        forecaster: The search's.
    """
    number = trial.number
    if trial.params.keys() >= space.parameters.keys():
        forecaster.begin(number, space.coordinates(trial.params))
    epochs = fitting_epochs(log, number, space.folds, forecaster.epochs)
    for each in epochs:
        forecaster.observe(number, each.fold, each.epoch, each.validation_loss)
    if trial.state == TrialState.COMPLETE:
        for fold, loss in enumerate(trial.user_attrs["fold_losses"]):
            forecaster.observe(number, fold, forecaster.epochs, loss)
    return epochs
