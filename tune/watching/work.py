"""How much work a training is, so that trainings of different networks can be compared."""

from functools import cache

import torch
from torch.utils.flop_counter import FlopCounterMode

from model.configuration import Configuration
from model.networks.kinds import build
from tune.planning.data import SweepData

OVERHEAD = 33e6  # operations that take as long as all else that an image takes: on a CPU


def work_of_epoch(configuration: Configuration, data: SweepData) -> float:
    """Returns the work of a fold-epoch.

    Args:
        configuration: The network and how it is trained.
        data: The sweep's.
    """
    return data.images_an_epoch(0, configuration) * (OVERHEAD + _operations(configuration))


@cache
def _operations(configuration: Configuration) -> float:
    """Returns how many operations an image takes on its way through a network."""
    with torch.random.fork_rng(), torch.no_grad():
        network = build(configuration).eval()
        with FlopCounterMode(display=False) as counter:
            network(torch.zeros(1, 28, 28, dtype=torch.uint8))
    return float(counter.get_total_flops()) / configuration.networks
