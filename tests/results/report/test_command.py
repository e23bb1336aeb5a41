"""The command in a report asks for what was asked."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from results.report.command import PLACES, command_of
from shuzi.commands import app
from tune.errors import SweepError
from tune.planning.request import SweepRequest

ASKED: dict[str, Any] = {
    "space": "paper",
    "mnist": "full",
    "mnist_count": 500,
    "chinese": ("embedded", "my photographs/"),
    "as_is": True,
    "trials": 30,
    "sampler": "optuna.samplers:GPSampler",
    "pruner": "none",
    "risk": 0.1,
    "finalists": 1,
    "networks": 2,
    "retries": 0,
    "max_weights": 200000,
    "also": "weights",
    "warm_start": ("before", "the one before that"),
    "stop_when_converged": True,
    "time_budget": 90.0,
    "epochs": 3,
    "gpus_per_trial": 0.5,
    "cpus_per_trial": 2,
    "concurrent": 4,
    "seed": 7,
}


def test_every_option_that_may_change_the_outcome_is_tried_here() -> None:
    assert {"name", *PLACES, *ASKED} == set(SweepRequest.model_fields)


@pytest.mark.parametrize("options", [{}, ASKED])
def test_the_command_asks_for_the_same_again(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = SweepRequest(name="mine", out=tmp_path, **options)
    got = []

    def take(request: SweepRequest, *_: object) -> None:
        got.append(request)
        raise SweepError("that is enough.")

    monkeypatch.setattr("tune.sweep.run_sweep", take)
    command = shlex.split(command_of(manifest.model_dump(mode="json")).replace("\\\n", ""))
    CliRunner().invoke(app, [*command[1:], "--out", str(tmp_path)])
    assert got == [manifest]
