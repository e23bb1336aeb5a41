"""Optuna's samplers, bound to the configurations of a table."""

from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from benchmarks.learning_curves import LearningCurves
from search_spaces import SearchSpace


class TableSampler(BaseSampler):
    """Proposes, of the configurations not yet proposed, the nearest to what a sampler draws.

    Args:
        sampler: What is bound.
        curves: The table.
        space: What varies.
    """

    def __init__(self, sampler: BaseSampler, curves: LearningCurves, space: SearchSpace) -> None:
        self._sampler, self._curves = sampler, curves
        self._space, self._distributions = space, space.distributions()
        self._places = np.array([space.coordinates(each) for each in curves.parameters])
        self.left = np.ones(len(curves.parameters), dtype=bool)

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Returns all that varies."""
        return self._distributions

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Draws and takes the nearest."""
        drawn = self._sampler.sample_relative(study, trial, search_space)
        for name, each in search_space.items():
            if name not in drawn:
                drawn[name] = self._sampler.sample_independent(study, trial, name, each)
        return self._curves.parameters[self.take(drawn)]

    def take(self, parameters: dict[str, Any]) -> int:
        """Returns the nearest row that is left, which then is not."""
        far = ((self._places - self._space.coordinates(parameters)) ** 2).sum(axis=1)
        row = int(np.where(self.left, far, np.inf).argmin())
        self.left[row] = False
        return row

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Is never needed: all is drawn together."""
        raise NotImplementedError

    def after_trial(self, study: Study, trial: FrozenTrial, state: Any, values: Any) -> None:
        """Passes it on: some samplers learn here."""
        self._sampler.after_trial(study, trial, state, values)


def random_sampler(seed: int) -> BaseSampler:
    """Returns one that learns nothing."""
    return RandomSampler(seed=seed)


def study_with(sampler: BaseSampler) -> optuna.Study:
    """Makes a study in memory."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(sampler=sampler)
