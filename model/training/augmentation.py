"""Small random affine and elastic changes of complete batches, on the device."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor

from model.configuration import Configuration

NODES = 5  # of the grid of random shifts, a side: one for every 7 pixels


def drawn(count: int, device: torch.device, configuration: Configuration) -> list[Tensor]:
    """Draws the random numbers by which `augmented` changes as many images.

    Returns:
        (n, 5), even from -1 to 1; where images are bent also (n, 2, NODES, NODES), normal. Nothing
        where nothing is changed.
    """
    if not configuration.augments:
        return []
    even = 2 * torch.rand(5, count, device=device) - 1
    if not configuration.elastic:
        return [even.t()]
    return [even.t(), torch.randn(count, 2, NODES, NODES, device=device)]


def augmented(
    images: Tensor, configuration: Configuration, numbers: Sequence[Tensor] | None = None
) -> Tensor:
    """Rotates, shears, scales, shifts and bends each image at random.

    The affine changes are even within their limits. Elastic ones move a coarse grid of places by
    normal random shifts, and what lies between them smoothly (after Simard, Steinkraus and Platt,
    2003, who smooth a shift of every pixel).

    Args:
        images: (n, 28, 28) uint8, ink bright on black.
        configuration: Gives the limits; with all at 0 the images come back as they are.
        numbers: As `drawn` returns them; fresh ones, if not given.

    Returns:
        (n, 28, 28), float32 0 to 255 where anything is changed.
    """
    if not configuration.augments:
        return images
    if numbers is None:
        numbers = drawn(len(images), images.device, configuration)
    field = images.unsqueeze(1).float()
    matrices = _affine_matrices(numbers[0], images.shape[-1], configuration)
    grid = F.affine_grid(matrices, list(field.shape), align_corners=False)
    if configuration.elastic:
        grid = grid + _elastic_shifts(numbers[1], images.shape[-1], configuration)
    return F.grid_sample(field, grid, align_corners=False).squeeze(1)


def _affine_matrices(even: Tensor, side: int, configuration: Configuration) -> Tensor:
    """Returns (n, 2, 3) matrices from output to input places, in units of half a side."""
    rotation, shear, scaling, down, across = even.unbind(1)
    angle = rotation * math.radians(configuration.rotation)
    lean = torch.tan(shear * math.radians(configuration.shear))
    size = 1 + scaling * configuration.scaling
    cos, sin = torch.cos(angle) / size, torch.sin(angle) / size
    pixel = 2 * configuration.shift / side
    rows = [cos, cos * lean - sin, across * pixel, sin, sin * lean + cos, down * pixel]
    return torch.stack(rows, dim=1).view(len(even), 2, 3)


def _elastic_shifts(shifts: Tensor, side: int, configuration: Configuration) -> Tensor:
    """Returns (n, side, side, 2) smooth random shifts, in units of half a side."""
    smooth = F.interpolate(shifts, size=(side, side), mode="bicubic", align_corners=True)
    return smooth.permute(0, 2, 3, 1) * (2 * configuration.elastic / side)
