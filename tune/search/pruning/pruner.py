"""What a pruner decides, and one that lets every trial come to its end."""

from collections.abc import Collection, Sequence
from enum import Enum, auto

from tune.search.forecasting.forecaster import Forecaster


class Verdict(Enum):
    """What becomes of a trial after an epoch.

    Attributes:
        GO_ON: Its worker goes on.
        WAIT: Its worker leaves it; `next_up` or `last_up` has it go on.
        PRUNE: It is at its end.
    """

    GO_ON = auto()
    WAIT = auto()
    PRUNE = auto()


class Pruner:
    """Runs every trial to its end, until a rule overrides what it decides.

    A rule of your own overrides `verdict`, and, where trials wait, `next_up`. The other methods are
    for rules that plan what each worker is at.

    Args:
        forecaster: Knows every loss so far, and forecasts that of each complete trial.
    """

    def __init__(self, forecaster: Forecaster) -> None:
        self.forecaster = forecaster

    def verdict(self, trial: int, waiting: Collection[int]) -> Verdict:
        """Tells what becomes of a running trial after an epoch.

        Args:
            trial: Its number.
            waiting: The numbers of those that wait.
        """
        return Verdict.GO_ON

    def next_up(self, waiting: Collection[int]) -> int | None:
        """Returns which of the waiting trials goes on before a new one is begun, if any."""
        return None

    def last_up(self, waiting: Collection[int], idle: bool) -> int | None:
        """Returns which goes on when none is begun any more; one of them, if no worker is busy."""
        return min(waiting, default=None)

    def run(self, trial: int, open_folds: Sequence[int]) -> tuple[int, ...]:
        """Returns which of a trial's folds left a worker is given at once."""
        return tuple(open_folds)

    def broken_off(
        self, trial: int, open_folds: Sequence[int], at_work: Sequence[int]
    ) -> list[tuple[int, ...]]:
        """Returns what workers are given again of a trial that was broken off in a search before.

        Args:
            trial: Its number.
            open_folds: That are not done.
            at_work: Those of them that were in the midst of their epochs.
        """
        return [tuple(open_folds)]

    def begun(self, trial: int, folds: Collection[int]) -> None:
        """Is told that a worker is given folds of a trial."""

    def ended(self, trial: int, folds: Collection[int]) -> None:
        """Is told that the worker has left them, complete or not."""

    def hopeless(self, waiting: Collection[int]) -> Collection[int]:
        """Returns which of the waiting trials shall be pruned for good."""
        return ()

    def is_put_off(self, trial: int) -> bool:
        """Tells whether a trial that was at work shall wait instead."""
        return False

    def chances(self) -> dict[int, float]:
        """Returns the probability of each pruned trial to be the best, where that is known."""
        return {}
