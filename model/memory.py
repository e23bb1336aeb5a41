"""How much of a GPU's memory a cross-validation takes, by trying it out."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from model.configuration import Configuration
from model.device import DeviceDigits
from model.out_of_memory import is_out_of_memory
from model.training import cross_validate

CONTEXT = 600 * 2**20  # what CUDA itself and its libraries keep for a process, bytes


@dataclass(frozen=True)
class GpuMemory:
    """Memory of a GPU.

    Attributes:
        total: What others have left free of it, bytes.
        trial: What the tried cross-validation takes of it, bytes; all, where it does not fit.
        mps: Whether processes work there at the same time, by NVIDIA's Multi-Process Service;
            otherwise they take turns.
    """

    total: int
    trial: int
    mps: bool = False


def tried_memory(configuration: Configuration, digits: int, folds: int) -> GpuMemory:
    """Trains one epoch of every fold on blank digits, on the GPU that this process may use.

    Every shape of memory is then in use, captured steps too: epochs after the first add but the
    capture of their last, smaller batch.

    Args:
        configuration: The network and its batch size.
        digits: How many images lie on the device.
        folds: How many networks are trained side by side.
    """
    total = free_memory()
    parts = [np.arange(part, digits, folds) for part in range(folds)]
    torch.cuda.reset_peak_memory_stats()
    try:
        next(cross_validate(replace(configuration, epochs=1), _blank(digits), parts, seed=0))
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return GpuMemory(total, total, runs_mps())
    return GpuMemory(total, torch.cuda.max_memory_reserved() + CONTEXT, runs_mps())


def free_memory() -> int:
    """Returns how much of this process's GPU is free, bytes."""
    free, _ = torch.cuda.mem_get_info()
    return int(free)


def runs_mps() -> bool:
    """Tells whether NVIDIA's Multi-Process Service runs here: its daemon opens a pipe."""
    folder = os.environ.get("CUDA_MPS_PIPE_DIRECTORY") or "/tmp/nvidia-mps"
    return Path(folder, "control").exists()


def _blank(count: int) -> DeviceDigits:
    device = torch.device("cuda")
    return DeviceDigits(
        images=torch.zeros(count, 28, 28, dtype=torch.uint8, device=device),
        labels=torch.arange(count, device=device) % 10,
        sources=torch.zeros(count, dtype=torch.int64, device=device),
        source_names=("mnist",),
    )
