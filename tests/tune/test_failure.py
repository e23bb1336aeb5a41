"""A trial that fails costs only itself, and says why."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ray.cloudpickle
import torch
from rich.console import Console

import tune.search
from results import SweepFolder
from results.trials import read_trials
from tune import SweepRequest
from tune.cross_validation import CrossValidation
from tune.errors import SweepFailed
from tune.sweep import run_sweep

pytestmark = pytest.mark.usefixtures("own_ray")
TINY = str(Path(__file__).with_name("tiny.toml"))


class Crowded(CrossValidation):
    """Trial 1 finds no memory as long as it is not alone; trial 2 never."""

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self._number = new_config["trial"]
        return super().reset_config(new_config)

    def step(self) -> dict[str, Any]:
        if self._number == 2 or (self._number == 1 and not self._alone):
            self._epochs = _without_memory()
        return super().step()


def _without_memory() -> Iterator[Any]:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB.")
    yield


class AlwaysFailing(CrossValidation):
    def step(self) -> dict[str, Any]:
        raise RuntimeError("the sky fell")


@pytest.fixture(autouse=True)
def by_value() -> Iterator[None]:
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def test_trial_without_memory_is_run_again_alone_and_fails_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune.search, "CrossValidation", Crowded)
    console = Console(record=True, width=200)
    request = SweepRequest(
        name="full",
        out=tmp_path,
        mnist_count=100,
        trials=4,
        epochs=1,
        space=TINY,
        pruner="none",
        finalists=1,
    )
    trials = read_trials(run_sweep(request, console).trials_csv)
    assert trials["state"].tolist() == ["complete", "complete", "failed", "complete"]
    assert trials["cause"][2].startswith("out of the GPU's memory: CUDA out of memory.")
    said = console.export_text()
    assert said.count("trial 1 found too little GPU memory beside others: again, alone") == 1
    assert said.count("trial 2 found too little GPU memory beside others: again, alone") == 1


def test_sweep_whose_first_trials_all_fail_alike_stops_and_says_why_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune.search, "CrossValidation", AlwaysFailing)
    request = SweepRequest(
        name="all", out=tmp_path, mnist_count=100, trials=50, epochs=1, space=TINY
    )
    alike = r"the first trials all failed alike: its worker failed: RuntimeError: the sky fell"
    with pytest.raises(SweepFailed, match=alike):
        run_sweep(request, Console(quiet=True))
    folder = SweepFolder.existing(tmp_path, "all")
    assert "the sky fell" in folder.error_txt(0).read_text()
    states = read_trials(folder.trials_csv)["state"].tolist()
    assert set(states) == {"failed"}
    assert 3 <= len(states) <= 3 + 2  # a second worker may have begun others


def dying(folder: Path) -> type[CrossValidation]:
    """The trainable, whose worker is killed at its second epoch, as often as a file says."""

    class Dying(CrossValidation):
        def reset_config(self, new_config: dict[str, Any]) -> bool:
            self._number = new_config["trial"]
            return super().reset_config(new_config)

        def step(self) -> dict[str, Any]:
            deaths = folder / str(self._number)
            left = int(deaths.read_text()) if deaths.exists() else 0
            if left and self.iteration == 1:
                deaths.write_text(str(left - 1))
                os.kill(os.getpid(), signal.SIGKILL)
            return super().step()

    return Dying


def test_trial_whose_worker_dies_is_begun_again_as_often_as_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune.search, "CrossValidation", dying(tmp_path))
    (tmp_path / "1").write_text("1")
    (tmp_path / "2").write_text("2")
    console = Console(record=True, width=200)
    request = SweepRequest(
        name="dying",
        out=tmp_path,
        mnist_count=100,
        trials=3,
        epochs=2,
        space=TINY,
        pruner="none",
        finalists=1,
        retries=1,
    )
    trials = read_trials(run_sweep(request, console).trials_csv)
    assert trials["state"].tolist() == ["complete", "complete", "failed"]
    assert trials["cause"][2] == "its worker died; see trials/0002/error.txt."
    said = console.export_text()
    for number in (1, 2):
        assert said.count(f"trial {number}: its worker died; again, 1 of 1") == 1
