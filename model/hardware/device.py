"""Where a network runs, how precisely, and the digits that lie there."""

import contextlib
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

import numpy as np
import torch
from torch import Tensor

from datasets.digit_set import DigitSet
from model.brightness import brightness


def best_device(gpu: bool = True) -> torch.device:
    """Returns the first GPU that this process may use, or else the CPU.

    Args:
        gpu: Whether a GPU may be used at all.
    """
    return torch.device("cuda" if gpu and torch.cuda.is_available() else "cpu")


@cache
def has_fast_bfloat16(kind: str) -> bool:
    """Tells whether bfloat16 is computed by the hardware itself, so that it saves time."""
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def mixed_precision(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Returns a context in which matrix products are in bfloat16 where that is faster.

    Weights, sums and losses stay in float32.
    """
    fast = has_fast_bfloat16(device.type)
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


def product_precision(device: torch.device) -> torch.dtype:
    """Returns the type of matrix products in `mixed_precision`."""
    return torch.bfloat16 if has_fast_bfloat16(device.type) else torch.float32


@dataclass(frozen=True)
class DeviceDigits:
    """A digit set that lies on a device, once, as bytes.

    Attributes:
        images: (n, 28, 28) uint8.
        labels: (n,) int64.
        sources: (n,) int64, the place of each image's source in `source_names`.
        source_names: The sources, `mnist` first.
    """

    images: Tensor
    labels: Tensor
    sources: Tensor
    source_names: tuple[str, ...]

    @classmethod
    def of(cls, digits: DigitSet, device: torch.device) -> Self:
        """Copies a digit set to a device."""
        names = digits.source_names
        places = np.searchsorted(np.array(sorted(names)), digits.sources)
        order = np.array([names.index(name) for name in sorted(names)], dtype=np.int64)
        return cls(
            images=torch.tensor(digits.images, device=device),
            labels=torch.tensor(digits.labels, device=device),
            sources=torch.tensor(order[places], device=device),
            source_names=tuple(names),
        )

    @cached_property
    def brightness(self) -> Tensor:
        """How bright each image is, counted once: see `model.brightness.brightness`."""
        return brightness(self.images)

    @property
    def device(self) -> torch.device:
        """Where the digits lie."""
        return self.images.device
