"""One Ray for all tests that run sweeps in this process: to start it takes as long as a sweep."""

from collections.abc import Iterator

import pytest
import ray

from tune.cluster import NICENESS, ray_cluster


@pytest.fixture(scope="session")
def own_ray() -> Iterator[None]:
    """Has Ray running, for sweeps without an address; it keeps workers for the next one.

    It counts two cores on whatever machine, so that as many trials run at a time everywhere.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(NICENESS, raising=False)
        patch.setenv("RAY_num_workers_soft_limit", "8")
        patch.setenv("RAY_idle_worker_killing_time_threshold_ms", "600000")
        with ray_cluster(None, cores=2):
            yield


@pytest.fixture(scope="module")
def no_ray() -> None:
    """Has no Ray running, for a module that starts its own."""
    ray.shutdown()
