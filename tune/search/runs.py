"""What workers are given of a trial, and when they are given it again."""

from collections.abc import Callable
from dataclasses import dataclass

from tune.search.outcome import Outcome
from tune.search.trial_progress import TrialProgress


@dataclass
class Run:
    """A job, to be given or under way.

    Attributes:
        trial: The progress of its trial.
        folds: That are trained.
        alone: Whether it has a GPU to itself.
        waits: Whether the trial waits after it, for others to be compared.
    """

    trial: TrialProgress
    folds: tuple[int, ...]
    alone: bool = False
    waits: bool = False


class Retries:
    """Has a worker do again what came to nothing by no fault of the configuration.

    Args:
        most: How often a trial is begun again whose worker died.
        say: Is told each time, in a line.
    """

    def __init__(self, most: int, say: Callable[[str], None]) -> None:
        self._most, self._say = most, say

    def again(self, run: Run, outcome: Outcome) -> Run | None:
        """Returns what is to be done instead of a run that has ended; nothing if it counts."""
        if outcome.crowded_out:
            number = run.trial.number
            self._say(
                f"trial {number} found too little memory on a shared GPU: it runs again, alone"
            )
            run.trial.alone = True
            return Run(run.trial, run.folds, alone=True)
        failure, trial = outcome.failure, run.trial
        if not (failure and failure.may_pass) or trial.end or trial.retries >= self._most:
            return None
        trial.retries += 1
        self._say(f"trial {trial.number}: {failure.reason}; retry {trial.retries} of {self._most}")
        left = tuple(fold for fold in run.folds if fold not in trial.done)
        trial.given.difference_update(trial.done)
        return Run(trial, left, run.alone) if left else None
