"""Which trial wins: the finalists, the best trials, are cross-validated on other folds as well.

The best of many by a noisy measure is partly the luckiest, so that its loss is no fair guess of
what it will do; a second, independent cross-validation of the few best mends both. It is a race:
who has little chance left of winning is given up.
"""

import math
import statistics
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from typing import Any

import ray
from rich.console import Console

from datasets.seeds import Purpose, seed_for
from datasets.splits import fold_indices
from model.configuration import Configuration
from results.errors import ResultsError
from results.store.finalist_records import (
    Finalist,
    finalists_table,
    finished_finalists,
    read_finalists,
    second_losses,
    write_finalists,
)
from results.store.search.trial_records import TrialRecord, best_first
from tune.errors import SweepFailed
from tune.judging.elimination import Race
from tune.planning.plan import Plan
from tune.watching.events import FinalistFold, Tell, finite, ignore
from tune.watching.terminal import Row, StepsView, warn
from tune.workers.trainer import Failed, OtherFolds
from tune.workers.trainers import trained


def chosen_winner(
    trials: Sequence[TrialRecord], plan: Plan, console: Console, tell: Tell = ignore
) -> int:
    """Returns the best trial by all the evidence, of which there is more for the finalists.

    Args:
        trials: All.
        plan: The sweep's. Its finalists are cross-validated on other folds, once.
        console: Where progress is shown.
        tell: Is told each event.

    Raises:
        SweepFailed: If no trial is complete.
    """
    best = best_trials(trials, plan.request.finalists)
    table = _judged_before(best, plan)
    if table is None and len(best) > 1:
        configurations = {trial: configuration_of(trial, trials, plan) for trial in best}
        table = cross_validate_finalists(trials, configurations, plan, console, tell)
    return best[0] if table is None else table[0].trial


def _judged_before(best: list[int], plan: Plan) -> list[Finalist] | None:
    """Returns the finalists if nothing of them is missing, and all are among them."""
    try:
        table = finished_finalists(read_finalists(plan.folder.finalists_csv))
    except ResultsError:
        return None
    return table if table is not None and set(best) <= {each.trial for each in table} else None


def best_trials(trials: Sequence[TrialRecord], count: int) -> list[int]:
    """Returns the numbers of the best complete trials, the best first.

    Raises:
        SweepFailed: If none is complete.
    """
    best = best_first(trials)
    if not best:
        causes = sorted({each.cause for each in trials} - {""})
        raise SweepFailed(f"no trial is complete, so there is no winner. {' '.join(causes)}")
    return [each.trial for each in best[:count]]


def configuration_of(trial: int, trials: Sequence[TrialRecord], plan: Plan) -> Configuration:
    """Returns the configuration of a trial."""
    (record,) = [each for each in trials if each.trial == trial]
    # A table keeps integers as floats: the nearest point is the same point in its own kinds.
    varied = plan.space.nearest(dict(record.parameters))
    return Configuration.from_dict({**plan.fixed, **varied})


def cross_validate_finalists(
    trials: Sequence[TrialRecord],
    configurations: dict[int, Configuration],
    plan: Plan,
    console: Console,
    tell: Tell,
) -> list[Finalist]:
    """Cross-validates the best trials on other folds; `finalists.csv` keeps what is done.

    Args:
        trials: All.
        configurations: Of each finalist, by its trial's number.
        plan: The sweep's.
        console: Where progress is shown.
        tell: Is told each event.

    Returns:
        The finalists, the best first.
    """
    other = other_folds(plan)
    before = _losses_before(plan)
    nothing = [math.nan] * len(other.folds)
    second = {trial: before.get(trial, list(nothing)) for trial in configurations}
    finalists = [each for each in trials if each.trial in second]
    race = Race({each.trial: list(each.fold_losses) for each in finalists}, second, _risk(plan))
    console.print(_beginning(len(race.racing()), len(second)))
    found = {each.trial: each.validation_loss for each in finalists if each.validation_loss}
    steps = StepsView("finalists", len(race.open_folds()), "folds", lambda: _rows(second, found))
    losses = _trained(race, configurations, other, plan, console)
    with steps.shown(console), closing(losses):
        for trial, fold, loss in losses:
            second[trial][fold] = loss
            _write(found, second, race, plan)
            steps.done += 1
            left = len(race.open_folds())
            steps.total = steps.done + left
            tell(FinalistFold(trial, fold, finite(loss), left))
    return _write(found, second, race, plan)


def _beginning(racing: int, finalists: int) -> str:
    if racing == finalists:
        return f"cross-validating the {finalists} finalists on other folds"
    behind = "the others are too far behind"
    return f"cross-validating {racing} of the {finalists} finalists on other folds; {behind}"


def _risk(plan: Plan) -> float:
    return 0.0 if plan.request.pruner == "none" else plan.request.risk


def _write(
    found: Mapping[int, float], second: dict[int, list[float]], race: Race, plan: Plan
) -> list[Finalist]:
    table = finalists_table(found, second, set(second) - set(race.racing()))
    write_finalists(plan.folder.finalists_csv, table)
    return table


def _rows(losses: dict[int, list[float]], found: Mapping[int, float]) -> list[Row]:
    """Tells what is known of each finalist."""
    return [("", _second(trial, folds, found[trial])) for trial, folds in losses.items()]


def _second(trial: int, folds: list[float], found: float) -> str:
    done = [loss for loss in folds if not math.isnan(loss)]
    second = f", on other folds {statistics.fmean(done):.4f}" if done else ""
    return f"trial {trial}: {found:.4f} in the search{second} ({len(done)} of {len(folds)} folds)"


def _losses_before(plan: Plan) -> dict[int, list[float]]:
    try:
        return second_losses(read_finalists(plan.folder.finalists_csv))
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
