"""How the machine's cores and GPUs are shared among trials."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from model.configuration import BASELINE, Configuration
from model.hardware.memory import GpuMemory
from model.networks.kinds import count_weights, layer_shapes
from search_spaces import SearchSpace
from tune.errors import SweepError
from tune.planning.request import SweepRequest
from tune.planning.trial_resources import TrialResources

IN_TURNS = 3  # trials on a GPU without MPS: while one prepares, another computes; more only wait
# What a network's weights and activations grow with, and images that are changed at random.
SIZES = (
    *("networks", "channels", "hidden", "normalisation", "batch_size"),
    *("rotation", "shift", "scaling", "shear", "elastic"),
)
KINDS = ("none", "batch")  # the larger one comes last
KEPT = 4  # numbers for each weight: itself, its gradient and AdamW's two means
GPU_RESERVE = 0.9  # of its memory; the rest is left to others and to fragmentation


class ClusterNode(NamedTuple):
    """A machine of a cluster.

    Attributes:
        cpus: Its cores.
        gpus: Its GPUs.
    """

    cpus: float
    gpus: float

    def __str__(self) -> str:
        return f"cores: {self.cpus:g}, GPUs: {self.gpus:g}"


def resources_of(
    nodes: Sequence[ClusterNode], memory: GpuMemory | None, request: SweepRequest
) -> TrialResources:
    """Divides a cluster among trials, each of which is on one node.

    Without a GPU each trial gets one thread, as two trials of one thread each are faster than one
    of two, or more if there are fewer trials than cores. A GPU is shared by as many trials as its
    memory holds, but by few where their processes take turns.

    Args:
        nodes: Of the cluster.
        memory: Of one GPU, and what the largest trial takes of it; none where there is no GPU.
        request: What the user asked for comes before what is found.

    Raises:
        SweepError: If one trial needs more than any node has.
    """
    wanted = min(request.trials, request.concurrent or request.trials)
    gpus = request.gpus_per_trial
    if gpus is None:
        gpus = 1 / _trials_a_gpu(nodes, memory) if memory else 0
    cpus = request.cpus_per_trial or (1 if gpus else _threads(nodes, wanted))
    places = _places(nodes, cpus, gpus)
    if not places:
        needs, there = f"cores: {cpus}, GPUs: {gpus:g}", "; ".join(map(str, dict.fromkeys(nodes)))
        raise SweepError(
            f"a trial needs more ({needs}) than any machine has ({there}): lower "
            "--cpus-per-trial or --gpus-per-trial."
        )
    return TrialResources(cpus, gpus, min(places, wanted))


def _places(nodes: Sequence[ClusterNode], cpus: int, gpus: float) -> int:
    """Returns how many trials have room at a time."""
    by_cpus = (_floor(node.cpus / cpus) for node in nodes)
    by_gpus = (_floor(node.gpus / gpus) if gpus else math.inf for node in nodes)
    return int(sum(map(min, by_cpus, by_gpus)))


def _threads(nodes: Sequence[ClusterNode], wanted: int) -> int:
    """Returns the most cores that each of the trials can have, all of them at a time."""
    most = _floor(max(node.cpus for node in nodes))
    fitting = (cpus for cpus in range(most, 1, -1) if _places(nodes, cpus, 0) >= wanted)
    return next(fitting, 1)


def _trials_a_gpu(nodes: Sequence[ClusterNode], memory: GpuMemory) -> int:
    fit = _floor(GPU_RESERVE * memory.total / memory.trial)
    cores = min(node.cpus / node.gpus for node in nodes if node.gpus)
    return max(1, min(fit, _floor(cores), fit if memory.mps else IN_TURNS))


def _floor(value: float) -> int:
    return math.floor(value + 1e-9)


def largest_configuration(space: SearchSpace) -> Configuration:
    """Returns the configuration of a space that needs the most memory."""
    return max(_with_each_network(_extreme(space, max), space), key=_numbers_kept)


def smallest_configuration(space: SearchSpace) -> Configuration:
    """Returns the configuration of a space that has the fewest weights."""
    return min(_with_each_network(_extreme(space, min), space), key=count_weights)


def networks_of(space: SearchSpace) -> list[str]:
    """Returns the networks that a space may try, as `Configuration.network` names them."""
    varied = space.parameters.get("network")
    fixed = space.fixed.get("network", BASELINE.network)
    return [str(each) for each in (varied.ends() if varied else [fixed])]


def _with_each_network(configuration: Configuration, space: SearchSpace) -> list[Configuration]:
    return [replace(configuration, network=name) for name in networks_of(space)]


def _numbers_kept(configuration: Configuration) -> int:
    """Returns about how many numbers a step keeps in memory."""
    a_digit = sum(math.prod(shape) for _, shape in layer_shapes(configuration))
    digits = configuration.networks * configuration.batch_size
    return KEPT * count_weights(configuration) + digits * a_digit


def _extreme(space: SearchSpace, choose: Callable[..., Any]) -> Configuration:
    chosen = {
        name: choose(parameter.ends(), key=_memory)
        for name, parameter in space.parameters.items()
        if name.startswith(SIZES)
    }
    return Configuration.from_dict({**space.fixed, **chosen})


def _memory(value: Any) -> float:
    """Orders the values of one parameter by the memory that they need."""
    return KINDS.index(value) if isinstance(value, str) else value
