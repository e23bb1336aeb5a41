"""Which trial wins: the finalists, the best trials, are cross-validated on other folds as well.

The best of many by a noisy measure is partly the luckiest, so that its loss is no fair guess of
what it will do; a second, independent cross-validation of the few best mends both. It is a race:
a finalist that has little chance left of winning is dropped.
"""

import math
import statistics
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from typing import Any

import ray
from rich.console import Console

from datasets.seeds import Purpose, seed_for
from datasets.splits import fold_indices
from datasets.terminal.wrapping import UNBROKEN, unbroken
from model.configuration import Configuration
from model.judging.standard_error import standard_error
from results.errors import ResultsError
from results.numbers import loss_with_error
from results.store.finalist_records import (
    Finalist,
    finalists_table,
    finished_finalists,
    read_finalists,
    second_losses,
    write_finalists,
)
from results.store.search.trial_records import TrialRecord, best_first
from results.terminal.no_winner import why_no_winner
from tune.errors import SweepFailed
from tune.judging.ahead import work_of_fold, work_of_retraining
from tune.judging.elimination import Race
from tune.planning.plan import Plan
from tune.watching.events import FinalistDropped, FinalistFold, Tell, finite, ignore
from tune.watching.terminal import Row, StepsView, say, warn
from tune.watching.time_left import TimeLeft
from tune.workers.trainer import Failed, OtherFolds
from tune.workers.trainers import trained


def chosen_winner(
    trials: Sequence[TrialRecord],
    plan: Plan,
    console: Console,
    tell: Tell = ignore,
    left: TimeLeft | None = None,
) -> int:
    """Returns the best trial by all the evidence, of which there is more for the finalists.

    Args:
        trials: All.
        plan: The sweep's. Its finalists are cross-validated on other folds, once.
        console: Where progress is shown.
        tell: Is told each event.
        left: How long the sweep may take to its end.

    Raises:
        SweepFailed: If no trial is complete.
    """
    best = best_trials(trials, plan.request.finalists)
    table = _judged_before(best, plan)
    if table is None and len(best) > 1:
        configurations = {trial: configuration_of(trial, trials, plan) for trial in best}
        table = cross_validate_finalists(
            trials, configurations, plan, console, tell, left or TimeLeft()
        )
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
        raise SweepFailed(why_no_winner(trials))
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
    left: TimeLeft,
) -> list[Finalist]:
    """Cross-validates the best trials on other folds; `finalists.csv` keeps what is done.

    Args:
        trials: All.
        configurations: Of each finalist, by its trial's number.
        plan: The sweep's.
        console: Where progress is shown.
        tell: Is told each event.
        left: How long the sweep may take to its end.

    Returns:
        The finalists, the best first.
    """
    other = other_folds(plan)
    before = _losses_before(plan)
    nothing = [math.nan] * len(other.folds)
    second = {trial: before.get(trial, list(nothing)) for trial in configurations}
    finalists = [each for each in trials if each.trial in second]
    race = Race({each.trial: list(each.fold_losses) for each in finalists}, second, _risk(plan))
    say(console, f"cross-validating the {len(second)} finalists on other folds")
    found = {each.trial: each.validation_loss for each in finalists if each.validation_loss}
    work = {trial: work_of_fold(each, plan) for trial, each in configurations.items()}
    left.begin(_work(race, work), work_of_retraining(configurations[finalists[0].trial], plan))
    folds = len(race.open_folds())
    steps = StepsView(console, "finalists", folds, "folds", left, lambda: _rows(second, found))
    dropped = _tell_dropped(race, second, set(), plan, console, tell)
    losses = _trained(race, configurations, other, plan, console)
    with steps.shown(), closing(losses):
        for trial, fold, loss in losses:
            second[trial][fold] = loss
            _write(found, second, race, plan)
            steps.done += 1
            still = len(race.open_folds())
            left.add(work[trial])
            left.spare(left.here - _work(race, work))
            steps.total = steps.done + still
            steps.say_at_fifths("finalists")
            tell(FinalistFold(trial, fold, finite(loss), still))
            dropped = _tell_dropped(race, second, dropped, plan, console, tell)
    return _write(found, second, race, plan)


def _work(race: Race, work: Mapping[int, float]) -> float:
    return sum(work[trial] for trial, _ in race.open_folds())


def _tell_dropped(
    race: Race,
    second: Mapping[int, Sequence[float]],
    before: Collection[int],
    plan: Plan,
    console: Console,
    tell: Tell,
) -> set[int]:
    """Tells which finalists are dropped that were not before; returns all that are."""
    left = set(second) - set(race.racing())
    dropped = {trial for trial in left if any(map(math.isnan, second[trial]))}
    for trial in sorted(dropped - set(before)):
        say(
            console,
            f"trial {trial} dropped: its chance of winning is below {100 * _risk(plan):g} %",
        )
        tell(FinalistDropped(trial, sum(map(math.isfinite, second[trial]))))
    return dropped


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
    return [(f"trial {trial}", _second(folds, found[trial])) for trial, folds in losses.items()]


def _second(folds: list[float], found: float) -> str:
    done = [loss for loss in folds if not math.isnan(loss)]
    loss = loss_with_error(statistics.fmean(done), standard_error(done)) if done else ""
    second = f", on other folds {loss}" if done else ""
    told = f"{found:.4f} in the search{second} ({len(done)} of {len(folds)} folds)"
    return unbroken(told).replace(f"{UNBROKEN}(", " (").replace(f",{UNBROKEN}", ", ")


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
