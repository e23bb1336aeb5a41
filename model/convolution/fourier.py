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
    """Convolves, and puts the places that 2 x 2 pooling compares together.

    Places come first, so that one matrix product transforms all images and channels.

    Args:
        images: (s, s, n, c), s even.
        weight: (d, c, k, k), of the same type.

    Returns:
        (p, p, 4, n, d), where p = (s - k + 1) / 2.
    """
    side, _, n, c = images.shape
    p = (side - weight.shape[-1] + 1) // 2
    convolved: Tensor = _FourierConvolution.apply(images.reshape(side * side, n, c), weight)  # type: ignore[no-untyped-call]
    return convolved.view(p, p, 4, n, -1)


class _FourierConvolution(torch.autograd.Function):
    """Images (s^2, n, c) and a weight (d, c, k, k) to ((s - k + 1)^2, n, d).

    With X, W and Y the transforms at one frequency, Y = X conj(W). As real matrices: an image has
    two rows, [Xr Xi] and [Xi -Xr]; times [Wr; Wi] they are Yr and Yi. So both gradients are those
    of a matrix product, and the two rows' are joined to that of X.
    """

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor) -> Tensor:
        transforms = Transforms.of(math.isqrt(len(images)), weight.shape[-1], images.dtype)
        rows = _rows(_spectrum(transforms.images, images))
        of_weight = _weight_spectrum(transforms.kernel, weight)
        ctx.save_for_backward(rows, of_weight)
        ctx.transforms, ctx.kernel = transforms, weight.shape[-1]
        return _places(transforms.outputs_back, torch.bmm(rows, of_weight), images.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        rows, of_weight = ctx.saved_tensors
        gradient = _spectrum(ctx.transforms.outputs, gradients[0]).flatten(1, 2)
        of_images = _joined(torch.bmm(gradient, of_weight.transpose(1, 2)))
        return (
            _places(ctx.transforms.images_back, of_images, gradients[0].shape[1]),
            _weight(
                ctx.transforms.kernel_back, torch.bmm(rows.transpose(1, 2), gradient), ctx.kernel
            ),
        )


def _spectrum(transform: Tensor, places: Tensor) -> Tensor:
    """Transforms (places, n, c) to real and imaginary parts, (f, 2, n, c)."""
    return (transform @ places.flatten(1)).view(-1, 2, *places.shape[1:])


def _places(transform: Tensor, spectrum: Tensor, n: int) -> Tensor:
    """Transforms real and imaginary parts, f x 2 x n x c in this order, back to (places, n, c)."""
    return (transform @ spectrum.view(transform.shape[1], -1)).view(len(transform), n, -1)


def _rows(spectrum: Tensor) -> Tensor:
    """Lays (f, 2, n, c) out as the rows [Xr Xi] of all images and then [Xi -Xr]: (f, 2 n, 2 c)."""
    f, _, n, c = spectrum.shape
    real, imaginary = spectrum.unbind(1)
    rows = spectrum.new_empty(f, 2, n, 2, c)
    rows[:, 0, :, 0], rows[:, 0, :, 1], rows[:, 1, :, 0] = real, imaginary, imaginary
    torch.neg(real, out=rows[:, 1, :, 1])
    return rows.view(f, 2 * n, 2 * c)


def _joined(gradient: Tensor) -> Tensor:
    """Joins the gradients of both rows, (f, 2 n, 2 c), to those of Xr and Xi, (f, 2, n, c)."""
    f, rows, columns = gradient.shape
    first, second = gradient.view(f, 2, rows // 2, 2, columns // 2).unbind(1)
    joined = gradient.new_empty(f, 2, rows // 2, columns // 2)
    torch.sub(first[:, :, 0], second[:, :, 1], out=joined[:, 0])
    torch.add(first[:, :, 1], second[:, :, 0], out=joined[:, 1])
    return joined


def _weight_spectrum(transform: Tensor, weight: Tensor) -> Tensor:
    """Transforms a weight (d, c, k, k) to (f, 2 c, d): real parts above imaginary ones."""
    d, c, k, _ = weight.shape
    return (transform @ weight.permute(2, 3, 1, 0).reshape(k * k, c * d)).view(-1, 2 * c, d)


def _weight(transform: Tensor, spectrum: Tensor, kernel: int) -> Tensor:
    """Transforms (f, 2 c, d) back to a weight (d, c, k, k)."""
    _, double, d = spectrum.shape
    weight = transform @ spectrum.view(transform.shape[1], -1)
    return weight.view(kernel, kernel, double // 2, d).permute(3, 2, 0, 1)
