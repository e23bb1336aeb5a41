"""What becomes of a job, and of a trial."""

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from optuna.trial import TrialState

from model.training.fold_epoch import FoldEpoch
from results.store.search.trials import SEARCH_OVER, UNLIKELY
from tune.workers.job import JobStep


class Decision(Enum):
    """Whether a worker goes on with its job."""

    GO_ON = auto()
    END = auto()


@dataclass(frozen=True)
class Failure:
    """Why a worker failed.

    Attributes:
        reason: In a line.
        may_pass: Whether to try again makes sense: a worker, a node or a GPU was lost, which says
            nothing of the configuration. What its own code raises, it would raise again.
    """

    reason: str
    may_pass: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        last: Its last epoch, of each fold that was trained side by side, which no decision was
            asked for; empty where the job ended earlier.
        seconds: That its worker took.
        cause: Why its training came to nothing, if it did.
        failure: Why its worker failed, if it did.
        crowded_out: Whether it found too little GPU memory beside other trials.
    """

    last: tuple[FoldEpoch, ...] = ()
    seconds: float = 0.0
    cause: str = ""
    failure: Failure | None = None
    crowded_out: bool = False

    @classmethod
    def of(cls, step: JobStep | None, seconds: float = 0.0, failure: Failure | None = None) -> Self:
        """Reads it from the last step that a worker told.

        Args:
            step: Nothing if there was none.
            seconds: That its worker took.
            failure: Why the worker failed, if it did.
        """
        told = step or JobStep()
        last = told.folds if told.is_last else ()
        wrong = [fold for fold in told.folds if not math.isfinite(fold.validation_loss)]
        cause = f"its loss is {wrong[0].validation_loss}." if wrong else told.cause
        return cls(last, seconds, cause, failure, told.crowded_out)


@dataclass(frozen=True)
class TrialEnd:
    """How a trial ends.

    Attributes:
        state: Optuna's.
        reason: What trials of one fate have in common; empty of a complete one.
        cause: The same for people, in a sentence, and where to read more.
    """

    state: TrialState
    reason: str = ""
    cause: str = ""

    @classmethod
    def pruned(cls, place: str) -> Self:
        """Returns the end of a trial that is likely worse than another.

        Args:
            place: How far it has come.
        """
        cause = f"likely worse than the best: pruned after {place}."
        return cls(TrialState.PRUNED, UNLIKELY, cause)

    @classmethod
    def broken_off(cls) -> Self:
        """Returns the end of a trial that the search left before it was complete."""
        return cls(TrialState.PRUNED, SEARCH_OVER, "the search ended before its last epoch.")

    @classmethod
    def failed(cls, trial: int, outcome: Outcome) -> Self | None:
        """Returns the end of a trial that a job's outcome decides; nothing if it has not failed."""
        if outcome.failure:
            reason = outcome.failure.reason
            return cls(TrialState.FAIL, reason, f"{reason}; see trials/{trial:04d}/error.txt.")
        return cls(TrialState.FAIL, outcome.cause, outcome.cause) if outcome.cause else None
