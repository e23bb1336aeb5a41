"""The study is told the truth about every trial."""

import heapq
import math
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from model import Configuration, count_parameters
from results import SweepFolder
from results.trials import trials_of, trials_table
from search_spaces import SearchSpace, read_space
from tune.ladder import Ladder
from tune.pruning import LadderPruner, NoPruner
from tune.sampling import EstimateSampler, Size
from tune.searcher import StudySearcher
from tune.study import enqueue_first, open_study

EPOCHS, FOLDS = 3, 5


@pytest.fixture
def space() -> SearchSpace:
    return read_space("quick", Configuration.check)


@pytest.fixture
def study(tmp_path: Path, space: SearchSpace) -> optuna.Study:
    study = open_study(SweepFolder(tmp_path))
    enqueue_first(study, space, Size(lambda _: 0), None)
    return study


def searcher_of(
    study: optuna.Study, space: SearchSpace, trials: int, pruned: bool, epochs: int | None = None
) -> StudySearcher:
    fixed = space.fixed_with(epochs)
    ladder = Ladder(space.folds, Configuration.from_dict(fixed).epochs)
    study.sampler = EstimateSampler(space.distributions(), ladder.losses, startup=5, seed=0)
    pruner = LadderPruner(ladder, spared={0}) if pruned else NoPruner()
    return StudySearcher(study, ladder, pruner, space, trials, fixed)


@pytest.fixture
def searcher(study: optuna.Study, space: SearchSpace) -> StudySearcher:
    return searcher_of(study, space, trials=100, pruned=False)


def asked(searcher: StudySearcher, trial_id: str) -> dict[str, Any]:
    config = searcher.suggest(trial_id)
    assert isinstance(config, dict)
    return config


def result(
    loss: float, epoch: int = EPOCHS, complete: bool = True, folds: Any = range(FOLDS)
) -> dict[str, Any]:
    measures = {"mnist": {"count": 10, "correct": 9, "loss": loss}}
    return {
        "validation_loss": loss,
        "folds": [
            {"fold": fold, "epoch": epoch, "validation_loss": loss, "sources": measures}
            for fold in folds
        ],
        "epoch": epoch,
        "complete": complete,
        "time_total_s": 1.5,
    }


def test_reports_configuration_comes_first_and_the_rest_is_searched(
    searcher: StudySearcher, study: optuna.Study
) -> None:
    first = asked(searcher, "a")
    assert first["trial"] == 0
    assert first["folds"] == [0, 1, 2, 3, 4]
    assert first["configuration"]["channels_1"] == 32
    assert first["configuration"]["learning_rate"] == 0.001
    assert first["configuration"]["epochs"] == 3
    assert asked(searcher, "b")["configuration"] != first["configuration"]
    assert [trial.user_attrs.get("origin") for trial in study.trials] == ["report", None]


def test_a_report_that_is_too_large_is_not_tried(tmp_path: Path, space: SearchSpace) -> None:
    study = open_study(SweepFolder(tmp_path))
    size = Size(lambda varied: count_parameters(Configuration.from_dict(varied)), most=50_000)
    assert enqueue_first(study, space, size, None) == []
    assert study.trials == []


def test_epochs_asked_for_come_before_the_spaces(study: optuna.Study, space: SearchSpace) -> None:
    searcher = searcher_of(study, space, trials=8, pruned=False, epochs=7)
    assert asked(searcher, "a")["configuration"]["epochs"] == 7


def test_complete_trial_keeps_its_intermediate_values(
    searcher: StudySearcher, study: optuna.Study
) -> None:
    searcher.suggest("a")
    for epoch, loss in ((1, 0.9), (2, 0.6)):
        assert not searcher.ends_after("a", result(loss, epoch, complete=False))
    searcher.on_trial_complete("a", result(0.5))
    (trial,) = study.trials
    assert (trial.state, trial.value) == (TrialState.COMPLETE, 0.5)
    assert trial.intermediate_values == {1: 0.9, 2: 0.6, 3: 0.5}
    row = trials_table(study.trials).iloc[0]
    assert (row["state"], row["folds"], row["accuracy_mnist"]) == ("complete", 5, 0.9)
    assert (row["fold_epochs"], row["seconds"], row["estimate"]) == (15, 1.5, pytest.approx(0.5))


@pytest.mark.parametrize(
    ("ending", "state", "cause"),
    [
        ({"result": result(0.4, epoch=2, complete=False)}, "stopped", "before its last epoch"),
        ({}, "stopped", "before its last epoch"),
        ({"result": result(math.nan)}, "failed", "its loss is nan"),
        ({"error": True}, "failed", "worker failed; see trials/0000/error.txt"),
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
    searcher.ends_after("a", result(0.6, epoch=1, complete=False))
    searcher.on_trial_complete("a", **ending)
    row = trials_table(study.trials).iloc[0]
    assert row["state"] == state
    assert cause in row["cause"]
    assert math.isnan(float(row["validation_loss"] or "nan"))
    assert study.trials[0].intermediate_values[1] == 0.6


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
    assert sorted(rates[13:])[6] > 0.008  # half of random ones are above 0.003


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
    searcher = searcher_of(study, space, trials=2, pruned=False)
    first, second = asked(searcher, "a"), asked(searcher, "b")
    assert searcher.suggest("c") is None  # a running trial may yet come again
    searcher.on_trial_complete("b", {"validation_loss": math.nan, "again": True, "cause": "full"})
    assert study.trials[1].state == TrialState.RUNNING
    assert asked(searcher, "c") == {**second, "alone": True}
    searcher.on_trial_complete("a", result(0.5))
    searcher.on_trial_complete("c", result(0.4))
    assert searcher.suggest("d") == "FINISHED"
    assert searcher.finished
    assert [trial.value for trial in study.trials] == [0.5, 0.4]
    assert not first["alone"]


def test_trial_waiting_to_be_tried_again_does_not_stay_running(
    searcher: StudySearcher, study: optuna.Study
) -> None:
    searcher.suggest("a")
    searcher.on_trial_complete("a", {"validation_loss": math.nan, "again": True})
    searcher.end()
    assert [trial.state for trial in study.trials] == [TrialState.PRUNED]
    assert not searcher.finished


def worked_off(searcher: StudySearcher, workers: int) -> int:
    """Plays the workers until the search ends; returns the epochs of single folds it cost.

    The loss falls as epochs go by and is lowest at a high learning rate and wide channels.
    """
    cost, now, runs = 0, 0, 0
    busy: list[tuple[int, int, dict[str, Any], int]] = []
    while True:
        while len(busy) < workers and isinstance(config := searcher.suggest(str(runs)), dict):
            heapq.heappush(busy, (now + len(config["folds"]), runs, config, 1))
            runs += 1
        if not busy:
            return cost
        now, run, config, epoch = heapq.heappop(busy)
        cost += len(config["folds"])
        told = result(_loss(config, epoch), epoch, epoch == EPOCHS, config["folds"])
        ends = epoch < EPOCHS and searcher.ends_after(str(run), told)
        if ends or epoch == EPOCHS:
            searcher.on_trial_complete(str(run), told)
        else:
            heapq.heappush(busy, (now + len(config["folds"]), run, config, epoch + 1))


def _loss(config: dict[str, Any], epoch: int) -> float:
    configuration = config["configuration"]
    top = 0.1 + 20 * abs(0.015 - configuration["learning_rate"]) + 2 / configuration["channels_2"]
    return float(top * (1 + 2 / epoch**2) * (1 + 0.05 * config["folds"][0]))


@pytest.mark.parametrize("workers", [1, 3, 12])
def test_a_pruned_search_ends_with_the_best_whole_at_a_part_of_the_cost(
    study: optuna.Study, space: SearchSpace, workers: int
) -> None:
    searcher = searcher_of(study, space, trials=40, pruned=True)
    cost = worked_off(searcher, workers)
    assert searcher.finished
    assert cost < 0.5 * 40 * EPOCHS * FOLDS
    assert cost == sum(trial.user_attrs["fold_epochs"] for trial in study.trials)
    states = {trial.state for trial in study.trials}
    assert states == {TrialState.COMPLETE, TrialState.PRUNED}
    assert len(study.trials) == 40
    assert study.trials[0].state == TrialState.COMPLETE  # the report's
    configurations = [dict(space.fixed) | trial.params for trial in study.trials]
    losses = [_loss({"configuration": each, "folds": [0]}, EPOCHS) for each in configurations]
    best = losses.index(min(losses))
    assert study.best_trial.number == best
    for trial in study.trials:
        assert trial.intermediate_values
        if trial.state == TrialState.PRUNED:
            assert trial.user_attrs["cause"].startswith("likely worse than the best: stopped")


def test_once_a_search_is_over_stopped_trials_are_estimated_by_all_it_has_seen(
    study: optuna.Study, space: SearchSpace
) -> None:
    searcher = searcher_of(study, space, trials=40, pruned=True)
    worked_off(searcher, 2)
    before = trials_of(study)
    searcher.end()
    after = trials_of(study)
    assert _error(after, space) < 0.7 * _error(before, space)
    assert [trial.params for trial in after] == [trial.params for trial in study.trials]
    for trial in after:
        assert trial.state == TrialState.PRUNED or trial.user_attrs["estimate"] == pytest.approx(
            trial.value
        )


def _error(trials: list[FrozenTrial], space: SearchSpace) -> float:
    """Returns by how much estimates are off the loss of all folds, in the mean of those stopped."""
    stopped = [trial for trial in trials if trial.state == TrialState.PRUNED]
    configs = [{"configuration": dict(space.fixed) | trial.params} for trial in stopped]
    true = [_loss({**config, "folds": [2]}, EPOCHS) for config in configs]
    estimates = [trial.user_attrs["estimate"] for trial in stopped]
    return float(np.abs(np.log(np.divide(estimates, true))).mean())


def test_every_trial_costs_the_same_without_a_pruner(
    study: optuna.Study, space: SearchSpace
) -> None:
    searcher = searcher_of(study, space, trials=6, pruned=False)
    assert worked_off(searcher, 2) == 6 * EPOCHS * FOLDS
    assert {trial.state for trial in study.trials} == {TrialState.COMPLETE}


def test_a_first_trial_that_fails_is_no_reason_to_give_up_as_long_as_another_may_not(
    study: optuna.Study, space: SearchSpace
) -> None:
    searcher = searcher_of(study, space, trials=2, pruned=False)
    asked(searcher, "a")
    asked(searcher, "b")
    searcher.on_trial_complete("a", result(math.nan))
    assert searcher.given_up == ""
    searcher.on_trial_complete("b", result(0.5))
    assert searcher.given_up == ""


def test_a_whole_trial_among_failures_lets_the_search_go_on(
    study: optuna.Study, space: SearchSpace
) -> None:
    searcher = searcher_of(study, space, trials=9, pruned=False)
    for name in "abcd":
        asked(searcher, name)
    for name in "abc":
        searcher.on_trial_complete(name, result(math.nan))
    assert searcher.given_up == "its loss is nan."
    assert searcher.suggest("e") is None
    searcher.on_trial_complete("d", result(0.5))
    assert searcher.given_up == ""
    assert isinstance(searcher.suggest("f"), dict)
