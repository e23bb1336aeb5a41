"""The plain network of the course."""

from collections import OrderedDict

from torch import nn

from model.configuration import Configuration
from model.networks.digit_network import CLASSES, DigitNetwork


class FullyConnected(DigitNetwork):
    """The fully connected network that the course asked for: 784-256-64-10 with ReLU.

    Args:
        configuration: Of which it uses nothing.
    """

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        linear = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, CLASSES)
        )  # their names are those of the weights in files: `layers.0` is the first
        named = [("flatten", nn.Flatten()), *linear.named_children()]
        self.layers = nn.Sequential(OrderedDict(named))
