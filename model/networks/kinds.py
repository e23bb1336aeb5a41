"""The networks that there are: those of shuzi's own by a name, others by module and class."""

from collections.abc import Callable, Mapping

import torch
from torch import nn

from datasets.digit_set import SIDE
from datasets.errors import ExtensionError
from datasets.extension import extension, own_code
from model.configuration import Configuration
from model.networks.averaged import averaged
from model.networks.cnn import DigitCNN
from model.networks.digit_network import DigitNetwork, one_by_one
from model.networks.fully_connected import FullyConnected

# `Configuration.network` has the same names, to be had without torch.
NETWORKS: Mapping[str, Callable[[Configuration], DigitNetwork]] = {
    "cnn": DigitCNN,
    "fully-connected": FullyConnected,
}


def build(configuration: Configuration) -> DigitNetwork:
    """Makes the network of a configuration with fresh weights from torch's random state.

    Raises:
        ExtensionError: If it is a class of your own that cannot be imported or made.
    """
    return averaged([_build_one(configuration) for _ in range(configuration.networks)])


def _build_one(configuration: Configuration) -> DigitNetwork:
    name = configuration.network
    network = NETWORKS[name](configuration) if name in NETWORKS else _own(name, configuration)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _own(name: str, configuration: Configuration) -> DigitNetwork:
    kind = extension(name)
    if not (isinstance(kind, type) and issubclass(kind, DigitNetwork)):
        base = f"{DigitNetwork.__module__}.{DigitNetwork.__name__}"
        raise ExtensionError(f"{name} must be a subclass of {base}, but is {kind!r}.")
    make: Callable[[Configuration], DigitNetwork] = kind
    with own_code(name):
        return make(configuration)


def count_weights(configuration: Configuration) -> int:
    """Returns how many trainable weights the network of a configuration has."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build(configuration).parameters())


def layer_shapes(configuration: Configuration) -> list[tuple[nn.Module, tuple[int, ...]]]:
    """Returns each layer of a configuration's network, and the shape of what it makes of a digit.

    Raises:
        ExtensionError: If a layer of a network of your own cannot take what comes before it.
    """
    shapes = []
    with torch.device("meta"), own_code(configuration.network):
        network = _build_one(configuration).eval()
        x = torch.empty(1, 1, SIDE, SIDE)
        for layer in one_by_one(network.layers):
            x = layer(x)
            shapes.append((layer, tuple(x.shape[1:])))
    return shapes
