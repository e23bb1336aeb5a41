"""What is trained once the search has ended: by workers that stay, beside others or alone."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import ray
import ray.cloudpickle
import torch

import tune.workers.trainer
import tune.workers.trainers
from datasets.digit_set import TrainingDigits
from datasets.splits import fold_indices
from model.configuration import Configuration
from tune.planning.trial_resources import TrialResources
from tune.workers.cluster import start_ray
from tune.workers.trainer import Failed, OtherFolds, Trainer
from tune.workers.trainers import TRIES, trained

SMALL = Configuration(channels_1=4, channels_2=8, epochs=1)
pytestmark = pytest.mark.ray


class Worker:
    """Does what a task's name says, and tells which process did it."""

    def __init__(self, folder: Path, resources: TrialResources) -> None:
        self._folder, self._resources = folder, resources

    def do(self, task: str) -> Any:
        """Appends to a file: which process did it, with how much of a GPU."""
        with (self._folder / task).open("a") as file:
            file.write(f"{os.getpid()} {self._resources.gpus}\n")
        if task == "dies always" or (task == "dies once" and self._tries(task) == 1):
            os._exit(1)
        if task.startswith("raises"):
            raise ValueError("the loss of fold 3 is nan")
        if task.startswith("crowded") and self._resources.gpus < 1:
            return Failed("out of the GPU's memory: 2 GiB", crowded_out=True)
        return task.upper()

    def _tries(self, task: str) -> int:
        return len((self._folder / task).read_text().splitlines())


@pytest.fixture(scope="module", autouse=True)
def with_a_gpu(no_ray: None) -> Iterator[None]:
    """Ray on a machine of which it is told that it has two cores and a GPU."""
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    start_ray(address="local", num_cpus=2, num_gpus=1, include_dashboard=False)
    yield
    ray.shutdown()
    ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune.workers.trainers, "Trainer", Worker)


def done(tasks: Sequence[str], folder: Path, resources: TrialResources) -> dict[str, Any]:
    plan: Any = SimpleNamespace(stored_pool=folder, resources=resources)
    left, received = list(tasks), {}
    for task, result in trained(lambda: left, lambda each, task: each.do.remote(task), plan):
        left.remove(task)
        received[task] = result
    assert not left
    return received


def tries(folder: Path) -> dict[str, list[str]]:
    return {each.name: each.read_text().splitlines() for each in folder.iterdir()}


def test_all_tasks_are_done_by_as_many_processes_as_run_at_a_time(
    worker: None, tmp_path: Path
) -> None:
    tasks = [f"task {number}" for number in range(12)]
    assert done(tasks, tmp_path, TrialResources(1, 0.5, 2)) == {
        task: task.upper() for task in tasks
    }
    assert len({line for lines in tries(tmp_path).values() for line in lines}) == 2


def test_a_task_whose_worker_dies_is_done_by_another(worker: None, tmp_path: Path) -> None:
    assert done(["dies once"], tmp_path, TrialResources(1, 0, 1)) == {"dies once": "DIES ONCE"}
    assert len(set(tries(tmp_path)["dies once"])) == 2


def test_a_task_whose_workers_always_die_has_failed(worker: None, tmp_path: Path) -> None:
    received = done(["dies always", "task"], tmp_path, TrialResources(1, 0, 1))
    assert isinstance(received["dies always"], Failed)
    assert received["task"] == "TASK"
    assert len(set(tries(tmp_path)["dies always"])) == TRIES


def test_what_a_task_raises_is_told_and_not_tried_again(worker: None, tmp_path: Path) -> None:
    received = done(["raises", "task"], tmp_path, TrialResources(1, 0, 1))
    assert received["raises"] == Failed("ValueError: the loss of fold 3 is nan")
    assert len(tries(tmp_path)["raises"]) == 1
    assert tries(tmp_path)["raises"] == tries(tmp_path)["task"]  # by the same process


def test_without_memory_beside_others_a_task_has_the_gpu_alone_once_they_are_done(
    worker: None, tmp_path: Path
) -> None:
    received = done(
        ["crowded 1", "crowded 2", "task 1", "task 2"], tmp_path, TrialResources(1, 0.5, 2)
    )
    assert list(received)[2:] == ["crowded 1", "crowded 2"]
    assert received["crowded 1"] == "CROWDED 1"
    assert [line.split()[1] for line in tries(tmp_path)["crowded 1"]] == ["0.5", "1.0"]


def test_without_memory_and_alone_a_task_has_failed(worker: None, tmp_path: Path) -> None:
    class Full(Worker):
        def do(self, task: str) -> Any:
            return Failed("out of the GPU's memory: 200 GiB", crowded_out=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tune.workers.trainers, "Trainer", Full)
        received = done(["large"], tmp_path, TrialResources(1, 0.5, 2))
    assert received == {"large": Failed("out of the GPU's memory: 200 GiB", crowded_out=True)}


def test_workers_that_are_left_in_the_middle_leave_their_room(worker: None, tmp_path: Path) -> None:
    plan: Any = SimpleNamespace(stored_pool=tmp_path, resources=TrialResources(1, 1.0, 1))
    left = trained(lambda: ["task 1"], lambda each, task: each.do.remote(task), plan)
    next(left)
    left.close()
    assert done(["task 2"], tmp_path, TrialResources(1, 1.0, 1)) == {"task 2": "TASK 2"}


def test_no_other_ray_is_started_where_ray_has_ended_before(tmp_path: Path) -> None:
    left = subprocess.run([sys.executable, "-c", LEFT], capture_output=True, text=True, check=False)
    assert (left.returncode, left.stdout.split()) == (0, ["1", "False"]), left.stderr


LEFT = """
import time
from types import SimpleNamespace
import ray
import tune.workers.trainers
from tune.planning.trial_resources import TrialResources

class Worker:
    def __init__(self, *_): pass
    def do(self, task): return task

tune.workers.trainers.Trainer = Worker
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False)
plan = SimpleNamespace(stored_pool=0, resources=TrialResources(1, 0, 1))
left = tune.workers.trainers.trained(lambda: [1, 2], lambda each, task: each.do.remote(task), plan)
print(next(left)[0])
ray.shutdown()
left.close()
print(ray.is_initialized())
"""


def test_a_trainer_that_runs_out_of_memory_says_so_and_trains_the_next(
    small_pool: TrainingDigits,
) -> None:
    trainer, other = (
        Trainer(small_pool, TrialResources(1, 0, 1)),
        OtherFolds(fold_indices(small_pool, 5, 1), 1),
    )
    expected = trainer.fold_loss(SMALL, other, 2)

    def full(*_: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory: 2 GiB\nmore")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tune.workers.trainer, "train_on_all", full)
        patch.setattr(tune.workers.trainer, "cross_validate", full)
        crowded = Failed("out of the GPU's memory: CUDA out of memory: 2 GiB", True)
        assert trainer.fold_loss(SMALL, other, 2) == crowded
        assert trainer.weights(SMALL, np.arange(50), 1) == crowded
    assert trainer.fold_loss(SMALL, other, 2) == expected
    assert isinstance(trainer.weights(SMALL, np.arange(50), 1), dict)
