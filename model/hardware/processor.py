"""What a process that trains tells its processor, its memory and its GPU, once."""

import ctypes
import os
import sys

import torch

# Parameters of glibc's mallopt, from malloc.h.
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
KEPT = {TRIM_THRESHOLD: 2**31 - 1, TOP_PAD: 64 * 2**20, MMAP_THRESHOLD: 32 * 2**20}


def prepare_processor(threads: int) -> None:
    """Sets torch's threads, and has the C library keep the memory that a step frees for the next.

    Else each large tensor of each step is mapped anew, page by page, which takes a fifth of the
    time of training. Where the library is not glibc, nothing is changed.

    Args:
        threads: At least 1.
    """
    torch.set_num_threads(threads)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        for parameter, size in KEPT.items():
            mallopt(parameter, size)


def prepare_gpu(part: float) -> None:
    """Keeps this process to its part of the GPU's memory, and to methods that repeat bit for bit.

    All that training does has such a method. Where torch should lack one, it names it in a warning
    and goes on: figures that differ in their last digits are no reason to lose a trial.

    Args:
        part: Of the GPU, above 0; complete GPUs are not limited.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.deterministic = True
    torch.set_deterministic_debug_mode("warn")
    # Else each new tensor would be filled, in vain.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    if part < 1 and torch.cuda.is_available():
        torch.cuda.set_per_process_memory_fraction(part)
