"""The finalists: the best trials, cross-validated again with other folds and seeds.

The best of many by a noisy measure is partly the luckiest, so that its loss is no fair guess of
what it will do; a second, independent cross-validation of the few best mends both. It is a race:
who has little chance left of winning is given up.
"""

import math
import statistics
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any

import pandas as pd
import ray
from rich.console import Console

from datasets.seeds import Purpose, seed_for
from datasets.splits import fold_indices
from model.configuration import Configuration
from results.errors import ResultsError
from results.store.finalist_table import (
    finalists_table,
    losses_again,
    read_finalists,
    write_finalists,
)
from results.store.trials import ranked
from tune.judging.elimination import Race
from tune.planning.plan import Plan
from tune.watching.events import FinalistFold, Tell, finite
from tune.watching.terminal import Row, StepsView, warn
from tune.workers.trainer import Failed, OtherFolds
from tune.workers.trainers import trained


def cross_validate_finalists(
    trials: pd.DataFrame,
    configurations: dict[int, Configuration],
    plan: Plan,
    console: Console,
    tell: Tell,
) -> pd.DataFrame:
    """Cross-validates the best trials again, as far as that was not done, in `finalists.csv`.

    Args:
        trials: The table of all trials.
        configurations: Of each finalist, by its trial's number.
        plan: The sweep's.
        console: Where progress is shown.
        tell: Is told each event.

    Returns:
        A row for each finalist, see `results.finalists`.
    """
    other = other_folds(plan)
    before = _losses_before(plan)
    nothing = [math.nan] * len(other.folds)
    again = {trial: before.get(trial, list(nothing)) for trial in configurations}
    race = Race(_losses_in_search(trials, again), again, _risk(plan))
    console.print(_beginning(len(race.racing()), len(again)))
    found = trials.set_index("trial")["validation_loss"]
    steps = StepsView("finalists", len(race.open_folds()), "folds", lambda: _standing(again, found))
    losses = _trained(race, configurations, other, plan, console)
    with steps.shown(console), closing(losses):
        for trial, fold, loss in losses:
            again[trial][fold] = loss
            _write(trials, again, race, plan)
            steps.done += 1
            left = len(race.open_folds())
            steps.total = steps.done + left
            tell(FinalistFold(trial, fold, finite(loss), left))
    return _write(trials, again, race, plan)


def _beginning(racing: int, finalists: int) -> str:
    if racing == finalists:
        return f"cross-validating the {finalists} best again, with other folds and seeds"
    behind = "the rest is too far behind"
    return f"cross-validating {racing} of the {finalists} best again; {behind}"


def _losses_in_search(trials: pd.DataFrame, finalists: Iterable[int]) -> dict[int, list[float]]:
    folds = trials.set_index("trial").filter(regex=r"^fold_\d+$").T.to_dict("list")
    return {trial: folds[trial] for trial in finalists}


def _risk(plan: Plan) -> float:
    return 0.0 if plan.request.pruner == "none" else plan.request.risk


def _write(
    trials: pd.DataFrame, again: dict[int, list[float]], race: Race, plan: Plan
) -> pd.DataFrame:
    table = finalists_table(ranked(trials), again, set(again) - set(race.racing()))
    write_finalists(plan.folder.finalists_csv, table)
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
    race: Race,
    configurations: dict[int, Configuration],
    other: OtherFolds,
    plan: Plan,
    console: Console,
) -> Generator[tuple[int, int, float]]:
    """Trains on Ray's workers what is worth it; yields trial, fold and loss of each fold.

    A loss that could not be had is infinite: it counts against the finalist.
    """
    stored = ray.put(other)

    def begin(trainer: Any, task: tuple[int, int]) -> ray.ObjectRef:
        trial, fold = task
        return trainer.fold_loss.remote(configurations[trial], stored, fold)

    for (trial, fold), loss in trained(race.open_folds, begin, plan):
        if isinstance(loss, Failed):
            warn(console, f"finalist {trial}, fold {fold}: {loss.reason}; it cannot win")
        yield trial, fold, math.inf if isinstance(loss, Failed) else loss


def other_folds(plan: Plan) -> OtherFolds:
    """Derives other folds and another seed from the sweep's own seed."""
    seed = seed_for(Purpose.FINALISTS, plan.request.seed)
    return OtherFolds(fold_indices(plan.data.pool, plan.space.folds, seed), seed)
