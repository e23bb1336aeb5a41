"""The Ray trainable: one trial is one configuration, cross-validated."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ray.tune import Trainable

from datasets import DigitSet
from model import Configuration, DeviceDigits, FoldEpoch, best_device, cross_validate
from model.processor import prepare_processor
from tune.resources import Share


class CrossValidation(Trainable):  # type: ignore[misc]
    """Cross-validates a configuration, one epoch of every fold a step.

    The pool goes to the device once a worker; the same worker then runs trial after trial.
    """

    def setup(
        self,
        config: dict[str, Any],
        pool: DigitSet,
        folds: Sequence[NDArray[np.int64]],
        seed: int,
        share: Share,
    ) -> None:
        """Takes the pool and the folds, which are the same for every trial of the sweep."""
        prepare_processor(share.cpus)
        self._digits = DeviceDigits.of(pool, best_device(share.gpus > 0))
        self._folds, self._seed = folds, seed
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Starts another trial in the same worker."""
        self._configuration = Configuration.from_dict(new_config["configuration"])
        self._epochs: Iterator[list[FoldEpoch]] = cross_validate(
            self._configuration, self._digits, self._folds, self._seed
        )
        return True

    def step(self) -> dict[str, Any]:
        """Runs one epoch of every fold."""
        try:
            epoch = next(self._epochs)
        except FloatingPointError as error:
            return {"done": True, "validation_loss": math.nan, "cause": str(error)}
        last = epoch[0].epoch == self._configuration.epochs
        return {"done": last, "complete": last, **as_result(epoch)}


def as_result(epoch: Sequence[FoldEpoch]) -> dict[str, Any]:
    """Returns what one epoch of all folds came to, in plain numbers.

    `validation_loss`, by which trials are ranked, is the mean over the folds of the loss averaged
    over the sources.
    """
    losses = [fold.validation.balanced_loss for fold in epoch]
    return {
        "epoch": epoch[0].epoch,
        "validation_loss": float(np.mean(losses)),
        "validation_loss_sd": float(np.std(losses, ddof=1)),
        "fold_losses": losses,
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
