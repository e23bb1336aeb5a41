"""The study that a sampler proposes from: it is shown trials, of which it makes no copies.

`Study.add_trials` checks and copies each trial, 0.1 ms, and a study's trials cannot be changed; but
forecasts do. For 250 trials that were 25 ms for each proposal.
"""

import copy
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

FIRST = 1_000_000  # the number of the first trial shown, far above those that are asked for
BEGINNING = datetime(2000, 1, 1)  # of trials that are shown, which have none


def shown_study(
    sampler: BaseSampler, directions: Sequence[StudyDirection], trials: Iterable[FrozenTrial]
) -> Study:
    """Returns a study that has some trials.

    Args:
        sampler: Proposes.
        directions: As Optuna has them.
        trials: What is shown of each; see `shown_trial`.
    """
    storage = _Storage()
    study = optuna.create_study(storage=storage, sampler=sampler, directions=directions)
    storage.show(trials)
    return study


def shown_trial(
    parameters: dict[str, Any],
    values: Sequence[float] | None,
    distributions: dict[str, BaseDistribution],
) -> FrozenTrial:
    """Returns what is shown of a trial.

    Args:
        parameters: Of all that varies.
        values: What it comes to; none while that is not known.
        distributions: What varies.
    """
    return FrozenTrial(
        number=FIRST,
        trial_id=FIRST,
        state=TrialState.RUNNING if values is None else TrialState.COMPLETE,
        value=None,
        values=values,
        datetime_start=BEGINNING,
        datetime_complete=None if values is None else BEGINNING,
        params=parameters,
        distributions=distributions,
        user_attrs={},
        system_attrs={},
        intermediate_values={},
    )


class _Storage(InMemoryStorage):
    """Has the trials shown, and those that the study is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[FrozenTrial] = []

    def show(self, trials: Iterable[FrozenTrial]) -> None:
        """Shows trials, the first one first."""
        self._shown = list(trials)
        for place, trial in enumerate(self._shown, start=FIRST):
            trial.number = trial._trial_id = place

    def get_all_trials(
        self,
        study_id: int,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
    ) -> list[FrozenTrial]:
        """Returns those shown before those asked for, which have no copies of the shown ones."""
        shown = [each for each in self._shown if states is None or each.state in states]
        asked = super().get_all_trials(study_id, deepcopy, states)
        return [*(copy.deepcopy(shown) if deepcopy else shown), *asked]

    def get_best_trial(self, study_id: int) -> FrozenTrial:
        """Returns the best of all of them; the one in memory knows only those asked for."""
        return BaseStorage.get_best_trial(self, study_id)

    def get_trial(self, trial_id: int) -> FrozenTrial:
        """Returns a trial, shown or asked for."""
        return self._shown[trial_id - FIRST] if trial_id >= FIRST else super().get_trial(trial_id)
