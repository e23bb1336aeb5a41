"""A real sweep whose trials end in every way there is: the study and the table agree on each."""

import csv
import io
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
import ray.cloudpickle
import torch
from optuna.trial import TrialState
from rich.console import Console

from model.judging.judgement import Judgement, SourceMeasures
from model.training.fold_epoch import FoldEpoch
from results.store.folder import SweepFolder
from results.store.search.trials import read_trials
from tune.errors import SweepFailed
from tune.planning.request import SweepRequest
from tune.sweep import run_sweep
from tune.workers.trainable import CrossValidation

pytestmark = pytest.mark.usefixtures("own_ray")
TRIALS = 24
TIME = r"\d\d:\d\d:\d\d"
PLANTED = {
    3: "nan",
    4: "good",
    5: "raising",
    9: "hopeless",
    11: "hopeless",
    13: "crowded",  # finds no memory on the GPU
    14: "crowded beside others",
    15: "dying twice",  # its worker is killed
    16: "dying once",
}
LEVELS = {"hopeless": 20.0, "good": 0.2}


class Planted(CrossValidation):
    """Trains nothing: its losses fall from epoch to epoch, to a level of each trial's own."""

    graves = Path()

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        going = super().reset_config(new_config)
        self._epochs = self._falling()
        return going

    def _falling(self) -> Iterator[list[FoldEpoch]]:
        kind = PLANTED.get(self._job.trial, "usual")
        self._die(kind)
        level = LEVELS.get(kind, 1.0 + 0.1 * (self._job.trial % 7))
        for epoch in range(1, self._job.configuration.epochs + 1):
            if kind == "raising":
                raise RuntimeError("the sky fell")
            if kind == "crowded" or (kind == "crowded beside others" and not self._job.alone):
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB.")
            if kind == "nan":
                raise FloatingPointError("the training loss of fold 0 is nan in epoch 1.")
            loss = level * (1 + 1 / epoch)
            yield [self._epoch(fold, epoch, loss * (1 + 0.02 * fold)) for fold in self._job.folds]

    def _die(self, kind: str) -> None:
        """Kills the worker, as often as the kind says."""
        often = {"dying once": 1, "dying twice": 2}.get(kind, 0)
        deaths = self.graves / str(self._job.trial)
        died = int(deaths.read_text()) if deaths.exists() else 0
        if died < often:
            deaths.write_text(str(died + 1))
            os.kill(os.getpid(), signal.SIGKILL)

    def _epoch(self, fold: int, epoch: int, loss: float) -> FoldEpoch:
        measures = {"mnist": SourceMeasures(100, 90, loss)}
        return FoldEpoch(
            fold, epoch, 0.001, loss, Judgement(measures, np.zeros((10, 10), np.int64))
        )


class AlwaysFailing(CrossValidation):
    def step(self) -> dict[str, Any]:
        raise RuntimeError("the sky fell")


@pytest.fixture(scope="module")
def by_value() -> Iterator[None]:
    """Has workers receive this module's classes, which they cannot import."""
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture(scope="module")
def swept(
    own_ray: None, by_value: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SweepFolder, str]:
    space = str(Path(__file__).with_name("tiny.toml"))
    request = SweepRequest(
        name="planted",
        out=tmp_path_factory.mktemp("runs"),
        mnist_count=100,
        trials=TRIALS,
        epochs=5,
        space=space,
        retries=1,
        seed=1,
    )
    Planted.graves = tmp_path_factory.mktemp("graves")
    console = Console(record=True, width=250)
    folder = run_sweep(request, console, trainable=Planted)
    return folder, console.export_text()


@pytest.fixture(scope="module")
def study(swept: tuple[SweepFolder, str]) -> optuna.Study:
    """The study, as Optuna's own reader opens the journal."""
    backend = optuna.storages.journal.JournalFileBackend(str(swept[0].journal))
    storage = optuna.storages.JournalStorage(backend)
    return optuna.load_study(study_name="planted", storage=storage)


def numbers(kind: str) -> set[int]:
    return {number for number, planted in PLANTED.items() if planted == kind}


def test_every_trial_ends_as_it_was_planted(study: optuna.Study) -> None:
    ended = {trial.number: trial.state for trial in study.trials}
    assert len(ended) == TRIALS
    assert {n for n, state in ended.items() if state == TrialState.FAIL} == {3, 5, 13, 15}
    assert all(ended[number] == TrialState.PRUNED for number in numbers("hopeless"))
    assert ended[4] == ended[0] == TrialState.COMPLETE
    assert set(ended.values()) == {TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL}
    assert study.best_trial.number == 4


def test_the_table_says_the_same_as_the_study(
    swept: tuple[SweepFolder, str], study: optuna.Study
) -> None:
    words = {"complete": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}
    table = read_trials(swept[0].trials_csv)
    assert [words[state] for state in table["state"]] == [t.state.name for t in study.trials]
    complete = [trial.state == TrialState.COMPLETE for trial in study.trials]
    assert table["validation_loss"].notna().tolist() == complete


def test_pruned_trials_keep_what_they_reported(study: optuna.Study) -> None:
    for trial in study.trials:
        if trial.state == TrialState.PRUNED:
            steps = len(trial.intermediate_values)
            assert 1 <= steps < 25
            assert trial.user_attrs["fold_epochs"] >= steps


def test_failures_keep_their_cause(swept: tuple[SweepFolder, str], study: optuna.Study) -> None:
    assert "nan in epoch 1" in study.trials[3].user_attrs["cause"]
    assert "see trials/0005/error.txt" in study.trials[5].user_attrs["cause"]
    assert "the sky fell" in swept[0].error_txt(5).read_text()
    assert study.trials[13].user_attrs["cause"].startswith("out of the GPU's memory: CUDA out")
    assert study.trials[15].user_attrs["cause"] == "its worker died; see trials/0015/error.txt."


def test_what_may_pass_is_tried_again_and_told(swept: tuple[SweepFolder, str]) -> None:
    for number in numbers("crowded") | numbers("crowded beside others"):
        told = f"trial {number} found too little memory on a shared GPU: it runs again, alone"
        assert swept[1].count(told) == 1
    for number in numbers("dying once") | numbers("dying twice"):
        assert swept[1].count(f"trial {number}: its worker died; retry 1 of 1") == 1


def test_who_is_far_behind_is_not_cross_validated_again(swept: tuple[SweepFolder, str]) -> None:
    assert re.search(r"cross-validating the \d finalists on other folds", swept[1])
    assert re.search(r"trial \d+ dropped: its chance of winning is below 2 %", swept[1])


def test_the_sweep_goes_on_to_a_judged_winner(swept: tuple[SweepFolder, str]) -> None:
    assert swept[0].evaluation_json.is_file()


def test_each_epoch_of_each_fold_is_written_once(swept: tuple[SweepFolder, str]) -> None:
    for number in (0, 4):
        with swept[0].epochs_csv(number).open() as file:
            rows = [(int(row["fold"]), int(row["epoch"])) for row in csv.DictReader(file)]
        assert sorted(rows) == [(fold, epoch) for fold in range(5) for epoch in range(1, 6)]


def test_progress_tells_each_end_once(swept: tuple[SweepFolder, str], study: optuna.Study) -> None:
    pruned = [trial.number for trial in study.trials if trial.state == TrialState.PRUNED]
    for number in set(range(TRIALS)) - set(pruned):
        again = "crowded" in PLANTED.get(number, "")
        assert len(re.findall(rf"^{TIME}  trial {number} (?!dropped)", swept[1], re.M)) == 1 + again
    told = rf"^{TIME}  {len(pruned)} trials pruned \(likely not the best\)"
    assert len(re.findall(told, swept[1], re.M)) == 1, "most are pruned together, at the end"
    assert f"; {TRIALS} of {TRIALS}" in swept[1]


@pytest.mark.usefixtures("by_value")
def test_sweep_whose_first_trials_all_fail_alike_stops_and_says_why_once(
    tmp_path: Path,
) -> None:
    request = SweepRequest(
        name="all",
        out=tmp_path,
        mnist_count=100,
        trials=50,
        epochs=1,
        space=str(Path(__file__).with_name("tiny.toml")),
        concurrent=1,
        cpus_per_trial=1,
    )
    said = io.StringIO()
    alike = (
        r"the first trials all failed for one reason: its worker failed: RuntimeError: the sky fell"
    )
    with pytest.raises(SweepFailed, match=alike):
        run_sweep(request, Console(quiet=True, file=said, width=200), trainable=AlwaysFailing)
    folder = SweepFolder.existing(tmp_path, "all")
    assert "the sky fell" in folder.error_txt(0).read_text()
    states = read_trials(folder.trials_csv)["state"].tolist()
    assert states == ["failed"] * 3
    lines = said.getvalue().splitlines()
    assert len(lines) == len(states), "quiet, but for each failure"
    assert all("failed: its worker failed: RuntimeError: the sky fell" in line for line in lines)
