"""GPUs that Ray is told of: what torch can use of them, and what is said where it cannot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import ray
import torch
from rich.console import Console

import tune.workers.gpus
from model.configuration import Configuration
from model.hardware.memory import GpuMemory
from search_spaces import read_space
from tune.errors import SweepError
from tune.planning.data import load_data
from tune.planning.request import SweepRequest
from tune.planning.trial_resources import TrialResources
from tune.session.running import resources_of_cluster
from tune.workers.cluster import start_ray
from tune.workers.gpus import kind_of, tried_gpus

NODE = {"CPU": 2.0, "GPU": 1.0}
WITHOUT = f"torch {torch.__version__} is a build without CUDA; install one that has it"
pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="torch has a GPU here")


@pytest.fixture
def told_of_a_gpu(no_ray: None) -> Iterator[None]:
    """Ray on this machine, which has no GPU that torch can use, whatever Ray is told."""
    start_ray(address="local", num_cpus=2, num_gpus=1, include_dashboard=False)
    yield
    ray.shutdown()


def resources(tmp_path: Path, console: Console, gpus: float | None) -> TrialResources:
    request = SweepRequest(name="x", out=tmp_path, mnist_count=100, gpus_per_trial=gpus)
    space = read_space("quick", Configuration.check)
    return resources_of_cluster(request, space, load_data(request, space.folds), console)


def test_a_gpu_that_torch_cannot_use_is_told_in_one_line_and_left(
    told_of_a_gpu: None, tmp_path: Path
) -> None:
    console = Console(record=True, width=200)
    assert resources(tmp_path, console, gpus=None) == TrialResources(1, 0, 2)
    (line,) = console.export_text().splitlines()
    assert line.endswith(f"  a GPU is not used: {WITHOUT}")


def test_a_gpu_that_is_asked_for_and_cannot_be_used_is_a_refusal(
    told_of_a_gpu: None, tmp_path: Path
) -> None:
    with pytest.raises(SweepError, match=r"--gpus-per-trial 0\.5: there is a GPU, but torch"):
        resources(tmp_path, Console(quiet=True), gpus=0.5)


def test_nothing_is_tried_where_no_gpu_is_asked_for(
    told_of_a_gpu: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(tune.workers.gpus, "_remote")
    assert resources(tmp_path, Console(quiet=True), gpus=0) == TrialResources(1, 0, 2)


def test_a_gpu_that_is_never_free_is_waited_for_no_longer_than_so(
    told_of_a_gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = ray.remote(num_gpus=1)(_Idle).remote()
    ray.get(taken.wait.remote())
    monkeypatch.setattr(tune.workers.gpus, "TRY_SECONDS", 0.5)
    said: list[str] = []
    assert tried_gpus([NODE], None, 100, 5, said.append) == {"": GpuMemory(1, 1)}
    assert said == ["no GPU was free to be tried within 0.5 s: each trial gets one to itself"]


class _Idle:
    """Has a GPU and does nothing with it."""

    def wait(self) -> None:
        """Returns as soon as the GPU is had."""


def test_a_node_is_of_the_kind_that_ray_names() -> None:
    assert kind_of({"CPU": 4.0}) is None
    assert kind_of(NODE) == ""
    assert kind_of({**NODE, "accelerator_type:A100": 1.0}) == "accelerator_type:A100"
