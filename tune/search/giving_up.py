"""When a search is in vain: all trials fail, and for the same reason."""

from collections import Counter

from optuna.trial import TrialState

from tune.search.outcome import TrialEnd

IN_VAIN = 3  # trials that fail alike before any other has ended, after which none is begun


class GivingUp:
    """Counts how trials ended.

    Attributes:
        cause: Why no more trials are begun; empty as long as they are.
        has_complete: Whether a trial is complete.
    """

    def __init__(self) -> None:
        self._failures: Counter[str | None] = Counter()  # None where a trial did not fail
        self.cause = ""
        self.has_complete = False

    def count(self, end: TrialEnd) -> None:
        """Counts a trial that has ended."""
        self.has_complete |= end.state == TrialState.COMPLETE
        self._failures[end.reason if end.state == TrialState.FAIL else None] += 1

    def decide(self, cause: str, left: int) -> None:
        """Gives up, or no longer.

        Args:
            cause: Of the trial that ended last.
            left: How many trials have not ended, those to come among them.
        """
        ended = self._failures.total()
        in_vain = ended >= min(IN_VAIN, ended + left)
        alike = len(self._failures) == 1 and None not in self._failures
        self.cause = cause if in_vain and alike else ""
