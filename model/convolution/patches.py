"""Convolution of images of one channel, pooled at once, a few images at a time."""

from typing import Any

import torch
from torch import Tensor

from model.convolution.pooling import largest_and_masks, spread_gradient

PAIR = {torch.bfloat16: torch.int32, torch.float16: torch.int32, torch.float32: torch.int64}
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))  # of the four places that are pooled together
PRODUCTS = (
    737_280  # at a time: they stay in a core's own cache, and are enough for a matrix product
)


def pooled_patch_convolution(images: Tensor, weight: Tensor) -> Tensor:
    """Convolves and takes the largest of each 2 x 2.

    The four outputs that are compared see one patch of (k + 1) x (k + 1). The images get no
    gradient.

    Args:
        images: (s, s, n, 1), s even.
        weight: (d, 1, k, k), k odd, of the same type.

    Returns:
        (p, p, n, d), where p = (s - k + 1) / 2.
    """
    n, p = images.shape[2], (images.shape[0] - weight.shape[-1] + 1) // 2
    if not torch.is_grad_enabled():
        weight = weight.detach()  # else it would be taken for one that wants a gradient
    pooled: Tensor = _PooledProduct.apply(_patches(images, weight.shape[-1] + 1), weight)  # type: ignore[no-untyped-call]
    return pooled.view(p, p, n, -1)


def _patches(images: Tensor, side: int) -> Tensor:
    """Copies the squares of an even side that begin at even places: (p p n, side^2).

    They are copied in pairs of pixels, seen as one number of twice the size.
    """
    pairs = images.squeeze(-1).permute(2, 0, 1).contiguous().view(PAIR[images.dtype])
    patches = pairs.permute(1, 2, 0).unfold(0, side, 2).unfold(1, side // 2, 1)
    return patches.reshape(-1, side * side // 2).view(images.dtype)


class _PooledProduct(torch.autograd.Function):
    """Patches (m, (k + 1)^2) and a weight (d, 1, k, k) to (m, d)."""

    @staticmethod
    def forward(ctx: Any, patches: Tensor, weight: Tensor) -> Tensor:
        matrix, channels = _in_corners(weight), weight.shape[0]
        pooled = patches.new_empty(len(patches), channels)
        ctx.masks = []
        ctx.some = max(1, PRODUCTS // (4 * channels))
        for some, out in zip(
            torch.split(patches, ctx.some), torch.split(pooled, ctx.some), strict=True
        ):
            products = (some @ matrix).view(-1, 4, channels)
            ctx.masks.append(largest_and_masks(products, out, ctx.needs_input_grad[1]))
        ctx.save_for_backward(patches)
        ctx.kernel = weight.shape[-1]
        return pooled

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        (patches,) = ctx.saved_tensors
        total = gradients[0].new_zeros(patches.shape[1], 4 * gradients[0].shape[1]).float()
        for some, gradient, masks in zip(
            torch.split(patches, ctx.some),
            torch.split(gradients[0], ctx.some),
            ctx.masks,
            strict=True,
        ):
            total += some.t() @ spread_gradient(gradient, masks).flatten(1)
        return None, _from_corners(total, ctx.kernel)


def _in_corners(weight: Tensor) -> Tensor:
    """Returns ((k + 1)^2, 4 d): the kernel in each corner of a patch."""
    channels, _, k, _ = weight.shape
    matrix = weight.new_zeros(k + 1, k + 1, 4, channels)
    for n, (i, j) in enumerate(CORNERS):
        matrix[i : i + k, j : j + k, n] = weight.squeeze(1).permute(1, 2, 0)
    return matrix.view((k + 1) ** 2, 4 * channels)


def _from_corners(matrix: Tensor, k: int) -> Tensor:
    """Returns (d, 1, k, k): the sum over the corners of a matrix as `_in_corners` makes it."""
    corners = matrix.view(k + 1, k + 1, 4, -1)
    parts = [corners[i : i + k, j : j + k, n] for n, (i, j) in enumerate(CORNERS)]
    return torch.stack(parts).sum(0).permute(2, 0, 1).unsqueeze(1)
