"""How the machine's cores and GPUs are shared among trials."""

import math
from dataclasses import dataclass

from model import Configuration
from model.memory import training_bytes
from search_spaces import SearchSpace
from tune.errors import SweepError
from tune.request import SweepRequest

GPU_RESERVE = 0.9  # of its memory; the rest is left to others and to fragmentation


@dataclass(frozen=True)
class Share:
    """What each trial gets.

    Attributes:
        cpus: Cores, and threads of torch.
        gpus: GPUs; a fraction where several trials share one.
        concurrent: How many trials run at a time.
    """

    cpus: int
    gpus: float
    concurrent: int

    def as_ray(self) -> dict[str, float]:
        """Returns it in Ray Tune's words."""
        return {"cpu": self.cpus, "gpu": self.gpus}


def share_of(
    cpus: float, gpus: float, gpu_bytes: int, trial_bytes: int, request: SweepRequest
) -> Share:
    """Divides a cluster among trials.

    Without a GPU each trial gets one thread, as two trials of one thread each are faster than one
    of two, or more if there are fewer trials than cores. A GPU is shared by as many trials as its
    memory holds.

    Args:
        cpus: Cores of the cluster.
        gpus: GPUs of the cluster.
        gpu_bytes: Memory of one GPU, bytes.
        trial_bytes: Memory that the largest trial needs on it, bytes.
        request: What the user asked for comes before what is found.

    Raises:
        SweepError: If one trial needs more than there is.
    """
    wanted = min(request.trials, request.concurrent or request.trials)
    gpu_share = request.gpus_per_trial
    if gpu_share is None:
        gpu_share = 1 / _trials_a_gpu(cpus / gpus, gpu_bytes, trial_bytes) if gpus else 0
    cpu_share = request.cpus_per_trial or (1 if gpu_share else max(1, _floor(cpus / wanted)))
    places = min(_floor(cpus / cpu_share), _floor(gpus / gpu_share) if gpu_share else wanted)
    if places < 1:
        needs, there = (
            f"cores: {cpu_share}, GPUs: {gpu_share:g}",
            f"cores: {cpus:g}, GPUs: {gpus:g}",
        )
        raise SweepError(f"a trial needs more ({needs}) than there is ({there}).")
    return Share(cpu_share, gpu_share, min(places, wanted))


def _trials_a_gpu(cores_a_gpu: float, gpu_bytes: int, trial_bytes: int) -> int:
    fit = _floor(GPU_RESERVE * gpu_bytes / trial_bytes)
    return max(1, min(fit, _floor(cores_a_gpu)))


def _floor(value: float) -> int:
    return math.floor(value + 1e-9)


def largest_trial_bytes(space: SearchSpace, digits: int) -> int:
    """Returns the device memory that the largest configuration of a space needs, bytes.

    Args:
        space: What may vary.
        digits: Images in the pool.
    """
    largest = {
        name: max(parameter.ends())
        for name, parameter in space.parameters.items()
        if name.startswith(("channels", "hidden", "batch"))
    }
    configuration = Configuration.from_dict({**space.fixed, **largest})
    return training_bytes(configuration, digits, space.folds)
