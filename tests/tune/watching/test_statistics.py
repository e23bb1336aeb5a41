"""Counts of a search's trials, and of what they cost."""

from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from model.training.fold_epoch import FoldEpoch
from results.store.folder import SweepFolder
from results.store.search.epochs import EpochLog
from tests.made_epochs import made_epoch
from tune.watching.statistics import SearchStatistics

COMPLETE = 15


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study()


@pytest.fixture
def log(tmp_path: Path) -> EpochLog:
    return EpochLog(SweepFolder(tmp_path))


def result(fold: int, epoch: int) -> list[FoldEpoch]:
    return [made_epoch(fold, epoch, 0.5)]


def end(study: optuna.Study, trial: optuna.Trial, cost: int, loss: float | None = None) -> None:
    trial.set_user_attr("fold_epochs", cost)
    study.tell(trial, loss, TrialState.PRUNED if loss is None else TrialState.COMPLETE)


def test_each_trial_is_returned_once_when_it_has_ended(study: optuna.Study, log: EpochLog) -> None:
    before = study.ask()
    end(study, before, 3)
    statistics = SearchStatistics(study, log, trials=4, complete=COMPLETE, assumed=6)
    first, second = study.ask(), study.ask()
    assert statistics.look() == []
    end(study, second, 15, loss=0.2)
    assert [trial.number for trial in statistics.look()] == [second.number]
    assert statistics.look() == []
    end(study, first, 15, loss=0.1)
    assert [trial.number for trial in statistics.look()] == [first.number]
    assert statistics.best is not None
    assert statistics.best.number == first.number
    assert (statistics.ended, statistics.trials, statistics.most) == (3, 4, 60)


def test_what_is_left_is_what_trials_are_assumed_to_cost_less_what_they_have(
    study: optuna.Study, log: EpochLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 100.0
    monkeypatch.setattr("tune.watching.statistics.time.monotonic", lambda: clock)
    statistics = SearchStatistics(study, log, trials=5, complete=COMPLETE, assumed=6)
    first, second, third = study.ask(), study.ask(), study.ask()
    assert (statistics.fold_epochs, statistics.fold_epochs_left) == (0, 5 * 6)
    for epoch in range(1, 4):
        statistics.add(first.number, result(0, epoch))
    statistics.add(second.number, result(0, 1))
    end(study, first, 3)
    end(study, third, 1)
    clock += 10
    statistics.look()
    assert statistics.fold_epochs == 3 + 1 + 1
    assert statistics.fold_epochs_left == 5 * 6 - 5
    assert statistics.seconds_left == pytest.approx(statistics.fold_epochs_left * 10 / 5)
    for epoch in range(1, 27):
        statistics.add(second.number, result(1, epoch))
    statistics.look()
    assert statistics.fold_epochs_left == 6, (
        "more than was assumed: some is left as long as one goes on"
    )
    end(study, second, 27)
    for _ in range(2):
        end(study, study.ask(), 1)
    statistics.look()
    assert statistics.fold_epochs_left == 0


def test_folds_are_done_with_their_last_epoch_and_stay_so(
    study: optuna.Study, log: EpochLog
) -> None:
    statistics = SearchStatistics(study, log, trials=2, complete=COMPLETE, assumed=6)
    number = study.ask().number
    for fold, epoch in ((0, 1), (0, 2), (1, 1), (0, 1)):  # a worker may begin a fold again
        statistics.add(number, result(fold, epoch))
    assert statistics.folds_done(number, 2) == 1
    assert statistics.folds_done(number, 1) == 2


def test_a_search_that_is_taken_up_counts_what_was_done(study: optuna.Study, log: EpochLog) -> None:
    ended, going_on = study.ask(), study.ask()
    end(study, ended, 7)
    for epoch in (1, 2, 3):
        log.append(going_on.number, result(0, epoch))
    log.append(going_on.number, result(1, 1))
    statistics = SearchStatistics(study, log, trials=4, complete=COMPLETE, assumed=6)
    assert statistics.fold_epochs == 7 + 4
    assert statistics.folds_done(going_on.number, 3) == 1
    assert statistics.seconds_left is None, "nothing has been done yet by which to tell"
