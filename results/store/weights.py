"""A trained network, written to a file and read again."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from datasets.atomic import atomic_file
from model.configuration import Configuration
from model.networks.digit_network import DigitNetwork
from model.networks.kinds import build
from results.store.network_file import not_a_network, read_network_file


def save_network(
    path: Path, network: DigitNetwork, configuration: Configuration, about: dict[str, Any]
) -> None:
    """Writes weights, normalisation and configuration to one safetensors file.

    Args:
        path: Where the file shall be.
        network: Trained.
        configuration: The network's.
        about: What else shall be known about it; goes into the file's metadata as JSON.
    """
    weights = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    described = {"configuration": configuration.to_dict(), **about}
    metadata = {name: json.dumps(value) for name, value in described.items()}
    content = save(weights, metadata)  # written by Python, which names a full disk as such
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network, as it was saved.

    Attributes:
        network: In evaluation mode, on the CPU.
        configuration: The network's.
        about: What else is known about it: `pool`, the fingerprint of the digits it comes from, ...
    """

    network: DigitNetwork
    configuration: Configuration
    about: dict[str, Any]

    @property
    def temperature(self) -> float:
        """What its logits are divided by to be calibrated; 1 where that was never fitted."""
        return float(self.about.get("temperature", 1.0))

    @torch.inference_mode()
    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Returns the calibrated probabilities, (n, 10), of digits (n, 28, 28) uint8."""
        logits: torch.Tensor = self.network(images)
        return (logits / self.temperature).softmax(dim=1)


def load_network(path: Path) -> TrainedNetwork:
    """Reads what `save_network` wrote.

    Raises:
        ResultsError: If the file is missing, damaged or not one of shuzi's.
    """
    file = read_network_file(path)
    network = build(file.configuration).eval()
    try:
        network.load_state_dict(
            {name: torch.from_numpy(each) for name, each in file.weights.items()}
        )
    except (RuntimeError, TypeError) as error:
        raise not_a_network(path, error) from error
    return TrainedNetwork(network, file.configuration, file.about)
