"""The search: Ray Tune runs what Optuna proposes."""

import tempfile
import time

import pandas as pd
import ray.tune
from optuna.trial import FrozenTrial, TrialState
from ray.tune.experiment import Trial
from rich.console import Console

from results import SweepFolder
from results.trials import trials_table, write_trials
from search_spaces import SearchSpace
from tune.cross_validation import CrossValidation
from tune.data import SweepData
from tune.errors import Interrupted
from tune.progress import SearchProgress
from tune.recorder import Recorder
from tune.request import SweepRequest
from tune.resources import Share
from tune.searcher import STOPPED, StudySearcher, fail_unfinished, new_study

ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


def search(
    request: SweepRequest,
    space: SearchSpace,
    data: SweepData,
    share: Share,
    folder: SweepFolder,
    console: Console,
) -> pd.DataFrame:
    """Runs the trials of a sweep and returns their table.

    Raises:
        Interrupted: If the user ended it before the last trial; what was done is kept.
    """
    study = new_study(folder, space, request.trials, request.seed)
    callbacks = [
        Recorder(folder, study),
        SearchProgress(study, request.trials, console),
    ]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="shuzi-") as scratch:
        tuner = ray.tune.Tuner(
            _trainable(request, data, share),
            tune_config=_tune_config(request, share, StudySearcher(study, space, request.epochs)),
            run_config=ray.tune.RunConfig(
                name=folder.name,
                storage_path=scratch,
                callbacks=callbacks,
                checkpoint_config=ray.tune.CheckpointConfig(checkpoint_at_end=False),
                verbose=0,
            ),
        )
        tuner.fit()
    fail_unfinished(study)
    trials = study.get_trials(deepcopy=False)
    write_trials(folder.trials_csv, trials)
    out_of_time = request.time_budget and time.monotonic() - started >= request.time_budget
    if not out_of_time and _ended(trials) < request.trials:
        raise Interrupted(_what_now(_ended(trials), request))
    return trials_table(trials)


def _ended(trials: list[FrozenTrial]) -> int:
    """Returns how many trials came to an end of their own, complete or failed."""
    return sum(
        trial.state in ENDED and trial.user_attrs.get("cause") != STOPPED for trial in trials
    )


def _what_now(ended: int, request: SweepRequest) -> str:
    kept = f"{ended} of {request.trials} trials are kept in {request.out / request.name}."
    return f"{kept} `shuzi retrain {request.name}` retrains and judges the best of them."


def _trainable(request: SweepRequest, data: SweepData, share: Share) -> type:
    """Returns the trainable with the pool in the object store; nothing held out is in it."""
    trainable = ray.tune.with_parameters(
        CrossValidation, pool=data.pool, folds=data.folds, seed=request.seed, threads=share.cpus
    )
    return ray.tune.with_resources(trainable, share.as_ray())  # type: ignore[no-any-return]


def _tune_config(
    request: SweepRequest, share: Share, searcher: StudySearcher
) -> ray.tune.TuneConfig:
    return ray.tune.TuneConfig(
        search_alg=searcher,
        num_samples=request.trials,
        max_concurrent_trials=share.concurrent,
        time_budget_s=request.time_budget,
        reuse_actors=True,  # a fresh actor imports torch again: 3.7 s a trial instead of 0.6 s
        trial_name_creator=_trial_name,
        trial_dirname_creator=_trial_name,
    )


def _trial_name(trial: Trial) -> str:
    return f"trial_{trial.config['trial']:04d}"
