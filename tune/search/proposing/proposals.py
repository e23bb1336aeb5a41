"""Proposals: the trials that are begun, as long as more shall be."""

from typing import Any

import optuna

from model.configuration import Configuration
from model.networks.kinds import count_weights
from results.store.search.trials import with_forecasts
from search_spaces import SearchSpace
from tune.search.forecasting.forecaster import Forecaster
from tune.search.proposing.convergence import Convergence
from tune.search.proposing.optuna_trials import suggested
from tune.search.trial_progress import TrialProgress


class Proposals:
    """Asks a study what to try, until there have been enough trials.

    Args:
        study: Its sampler proposes.
        forecaster: Is told each trial's parameters.
        space: What varies.
        fixed: Values that every trial has.
        trials: How many to ask for.
        convergence: Ends them early, if given.

    Attributes:
        left: How many are yet to be begun.
    """

    def __init__(
        self,
        study: optuna.Study,
        forecaster: Forecaster,
        space: SearchSpace,
        fixed: dict[str, Any],
        trials: int,
        convergence: Convergence | None = None,
    ) -> None:
        self._study, self._forecaster, self._convergence = study, forecaster, convergence
        self._space, self._fixed, self.left = space, fixed, trials

    def next(self) -> TrialProgress:
        """Begins the trial that the study proposes."""
        self.left -= 1
        return self.begun(self._study.ask())

    def begun(self, trial: optuna.Trial) -> TrialProgress:
        """Returns a trial with all its parameters: those are drawn that it has not yet."""
        varied = suggested(trial, self._space.distributions())
        self._forecaster.begin(trial.number, self._space.coordinates(varied))
        configuration = Configuration.from_dict({**self._fixed, **varied})
        if "weights" not in trial.user_attrs:
            trial.set_user_attr("weights", count_weights(configuration))
        return TrialProgress(trial, configuration)

    @property
    def are_over(self) -> bool:
        """Whether to begin no more; those that have begun are ended."""
        if self._convergence and self.left:
            trials = self._study.get_trials(deepcopy=False)
            if self._convergence.reached(with_forecasts(trials, self._forecaster.losses())):
                self.left = 0
        return not self.left
