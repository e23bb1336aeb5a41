"""Why a worker failed, and whether that may pass."""

import ray.exceptions
import torch

from tune.search.jobs import Failure

# The machine's doing, not the configuration's.
DIED = (
    ray.exceptions.ActorDiedError,
    ray.exceptions.ActorUnavailableError,
    ray.exceptions.NodeDiedError,
    ray.exceptions.ObjectLostError,
    ray.exceptions.OutOfMemoryError,
    ray.exceptions.WorkerCrashedError,
)


def failure_of(error: Exception) -> Failure:
    """Reads from what Ray raises why a worker failed, and whether that may pass."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, torch.AcceleratorError):
        return Failure(f"its GPU failed: {_first_line(cause)}", True)
    if isinstance(cause, ray.exceptions.OutOfMemoryError):
        return Failure("its worker was killed for want of memory", True)
    if isinstance(cause, DIED):
        return Failure("its worker died", True)
    return Failure(f"its worker failed: {type(cause).__name__}: {_first_line(cause)}")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0]
