"""A search whose time is over still has a complete trial; the clock is the test's own."""

from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import TrialState

from model import Configuration
from search_spaces import SearchSpace, read_space
from tune.ladder import Ladder
from tune.pruning import LadderPruner, NoPruner, Pruner
from tune.sampling import EstimateSampler, Size
from tune.searcher import StudySearcher
from tune.study import enqueue_first
from tune.time_budget import TimeBudget

FOLDS, EPOCHS, BUDGET = 5, 4, 100.0


@dataclass
class Clock:
    now: float = 7.0

    def __call__(self) -> float:
        return self.now


class Search:
    """A search of which a test plays the workers and the clock."""

    def __init__(self, pruned: bool = True, trials: int = 20) -> None:
        self.study, self.clock, self.said = optuna.create_study(), Clock(), list[str]()
        space: SearchSpace = read_space("quick", Configuration.check)
        ladder = Ladder(FOLDS, EPOCHS)
        self.study.sampler = EstimateSampler(space.distributions(), ladder.losses, 5, seed=0)
        spared = enqueue_first(self.study, space, Size(lambda _: 0), None)
        pruner: Pruner = LadderPruner(ladder, spared) if pruned else NoPruner()
        self.searcher = StudySearcher(
            self.study, ladder, pruner, space, trials, space.fixed_with(EPOCHS),
            say=self.said.append, budget=TimeBudget(BUDGET, self.clock),
        )  # fmt: skip

    def job(self, run: str) -> dict[str, Any] | str | None:
        return self.searcher.suggest(run)

    def epoch(self, run: str, job: Any, fold: int, epoch: int, loss: float) -> bool:
        """Tells of an epoch; returns whether the worker leaves the trial."""
        told = _result(fold, epoch, loss, last=fold == job["folds"][-1] and epoch == EPOCHS)
        if told["complete"] or self.searcher.ends_after(run, told):
            self.searcher.on_trial_complete(run, told)
            return True
        return False

    def states(self) -> list[TrialState]:
        return [trial.state for trial in self.study.trials if trial.state != TrialState.WAITING]


def _result(fold: int, epoch: int, loss: float, last: bool) -> dict[str, Any]:
    measures = {"mnist": {"count": 10, "correct": 9, "loss": loss}}
    told = {"fold": fold, "epoch": epoch, "validation_loss": loss, "sources": measures}
    result = {"validation_loss": loss, "epoch": epoch, "folds": [told], "complete": last}
    return {**result, "time_this_iter_s": 2.0}


def completed(search: Search, run: str = "last") -> None:
    """Plays one worker until the search is finished."""
    number = 0
    while isinstance(job := search.job(f"{run}{number}"), dict):
        steps = [(fold, epoch) for fold in job["folds"] for epoch in range(1, EPOCHS + 1)]
        for fold, epoch in steps:
            if search.epoch(f"{run}{number}", job, fold, epoch, 0.5):
                break
        number += 1
    assert job == "FINISHED"
    search.searcher.end()


def test_the_best_so_far_is_completed_and_that_is_said() -> None:
    search = Search()
    worse, better = search.job("worse"), search.job("better")
    assert search.epoch("worse", worse, 0, 1, 0.55), "it waits"
    assert search.epoch("better", better, 0, 1, 0.5), "it waits"
    search.clock.now += BUDGET
    completed(search)
    assert search.states() == [TrialState.PRUNED, TrialState.COMPLETE]
    (line,) = search.said
    assert line.startswith("the time is over and no trial is complete, so trial 1, the best so far")
    assert "20 epochs of a fold, at most 40 s; a second Ctrl-C ends at once" in line


def test_workers_leave_all_others_with_their_next_epoch() -> None:
    search = Search(pruned=False)
    worse, better = search.job("worse"), search.job("better")
    assert not search.epoch("worse", worse, 0, 1, 0.9)
    assert not search.epoch("better", better, 0, 1, 0.3)
    search.clock.now += BUDGET
    assert search.epoch("worse", worse, 0, 2, 0.8)
    assert not search.epoch("better", better, 0, 2, 0.25)
    assert search.job("third") is None, "all folds of the better one are given"


def test_a_worker_that_is_at_the_best_goes_on() -> None:
    search = Search()
    job = search.job("a")
    search.clock.now += BUDGET
    for epoch in range(1, EPOCHS):
        assert not search.epoch("a", job, 0, epoch, 0.5)
    assert search.epoch("a", job, 0, EPOCHS, 0.5)
    completed(search)
    assert search.states() == [TrialState.COMPLETE]


def test_without_a_trial_the_first_one_is_begun() -> None:
    search = Search()
    search.clock.now += BUDGET
    completed(search)
    assert search.states() == [TrialState.COMPLETE]
    assert search.study.trials[0].user_attrs["origin"] == "report"
    assert "how long is open" in search.said[0]


def test_where_the_best_fails_another_is_completed() -> None:
    search = Search()
    best, other = search.job("best"), search.job("other")
    search.epoch("best", best, 0, 1, 0.5)
    search.epoch("other", other, 0, 1, 0.55)
    search.clock.now += BUDGET
    assert search.job("again")
    search.searcher.on_trial_complete(
        "again", {"validation_loss": float("nan"), "cause": "its loss is nan."}
    )
    completed(search)
    assert search.states() == [TrialState.FAIL, TrialState.COMPLETE]
    assert [line.split("trial ")[2].split(",")[0] for line in search.said] == ["0", "1"]


def test_where_all_have_failed_another_is_begun() -> None:
    search = Search(trials=2)
    search.job("a")
    search.clock.now += BUDGET
    search.searcher.on_trial_complete("a", {"validation_loss": float("nan")})
    completed(search)
    assert search.states() == [TrialState.FAIL, TrialState.COMPLETE]


def test_with_a_complete_trial_workers_leave_all_others_with_their_next_epoch() -> None:
    search = Search(pruned=False)
    first, second = search.job("first"), search.job("second")
    for fold in range(FOLDS):
        for epoch in range(1, EPOCHS + 1):
            search.epoch("first", first, fold, epoch, 0.5)
    assert not search.epoch("second", second, 0, 1, 0.1)
    search.clock.now += BUDGET
    assert search.job("third") is None
    assert search.epoch("second", second, 0, 2, 0.1)
    assert search.job("fourth") == "FINISHED"
    search.searcher.end()
    assert search.states() == [TrialState.COMPLETE, TrialState.PRUNED]
    assert search.said == []


def test_no_trial_is_begun_in_the_last_quarter() -> None:
    search = Search(pruned=False)
    assert search.job("first")
    search.clock.now += 0.74 * BUDGET
    assert search.job("second")
    search.clock.now += 0.02 * BUDGET
    assert search.job("third") is None
