"""The search: Ray Tune runs what Optuna proposes."""

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import optuna
import pandas as pd
import ray.tune
from ray.tune.experiment import Trial
from rich.console import Console

from model import Configuration, count_parameters
from results.epochs import EpochLog
from results.trials import trials_of, trials_table, write_trials
from search_spaces import SearchSpace
from tune.activity import Workers
from tune.convergence import Convergence
from tune.cross_validation import CrossValidation
from tune.errors import Interrupted, SweepFailed
from tune.events import Tell, ignore
from tune.ladder import Ladder
from tune.plan import Plan
from tune.progress import SearchProgress
from tune.pruning import LadderPruner, NoPruner, Pruner
from tune.recorder import Recorder
from tune.request import SweepRequest
from tune.sampling import EstimateSampler, Size, startup_trials
from tune.scheduler import PruningScheduler
from tune.searcher import StudySearcher
from tune.share import Share
from tune.stopping import Stop, how_to_resume
from tune.study import enqueue_first, open_study
from tune.tally import Tally
from tune.terminal import live, warn
from tune.time_budget import TimeBudget
from tune.view import SearchView

LEFT = 0.4  # of the cost of whole trials, what pruning leaves at the most: 0.1 to 0.31 was measured


def search(plan: Plan, console: Console, stop: Stop, tell: Tell = ignore) -> pd.DataFrame:
    """Runs the trials of a sweep that are left to run and returns the table of all.

    Raises:
        Interrupted: If the user ended it before the last trial; what was done is kept.
        SweepFailed: If the first trials all failed for the same reason.
    """
    study = open_study(plan.folder)
    if not study.user_attrs.get("searched"):
        searcher = _searcher(study, plan, console)
        recorder = Recorder(plan.folder, study, plan.data.pool, plan.request.finalists)
        stop.searching = True
        with _watched(study, plan, console, stop, tell) as progress:
            _run(plan, searcher, [recorder, progress])
        stop.search_ended()
        _end(searcher, plan, stop)
        recorder.finish()
    trials = trials_of(study)
    write_trials(plan.folder.trials_csv, trials)  # a search that ended before may have been cut off
    return trials_table(trials)


def _end(searcher: StudySearcher, plan: Plan, stop: Stop) -> None:
    """Ends the search in the study, unless it was broken off: then it can be resumed."""
    if searcher.given_up:
        raise SweepFailed(f"the first trials all failed alike: {searcher.given_up}")
    if searcher.finished:
        searcher.end()
    else:
        stop.asked = True
        raise Interrupted(f"interrupted. {how_to_resume(plan.folder)}", stop.status)


def _searcher(study: optuna.Study, plan: Plan, console: Console) -> StudySearcher:
    """Puts the search together: what proposes, what compares and what is recorded."""
    request, space, fixed = plan.request, plan.space, plan.fixed
    ladder = Ladder(space.folds, most_epochs(space, fixed))
    size = Size(_weights(fixed), request.max_parameters, request.also == "parameters")
    study.sampler = EstimateSampler(
        space.distributions(),
        ladder.losses,
        startup_trials(request.trials),
        request.seed,
        size,
        plan.earlier.scaled if plan.earlier else None,
    )
    spared = enqueue_first(study, space, size, plan.earlier)
    return StudySearcher(
        study,
        ladder,
        _pruner(study, ladder, spared, request),
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
    study: optuna.Study, plan: Plan, console: Console, stop: Stop, tell: Tell
) -> Iterator[SearchProgress]:
    """Shows a search while a block runs that reports to the callback given."""
    whole = plan.space.folds * most_epochs(plan.space, plan.fixed)
    assumed = whole if plan.request.pruner == "none" else LEFT * whole
    tally = Tally(study, EpochLog(plan.folder), plan.request.trials, whole, assumed)
    workers = Workers(plan.share, plan.data.images_an_epoch)
    view = SearchView(tally, workers, ray.cluster_resources(), plan.request.time_budget)
    with live(console, lambda: view.frame(console)) as stop.close_view:
        yield SearchProgress(tally, workers, view, console, tell)


def most_epochs(space: SearchSpace, fixed: dict[str, Any]) -> int:
    """Returns how many epochs a trial has at the most: they may vary where nothing is stopped."""
    varied = space.parameters.get("epochs")
    epochs = varied.ends() if varied else [Configuration.from_dict(fixed).epochs]
    return max(int(each) for each in epochs)


def _weights(fixed: dict[str, Any]) -> Callable[[dict[str, Any]], int]:
    return lambda varied: count_parameters(Configuration.from_dict({**fixed, **varied}))


def _pruner(
    study: optuna.Study, ladder: Ladder, spared: Collection[int], request: SweepRequest
) -> Pruner:
    if request.pruner == "none":
        return NoPruner()

    def weights(trial: int) -> int:
        return int(study.get_trials(deepcopy=False)[trial].user_attrs["weights"])

    return LadderPruner(ladder, spared, weights if request.also else None, request.risk)


def _run(plan: Plan, searcher: StudySearcher, callbacks: list[ray.tune.Callback]) -> None:
    """Lets Tune run; its own snapshots go where they are forgotten, for the study is the truth."""
    with tempfile.TemporaryDirectory(prefix="shuzi-") as scratch:
        run_config = ray.tune.RunConfig(
            name=plan.folder.name,
            storage_path=scratch,
            callbacks=callbacks,
            checkpoint_config=ray.tune.CheckpointConfig(checkpoint_at_end=False),
            verbose=0,
        )
        tune_config = _tune_config(plan, searcher)
        ray.tune.Tuner(_trainable(plan), tune_config=tune_config, run_config=run_config).fit()


def _trainable(plan: Plan) -> type:
    """Returns the trainable; nothing held out is in it, nor the plan, which has it."""
    share = plan.share
    trainable = ray.tune.with_parameters(
        CrossValidation,
        stored_pool=[plan.stored_pool],  # in a list, it stays a reference
        folds=plan.data.folds,
        seed=plan.request.seed,
        share=share,
    )
    return ray.tune.with_resources(  # type: ignore[no-any-return]
        trainable, lambda config: _bundle(share.alone if config["alone"] else share)
    )


def _bundle(share: Share) -> ray.tune.PlacementGroupFactory:
    return ray.tune.PlacementGroupFactory([share.as_ray()])


def _tune_config(plan: Plan, searcher: StudySearcher) -> ray.tune.TuneConfig:
    return ray.tune.TuneConfig(
        search_alg=searcher,
        scheduler=PruningScheduler(searcher),
        num_samples=-1,  # the searcher ends the search: a trial may have to be run twice
        max_concurrent_trials=plan.share.concurrent,
        reuse_actors=True,  # a fresh actor imports torch again: 3.7 s a trial instead of 0.6 s
        trial_name_creator=_trial_name,
        trial_dirname_creator=_trial_name,
    )


def _trial_name(trial: Trial) -> str:
    """Returns a name that is new each time a trial goes on."""
    return f"trial_{trial.config['trial']:04d}_{trial.trial_id}"
