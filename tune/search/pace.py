"""How far a search's workers have come, and how fast."""

from collections.abc import Sequence
from dataclasses import replace

from model.training.fold_epoch import FoldEpoch
from results.durations import duration


class Pace:
    """Counts fold-epochs, and the seconds that workers took for them.

    Attributes:
        so_far: All fold-epochs that the search has seen, those before it was broken off, too.
    """

    def __init__(self) -> None:
        self.so_far = 0
        self._epochs, self._seconds = 0, 0.0

    def counted(self, folds: Sequence[FoldEpoch]) -> list[FoldEpoch]:
        """Counts an epoch of some folds; returns it with how many there were by then."""
        self.so_far += len(folds)
        self._epochs += len(folds)
        self._seconds += sum(fold.seconds for fold in folds)
        return [replace(fold, so_far=self.so_far) for fold in folds]

    def lasting(self, epochs: int) -> str:
        """Says how long one worker takes for so many fold-epochs, at the most."""
        if not self._epochs:
            return "for an unknown time"
        return f"at most {duration(epochs * self._seconds / self._epochs)}"
