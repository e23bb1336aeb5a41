"""What passes between the search and those who work for it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Self

from model.configuration import Configuration

Result = Mapping[str, Any]
"""An epoch of some folds, as `tune.workers.trainable.as_result` makes it."""


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

    def to_dict(self) -> dict[str, Any]:
        """Returns it in plain values, as workers receive it."""
        return {
            "job": self.number,
            "trial": self.trial,
            "configuration": self.configuration.to_dict(),
            "folds": list(self.folds),
            "alone": self.alone,
        }


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

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        last: The result of its last epoch, which no decision was asked for; nothing where the job
            ended earlier.
        seconds: That its worker took.
        cause: Why its training came to nothing, if it did.
        failure: Why its worker failed, if it did.
        crowded_out: Whether it found too little GPU memory beside other trials.
    """

    last: Result | None = None
    seconds: float = 0.0
    cause: str = ""
    failure: Failure | None = None
    crowded_out: bool = False

    @classmethod
    def of(cls, result: Result | None, failure: Failure | None = None) -> Self:
        """Reads it from the last result that a worker reported.

        Args:
            result: Nothing if there was none.
            failure: Why the worker failed, if it did.
        """
        told = result or {}
        return cls(
            last=told if told.get("complete") else None,
            seconds=told.get("time_total_s", 0.0),
            cause=_cause(told),
            failure=failure,
            crowded_out=bool(told.get("again")),
        )


def _cause(result: Result) -> str:
    """Returns why a trial's training came to nothing, or nothing if it did not."""
    if result.get("cause"):
        return str(result["cause"])
    loss = result.get("validation_loss", 0.0)
    return "" if math.isfinite(loss) else f"its loss is {loss}."
