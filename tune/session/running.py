"""What surrounds all that a sweep does on workers: Ray, signals, the folder's lock, its copy."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import ray
from rich.console import Console

from model.hardware.memory import GpuMemory
from results.store.folder import SweepFolder
from results.store.lock import held
from search_spaces import SearchSpace
from tune.errors import Interrupted, SweepError
from tune.planning.data import SweepData
from tune.planning.request import SweepRequest
from tune.planning.resources import ClusterNode, largest_configuration, resources_of
from tune.planning.trial_resources import TrialResources
from tune.session.disk import disk_failures_told
from tune.session.mirror import mirrored
from tune.session.signals import Stop, stoppable
from tune.session.storage import Storage
from tune.watching.terminal import warn
from tune.workers.cluster import ray_cluster
from tune.workers.gpus import Resources, kind_of, tried_gpus


@contextmanager
def on_ray(address: str | None, last_words: str, nice: int = 0) -> Iterator[Stop]:
    """Runs a block with Ray, and takes signals until Ray has ended.

    Args:
        address: Of a cluster; one is started when left out.
        last_words: How to go on, said when it is broken off.
        nice: Niceness of workers.
    """
    with stoppable(last_words) as stop, ray_cluster(address, nice):
        stop.take_signals()
        yield stop


@contextmanager
def at_work(
    folder: SweepFolder, storage: Storage | None, console: Console, stop: Stop
) -> Iterator[None]:
    """Holds a sweep's folder while a block writes it, and copies it."""
    try:
        with (
            held(folder),
            disk_failures_told(folder),
            mirrored(folder, storage, partial(warn, console)),
        ):
            yield
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted. {stop.last_words}", stop.status) from error


def resources_of_cluster(
    request: SweepRequest, space: SearchSpace, data: SweepData, console: Console
) -> TrialResources:
    """Returns what each trial gets of the machines that Ray runs on.

    Raises:
        SweepError: If that is more than any of them has, or torch cannot use the GPUs asked for.
    """
    there = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    usable = _usable_gpus(there, request, space, len(data.pool), partial(warn, console))
    nodes = [
        ClusterNode(each.get("CPU", 0.0), each.get("GPU", 0.0) if kind_of(each) in usable else 0.0)
        for each in there
    ]
    memory = min(usable.values(), key=lambda each: each.total / each.trial, default=None)
    return resources_of(nodes, memory, request)


def _usable_gpus(
    nodes: Sequence[Resources],
    request: SweepRequest,
    space: SearchSpace,
    digits: int,
    say: Callable[[str], None],
) -> dict[str, GpuMemory]:
    """Returns the kinds of GPUs that are to be used, and what a trial takes there."""
    asked = request.gpus_per_trial
    if asked == 0:
        return {}
    largest = largest_configuration(space) if asked is None else None
    tried = tried_gpus(nodes, largest, digits, space.folds, say)
    usable = {kind: each for kind, each in tried.items() if isinstance(each, GpuMemory)}
    for reason in {each for each in tried.values() if isinstance(each, str)}:
        if asked and not usable:
            raise SweepError(f"--gpus-per-trial {asked:g}: there is a GPU, but {reason}.")
        say(f"a GPU is not used: {reason}")
    return usable
