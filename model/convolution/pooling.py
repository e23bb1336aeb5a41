"""The largest of four, and its gradient, by the sign bits of differences.

The same as `torch.nn.functional.max_pool2d`: of equal values the first gets the gradient. But its
indices of 64 bits, and comparisons of bfloat16, would take longer than the convolution.
"""

from typing import Any

import torch
from torch import Tensor

from model.bits import SAME_SIZE, spread_sign

Masks = tuple[Tensor, ...]


def largest_of_four(values: Tensor) -> Tensor:
    """Returns the largest of each four, differentiably.

    Args:
        values: (..., 4, d), float.

    Returns:
        (..., d).
    """
    largest: Tensor = _LargestOfFour.apply(values)  # type: ignore[no-untyped-call]
    return largest


class _LargestOfFour(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        largest = values.new_empty(*values.shape[:-2], values.shape[-1])
        ctx.save_for_backward(*largest_and_masks(values, largest, ctx.needs_input_grad[0]))
        return largest

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return spread_gradient(gradients[0], ctx.saved_tensors)


def largest_and_masks(values: Tensor, out: Tensor, masks: bool) -> Masks:
    """Writes the largest of each four, (..., 4, d), to `out`, (..., d).

    Returns:
        For the first two, the last two, and the winners of both: all bits set where the later one
        is larger, integers (..., d). Nothing where no masks are wanted.
    """
    a, b, c, d = values.unbind(-2)
    ab, cd = torch.maximum(a, b), torch.maximum(c, d)
    torch.maximum(ab, cd, out=out)
    return (_below(a, b), _below(c, d), _below(ab, cd)) if masks else ()


def _below(first: Tensor, second: Tensor) -> Tensor:
    difference = first - second
    return spread_sign(difference.view(SAME_SIZE[difference.dtype]))


def spread_gradient(gradient: Tensor, masks: Masks) -> Tensor:
    """Gives each gradient, (..., d), to the largest of its four, and 0 to the others: (..., 4, d).

    What is masked out of a gradient and taken away from it leaves the rest.
    """
    to_b, to_d, to_cd = masks
    bits = gradient.view(to_b.dtype)
    parts = torch.empty((*bits.shape[:-1], 4, bits.shape[-1]), dtype=bits.dtype)
    a, b, c, d = parts.unbind(-2)
    torch.bitwise_and(bits, to_cd, out=c)
    torch.bitwise_xor(bits, c, out=a)
    for first, second, mask in ((a, b, to_b), (c, d, to_d)):
        torch.bitwise_and(first, mask, out=second)
        first ^= second
    return parts.view(gradient.dtype)
