"""The winner: which trial it is, and its weights on the disk."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from datasets.atomic import whole_file
from datasets.errors import ExtensionError
from model.configuration import Configuration
from model.networks.digit_network import DigitNetwork
from model.networks.kinds import build
from results.errors import ResultsError
from results.store.trials import ranked


def winning_trial(table: pd.DataFrame) -> int:
    """Returns the number of the complete trial with the lowest validation loss.

    Raises:
        ResultsError: If no trial is complete.
    """
    best = ranked(table)
    if best.empty:
        causes = sorted({str(cause) for cause in table.get("cause", []) if str(cause) != "nan"})
        raise ResultsError(f"no trial is complete, so there is no winner. {' '.join(causes)}")
    return int(best.iloc[0]["trial"])


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
    with whole_file(path) as temporary:
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
        ExtensionError: If it is of a network of your own, which is not to be had here.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = {name: json.loads(value) for name, value in file.metadata().items()}
            weights: dict[str, torch.Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        configuration = Configuration.from_dict(about.pop("configuration"))
        trained = TrainedNetwork(build(configuration).eval(), configuration, about)
        trained.network.load_state_dict(weights)
        _check_temperature(trained.temperature)
    except ExtensionError:
        raise  # the file is as it should be
    except (
        OSError,
        SafetensorError,
        KeyError,
        ValueError,
        TypeError,
        RuntimeError,
        AttributeError,
    ) as error:
        raise ResultsError(f"{path} is not a network of shuzi's: {error}") from error
    return trained


def _check_temperature(temperature: float) -> None:
    if not 0 < temperature < math.inf:
        raise ValueError(f"its temperature must be above 0, but is {temperature}.")
