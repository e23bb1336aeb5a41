"""A search whose time is over still has a complete trial; the clock is the test's own."""

from dataclasses import dataclass
from functools import partial

import optuna
from optuna.trial import TrialState

from model.configuration import Configuration
from search_spaces import SearchSpace, read_space
from tests.made_epochs import made_epoch
from tune.search.engine import Engine
from tune.search.forecasting.forecaster import Forecaster
from tune.search.outcome import Decision, Outcome
from tune.search.proposing.first_trials import enqueue_first
from tune.search.proposing.sampling import ForecastSampler, Size, tpe
from tune.search.pruning.ladder import LadderPruner
from tune.search.pruning.pruner import Pruner
from tune.search.time_budget import TimeBudget
from tune.workers.job import Job, JobStep

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
        forecaster = Forecaster(FOLDS, EPOCHS)
        self.study.sampler = ForecastSampler(
            space.distributions(), forecaster.losses, partial(tpe, 5), seed=0
        )
        spared = enqueue_first(self.study, space, Size(lambda _: 0), 8)
        pruner: Pruner = LadderPruner(forecaster, spared) if pruned else Pruner(forecaster)
        self.engine = Engine(
            self.study, forecaster, pruner, space, trials, space.fixed_with(EPOCHS),
            say=self.said.append, budget=TimeBudget(BUDGET, self.clock),
        )  # fmt: skip

    def job(self) -> Job:
        job = self.engine.next_job()
        assert job
        return job

    def epoch(self, job: Job, fold: int, epoch: int, loss: float) -> bool:
        """Tells of an epoch; returns whether the worker leaves the trial."""
        folds = (made_epoch(fold, epoch, loss, seconds=2.0),)
        is_last = fold == job.folds[-1] and epoch == EPOCHS
        if is_last or self.engine.on_epoch(job, folds) == Decision.END:
            self.engine.on_end(job, Outcome.of(JobStep(folds, is_last)))
            return True
        return False

    def fails(self, job: Job) -> None:
        self.engine.on_end(job, Outcome(cause="its loss is nan."))

    def states(self) -> list[TrialState]:
        return [trial.state for trial in self.study.trials if trial.state != TrialState.WAITING]


def completed(search: Search) -> None:
    """Plays one worker until the search is finished."""
    while job := search.engine.next_job():
        steps = [(fold, epoch) for fold in job.folds for epoch in range(1, EPOCHS + 1)]
        for step in steps:
            if search.epoch(job, *step, 0.5):
                break
    assert search.engine.is_finished
    search.engine.end()


def test_the_best_so_far_is_completed_and_that_is_said() -> None:
    search = Search()
    worse, better = search.job(), search.job()
    assert search.epoch(worse, 0, 1, 0.55), "it waits"
    assert search.epoch(better, 0, 1, 0.5), "it waits"
    search.clock.now += BUDGET
    completed(search)
    assert search.states() == [TrialState.PRUNED, TrialState.COMPLETE]
    (line,) = search.said
    assert line.startswith("the time is over and no trial is complete, so trial 1, the best so far")
    assert "20 fold-epochs, at most 40 s; a second Ctrl-C ends at once" in line


def test_workers_leave_all_others_with_their_next_epoch() -> None:
    search = Search(pruned=False)
    worse, better = search.job(), search.job()
    assert not search.epoch(worse, 0, 1, 0.9)
    assert not search.epoch(better, 0, 1, 0.3)
    search.clock.now += BUDGET
    assert search.epoch(worse, 0, 2, 0.8)
    assert not search.epoch(better, 0, 2, 0.25)
    assert search.engine.next_job() is None, "all folds of the better one are given"


def test_a_worker_that_is_at_the_best_goes_on() -> None:
    search = Search()
    job = search.job()
    search.clock.now += BUDGET
    for epoch in range(1, EPOCHS):
        assert not search.epoch(job, 0, epoch, 0.5)
    assert search.epoch(job, 0, EPOCHS, 0.5)
    completed(search)
    assert search.states() == [TrialState.COMPLETE]


def test_without_a_trial_the_first_one_is_begun() -> None:
    search = Search()
    search.clock.now += BUDGET
    completed(search)
    assert search.states() == [TrialState.COMPLETE]
    assert search.study.trials[0].user_attrs["origin"] == "baseline"
    assert "for an unknown time" in search.said[0]


def test_where_the_best_fails_another_is_completed() -> None:
    search = Search()
    best, other = search.job(), search.job()
    search.epoch(best, 0, 1, 0.5)
    search.epoch(other, 0, 1, 0.55)
    search.clock.now += BUDGET
    search.fails(search.job())
    completed(search)
    assert search.states() == [TrialState.FAIL, TrialState.COMPLETE]
    assert [line.split("trial ")[2].split(",")[0] for line in search.said] == ["0", "1"]


def test_where_all_have_failed_another_is_begun() -> None:
    search = Search(trials=2)
    job = search.job()
    search.clock.now += BUDGET
    search.fails(job)
    completed(search)
    assert search.states() == [TrialState.FAIL, TrialState.COMPLETE]


def test_with_a_complete_trial_workers_leave_all_others_with_their_next_epoch() -> None:
    search = Search(pruned=False)
    first, second = search.job(), search.job()
    for fold in range(FOLDS):
        for epoch in range(1, EPOCHS + 1):
            search.epoch(first, fold, epoch, 0.5)
    assert not search.epoch(second, 0, 1, 0.1)
    search.clock.now += BUDGET
    assert search.engine.next_job() is None
    assert search.epoch(second, 0, 2, 0.1)
    assert search.engine.next_job() is None
    assert search.engine.is_finished
    search.engine.end()
    assert search.states() == [TrialState.COMPLETE, TrialState.PRUNED]
    assert search.said == []


def test_no_trial_is_begun_in_the_last_quarter() -> None:
    search = Search(pruned=False)
    assert search.engine.next_job()
    search.clock.now += 0.74 * BUDGET
    assert search.engine.next_job()
    search.clock.now += 0.02 * BUDGET
    assert search.engine.next_job() is None
