"""A sweep's search, from its study to the table of all trials."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import optuna
from rich.console import Console
from threadpoolctl import threadpool_limits

from model.configuration import Configuration
from model.networks.kinds import count_weights
from results.store.search.epochs import EpochLog
from results.store.search.study import open_study
from results.store.search.trial_records import TrialRecord
from results.store.search.trials import records_of, trials_of
from results.store.search.writer import write_search
from search_spaces import SearchSpace
from tune.errors import Interrupted, SweepFailed
from tune.planning.plan import Plan
from tune.search.engine import Engine
from tune.search.extensions import own_pruner, sampler_named
from tune.search.forecasting.forecaster import Forecaster
from tune.search.proposing.convergence import Convergence
from tune.search.proposing.first_trials import enqueue_first
from tune.search.proposing.sampling import ForecastSampler, Size, startup_trials
from tune.search.pruning.ladder import LadderPruner
from tune.search.pruning.pruner import Pruner
from tune.search.ray_tune import run_on_workers
from tune.search.time_budget import TimeBudget
from tune.session.signals import Stop, how_to_resume
from tune.watching.events import Tell, ignore
from tune.watching.recorder import Recorder
from tune.watching.search_progress import SearchProgress
from tune.watching.statistics import SearchStatistics
from tune.watching.terminal import live, warn
from tune.watching.time_left import TimeLeft
from tune.watching.view import SearchView
from tune.watching.work import work_of_epoch
from tune.watching.worker_board import Workers
from tune.workers.cluster import cores_and_gpus
from tune.workers.trainable import CrossValidation

LEFT = 0.48  # of the fold-epochs, about what pruning leaves: 0.40 to 0.57 in replays


def search(
    plan: Plan,
    console: Console,
    stop: Stop,
    tell: Tell = ignore,
    trainable: type = CrossValidation,
    left: TimeLeft | None = None,
) -> list[TrialRecord]:
    """Runs the trials of a sweep that are left to run and returns all.

    Raises:
        Interrupted: If the user ended it before the last trial; what was done is kept.
        SweepFailed: If the first trials all failed for the same reason.
    """
    study = open_study(plan.folder)
    if not study.user_attrs.get("searched"):
        engine = _engine(study, plan, console)
        recorder = Recorder(plan.folder, study, plan.data.pool, plan.request.finalists)
        stop.searching = True
        watched = _watched(study, plan, console, stop, tell, left or TimeLeft())
        # The driver's matrices are small: threads of its own would only disturb the workers.
        with threadpool_limits(1, user_api="blas"), watched as progress:
            run_on_workers(plan, engine, [recorder, progress], trainable)
        came = stop.search_ended()
        _end(engine, plan, stop)
        recorder.finish()
        if came:
            raise _interrupted(plan, stop)
    else:  # it may have been cut off before this was written
        write_search(plan.folder, study)
    return records_of(trials_of(study))


def _end(engine: Engine, plan: Plan, stop: Stop) -> None:
    """Ends the search in the study, unless it was broken off: then it can be resumed."""
    if engine.given_up:
        raise SweepFailed(f"the first trials all failed for one reason: {engine.given_up}")
    if engine.is_finished:
        engine.end()
    else:
        raise _interrupted(plan, stop)


def _interrupted(plan: Plan, stop: Stop) -> Interrupted:
    stop.asked = True
    return Interrupted(f"interrupted. {how_to_resume(plan.folder)}", stop.status)


def _engine(study: optuna.Study, plan: Plan, console: Console) -> Engine:
    """Puts the search together: what proposes, what compares and what is recorded."""
    request, space, fixed = plan.request, plan.space, plan.fixed
    forecaster = Forecaster(space.folds, most_epochs(space, fixed))
    size = Size(_weights(fixed), request.max_weights, request.also == "weights")
    study.sampler = ForecastSampler(
        space.distributions(),
        forecaster.losses,
        sampler_named(request.sampler, startup_trials(request.trials)),
        request.seed,
        size,
        plan.earlier.beside if plan.earlier else None,
    )
    spared = enqueue_first(study, space, size, request.trials, plan.earlier)
    return Engine(
        study,
        forecaster,
        _pruner(study, forecaster, spared, plan),
        space,
        request.trials,
        fixed,
        request.retries,
        EpochLog(plan.folder),
        partial(warn, console),
        Convergence() if request.stop_when_converged else None,
        TimeBudget(request.time_budget),
    )


@contextmanager
def _watched(
    study: optuna.Study, plan: Plan, console: Console, stop: Stop, tell: Tell, left: TimeLeft
) -> Iterator[SearchProgress]:
    """Shows a search while a block runs that reports to the callback given."""
    complete = plan.space.folds * most_epochs(plan.space, plan.fixed)
    assumed = complete if plan.request.pruner == "none" else LEFT * complete
    statistics = SearchStatistics(
        study, EpochLog(plan.folder), plan.request.trials, complete, assumed
    )
    workers = Workers(plan.resources, plan.data.images_an_epoch)
    view = SearchView(statistics, workers, cores_and_gpus(), plan.request.time_budget, left)
    with live(console, lambda: view.frame(console)) as stop.close_view:
        work = partial(work_of_epoch, data=plan.data)
        yield SearchProgress(statistics, workers, view, console, tell, left, work)


def most_epochs(space: SearchSpace, fixed: dict[str, Any]) -> int:
    """Returns how many epochs a trial has at the most: they may vary where nothing is pruned."""
    varied = space.parameters.get("epochs")
    epochs = varied.ends() if varied else [Configuration.from_dict(fixed).epochs]
    return max(int(each) for each in epochs)


def _weights(fixed: dict[str, Any]) -> Callable[[dict[str, Any]], int]:
    return lambda varied: count_weights(Configuration.from_dict({**fixed, **varied}))


def _pruner(
    study: optuna.Study, forecaster: Forecaster, spared: Collection[int], plan: Plan
) -> Pruner:
    request = plan.request
    if request.pruner == "none":
        return Pruner(forecaster)
    if request.pruner != "ladder":
        return own_pruner(request.pruner, forecaster)

    def weights(trial: int) -> int:
        return int(study.get_trials(deepcopy=False)[trial].user_attrs["weights"])

    by_size = weights if request.also else None
    return LadderPruner(forecaster, spared, by_size, request.risk, plan.resources.gpus > 0)
