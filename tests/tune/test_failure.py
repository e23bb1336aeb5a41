"""A sweep in which nothing can succeed says why, and stops."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ray.cloudpickle
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


class AlwaysFailing(CrossValidation):
    def step(self) -> dict[str, Any]:
        raise RuntimeError("the sky fell")


@pytest.fixture(autouse=True)
def by_value() -> Iterator[None]:
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def test_sweep_whose_first_trials_all_fail_alike_stops_and_says_why_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune.search, "CrossValidation", AlwaysFailing)
    request = SweepRequest(
        name="all",
        out=tmp_path,
        mnist_count=100,
        trials=50,
        epochs=1,
        space=TINY,
        concurrent=1,
        cpus_per_trial=1,
    )
    said = io.StringIO()
    alike = r"the first trials all failed alike: its worker failed: RuntimeError: the sky fell"
    with pytest.raises(SweepFailed, match=alike):
        run_sweep(request, Console(quiet=True, file=said, width=200))
    folder = SweepFolder.existing(tmp_path, "all")
    assert "the sky fell" in folder.error_txt(0).read_text()
    states = read_trials(folder.trials_csv)["state"].tolist()
    assert states == ["failed"] * 3
    lines = said.getvalue().splitlines()
    assert len(lines) == len(states), "quiet, but for each failure"
    assert all("failed: its worker failed: RuntimeError: the sky fell" in line for line in lines)
