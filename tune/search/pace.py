"""How fast a search's workers train."""

from collections.abc import Sequence

from model.training.fold_epoch import FoldEpoch
from results.durations import duration


class Pace:
    """Counts fold-epochs, and the seconds that workers took for them."""

    def __init__(self) -> None:
        self._epochs, self._seconds = 0, 0.0

    def add(self, folds: Sequence[FoldEpoch]) -> None:
        """Counts an epoch of some folds."""
        self._epochs += len(folds)
        self._seconds += sum(fold.seconds for fold in folds)

    def lasting(self, epochs: int) -> str:
        """Says how long one worker takes for so many fold-epochs, at the most."""
        if not self._epochs:
            return "for an unknown time"
        return f"at most {duration(epochs * self._seconds / self._epochs)}"
