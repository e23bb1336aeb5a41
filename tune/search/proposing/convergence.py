"""When a search has found what it can: many trials in turn have brought no gain that could be seen.

That is patience, as in early stopping (Prechelt, "Early Stopping - But When?", 1998), where a gain
counts only if it is larger than the noise of cross-validation.
"""

from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from model.judging.standard_error import standard_error
from results.store.search.importance import known_loss

PATIENCE = 20  # trials in turn without a gain


class Convergence:
    """Tells whether a search goes on in vain.

    Args:
        patience: How many trials in turn may bring no gain, at least 1.
    """

    def __init__(self, patience: int = PATIENCE) -> None:
        self._patience = patience

    def reached(self, trials: Sequence[FrozenTrial]) -> bool:
        """Tells whether the last trials have lowered the best loss by less than its standard error.

        Trials that are not complete count by their forecast: most are pruned only at the end of a
        search. So one that may still turn out much better than the best is a gain.

        Args:
            trials: Of a study, in their order, those that have not ended, too.
        """
        losses = [loss for trial in trials if (loss := known_loss(trial)) is not None]
        complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        if not complete or len(losses) <= self._patience:
            return False
        best = min(complete, key=lambda trial: trial.value or 0.0)
        gain = min(losses[: -self._patience]) - min(losses)
        return gain <= (standard_error(best.user_attrs["fold_losses"]) or 0.0)
