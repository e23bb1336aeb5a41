"""The study is told the truth about every trial."""

import heapq
import math
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from model.configuration import Configuration
from model.networks.kinds import count_weights
from results.store.folder import SweepFolder
from results.store.search.study import open_study
from results.store.search.trials import MISSED, trials_of, trials_table
from search_spaces import SearchSpace, read_space
from tests.made_epochs import made_epoch
from tune.planning.request import RISK
from tune.search.engine import Engine
from tune.search.forecasting.forecaster import Forecaster
from tune.search.outcome import Decision, Failure, Outcome
from tune.search.proposing.first_trials import enqueue_first
from tune.search.proposing.sampling import ForecastSampler, Size, tpe
from tune.search.pruning.ladder import LadderPruner
from tune.search.pruning.pruner import Pruner
from tune.workers.job import Job, JobStep

EPOCHS, FOLDS = 3, 5
DEAD = Failure("its worker died", may_pass=True)


@pytest.fixture
def space() -> SearchSpace:
    return read_space("quick", Configuration.check).model_copy(update={"portfolio": []})


@pytest.fixture
def study(tmp_path: Path, space: SearchSpace) -> optuna.Study:
    study = open_study(SweepFolder(tmp_path))
    enqueue_first(study, space, Size(lambda _: 0), 8)
    return study


def engine_of(
    study: optuna.Study,
    space: SearchSpace,
    trials: int,
    pruned: bool,
    epochs: int | None = None,
    risk: float = RISK,
    side_by_side: bool = False,
) -> Engine:
    fixed = space.fixed_with(epochs)
    forecaster = Forecaster(space.folds, Configuration.from_dict(fixed).epochs)
    study.sampler = ForecastSampler(
        space.distributions(), forecaster.losses, partial(tpe, 5), seed=0
    )
    ladder = LadderPruner(forecaster, {0}, risk=risk, side_by_side=side_by_side)
    return Engine(study, forecaster, ladder if pruned else Pruner(forecaster), space, trials, fixed)


@pytest.fixture
def engine(study: optuna.Study, space: SearchSpace) -> Engine:
    return engine_of(study, space, trials=100, pruned=False)


def asked(engine: Engine) -> Job:
    job = engine.next_job()
    assert job
    return job


def ended(engine: Engine, job: Job, told: JobStep) -> None:
    engine.on_end(job, Outcome.of(told, seconds=1.5))


def step(
    loss: float, epoch: int = EPOCHS, is_last: bool = True, folds: Iterable[int] = range(FOLDS)
) -> JobStep:
    return JobStep(tuple(made_epoch(fold, epoch, loss) for fold in folds), is_last)


def test_the_baseline_comes_first_and_the_rest_is_searched(
    engine: Engine, study: optuna.Study
) -> None:
    first = asked(engine)
    assert first.trial == 0
    assert first.folds == (0, 1, 2, 3, 4)
    assert first.configuration.channels_1 == 32
    assert first.configuration.learning_rate == 0.001
    assert first.configuration.epochs == 3
    assert asked(engine).configuration != first.configuration
    assert [trial.user_attrs.get("origin") for trial in study.trials] == ["baseline", None]


def test_a_baseline_that_is_too_large_is_not_tried(tmp_path: Path, space: SearchSpace) -> None:
    study = open_study(SweepFolder(tmp_path))
    size = Size(lambda varied: count_weights(Configuration.from_dict(varied)), most=50_000)
    assert enqueue_first(study, space, size, 8) == []
    assert study.trials == []


def test_epochs_asked_for_come_before_the_spaces(study: optuna.Study, space: SearchSpace) -> None:
    engine = engine_of(study, space, trials=8, pruned=False, epochs=7)
    assert asked(engine).configuration.epochs == 7


def test_complete_trial_keeps_its_intermediate_values(engine: Engine, study: optuna.Study) -> None:
    job = asked(engine)
    for epoch, loss in ((1, 0.9), (2, 0.6)):
        assert engine.on_epoch(job, step(loss, epoch).folds) == Decision.GO_ON
    ended(engine, job, step(0.5))
    (trial,) = study.trials
    assert (trial.state, trial.value) == (TrialState.COMPLETE, 0.5)
    assert trial.intermediate_values == {1: 0.9, 2: 0.6, 3: 0.5}
    row = trials_table(study.trials).iloc[0]
    assert (row["state"], row["folds"], row["accuracy_mnist"]) == ("complete", 5, 0.9)
    assert (row["fold_epochs"], row["seconds"], row["forecast"]) == (15, 1.5, pytest.approx(0.5))


@pytest.mark.parametrize(
    ("ending", "state", "cause"),
    [
        (Outcome.of(step(0.4, epoch=2, is_last=False)), "pruned", "before its last epoch"),
        (Outcome(), "pruned", "before its last epoch"),
        (Outcome.of(step(math.nan)), "failed", "its loss is nan"),
        (Outcome(failure=DEAD), "failed", "its worker died; see trials/0000/error.txt"),
        (
            Outcome.of(JobStep(cause="the training loss is nan.")),
            "failed",
            "the training loss is nan.",
        ),
    ],
)
def test_what_is_not_whole_is_never_complete_and_has_its_cause(
    engine: Engine,
    study: optuna.Study,
    ending: Outcome,
    state: str,
    cause: str,
) -> None:
    job = asked(engine)
    engine.on_epoch(job, step(0.6, epoch=1).folds)
    engine.on_end(job, ending)
    row = trials_table(study.trials).iloc[0]
    assert row["state"] == state
    assert cause in row["cause"]
    assert math.isnan(float(row["validation_loss"] or "nan"))
    assert study.trials[0].intermediate_values[1] == 0.6


def test_no_trial_stays_running(engine: Engine, study: optuna.Study) -> None:
    asked(engine)
    states = [study.trials[0].state]
    engine.end()
    assert [*states, study.trials[0].state] == [TrialState.RUNNING, TrialState.PRUNED]


def test_sampler_learns_after_a_few_trials(engine: Engine, study: optuna.Study) -> None:
    """Trials that are better where the learning rate is high draw the next ones there."""
    for _ in range(25):
        job = asked(engine)
        ended(engine, job, step(-math.log(job.configuration.learning_rate)))
    rates = [trial.params["learning_rate"] for trial in study.trials]
    assert sorted(rates[13:])[6] > 0.008  # half of random ones are above 0.003


def test_journal_is_read_by_another_process_of_optuna(engine: Engine, tmp_path: Path) -> None:
    ended(engine, asked(engine), step(0.5))
    backend = optuna.storages.journal.JournalFileBackend(str(SweepFolder(tmp_path).journal))
    storage = optuna.storages.JournalStorage(backend)
    (name,) = optuna.get_all_study_names(storage)
    assert optuna.load_study(study_name=name, storage=storage).best_value == 0.5


def test_trial_without_memory_is_asked_again_alone_and_told_once(
    study: optuna.Study, space: SearchSpace
) -> None:
    engine = engine_of(study, space, trials=2, pruned=False)
    first, second = asked(engine), asked(engine)
    assert engine.next_job() is None  # a running trial may yet come again
    ended(engine, second, JobStep(cause="full", crowded_out=True))
    assert study.trials[1].state == TrialState.RUNNING
    again = asked(engine)
    assert again == replace(second, number=2, alone=True)
    ended(engine, first, step(0.5))
    ended(engine, again, step(0.4))
    assert engine.next_job() is None
    assert engine.is_finished
    assert [trial.value for trial in study.trials] == [0.5, 0.4]
    assert not first.alone


def test_trial_waiting_to_be_tried_again_does_not_stay_running(
    engine: Engine, study: optuna.Study
) -> None:
    ended(engine, asked(engine), JobStep(cause="full", crowded_out=True))
    engine.end()
    assert [trial.state for trial in study.trials] == [TrialState.PRUNED]
    assert not engine.is_finished


def worked_off(engine: Engine, workers: int) -> int:
    """Plays the workers until the search ends; returns the fold-epochs it cost.

    The loss falls as epochs go by and is lowest at a high learning rate and wide channels.
    """
    cost, now, free = 0, 0, workers
    busy: list[tuple[int, int, int, Job]] = []
    while True:
        while free and (job := engine.next_job()):
            heapq.heappush(busy, (now + len(job.folds), job.number, 1, job))
            free -= 1
        if not busy:
            return cost
        now, number, epoch, job = heapq.heappop(busy)
        cost += len(job.folds)
        loss = _loss(job.configuration.to_dict(), epoch, job.folds[0])
        told = step(loss, epoch, epoch == EPOCHS, job.folds)
        if epoch == EPOCHS or engine.on_epoch(job, told.folds) == Decision.END:
            ended(engine, job, told)
            free += 1
        else:
            heapq.heappush(busy, (now + len(job.folds), number, epoch + 1, job))


def _loss(parameters: dict[str, Any], epoch: int, fold: int) -> float:
    top = 0.1 + 20 * abs(0.015 - parameters["learning_rate"]) + 2 / parameters["channels_2"]
    return float(top * (1 + 2 / epoch**2) * (1 + 0.05 * fold))


@pytest.mark.parametrize("side_by_side", [False, True])
@pytest.mark.parametrize("workers", [1, 3, 12])
def test_a_pruned_search_ends_with_the_best_whole_at_a_part_of_the_cost(
    study: optuna.Study, space: SearchSpace, workers: int, side_by_side: bool
) -> None:
    engine = engine_of(study, space, trials=40, pruned=True, side_by_side=side_by_side)
    cost = worked_off(engine, workers)
    assert engine.is_finished
    assert cost < 0.55 * 40 * EPOCHS * FOLDS  # of 90 draws none took more
    assert cost == sum(trial.user_attrs["fold_epochs"] for trial in study.trials)
    states = {trial.state for trial in study.trials}
    assert states == {TrialState.COMPLETE, TrialState.PRUNED}
    assert len(study.trials) == 40
    assert study.trials[0].state == TrialState.COMPLETE  # the baseline's
    configurations = [dict(space.fixed) | trial.params for trial in study.trials]
    losses = [_loss(each, EPOCHS, 0) for each in configurations]
    best = losses.index(min(losses))
    assert study.best_trial.number == best
    for trial in study.trials:
        assert trial.intermediate_values
        if trial.state == TrialState.PRUNED:
            assert trial.user_attrs["cause"].startswith("likely worse than the best: pruned")


def test_once_a_search_is_over_what_pruned_trials_would_have_come_to_is_known(
    study: optuna.Study, space: SearchSpace
) -> None:
    engine = engine_of(study, space, trials=40, pruned=True)
    worked_off(engine, 2)
    engine.end()
    trials = trials_of(study)
    assert _error(trials, space) < 0.1
    assert [trial.params for trial in trials] == [trial.params for trial in study.trials]
    for trial in trials:
        assert trial.state == TrialState.PRUNED or trial.user_attrs["forecast"] == pytest.approx(
            trial.value
        )
    assert 0 < study.user_attrs[MISSED] < RISK


def _error(trials: list[FrozenTrial], space: SearchSpace) -> float:
    """Returns by how much forecasts are off the loss of all folds, in the mean of those pruned."""
    pruned = [trial for trial in trials if trial.state == TrialState.PRUNED]
    true = [_loss(dict(space.fixed) | trial.params, EPOCHS, 2) for trial in pruned]
    forecasts = [trial.user_attrs["forecast"] for trial in pruned]
    return float(np.abs(np.log(np.divide(forecasts, true))).mean())


def test_every_trial_costs_the_same_without_a_pruner(
    study: optuna.Study, space: SearchSpace
) -> None:
    engine = engine_of(study, space, trials=6, pruned=False)
    assert worked_off(engine, 2) == 6 * EPOCHS * FOLDS
    assert {trial.state for trial in study.trials} == {TrialState.COMPLETE}


def test_a_first_trial_that_fails_is_no_reason_to_give_up_as_long_as_another_may_not(
    study: optuna.Study, space: SearchSpace
) -> None:
    engine = engine_of(study, space, trials=2, pruned=False)
    first, second = asked(engine), asked(engine)
    ended(engine, first, step(math.nan))
    assert engine.given_up == ""
    ended(engine, second, step(0.5))
    assert engine.given_up == ""


def test_a_whole_trial_among_failures_lets_the_search_go_on(
    study: optuna.Study, space: SearchSpace
) -> None:
    engine = engine_of(study, space, trials=9, pruned=False)
    *failing, last = [asked(engine) for _ in range(4)]
    for job in failing:
        ended(engine, job, step(math.nan))
    assert engine.given_up == "its loss is nan."
    assert engine.next_job() is None
    ended(engine, last, step(0.5))
    assert engine.given_up == ""
    assert engine.next_job()
