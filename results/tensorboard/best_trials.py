"""What TensorBoard shows of the best trials so far: each by its sources, folds of the best."""

import shutil
from collections.abc import Sequence

from optuna.trial import FrozenTrial

from datasets.digit_set import DigitSet
from results.store.fold_readings import read_fold_readings
from results.store.folder import SweepFolder
from results.store.search.epochs import EpochLog
from results.tensorboard.curves import measures, write_fold_curves, write_mean_curves
from results.tensorboard.event_file import write_pictures_run
from results.tensorboard.event_pictures import TaggedPictures, trial_pictures


def show_best(
    folder: SweepFolder, complete: Sequence[FrozenTrial], count: int, pool: DigitSet
) -> None:
    """Shows the best trials that are not shown yet, and removes what was shown of others.

    Args:
        folder: The sweep's.
        complete: The complete trials. Those that have just ended have their readings still.
        count: How many are shown.
        pool: The digits that they are validated on.
    """
    best = sorted(complete, key=lambda trial: (trial.value, trial.number))[:count]
    shown = {folder.best_events(trial.number): trial for trial in best}
    for events in folder.all_best_events():
        if events not in shown:
            shutil.rmtree(events)
    for events, trial in shown.items():
        if not events.exists():
            write_pictures_run(events, _pictures(folder, trial, pool))
            write_mean_curves(events, EpochLog(folder).read(trial.number), measures)
    if best:
        _show_folds(folder, best[0].number)


def _show_folds(folder: SweepFolder, best: int) -> None:
    """Shows the folds of the best trial, and of no other: each is a run of its own."""
    for run in folder.all_fold_events():
        if run.parent != folder.best_events(best):
            shutil.rmtree(run)
    if not folder.all_fold_events():
        write_fold_curves(folder.best_events(best), EpochLog(folder).read(best))


def _pictures(folder: SweepFolder, trial: FrozenTrial, pool: DigitSet) -> TaggedPictures:
    folds = len(trial.user_attrs["fold_losses"])
    return trial_pictures(trial.number, folds, read_fold_readings(folder, trial.number), pool)
