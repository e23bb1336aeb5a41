"""How much of a GPU's memory a cross-validation takes, by trying it out."""

from dataclasses import replace

import numpy as np
import torch

from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.hardware.memory import GpuMemory, free_memory, runs_mps
from model.hardware.out_of_memory import is_out_of_memory
from model.training.cross_validation import cross_validate

CONTEXT = 600 * 2**20  # what CUDA itself and its libraries keep for a process, bytes


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


def _blank(count: int) -> DeviceDigits:
    device = torch.device("cuda")
    return DeviceDigits(
        images=torch.zeros(count, 28, 28, dtype=torch.uint8, device=device),
        labels=torch.arange(count, device=device) % 10,
        sources=torch.zeros(count, dtype=torch.int64, device=device),
        source_names=("mnist",),
    )
