"""Which GPUs of a cluster torch can use, and how much memory a trial takes there, by trying."""

from collections.abc import Callable, Mapping, Sequence

import ray
import ray.exceptions
import torch

from datasets.errors import first_line
from model.configuration import Configuration
from model.hardware.memory import GpuMemory, free_memory
from model.hardware.processor import prepare_gpu
from model.training.tried_memory import tried_memory

TRY_SECONDS = 180  # for a worker to start, import torch and train an epoch of each fold
KIND = "accelerator_type:"  # of what Ray says that a node has
Resources = Mapping[str, float]


def kind_of(node: Resources) -> str | None:
    """Returns Ray's word for the kind of a node's GPUs, if it has any: empty where unknown."""
    if not node.get("GPU"):
        return None
    return next((name for name in sorted(node) if name.startswith(KIND)), "")


def tried_gpus(
    nodes: Sequence[Resources],
    configuration: Configuration | None,
    digits: int,
    folds: int,
    say: Callable[[str], None],
) -> dict[str, GpuMemory | str]:
    """Tries a cross-validation out on one GPU of each kind, all kinds at a time.

    Args:
        nodes: What each has, by Ray's words.
        configuration: The largest; without one it is only tried whether torch can use the GPU.
        digits: Images in the pool.
        folds: How many networks are trained side by side.
        say: Is told if no GPU is free.

    Returns:
        For each kind, by Ray's word, what a trial takes there, or why torch cannot use it.
    """
    kinds = sorted({kind for node in nodes if (kind := kind_of(node)) is not None})
    running = {kind: _remote(kind).remote(configuration, digits, folds) for kind in kinds}
    return {kind: _received(ref, say) for kind, ref in running.items()}


def _remote(kind: str) -> "ray.remote_function.RemoteFunction":
    there = {kind: 0.001} if kind else {}
    return ray.remote(num_cpus=0, num_gpus=1, resources=there, max_retries=0)(_tried)


def _received(ref: ray.ObjectRef, say: Callable[[str], None]) -> GpuMemory | str:
    try:
        tried: GpuMemory | str = ray.get(ref, timeout=TRY_SECONDS)
    except ray.exceptions.GetTimeoutError:
        ray.cancel(ref, force=True)
        say(f"no GPU was free to be tried within {TRY_SECONDS} s: each trial gets one to itself")
        return GpuMemory(1, 1)
    except ray.exceptions.RayError as error:
        return first_line(error).rstrip(".")
    return tried


def _tried(configuration: Configuration | None, digits: int, folds: int) -> GpuMemory | str:
    """Runs where the GPU is."""
    try:
        torch.cuda.init()  # type: ignore[no-untyped-call]
        prepare_gpu(1)
        if configuration is None:
            return GpuMemory(free_memory(), free_memory())
        return tried_memory(configuration, digits, folds)
    except AssertionError:
        return f"torch {torch.__version__} is a build without CUDA; install one that has it"
    except RuntimeError as error:
        return f"torch {torch.__version__} cannot use it: {first_line(error).rstrip('.')}"
