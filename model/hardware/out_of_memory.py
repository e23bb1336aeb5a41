"""Errors that say that a GPU's memory does not suffice."""

import gc
import traceback
from collections.abc import Iterator

import torch

from datasets.errors import first_line

# What CUDA and its libraries say, where torch's allocator does not raise its own class.
SIGNS = ("out of memory", "cublas_status_alloc_failed", "cudnn_status_alloc_failed")


def is_out_of_memory(error: BaseException) -> bool:
    """Tells whether an error, or one that it hides, says that a GPU's memory does not suffice."""
    return any(_says_so(each) for each in _chain(error))


def freed(error: BaseException) -> str:
    """Gives back what an error keeps of a GPU's memory; returns what it says, in a line."""
    says = first_line(error)
    let_go(error)
    gc.collect()
    torch.cuda.empty_cache()
    return f"out of the GPU's memory: {says}"


def let_go(error: BaseException) -> None:
    """Clears the frames that an error and those behind it keep: they hold tensors."""
    for each in _chain(error):
        traceback.clear_frames(each.__traceback__)
        each.__traceback__ = None


def _says_so(error: BaseException) -> bool:
    if isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in SIGNS)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Returns an error and those that led to it, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
