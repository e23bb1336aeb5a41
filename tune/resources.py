"""How the machine's cores and GPUs are shared among trials."""

import math
from collections.abc import Callable
from typing import Any

import ray

from model import Configuration, best_device
from model.memory import GpuMemory, tried_memory
from model.processor import prepare_gpu
from search_spaces import SearchSpace
from tune.errors import SweepError
from tune.request import SweepRequest
from tune.share import Share

GPU_RESERVE = 0.9  # of its memory; the rest is left to others and to fragmentation


def share_of(cpus: float, gpus: float, memory: GpuMemory | None, request: SweepRequest) -> Share:
    """Divides a cluster among trials.

    Without a GPU each trial gets one thread, as two trials of one thread each are faster than one
    of two, or more if there are fewer trials than cores. A GPU is shared by as many trials as its
    memory holds.

    Args:
        cpus: Cores of the cluster.
        gpus: GPUs of the cluster.
        memory: Of one GPU, and what the largest trial takes of it; none where there is no GPU.
        request: What the user asked for comes before what is found.

    Raises:
        SweepError: If one trial needs more than there is.
    """
    wanted = min(request.trials, request.concurrent or request.trials)
    gpu_share = request.gpus_per_trial
    if gpu_share is None:
        gpu_share = 1 / _trials_a_gpu(cpus / gpus, memory) if gpus and memory else 0
    cpu_share = request.cpus_per_trial or (1 if gpu_share else max(1, _floor(cpus / wanted)))
    places = min(_floor(cpus / cpu_share), _floor(gpus / gpu_share) if gpu_share else wanted)
    if places < 1:
        needs, there = (
            f"cores: {cpu_share}, GPUs: {gpu_share:g}",
            f"cores: {cpus:g}, GPUs: {gpus:g}",
        )
        raise SweepError(f"a trial needs more ({needs}) than there is ({there}).")
    return Share(cpu_share, gpu_share, min(places, wanted))


def _trials_a_gpu(cores_a_gpu: float, memory: GpuMemory) -> int:
    fit = _floor(GPU_RESERVE * memory.total / memory.trial)
    return max(1, min(fit, _floor(cores_a_gpu)))


def _floor(value: float) -> int:
    return math.floor(value + 1e-9)


def largest_configuration(space: SearchSpace) -> Configuration:
    """Returns the configuration of a space that needs the most memory."""
    return _extreme(space, max)


def smallest_configuration(space: SearchSpace) -> Configuration:
    """Returns the configuration of a space that has the fewest weights."""
    return _extreme(space, min)


def _extreme(space: SearchSpace, choose: Callable[[list[Any]], Any]) -> Configuration:
    chosen = {
        name: choose(parameter.ends())
        for name, parameter in space.parameters.items()
        if name.startswith(("channels", "hidden", "batch"))
    }
    return Configuration.from_dict({**space.fixed, **chosen})


def gpu_memory(space: SearchSpace, digits: int) -> GpuMemory | None:
    """Tries the largest trial of a space out on one of the cluster's GPUs.

    Args:
        space: What may vary.
        digits: Images in the pool.

    Returns:
        None where torch cannot use the GPU: it may be a CPU build.
    """
    tried = ray.remote(num_cpus=0, num_gpus=1)(_tried)
    memory: GpuMemory | None = ray.get(
        tried.remote(largest_configuration(space), digits, space.folds)
    )
    return memory


def _tried(configuration: Configuration, digits: int, folds: int) -> GpuMemory | None:
    """Runs where the GPU is."""
    if best_device().type != "cuda":
        return None
    prepare_gpu(1)
    return tried_memory(configuration, digits, folds)
