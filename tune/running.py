"""What surrounds all that a sweep does on workers: Ray, signals, the folder's lock, its copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import ray
from rich.console import Console

from results import SweepFolder
from results.storage import Storage
from search_spaces import SearchSpace
from tune.cluster import ray_cluster
from tune.data import SweepData
from tune.disk import disk_failures_told
from tune.errors import Interrupted
from tune.lock import held
from tune.mirror import mirrored
from tune.request import SweepRequest
from tune.resources import Node, gpu_memory, share_of
from tune.share import Share
from tune.stopping import Stop, stoppable
from tune.terminal import warn


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


def share_of_cluster(request: SweepRequest, space: SearchSpace, data: SweepData) -> Share:
    """Returns what each trial gets of the machines that Ray runs on."""
    there = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    memory = gpu_memory(space, len(data.pool)) if any("GPU" in each for each in there) else None
    nodes = [Node(each.get("CPU", 0.0), each.get("GPU", 0.0) if memory else 0.0) for each in there]
    return share_of(nodes, memory, request)
