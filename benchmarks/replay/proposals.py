"""Optuna's samplers, bound to the configurations of a table."""

from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
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
        self._distributions = space.distributions()
        self._places = np.array([self._place(each) for each in curves.parameters])
        self.left = np.ones(len(curves.parameters), dtype=bool)

    def _place(self, parameters: dict[str, Any]) -> list[float]:
        return [x for name, each in self._distributions.items() for x in _unit(parameters[name], each)]

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
        far = ((self._places - self._place(parameters)) ** 2).sum(axis=1)
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


def _unit(value: Any, distribution: BaseDistribution) -> list[float]:
    """Returns a value as a part of its range, 0 to 1; two choices are as far apart as both ends."""
    if isinstance(distribution, CategoricalDistribution):
        return [np.sqrt(0.5) * (value == each) for each in distribution.choices]
    assert isinstance(distribution, IntDistribution | FloatDistribution)
    low, high = float(distribution.low), float(distribution.high)
    if distribution.log:
        low, high, value = np.log(low), np.log(high), np.log(value)
    return [(value - low) / (high - low)]


def random_sampler(seed: int) -> BaseSampler:
    """Returns one that learns nothing."""
    return RandomSampler(seed=seed)


def study_with(sampler: BaseSampler) -> optuna.Study:
    """Makes a study in memory."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(sampler=sampler)
