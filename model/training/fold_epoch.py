"""What one fold-epoch comes to: what a worker tells of it, and what is kept."""

from dataclasses import dataclass

from model.judging.judgement import Judgement


@dataclass(frozen=True)
class FoldEpoch:
    """What one fold-epoch came to.

    Attributes:
        fold: 0 for the first.
        epoch: 1 for the first.
        learning_rate: At the epoch's end.
        training_loss: Mean over the epoch's steps, dropout and augmentation on, nats.
        validation: How the network reads the fold's validation images after the epoch; after the
            last one with the hardest of them.
        seconds: That its worker took for it; of folds trained side by side, an equal part each.
        so_far: Fold-epochs that the search had seen by then, these included; 0 elsewhere.
    """

    fold: int
    epoch: int
    learning_rate: float
    training_loss: float
    validation: Judgement
    seconds: float = 0.0
    so_far: int = 0

    @property
    def validation_loss(self) -> float:
        """Mean over the sources of their losses, nats; by it trials are compared."""
        return self.validation.balanced_loss
