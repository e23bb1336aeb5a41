"""The study is told the truth about every trial."""

import math
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from model import Configuration
from results import SweepFolder
from results.trials import trials_table
from search_spaces import SearchSpace, read_space
from tune.searcher import StudySearcher, new_study


@pytest.fixture
def space() -> SearchSpace:
    return read_space("quick", Configuration.check)


@pytest.fixture
def study(tmp_path: Path, space: SearchSpace) -> optuna.Study:
    return new_study(SweepFolder(tmp_path), space, trials=8, seed=0)


@pytest.fixture
def searcher(study: optuna.Study, space: SearchSpace) -> StudySearcher:
    return StudySearcher(study, space, trials=100, epochs=None)


def asked(searcher: StudySearcher, trial_id: str) -> dict[str, Any]:
    config = searcher.suggest(trial_id)
    assert isinstance(config, dict)
    return config


def result(loss: float, epoch: int = 3, complete: bool = True) -> dict[str, Any]:
    measures = {"mnist": {"count": 10, "correct": 9, "loss": loss}}
    return {
        "validation_loss": loss,
        "validation_loss_sd": 0.1,
        "fold_losses": [loss] * 5,
        "folds": [{"sources": measures}] * 5,
        "epoch": epoch,
        "complete": complete,
        "time_total_s": 1.5,
    }


def test_reports_configuration_comes_first_and_the_rest_is_searched(
    searcher: StudySearcher, study: optuna.Study
) -> None:
    first = asked(searcher, "a")
    assert first["trial"] == 0
    assert first["configuration"]["channels_1"] == 32
    assert first["configuration"]["learning_rate"] == 0.001
    assert first["configuration"]["epochs"] == 3
    assert asked(searcher, "b")["configuration"] != first["configuration"]
    assert [trial.user_attrs.get("origin") for trial in study.trials] == ["report", None]


def test_epochs_asked_for_come_before_the_spaces(study: optuna.Study, space: SearchSpace) -> None:
    searcher = StudySearcher(study, space, trials=8, epochs=7)
    assert asked(searcher, "a")["configuration"]["epochs"] == 7


def test_complete_trial_keeps_its_intermediate_values(
    searcher: StudySearcher, study: optuna.Study
) -> None:
    searcher.suggest("a")
    for epoch, loss in ((1, 0.9), (2, 0.6)):
        searcher.on_trial_result("a", result(loss, epoch, complete=False))
    searcher.on_trial_complete("a", result(0.5))
    (trial,) = study.trials
    assert (trial.state, trial.value) == (TrialState.COMPLETE, 0.5)
    assert trial.intermediate_values == {1: 0.9, 2: 0.6, 3: 0.5}
    row = trials_table(study.trials).iloc[0]
    assert (row["state"], row["folds"], row["accuracy_mnist"]) == ("complete", 5, 0.9)


@pytest.mark.parametrize(
    ("ending", "state", "cause"),
    [
        ({"result": result(0.4, epoch=2, complete=False)}, "stopped", "before its last epoch"),
        ({}, "stopped", "before its last epoch"),
        ({"result": result(math.nan)}, "failed", "its loss is nan"),
        ({"error": True}, "failed", "worker failed: see trials/0000/error.txt"),
        (
            {"result": {"validation_loss": math.nan, "cause": "the training loss is nan."}},
            "failed",
            "the training loss is nan.",
        ),
    ],
)
def test_what_is_not_whole_is_never_complete_and_has_its_cause(
    searcher: StudySearcher,
    study: optuna.Study,
    ending: dict[str, Any],
    state: str,
    cause: str,
) -> None:
    searcher.suggest("a")
    searcher.on_trial_result("a", result(0.6, epoch=1, complete=False))
    searcher.on_trial_complete("a", **ending)
    row = trials_table(study.trials).iloc[0]
    assert row["state"] == state
    assert cause in row["cause"]
    assert math.isnan(float(row["validation_loss"] or "nan"))
    assert study.trials[0].intermediate_values == {1: 0.6}


def test_no_trial_stays_running(searcher: StudySearcher, study: optuna.Study) -> None:
    searcher.suggest("a")
    states = [study.trials[0].state]
    searcher.end()
    assert [*states, study.trials[0].state] == [TrialState.RUNNING, TrialState.PRUNED]


def test_sampler_learns_after_a_few_trials(searcher: StudySearcher, study: optuna.Study) -> None:
    """Trials that are better where the learning rate is high draw the next ones there."""
    for number in range(25):
        rate = asked(searcher, str(number))["configuration"]["learning_rate"]
        searcher.on_trial_complete(str(number), result(-math.log(rate)))
    rates = [trial.params["learning_rate"] for trial in study.trials]
    assert sorted(rates[13:])[6] > sorted(rates[1:4])[1]


def test_journal_is_read_by_another_process_of_optuna(
    searcher: StudySearcher, tmp_path: Path
) -> None:
    searcher.suggest("a")
    searcher.on_trial_complete("a", result(0.5))
    backend = optuna.storages.journal.JournalFileBackend(str(SweepFolder(tmp_path).journal))
    storage = optuna.storages.JournalStorage(backend)
    (name,) = optuna.get_all_study_names(storage)
    assert optuna.load_study(study_name=name, storage=storage).best_value == 0.5


def test_trial_without_memory_is_asked_again_alone_and_told_once(
    study: optuna.Study, space: SearchSpace
) -> None:
    searcher = StudySearcher(study, space, trials=2, epochs=None)
    first, second = asked(searcher, "a"), asked(searcher, "b")
    assert searcher.suggest("c") is None  # a running trial may yet come again
    searcher.on_trial_complete("b", {"validation_loss": math.nan, "again": True, "cause": "full"})
    assert study.trials[1].state == TrialState.RUNNING
    assert asked(searcher, "c") == {**second, "alone": True}
    searcher.on_trial_complete("a", result(0.5))
    searcher.on_trial_complete("c", result(0.4))
    assert searcher.suggest("d") == "FINISHED"
    assert [trial.value for trial in study.trials] == [0.5, 0.4]
    assert not first["alone"]


def test_trial_waiting_to_be_tried_again_does_not_stay_running(
    searcher: StudySearcher, study: optuna.Study
) -> None:
    searcher.suggest("a")
    searcher.on_trial_complete("a", {"validation_loss": math.nan, "again": True})
    searcher.end()
    assert [trial.state for trial in study.trials] == [TrialState.PRUNED]
