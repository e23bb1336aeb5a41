"""What the threads of workers are told."""

import os

import pytest
import ray

from tune.cluster import WAITING


@pytest.mark.usefixtures("own_ray")
def test_threads_of_workers_spin_briefly_while_they_wait_for_each_other() -> None:
    environment = ray.remote(num_cpus=0)(lambda: dict(os.environ))
    assert ray.get(environment.remote()).items() >= WAITING.items()
