"""The Ray trainable: what a worker does for one trial, some of its folds."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import ray
from numpy.typing import NDArray
from ray.tune import Trainable

from datasets.digit_set import TrainingDigits
from model.hardware.device import DeviceDigits, best_device
from model.hardware.out_of_memory import freed, is_out_of_memory
from model.training.cross_validation import cross_validate
from model.training.fold_epoch import FoldEpoch
from tune.planning.trial_resources import TrialResources
from tune.workers.job import Job, JobStep

# What Ray's dicts have: a `Job` goes to the worker, a `JobStep` comes back.
JOB, STEP = "job", "step"


class CrossValidation(Trainable):  # type: ignore[misc]
    """Trains some folds of a configuration, one epoch a step.

    A GPU trains them side by side. A processor trains one after another, which is no slower there:
    so a kill costs no more than one fold. The pool goes to the device once a worker; the same
    worker then runs trial after trial.
    """

    def setup(
        self,
        config: dict[str, Any],
        stored_pool: Sequence[ray.ObjectRef],
        folds: Sequence[NDArray[np.int64]],
        seed: int,
        resources: TrialResources,
    ) -> None:
        """Takes the pool and the folds, which are the same for every trial of the sweep.

        Args:
            config: The first job.
            stored_pool: One reference to the pool, `TrainingDigits`, in Ray's object store.
            folds: For each the indices of its validation images in the pool.
            seed: Decides the training.
            resources: What the worker gets of its machine.
        """
        self._pool: TrainingDigits = ray.get(stored_pool[0])
        self._resources = resources.alone if config[JOB].alone else resources
        self._resources.prepare()
        self._folds, self._seed = folds, seed
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Starts another job in the same worker."""
        self._job: Job = new_config[JOB]
        folds = self._job.folds
        together = [folds] if self._resources.gpus else [(fold,) for fold in folds]
        self._epochs: Iterator[list[FoldEpoch]] = chain.from_iterable(
            cross_validate(self._job.configuration, self._digits, self._folds, self._seed, each)
            for each in together
        )
        return True

    @cached_property
    def _digits(self) -> DeviceDigits:
        """The pool on the device, put there by the first step: it may be too large."""
        return DeviceDigits.of(self._pool, best_device(self._resources.gpus > 0))

    def step(self) -> dict[str, Any]:
        """Runs one epoch of the folds that are trained side by side.

        Returns:
            The `JobStep`, and for Ray whether the job is over.
        """
        step = self._stepped()
        return {"done": step.is_last or bool(step.cause), STEP: step}

    def _stepped(self) -> JobStep:
        began, busy = time.perf_counter(), time.process_time()
        try:
            epoch = next(self._epochs)
        except FloatingPointError as error:
            return JobStep(cause=str(error))
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return self._out_of_memory(error)
        seconds = time.perf_counter() - began
        folds = tuple(replace(fold, seconds=seconds / len(epoch)) for fold in epoch)
        cores = (time.process_time() - busy) / seconds
        return JobStep(folds, is_last=self._is_last(folds[-1]), cores=cores)

    def _is_last(self, last: FoldEpoch) -> bool:
        is_last_epoch = last.epoch == self._job.configuration.epochs
        return is_last_epoch and last.fold == self._job.folds[-1]

    def _out_of_memory(self, error: RuntimeError) -> JobStep:
        """Frees what the trial held and ends it; beside others it is to be tried again alone."""
        self._epochs = iter(())
        crowded_out = self._resources.gpus < 1 and not self._job.alone
        return JobStep(cause=freed(error), crowded_out=crowded_out)
