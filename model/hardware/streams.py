"""CUDA streams, few and always the same: libraries keep a work space for each."""

from functools import cache

import torch


@cache
def stream(device: torch.device, number: int) -> torch.cuda.Stream | None:
    """Returns a GPU's stream of a number; nothing for a CPU."""
    if device.type != "cuda":
        return None
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
