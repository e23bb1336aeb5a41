"""A network of whatever layers."""

import torch
from torch import nn

from model.brightness import brightness
from model.networks.digit_network import DigitNetwork

IMAGES = torch.randint(
    0, 256, (9, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
)


class Chain(DigitNetwork):
    """Layers one behind another.

    Args:
        layers: From (n, 1, 28, 28).
    """

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)


def trained(*layers: nn.Module) -> Chain:
    """Returns a chain whose normalisations, if any, have learnt what is usual."""
    network = Chain(*layers)
    network.normalise_by(brightness(IMAGES))
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) and layer.affine:
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.uniform_(layer.bias, -1, 1)
    with torch.no_grad():
        for _ in range(3):
            network.train()(IMAGES)
    return network.eval()
