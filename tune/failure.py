"""Why a worker failed, and whether that may pass."""

from dataclasses import dataclass
from typing import Self

import ray.exceptions
import torch

# The machine's doing, not the configuration's.
DIED = (
    ray.exceptions.ActorDiedError,
    ray.exceptions.ActorUnavailableError,
    ray.exceptions.NodeDiedError,
    ray.exceptions.ObjectLostError,
    ray.exceptions.OutOfMemoryError,
    ray.exceptions.WorkerCrashedError,
)


@dataclass(frozen=True)
class Failure:
    """Why a worker failed.

    Attributes:
        reason: In a line.
        may_pass: Whether to try again makes sense: a worker, a node or a GPU was lost, which says
            nothing of the configuration. What its own code raises, it would raise again.
    """

    reason: str
    may_pass: bool

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Reads it from what Ray raises."""
        cause = getattr(error, "cause", None) or error
        if isinstance(cause, torch.AcceleratorError):
            return cls(f"its GPU failed: {_first_line(cause)}", True)
        if isinstance(cause, ray.exceptions.OutOfMemoryError):
            return cls("its worker was killed for want of memory", True)
        if isinstance(cause, DIED):
            return cls("its worker died", True)
        return cls(f"its worker failed: {type(cause).__name__}: {_first_line(cause)}", False)

    def __str__(self) -> str:
        return self.reason


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0]
