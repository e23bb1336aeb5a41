"""The finalists: the best trials, cross-validated again with other folds and seeds.

The best of many by a noisy measure is partly the luckiest, so that its loss is no fair guess of
what it will do; a second, independent cross-validation of the few best mends both.
"""

import math
import statistics
from collections.abc import Iterator

import numpy as np
import pandas as pd
import ray
import ray.exceptions
from rich.console import Console

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
from tune.terminal import Row, Steps
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
    found = trials.set_index("trial")["validation_loss"]
    left = sum(math.isnan(loss) for folds in losses.values() for loss in folds)
    steps = Steps("finalists", left, "folds", lambda: _standing(losses, found))
    with steps.shown(console):
        for trial, fold, loss in _trained(configurations, losses, other, plan):
            losses[trial][fold] = loss
            table = finalists_table(ranked(trials), losses)
            write_finalists(plan.folder.finalists_csv, table)
            steps.done += 1
    return table


def _standing(losses: dict[int, list[float]], found: "pd.Series[float]") -> list[Row]:
    """Tells what is known of each finalist."""
    return [("", _again(trial, folds, found[trial])) for trial, folds in losses.items()]


def _again(trial: int, folds: list[float], found: float) -> str:
    done = [loss for loss in folds if not math.isnan(loss)]
    again = f", again {statistics.fmean(done):.4f}" if done else ""
    return f"trial {trial}: {found:.4f} in the search{again} ({len(done)} of {len(folds)} folds)"


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
    while waiting:
        (ready, *_rest), _ = ray.wait(list(waiting), num_returns=1)
        yield *waiting.pop(ready), _received(ready)


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
