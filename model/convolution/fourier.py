"""Convolution by the discrete Fourier transform, with matrix products alone.

After Mathieu, Henaff and LeCun, "Fast training of convolutional networks through FFTs" (2014). A
5 x 5 convolution of 12 x 12 places is 1,600 products for each pair of channels; 74 complex products
do the same. Images are so small that the transforms, too, are matrix products: they run in
bfloat16, and their rounding is of the size of bfloat16's own.
"""

import math
from typing import Any

import torch
from torch import Tensor

from model.convolution.transforms import Transforms


def fourier_convolution(images: Tensor, weight: Tensor) -> Tensor:
    """Convolves, and puts the places that 2 x 2 pooling compares beside each other.

    Args:
        images: (n, s, s, c), s even.
        weight: (d, c, k, k), of the same type.

    Returns:
        (n, p, p, 4, d), where p = (s - k + 1) / 2.
    """
    n, side, _, c = images.shape
    p = (side - weight.shape[-1] + 1) // 2
    convolved: Tensor = _FourierConvolution.apply(images.reshape(n, side * side, c), weight)  # type: ignore[no-untyped-call]
    return convolved.view(n, p, p, 4, -1)


class _FourierConvolution(torch.autograd.Function):
    """Images (n, s^2, c) and a weight (d, c, k, k) to (n, (s - k + 1)^2, d).

    With X, W and Y the transforms at one frequency, Y = X conj(W). As real matrices: an image has
    two rows, [Xr Xi] and [Xi -Xr]; times [Wr; Wi] they are Yr and Yi. So both gradients are those
    of a matrix product, and the two rows' are joined to that of X.
    """

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor) -> Tensor:
        transforms = Transforms.of(math.isqrt(images.shape[1]), weight.shape[-1], images.dtype)
        real, imaginary = _parts(transforms.images, images)
        rows = _rows(real, imaginary, imaginary, -real)
        spectrum = _spectrum(transforms.kernel, weight)
        ctx.save_for_backward(rows, spectrum)
        ctx.transforms, ctx.kernel = transforms, weight.shape[-1]
        outputs = _in_pairs(torch.bmm(rows, spectrum))
        return _places(transforms.outputs_back, outputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        rows, spectrum = ctx.saved_tensors
        gradient = _rows(*_parts(ctx.transforms.outputs, gradients[0]))
        of_images = _joined(torch.bmm(gradient, spectrum.transpose(1, 2)))
        of_weight = torch.bmm(rows.transpose(1, 2), gradient)
        return (
            _places(ctx.transforms.images_back, of_images),
            _weight(ctx.transforms.kernel_back, of_weight, ctx.kernel),
        )


def _parts(transform: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """Transforms (n, places, c) and returns real and imaginary part, (f, n, c) each."""
    parts = _in_pairs(torch.matmul(transform, places)).transpose(0, 1)
    real, imaginary = parts.unbind(2)
    return real, imaginary


def _in_pairs(values: Tensor) -> Tensor:
    """Returns (a, 2 b, c) as (a, b, 2, c)."""
    a, double, c = values.shape
    return values.view(a, double // 2, 2, c)


def _rows(*parts: Tensor) -> Tensor:
    """Puts two or four parts (f, n, c) into two rows for each image: (f, 2 n, c or 2 c)."""
    f, n, c = parts[0].shape
    rows = parts[0].new_empty(f, n, len(parts), c)
    for place, part in enumerate(parts):
        rows[:, :, place] = part
    return rows.view(f, 2 * n, -1)


def _places(transform: Tensor, spectrum: Tensor) -> Tensor:
    """Transforms real and imaginary parts, (f, n, 2, c), back to (n, places, c)."""
    return torch.matmul(transform, spectrum.transpose(0, 1).flatten(1, 2))


def _spectrum(transform: Tensor, weight: Tensor) -> Tensor:
    """Transforms a weight (d, c, k, k) to (f, 2 c, d): real parts above imaginary ones."""
    d, c, k, _ = weight.shape
    return (transform @ weight.permute(2, 3, 1, 0).reshape(k * k, c * d)).view(-1, 2 * c, d)


def _weight(transform: Tensor, spectrum: Tensor, kernel: int) -> Tensor:
    """Transforms (f, 2 c, d) back to a weight (d, c, k, k)."""
    _, c, d = spectrum.shape
    weight = transform @ spectrum.view(-1, c // 2 * d)
    return weight.view(kernel, kernel, c // 2, d).permute(3, 2, 0, 1)


def _joined(gradient: Tensor) -> Tensor:
    """Joins the gradients of both rows, (f, 2 n, 2 c), to those of Xr and Xi, (f, n, 2, c)."""
    f, rows, columns = gradient.shape
    first, second = gradient.view(f, rows // 2, 2, 2, columns // 2).unbind(2)
    first[:, :, 0] -= second[:, :, 1]
    first[:, :, 1] += second[:, :, 0]
    return first
