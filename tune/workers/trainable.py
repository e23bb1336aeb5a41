"""The Ray trainable: what a worker does for one trial, some of its folds."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import ray
from numpy.typing import NDArray
from ray.tune import Trainable

from datasets.digit_set import TrainingDigits
from model.configuration import Configuration
from model.hardware.device import DeviceDigits, best_device
from model.hardware.out_of_memory import freed, is_out_of_memory
from model.training.cross_validation import FoldEpoch, cross_validate
from tune.planning.trial_resources import Share


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
        share: Share,
    ) -> None:
        """Takes the pool and the folds, which are the same for every trial of the sweep.

        Args:
            config: The first job.
            stored_pool: One reference to the pool, `TrainingDigits`, in Ray's object store.
            folds: For each the indices of its validation images in the pool.
            seed: Decides the training.
            share: What the worker gets of its machine.
        """
        self._pool: TrainingDigits = ray.get(stored_pool[0])
        self._share = share.alone if config["alone"] else share
        self._share.prepare()
        self._folds, self._seed = folds, seed
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Starts another trial in the same worker."""
        self._configuration = Configuration.from_dict(new_config["configuration"])
        self._alone = new_config["alone"]
        numbers = new_config["folds"]
        self._last_fold = numbers[-1]
        together = [numbers] if self._share.gpus else [[number] for number in numbers]
        self._epochs: Iterator[list[FoldEpoch]] = chain.from_iterable(
            cross_validate(self._configuration, self._digits, self._folds, self._seed, each)
            for each in together
        )
        return True

    @cached_property
    def _digits(self) -> DeviceDigits:
        """The pool on the device, put there by the first step: it may be too large."""
        return DeviceDigits.of(self._pool, best_device(self._share.gpus > 0))

    def step(self) -> dict[str, Any]:
        """Runs one epoch of the folds that are trained side by side.

        Returns:
            What it came to, see `as_result`, and how many `cores` were busy with it.
        """
        wall, busy = time.perf_counter(), time.process_time()
        try:
            epoch = next(self._epochs)
        except FloatingPointError as error:
            return {"done": True, "validation_loss": math.nan, "cause": str(error)}
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return self._out_of_memory(error)
        ended = epoch[-1].epoch == self._configuration.epochs
        last = ended and epoch[-1].fold == self._last_fold
        cores = (time.process_time() - busy) / (time.perf_counter() - wall)
        return {"done": last, "complete": last, "cores": cores, **as_result(epoch)}

    def _out_of_memory(self, error: RuntimeError) -> dict[str, Any]:
        """Frees what the trial held and ends it; beside others it is to be tried again alone."""
        self._epochs = iter(())
        cause = freed(error)
        again = self._share.gpus < 1 and not self._alone
        return {"done": True, "validation_loss": math.nan, "cause": cause, "again": again}


def as_result(epoch: Sequence[FoldEpoch]) -> dict[str, Any]:
    """Returns what one epoch of some folds came to, in plain numbers.

    `validation_loss`, by which trials are ranked, is the mean over the folds of the loss averaged
    over the sources. `readings` are there after a fold's last epoch: what `FoldReading` has, and
    the fold.
    """
    losses = [fold.validation.balanced_loss for fold in epoch]
    readings = [_reading(fold) for fold in epoch if fold.validation.hardest]
    return {
        **({"readings": readings} if readings else {}),
        "epoch": epoch[0].epoch,
        "validation_loss": float(np.mean(losses)),
        "folds": [_fold_result(fold) for fold in epoch],
    }


def _fold_result(fold: FoldEpoch) -> dict[str, Any]:
    sources = fold.validation.sources
    return {
        "fold": fold.fold,
        "epoch": fold.epoch,
        "learning_rate": fold.learning_rate,
        "training_loss": fold.training_loss,
        "validation_loss": fold.validation.balanced_loss,
        "sources": {
            name: {"count": each.count, "correct": each.correct, "loss": each.loss}
            for name, each in sources.items()
        },
    }


def _reading(fold: FoldEpoch) -> dict[str, Any]:
    judgement = fold.validation
    return {
        "fold": fold.fold,
        "confusion": judgement.confusion.tolist(),
        "hardest": [asdict(each) for each in judgement.hardest],
    }
