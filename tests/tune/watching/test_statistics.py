"""Counts of a search's trials, and of what they cost."""

from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from model.training.fold_epoch import FoldEpoch
from results.store.epochs import EpochLog
from results.store.folder import SweepFolder
from tests.made_epochs import made_epoch
from tune.watching.statistics import Tally

WHOLE = 15


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
    tally = Tally(study, log, trials=4, whole=WHOLE, assumed=6)
    first, second = study.ask(), study.ask()
    assert tally.look() == []
    end(study, second, 15, loss=0.2)
    assert [trial.number for trial in tally.look()] == [second.number]
    assert tally.look() == []
    end(study, first, 15, loss=0.1)
    assert [trial.number for trial in tally.look()] == [first.number]
    assert tally.best is not None
    assert tally.best.number == first.number
    assert (tally.ended, tally.trials, tally.most) == (3, 4, 60)


def test_what_is_left_is_what_trials_are_assumed_to_cost_less_what_they_have(
    study: optuna.Study, log: EpochLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 100.0
    monkeypatch.setattr("tune.watching.statistics.time.monotonic", lambda: clock)
    tally = Tally(study, log, trials=5, whole=WHOLE, assumed=6)
    first, second, third = study.ask(), study.ask(), study.ask()
    assert (tally.cost, tally.cost_left) == (0, 5 * 6)
    for epoch in range(1, 4):
        tally.add(first.number, result(0, epoch))
    tally.add(second.number, result(0, 1))
    end(study, first, 3)
    end(study, third, 1)
    clock += 10
    tally.look()
    assert tally.cost == 3 + 1 + 1
    assert tally.cost_left == 5 * 6 - 5
    assert tally.seconds_left == pytest.approx(tally.cost_left * 10 / 5)
    for epoch in range(1, 27):
        tally.add(second.number, result(1, epoch))
    tally.look()
    assert tally.cost_left == 6, "more than was assumed: some is left as long as one goes on"
    end(study, second, 27)
    for _ in range(2):
        end(study, study.ask(), 1)
    tally.look()
    assert tally.cost_left == 0


def test_folds_are_done_with_their_last_epoch_and_stay_so(
    study: optuna.Study, log: EpochLog
) -> None:
    tally = Tally(study, log, trials=2, whole=WHOLE, assumed=6)
    number = study.ask().number
    for fold, epoch in ((0, 1), (0, 2), (1, 1), (0, 1)):  # a worker may begin a fold again
        tally.add(number, result(fold, epoch))
    assert tally.folds_done(number, 2) == 1
    assert tally.folds_done(number, 1) == 2


def test_a_search_that_is_taken_up_counts_what_was_done(study: optuna.Study, log: EpochLog) -> None:
    ended, going_on = study.ask(), study.ask()
    end(study, ended, 7)
    for epoch in (1, 2, 3):
        log.append(going_on.number, result(0, epoch))
    log.append(going_on.number, result(1, 1))
    tally = Tally(study, log, trials=4, whole=WHOLE, assumed=6)
    assert tally.cost == 7 + 4
    assert tally.folds_done(going_on.number, 3) == 1
    assert tally.seconds_left is None, "nothing has been done yet by which to tell"
