"""A GPU's memory: how much is free, and what a trial takes of it."""

import os
from dataclasses import dataclass
from pathlib import Path

import torch


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


def free_memory() -> int:
    """Returns how much of this process's GPU is free, bytes."""
    free, _ = torch.cuda.mem_get_info()
    return int(free)


def runs_mps() -> bool:
    """Tells whether NVIDIA's Multi-Process Service runs here: its daemon opens a pipe."""
    folder = os.environ.get("CUDA_MPS_PIPE_DIRECTORY") or "/tmp/nvidia-mps"
    return Path(folder, "control").exists()
