"""Layers of many networks at once: each is one batched matrix product."""

import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor, nn

from model.training.batched.batches import Batches, padded


def linear(rows: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Returns (k, n, d) of rows (k, n, c), a weight (k, d, c) and a bias (k, d)."""
    return torch.baddbmm(bias.unsqueeze(1), rows, weight.transpose(1, 2))


def pooled_convolution(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Returns ReLU of the 2 x 2 maxima of a convolution without padding.

    Every patch is copied out, r x r times the images' memory, so that the convolution is a linear
    layer. In groups, the library's way, images of one channel would be convolved depthwise, for
    which GPUs have no matrix products.

    Args:
        images: (k, n, s, s, c), channels last.
        weight: (k, d, c, r, r), where s - r + 1 is even.
        bias: (k, d).

    Returns:
        (k, n, p, p, d), where p = (s - r + 1) / 2.
    """
    k, d, _, r, _ = weight.shape
    patches = images.unfold(2, r, 1).unfold(3, r, 1).permute(0, 1, 2, 3, 5, 6, 4)
    n, side = patches.shape[1:3]
    matrix = weight.permute(0, 1, 3, 4, 2).reshape(k, d, -1)
    convolved = linear(patches.reshape(k, n * side * side, -1), matrix, bias)
    places = convolved.view(k * n, side, side, d).permute(0, 3, 1, 2)
    pooled = F.relu(F.max_pool2d(places, 2)).permute(0, 2, 3, 1)
    return pooled.reshape(k, n, side // 2, side // 2, d)


def batch_normalised(values: Tensor, norm: nn.BatchNorm1d, batches: Batches) -> Tensor:
    """Returns values normalised as `model.networks.normalisation.BatchNorm` does in training.

    Members with batches of one size are normalised at once, as many more columns. Where sizes
    differ, each is by itself, without its padding: it would count.

    Args:
        values: (k, n, ..., d).
        norm: Its weight, bias, running mean and variance are (k, d).
        batches: What the values come from.
    """
    if len(set(batches.sizes)) == 1:
        return _by_column(values, norm, slice(None))
    places = [slice(place, place + 1) for place in range(len(values))]
    each = zip(values, places, batches.sizes, strict=True)
    return padded([_by_column(one[None, :size], norm, place)[0] for one, place, size in each])


def _by_column(values: Tensor, norm: nn.BatchNorm1d, members: slice) -> Tensor:
    """Normalises values of some members; one row of each by what its columns were so far."""
    columns = values.movedim(0, -2)
    rows = columns.reshape(-1, len(values) * values.shape[-1])
    running = (norm.get_buffer("running_mean"), norm.get_buffer("running_var"))
    mean, variance, weight, bias = (
        each[members].flatten() for each in (*running, norm.weight, norm.bias)
    )
    training = len(rows) > 1
    normalised = F.batch_norm(rows, mean, variance, weight, bias, training, eps=norm.eps)
    return normalised.view(columns.shape).movedim(-2, 0)
