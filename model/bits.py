"""Floating-point numbers seen as integers: elementwise masks at a fraction of their cost."""

import torch
from torch import Tensor

SAME_SIZE = {torch.bfloat16: torch.int16, torch.float16: torch.int16, torch.float32: torch.int32}


def spread_sign(values: Tensor) -> Tensor:
    """Returns all bits set where an integer is negative, else none."""
    return values >> (8 * values.element_size() - 1)
