"""The finalists: the best trials, cross-validated again with other folds and seeds.

The best of many by a noisy measure is partly the luckiest, so that its loss is no fair guess of
what it will do; a second, independent cross-validation of the few best mends both.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import ray
import ray.exceptions
from rich.console import Console
from rich.progress import track

from datasets import fold_indices
from model import Configuration
from results import ResultsError
from results.finalists import (
    finalists_table,
    losses_again,
    read_finalists,
    write_finalists,
)
from results.trials import ranked
from tune.plan import Plan
from tune.worker import OtherFolds, fold_loss


def cross_validate_finalists(
    trials: pd.DataFrame, configurations: dict[int, Configuration], plan: Plan, console: Console
) -> pd.DataFrame:
    """Cross-validates the best trials again, as far as that was not done, in `finalists.csv`.

    Args:
        trials: The table of all trials.
        configurations: Of each finalist, by its trial's number.
        plan: The sweep's.
        console: Where progress is shown.

    Returns:
        A row for each finalist, see `results.finalists`.
    """
    other = _other_folds(plan)
    before = _losses_before(plan)
    nothing = [math.nan] * len(other.folds)
    losses = {trial: before.get(trial, list(nothing)) for trial in configurations}
    for trial, fold, loss in _trained(configurations, losses, other, plan, console):
        losses[trial][fold] = loss
        table = finalists_table(ranked(trials), losses)
        write_finalists(plan.folder.finalists_csv, table)
    return table


def _losses_before(plan: Plan) -> dict[int, list[float]]:
    try:
        return losses_again(read_finalists(plan.folder.finalists_csv))
    except ResultsError:
        return {}  # `results.damage` has told of it


def _trained(
    configurations: dict[int, Configuration],
    losses: dict[int, list[float]],
    other: OtherFolds,
    plan: Plan,
    console: Console,
) -> Iterator[tuple[int, int, float]]:
    """Trains every fold that has no loss yet on Ray's workers; yields trial, fold and loss."""
    share = plan.share
    train = ray.remote(num_cpus=share.cpus, num_gpus=share.gpus)(fold_loss)
    stored = ray.put(other)
    waiting = {
        train.remote(configuration, plan.stored_pool, stored, fold, share): (trial, fold)
        for trial, configuration in configurations.items()
        for fold, loss in enumerate(losses[trial])
        if math.isnan(loss)
    }
    for _ in _shown(len(waiting), console):
        (ready, *_rest), _ = ray.wait(list(waiting), num_returns=1)
        yield *waiting.pop(ready), _received(ready)


def _shown(count: int, console: Console) -> Any:
    return track(
        range(count),
        "cross-validating the finalists again",
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _other_folds(plan: Plan) -> OtherFolds:
    """Derives other folds and another seed from the sweep's own seed."""
    seed = int(np.random.SeedSequence([plan.request.seed, len("again")]).generate_state(1)[0])
    return OtherFolds(fold_indices(plan.data.pool, plan.space.folds, seed), seed)


def _received(ready: ray.ObjectRef) -> float:
    """Returns a fold's loss; one that could not be had counts against the finalist."""
    try:
        return float(ray.get(ready))
    except ray.exceptions.RayError:
        return math.inf
