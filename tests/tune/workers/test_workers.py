"""What Ray's workers are given: cores, priority, and how their threads wait."""

import os
import subprocess
import sys

import pytest
import ray

from tune.errors import SweepError
from tune.workers import cluster
from tune.workers.cluster import NICENESS, WAITING

STARTED = """
import os
import ray
from tune.workers.cluster import ray_cluster

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
with ray_cluster(None, nice=4):
    niceness = ray.remote(num_cpus=0)(lambda: os.nice(0))
    print(ray.cluster_resources()["CPU"], ray.get(niceness.remote()) - os.nice(0))
"""


@pytest.mark.usefixtures("own_ray")
def test_threads_of_workers_spin_briefly_while_they_wait_for_each_other() -> None:
    environment = ray.remote(num_cpus=0)(lambda: dict(os.environ))
    assert ray.get(environment.remote()).items() >= WAITING.items()


@pytest.mark.usefixtures("own_ray")
def test_workers_have_the_priority_of_the_process_that_starts_them() -> None:
    niceness = ray.remote(num_cpus=0)(lambda: os.nice(0))
    assert ray.get(niceness.remote()) == os.nice(0)


@pytest.mark.ray
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system knows no affinity")
@pytest.mark.parametrize(("own", "told"), [(None, "1.0 4"), ("2", "1.0 2")])
def test_ray_counts_cores_that_may_be_used_and_workers_are_as_nice_as_asked(
    own: str | None, told: str
) -> None:
    """What the user's environment says of niceness comes first."""
    environment = {name: value for name, value in os.environ.items() if name != NICENESS}
    printed = subprocess.run(
        [sys.executable, "-c", STARTED],
        env=environment | ({NICENESS: own} if own else {}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == told


@pytest.mark.ray
def test_what_is_asked_of_a_ray_that_has_ended_starts_no_other() -> None:
    ended = """
import ray
from tune.workers.cluster import ray_cluster

with ray_cluster(None, cores=1):
    kept = ray.put("kept")
try:
    ray.get(kept)
except Exception as error:
    print(type(error).__name__, ray.is_initialized())
"""
    printed = subprocess.run(
        [sys.executable, "-c", ended], capture_output=True, text=True, check=True
    )
    assert printed.stdout.split() == ["RaySystemError", "False"]


@pytest.mark.parametrize(
    ("failures", "reason", "tried"),
    [(2, "Timed out waiting for file", 3), (3, "The node timed out", 3), (1, "no room", 1)],
)
def test_ray_is_started_again_only_where_time_was_short(
    monkeypatch: pytest.MonkeyPatch, failures: int, reason: str, tried: int
) -> None:
    attempts: list[int] = []

    def init(**_: object) -> None:
        attempts.append(1)
        if len(attempts) <= failures:
            raise RuntimeError(reason)

    monkeypatch.setattr(ray, "init", init)
    if failures < tried:
        cluster._start(None, 2)
    else:
        with pytest.raises(SweepError, match=f"^Ray could not be started: {reason}"):
            cluster._start(None, 2)
    assert len(attempts) == tried
