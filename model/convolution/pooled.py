"""Chooses how a convolution with pooling and ReLU is computed."""

import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor

from model.convolution.fourier import fourier_convolution
from model.convolution.patches import pooled_patch_convolution
from model.convolution.pooling import largest_of_four

WORTH_TRANSFORMING = 1024  # channels in times out


def pooled_convolution(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Returns ReLU of the 2 x 2 maxima of a convolution without padding.

    All ways are the same function up to rounding. On a CPU one image channel goes through patches,
    and many channels through Fourier's transform.

    Args:
        images: (n, c, s, s); those of one channel get no gradient.
        weight: (d, c, k, k), where s - k + 1 is even.
        bias: (d,).

    Returns:
        (n, d, (s - k + 1) / 2, (s - k + 1) / 2), in the precision of autocast; on a CPU places
        come first in memory, then images, then channels.
    """
    d, c = weight.shape[:2]
    if images.device.type != "cpu" or 1 < c < WORTH_TRANSFORMING / d:
        return F.relu(F.max_pool2d(F.conv2d(images, weight, bias), 2))
    precision = _precision(images)
    places, weight = images.to(precision).permute(2, 3, 0, 1), weight.to(precision)
    if c == 1:
        pooled = pooled_patch_convolution(places, weight)
    else:
        fours = fourier_convolution(places, weight)
        pooled = largest_of_four(fours.flatten(-2)).view(*fours.shape[:2], *fours.shape[3:])
    return (pooled + bias.to(precision)).relu_().permute(2, 3, 0, 1)


def _precision(images: Tensor) -> torch.dtype:
    kind = images.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else images.dtype
