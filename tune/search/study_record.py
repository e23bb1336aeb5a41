"""What the study is told of trials that have ended."""

import math
from collections.abc import Iterable, Mapping

import optuna
from optuna.trial import TrialState

from results.store.search.trials import FORECASTS, MISSED
from tune.search.forecasting.forecaster import Forecaster
from tune.search.outcome import TrialEnd
from tune.search.trial_progress import TrialProgress


class StudyRecord:
    """Tells an Optuna study how trials ended; nothing else of them changes afterwards.

    Args:
        study: The sweep's.
        forecaster: Forecasts their losses.
    """

    def __init__(self, study: optuna.Study, forecaster: Forecaster) -> None:
        self._study, self._forecaster = study, forecaster

    def end(self, trial: TrialProgress, end: TrialEnd) -> None:
        """Tells the end of a trial; only a complete one has a value.

        Args:
            trial: What it has done.
            end: How it ended.
        """
        about = trial.described()
        if end.reason:
            about |= {"reason": end.reason, "cause": end.cause}
        if (forecast := self._forecaster.losses().get(trial.number)) is not None:
            about["forecast"] = forecast
        for name, value in about.items():
            trial.trial.set_user_attr(name, value)
        value = trial.validation_loss if end.state == TrialState.COMPLETE else None
        self._study.tell(trial.trial, value, end.state)

    def close(self, open_trials: Iterable[TrialProgress], chances: Mapping[int, float]) -> None:
        """Tells that no trial is running any more, and that the search is over.

        Args:
            open_trials: That have not ended.
            chances: Of each trial that was pruned, of being better than the best.
        """
        for trial in open_trials:
            self.end(trial, trial.end or TrialEnd.broken_off())
        self._study.set_user_attr(FORECASTS, list(self._forecaster.losses().items()))
        if chances:
            self._study.set_user_attr(MISSED, 1 - math.prod(1 - each for each in chances.values()))
        self._study.set_user_attr("searched", True)
