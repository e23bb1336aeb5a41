"""Nothing that is held out gets into what workers receive."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import ray.cloudpickle

from model.configuration import Configuration
from results.store.folder import SweepFolder
from search_spaces import read_space
from tune.planning.data import load_data
from tune.planning.plan import Plan
from tune.planning.request import SweepRequest
from tune.planning.trial_resources import TrialResources

ROOT = Path(__file__).parents[3]
IMPORTS = """
from datasets.digit_set import HeldOut, TrainingDigits
from tune.planning.data import SweepData
from tune.planning.trial_resources import TrialResources
from tune.workers.trainer import Trainer
"""


def plan_of(folder: Path, data: Any) -> Plan:
    space = read_space("quick", Configuration.check)
    return Plan(SweepRequest(name="x"), space, data, TrialResources(1, 0, 1), SweepFolder(folder))


def test_a_plan_cannot_be_sent_nor_a_function_that_has_it(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, load_data(SweepRequest(name="x", mnist_count=100), 5))
    ray.cloudpickle.dumps(plan.data.pool)
    for each in (plan, plan.data, lambda: plan.fixed):
        with pytest.raises(pickle.PicklingError, match="held-out digits stay in their process"):
            ray.cloudpickle.dumps(each)


def test_a_plan_refuses_a_pool_that_may_not_be_trained_on(tmp_path: Path) -> None:
    data: Any = load_data(SweepRequest(name="x", mnist_count=100), 5)
    object.__setattr__(data, "pool", data.held_out)  # as code could that no one has checked
    with pytest.raises(TypeError, match="the pool must be TrainingDigits, but is HeldOut"):
        plan_of(tmp_path, data)


def told_by_mypy(lines: str, folder: Path) -> list[str]:
    path = folder / "checked.py"
    path.write_text(IMPORTS + lines)
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(path)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not checked.stderr
    return checked.stdout.splitlines()


@pytest.mark.kill  # it starts another process, which takes a while where it has nothing cached
def test_mypy_refuses_held_out_digits_where_digits_are_trained_on(tmp_path: Path) -> None:
    mistakes = """
def one(digits: HeldOut, resources: TrialResources) -> Trainer: return Trainer(digits, resources)
def other(digits: HeldOut) -> SweepData: return SweepData(digits, [], digits, digits, 0, {})
"""
    told = told_by_mypy(mistakes, tmp_path)
    assert len(told) == 2
    assert all('incompatible type "HeldOut"; expected "TrainingDigits"' in line for line in told)
    right = (
        "def one(digits: TrainingDigits, resources: TrialResources) -> Trainer:\n"
        "    return Trainer(digits, resources)"
    )
    assert told_by_mypy(right, tmp_path) == []
