"""Small random affine changes of whole batches, on the device."""

import math

import torch
import torch.nn.functional as F  # noqa: N812 - the name that PyTorch's own documentation uses
from torch import Tensor

from model.configuration import Configuration


def augmented(images: Tensor, configuration: Configuration) -> Tensor:
    """Rotates, shears, scales and shifts each image at random, evenly within the limits.

    Args:
        images: (n, 28, 28) uint8, ink bright on black.
        configuration: Gives the limits; with all at 0 the images come back as they are.

    Returns:
        (n, 28, 28), float32 0 to 255 where anything is changed.
    """
    if not configuration.augments:
        return images
    matrices = _affine_matrices(len(images), images.shape[-1], images.device, configuration)
    field = images.unsqueeze(1).float()
    grid = F.affine_grid(matrices, list(field.shape), align_corners=False)
    return F.grid_sample(field, grid, align_corners=False).squeeze(1)


def _affine_matrices(
    count: int, side: int, device: torch.device, configuration: Configuration
) -> Tensor:
    """Returns (n, 2, 3) matrices from output to input places, in units of half a side."""
    rotation, shear, scaling, down, across = 2 * torch.rand(5, count, device=device) - 1
    angle = rotation * math.radians(configuration.rotation)
    lean = torch.tan(shear * math.radians(configuration.shear))
    size = 1 + scaling * configuration.scaling
    cos, sin = torch.cos(angle) / size, torch.sin(angle) / size
    pixel = 2 * configuration.shift / side
    rows = [cos, cos * lean - sin, across * pixel, sin, sin * lean + cos, down * pixel]
    return torch.stack(rows, dim=1).view(count, 2, 3)
