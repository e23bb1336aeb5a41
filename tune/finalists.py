"""The finalists: the best trials, cross-validated again with other folds and seeds.

The best of many by a noisy measure is partly the luckiest, so that its loss is no fair guess of
what it will do; a second, independent cross-validation of the few best mends both.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import ray
import ray.exceptions
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from datasets import DigitSet, fold_indices
from model import Configuration, DeviceDigits, best_device, cross_validate
from results.finalists import finalists_table, write_finalists
from results.trials import ranked
from tune.plan import Plan
from tune.resources import Share


@dataclass(frozen=True)
class OtherFolds:
    """Folds and a seed that no trial of the search has seen.

    Attributes:
        folds: For each the indices of its validation images.
        seed: Decides the training.
    """

    folds: list[NDArray[np.int64]]
    seed: int

    @classmethod
    def of(cls, plan: Plan) -> "OtherFolds":
        """Derives them from the sweep's own seed."""
        seed = int(np.random.SeedSequence([plan.request.seed, len("again")]).generate_state(1)[0])
        return cls(fold_indices(plan.data.pool, plan.space.folds, seed), seed)


def cross_validate_finalists(
    trials: pd.DataFrame, configurations: dict[int, Configuration], plan: Plan, console: Console
) -> pd.DataFrame:
    """Cross-validates the best trials again and writes `finalists.csv`.

    Args:
        trials: The table of all trials.
        configurations: Of each finalist, by its trial's number.
        plan: The sweep's.
        console: Where progress is shown.

    Returns:
        A row for each finalist, see `results.finalists`.
    """
    losses = _losses(configurations, OtherFolds.of(plan), plan, console)
    table = finalists_table(ranked(trials), losses)
    write_finalists(plan.folder.finalists_csv, table)
    return table


def _losses(
    configurations: dict[int, Configuration], other: OtherFolds, plan: Plan, console: Console
) -> dict[int, list[float]]:
    """Trains every fold of every finalist on Ray's workers."""
    share = plan.share
    train = ray.remote(num_cpus=share.cpus, num_gpus=share.gpus)(_fold_loss)
    pool, stored = ray.put(plan.data.pool), ray.put(other)
    waiting = {
        train.remote(configuration, pool, stored, fold, share): (trial, fold)
        for trial, configuration in configurations.items()
        for fold in range(len(other.folds))
    }
    losses = {trial: [math.nan] * len(other.folds) for trial in configurations}
    for _ in _shown(len(waiting), console):
        (ready, *_rest), _ = ray.wait(list(waiting), num_returns=1)
        trial, fold = waiting.pop(ready)
        losses[trial][fold] = _received(ready)
    return losses


def _shown(count: int, console: Console) -> Any:
    return track(
        range(count),
        "cross-validating the finalists again",
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _fold_loss(
    configuration: Configuration, pool: DigitSet, other: OtherFolds, fold: int, share: Share
) -> float:
    """Runs in a worker: trains one fold and returns its validation loss, balanced, nats."""
    share.prepare()
    digits = DeviceDigits.of(pool, best_device(share.gpus > 0))
    *_, last = cross_validate(configuration, digits, other.folds, other.seed, [fold])
    return last[0].validation.balanced_loss


def _received(ready: ray.ObjectRef) -> float:
    """Returns a fold's loss; one that could not be had counts against the finalist."""
    try:
        return float(ray.get(ready))
    except ray.exceptions.RayError:
        return math.inf
