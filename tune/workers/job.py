"""What passes between the driver and a worker: a job, and each step of it."""

import statistics
from dataclasses import dataclass

from model.configuration import Configuration
from model.training.fold_epoch import FoldEpoch


@dataclass(frozen=True)
class Job:
    """Some folds of a trial, which a worker trains without a break.

    Attributes:
        number: Counts the jobs of a search, from 0.
        trial: The trial's number.
        configuration: What is cross-validated.
        folds: That are trained, by their numbers.
        alone: Whether it needs a GPU to itself.
    """

    number: int
    trial: int
    configuration: Configuration
    folds: tuple[int, ...]
    alone: bool = False


@dataclass(frozen=True)
class JobStep:
    """What a worker has done of its job since it last told: an epoch, or why there is none.

    Attributes:
        folds: The epoch of each fold that was trained side by side; empty where the training came
            to nothing.
        is_last: Whether the job has ended with it.
        cores: That were busy with it.
        cause: Why the training came to nothing, if it did.
        crowded_out: Whether that was for want of GPU memory beside other trials.
    """

    folds: tuple[FoldEpoch, ...] = ()
    is_last: bool = False
    cores: float = 0.0
    cause: str = ""
    crowded_out: bool = False

    @property
    def validation_loss(self) -> float:
        """Mean over its folds, at least one, nats."""
        return statistics.fmean(fold.validation_loss for fold in self.folds)

    @property
    def epoch(self) -> int:
        """The epoch of its folds, at least one, from 1."""
        return self.folds[0].epoch
