"""Ray Tune's side of the search: it runs what the engine decides.

What Ray calls a trial is here one job: what a worker does for a trial without a break.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ray.cloudpickle
import ray.exceptions
import ray.tune
import torch
from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler
from ray.tune.search import Searcher

from datasets.errors import first_line
from tune.planning.plan import Plan
from tune.planning.trial_resources import TrialResources
from tune.search.engine import Engine
from tune.search.outcome import Decision, Failure, Outcome
from tune.workers.job import Job
from tune.workers.not_saved import NotSaved
from tune.workers.trainable import JOB, STEP

# The machine's doing, not the configuration's.
DIED = (
    ray.exceptions.ActorDiedError,
    ray.exceptions.ActorUnavailableError,
    ray.exceptions.NodeDiedError,
    ray.exceptions.ObjectLostError,
    ray.exceptions.OutOfMemoryError,
    ray.exceptions.WorkerCrashedError,
)


class EngineSearcher(NotSaved, Searcher):  # type: ignore[misc]
    """Asks the engine for jobs, and tells it how they ended.

    Args:
        engine: The search's.

    Attributes:
        jobs: Those that workers are at, by Ray's names.
        failures: Why workers failed, of those jobs.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self.jobs: dict[str, Job] = {}
        self.failures: dict[str, Failure] = {}

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """Returns the next job as a `config`, that there is none for now, or will be none."""
        if job := self._engine.next_job():
            self.jobs[trial_id] = job
            return {JOB: job}
        return str(Searcher.FINISHED) if self._engine.is_finished else None

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Passes on how a job ended."""
        failure = self.failures.pop(trial_id, Failure("its worker failed")) if error else None
        told = result or {}
        outcome = Outcome.of(told.get(STEP), told.get("time_total_s", 0.0), failure)
        self._engine.on_end(self.jobs.pop(trial_id), outcome)

    def save(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""

    def restore(self, checkpoint_path: str) -> None:
        """Does nothing: the journal already holds everything."""


class EngineScheduler(NotSaved, FIFOScheduler):  # type: ignore[misc]
    """Asks the engine after every epoch whether its worker goes on.

    Args:
        engine: The search's.
        searcher: Knows the jobs by Ray's names.
    """

    def __init__(self, engine: Engine, searcher: EngineSearcher) -> None:
        super().__init__()
        self._engine, self._searcher = engine, searcher

    def on_trial_result(
        self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]
    ) -> str:
        """Returns whether Ray ends the job."""
        job = self._searcher.jobs[trial.trial_id]
        decision = self._engine.on_epoch(job, result[STEP].folds)
        return str(self.STOP if decision == Decision.END else self.CONTINUE)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Keeps why a worker failed, which Ray tells no searcher."""
        if trial.pickled_error_file:  # Ray has just written it
            error = ray.cloudpickle.loads(Path(trial.pickled_error_file).read_bytes())
            self._searcher.failures[trial.trial_id] = _failure_of(error)


def run_on_workers(
    plan: Plan, engine: Engine, callbacks: Sequence[ray.tune.Callback], trainable: type
) -> None:
    """Has Tune run a search; its own snapshots are forgotten, for the study is the truth."""
    searcher = EngineSearcher(engine)
    with tempfile.TemporaryDirectory(prefix="shuzi-") as scratch:
        run_config = ray.tune.RunConfig(
            name=plan.folder.name,
            storage_path=scratch,
            callbacks=list(callbacks),
            checkpoint_config=ray.tune.CheckpointConfig(checkpoint_at_end=False),
            verbose=0,
        )
        tune_config = ray.tune.TuneConfig(
            search_alg=searcher,
            scheduler=EngineScheduler(engine, searcher),
            num_samples=-1,  # the engine ends the search: a trial takes several jobs
            max_concurrent_trials=plan.resources.concurrent,
            reuse_actors=True,  # a fresh actor imports torch again: 3.7 s a trial instead of 0.6 s
            trial_name_creator=_name,
            trial_dirname_creator=_name,
        )
        ray.tune.Tuner(
            prepared(trainable, plan), tune_config=tune_config, run_config=run_config
        ).fit()


def prepared(trainable: type, plan: Plan) -> type:
    """Returns a trainable for workers; nothing held out is in it, nor the plan, which has it."""
    resources = plan.resources
    with_pool = ray.tune.with_parameters(
        trainable,
        stored_pool=[plan.stored_pool],  # in a list, it stays a reference
        folds=plan.data.folds,
        seed=plan.request.seed,
        resources=resources,
    )
    return ray.tune.with_resources(  # type: ignore[no-any-return]
        with_pool, lambda config: _bundle(resources.alone if config[JOB].alone else resources)
    )


def _bundle(resources: TrialResources) -> ray.tune.PlacementGroupFactory:
    return ray.tune.PlacementGroupFactory([resources.as_ray()])


def _name(trial: Trial) -> str:
    """Returns a name that is new for each job."""
    return f"trial_{trial.config[JOB].trial:04d}_{trial.trial_id}"


def _failure_of(error: Exception) -> Failure:
    """Reads from what Ray raises why a worker failed, and whether that may pass."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, torch.AcceleratorError):
        return Failure(f"its GPU failed: {first_line(cause)}", True)
    if isinstance(cause, ray.exceptions.OutOfMemoryError):
        return Failure("its worker was killed for want of memory", True)
    if isinstance(cause, DIED):
        return Failure("its worker died", True)
    return Failure(f"its worker failed: {type(cause).__name__}: {first_line(cause)}")
