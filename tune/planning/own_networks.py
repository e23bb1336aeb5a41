"""Networks of your own, tried out before a search begins that could not end well."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from datasets.digit_set import SIDE
from datasets.errors import ExtensionError
from datasets.extension import own_code
from model.networks.digit_network import CLASSES, DigitNetwork, one_by_one
from model.networks.kinds import NETWORKS, build
from model.networks.portable import PortableNetwork
from results.errors import ResultsError
from results.export.onnx_graph import onnx_model
from results.export.verifying import LARGEST_DIFFERENCE
from results.predict.readers import OnnxReader
from search_spaces import SearchSpace
from tune.planning.resources import largest_configuration, networks_of

TRIED = 3  # digits


def require_networks(space: SearchSpace) -> None:
    """Refuses a network of a space that cannot be trained, or not exported as it reads.

    Raises:
        ExtensionError: If there is one; the message names it and the rule.
    """
    own = [name for name in networks_of(space) if name not in NETWORKS]
    for name in own:
        configuration = replace(largest_configuration(space), network=name, networks=1)
        with own_code(name), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            _try_out(name, build(configuration))


def _try_out(name: str, network: DigitNetwork) -> None:
    if not {*one_by_one(network.layers)} <= {*network.modules()}:
        raise ExtensionError(f"{name}: its layers must be its own, as an nn.Sequential's are.")
    images = torch.randint(0, 256, (TRIED, SIDE, SIDE), dtype=torch.uint8)
    with torch.no_grad():
        network.train()(images)  # so that what normalises by the batch has something to go by
        logits = network.eval()(images)
    if logits.shape != (TRIED, CLASSES):
        shape = tuple(logits.shape)
        raise ExtensionError(f"{name} must return logits ({TRIED}, {CLASSES}), but got {shape}.")
    difference = np.abs(_exported(name, network, images) - logits.softmax(dim=1).numpy()).max()
    if not difference <= LARGEST_DIFFERENCE:
        raise ExtensionError(
            f"{name}: its layers, exported, must read as it does, but differ by {difference:.2g}."
        )


def _exported(name: str, network: DigitNetwork, images: torch.Tensor) -> NDArray[np.float32]:
    """Returns what a network takes digits for once it is exported."""
    try:
        model = onnx_model(PortableNetwork(network, 1.0))
    except ResultsError as error:
        raise ExtensionError(f"{name}: {error}") from error
    return OnnxReader(model.SerializeToString()).read(images.numpy())
