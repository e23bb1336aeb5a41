"""Taking up a search that was broken off: what its study and its log of epochs know."""

from collections.abc import Mapping, Sequence

from optuna.trial import FrozenTrial, TrialState

from model.training.fold_epoch import FoldEpoch
from search_spaces import SearchSpace
from tune.search.epoch_log import Log, fitting_epochs
from tune.search.forecasting.forecast import Forecaster

Observed = tuple[int, FoldEpoch]  # of the trial of a number


def take_up(
    trials: Sequence[FrozenTrial], log: Log, space: SearchSpace, forecaster: Forecaster
) -> dict[int, list[FoldEpoch]]:
    """Tells the forecaster what is known of all trials; returns the epochs of each.

    It is told in the order in which the search had seen it, and makes its forecasts where it made
    them last: so the search goes on as if it had not been broken off.

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
    before, after = _at_last_news(_in_order(known), forecaster.epochs)
    _observe(before, forecaster)
    for trial in trials:
        if trial.state == TrialState.COMPLETE:  # its log may have been lost
            for fold, loss in enumerate(trial.user_attrs["fold_losses"]):
                forecaster.observe(trial.number, fold, forecaster.epochs, loss)
    forecaster.forecasts()
    _observe(after, forecaster)
    return known


def _in_order(known: Mapping[int, Sequence[FoldEpoch]]) -> list[Observed]:
    seen = [(number, each) for number, epochs in known.items() for each in epochs]
    return sorted(seen, key=lambda each: each[1].so_far)


def _at_last_news(seen: list[Observed], epochs: int) -> tuple[list[Observed], list[Observed]]:
    """Divides what was seen behind the last epoch after which all was fitted anew.

    That is a trial's first one, or a fold's last.
    """
    begun: set[int] = set()
    last = 0
    for place, (number, each) in enumerate(seen, start=1):
        if number not in begun or each.epoch == epochs:
            last = place
        begun.add(number)
    return seen[:last], seen[last:]


def _observe(seen: Sequence[Observed], forecaster: Forecaster) -> None:
    for number, each in seen:
        forecaster.observe(number, each.fold, each.epoch, each.validation_loss)
