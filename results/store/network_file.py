"""The file of a trained network, read without torch: its weights, and what is known of it."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from datasets.errors import ExtensionError
from model.configuration import Configuration
from results.errors import ResultsError
from results.store.formats.tensors import Tensors


@dataclass(frozen=True)
class NetworkFile:
    """A trained network, as it was saved.

    Attributes:
        configuration: The network's.
        about: What else is known about it: `pool`, the fingerprint of the digits it comes from, ...
        weights: Its weights and normalisation, by their names.
    """

    configuration: Configuration
    about: dict[str, Any]
    weights: Tensors

    @property
    def temperature(self) -> float:
        """What its logits are divided by to be calibrated; 1 where that was never fitted."""
        return float(self.about.get("temperature", 1.0))


def read_network_file(path: Path) -> NetworkFile:
    """Reads a network's file.

    Raises:
        ResultsError: If the file is missing, damaged or not one of shuzi's.
        ExtensionError: If it is of a network of your own, which is not to be had here.
    """
    try:
        with safe_open(path, framework="np") as file:
            about = {name: json.loads(value) for name, value in file.metadata().items()}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        configuration = Configuration.from_dict(about.pop("configuration"))
        network = NetworkFile(configuration, about, weights)
        _check_temperature(network.temperature)
    except ExtensionError:
        raise  # the file is as it should be
    except (
        OSError,
        SafetensorError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        raise not_a_network(path, error) from error
    return network


def not_a_network(path: Path, error: Exception) -> ResultsError:
    """Returns what is raised of a file that is no network's."""
    return ResultsError(f"{path} is not a network of shuzi's: {error}")


def _check_temperature(temperature: float) -> None:
    if not 0 < temperature < math.inf:
        raise ValueError(f"its temperature must be above 0, but is {temperature}.")
