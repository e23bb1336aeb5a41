"""The winner: which trial it is, and its weights on the disk."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from datasets.atomic import whole_file
from model import Configuration, DigitNetwork, build
from results.errors import ResultsError
from results.trials import ranked


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


def load_network(path: Path) -> tuple[DigitNetwork, Configuration]:
    """Reads what `save_network` wrote; the network is in evaluation mode, on the CPU.

    Raises:
        ResultsError: If the file is missing, damaged or not one of shuzi's.
    """
    try:
        with safe_open(path, framework="pt") as file:
            configuration = Configuration.from_dict(json.loads(file.metadata()["configuration"]))
            weights: dict[str, torch.Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        network = build(configuration)
        network.load_state_dict(weights)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise ResultsError(f"{path} is not a network of shuzi's: {error}") from error
    return network.eval(), configuration
