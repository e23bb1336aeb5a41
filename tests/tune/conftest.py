"""One Ray for all tests that run sweeps in this process: to start it takes as long as a sweep."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import ray

from tune.workers.cluster import NICENESS, ray_cluster


@pytest.fixture(scope="session")
def running() -> Iterator[ExitStack]:
    """Ends the Ray of these tests after the last; its workers are kept for the next sweep."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.delenv(NICENESS, raising=False)
        patch.setenv("RAY_num_workers_soft_limit", "8")
        patch.setenv("RAY_idle_worker_killing_time_threshold_ms", "600000")
        yield stack


@pytest.fixture(scope="module")
def own_ray(running: ExitStack) -> None:
    """Has Ray running, for sweeps without an address; again, where another module has ended it.

    It counts two cores on whatever machine, so that as many trials run at a time everywhere.
    """
    if not ray.is_initialized():
        running.enter_context(ray_cluster(None, cores=2))


@pytest.fixture(scope="module")
def no_ray() -> None:
    """Has no Ray running, for a module that starts its own."""
    ray.shutdown()
