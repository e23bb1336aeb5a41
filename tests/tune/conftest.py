"""One Ray for all tests that run sweeps in this process: to start it takes as long as a sweep."""

from collections.abc import Iterator

import pytest
import ray

from tune.cluster import ray_cluster


@pytest.fixture(scope="session")
def own_ray() -> Iterator[None]:
    """Has Ray running, for sweeps without an address."""
    with ray_cluster(None):
        yield


@pytest.fixture(scope="module")
def no_ray() -> None:
    """Has no Ray running, for a module that starts its own."""
    ray.shutdown()
