"""When a search has found what it can: the noise of cross-validation hides any further gain.

After Makarova et al., "Automatic Termination for Hyperparameter Optimization" (AutoML 2022): a
Gaussian process over the trials bounds how much better than the best any configuration may be.
"""

import warnings
from collections.abc import Sequence

from optuna.exceptions import ExperimentalWarning
from optuna.study import StudyDirection
from optuna.terminator import RegretBoundEvaluator
from optuna.trial import FrozenTrial, TrialState

from results.store.search.importance import by_forecast
from tune.watching.statistics import noise

LEAST = 20  # trials before the first look
EVERY = 5  # trials between two looks: fitting the process takes a second or so


class Convergence:
    """Looks, every few trials, whether a search goes on in vain."""

    def __init__(self) -> None:
        self._looked_at = 0

    def reached(self, trials: Sequence[FrozenTrial]) -> bool:
        """Tells whether no gain is to be expected that cross-validation could see.

        Trials that are not complete count by their forecast: so it is known where losses are high.

        Args:
            trials: Of a study, those that have not ended, too.
        """
        known = by_forecast(trials)
        complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        if not complete or len(known) < max(LEAST, self._looked_at + EVERY):
            return False
        self._looked_at = len(known)
        best = min(complete, key=lambda trial: trial.value or 0.0)
        return possible_gain(known) < noise(best.user_attrs["fold_losses"])


def possible_gain(trials: Sequence[FrozenTrial]) -> float:
    """Bounds how much lower than the best of some trials a loss may be, nats."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        warnings.simplefilter("ignore", FutureWarning)  # Optuna 6 is to do without it
        return RegretBoundEvaluator(seed=0).evaluate(list(trials), StudyDirection.MINIMIZE)
