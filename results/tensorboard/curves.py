"""The curves: of a trial as it trains, of its folds' mean when it has ended, and of the search."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from model.training.fold_epoch import FoldEpoch
from results.store.folder import SweepFolder
from results.tensorboard.event_file import EventFile

CURVES = ".curves"  # the suffix of the file with a trial's mean curves


def measures(epoch: FoldEpoch) -> dict[str, float]:
    """Returns what was measured in an epoch of a fold, by its tags: losses first.

    Losses are in nats; `loss/validation` is the mean over the sources. Accuracies are 0 to 1.
    """
    sources = epoch.validation.sources.items()
    return {
        **common_measures(epoch),
        **{f"loss/validation_{name}": each.loss for name, each in sources},
        **{f"reading/accuracy_{name}": each.accuracy for name, each in sources},
    }


def common_measures(epoch: FoldEpoch) -> dict[str, float]:
    """Returns those that any trial of any sweep has, whatever its sources: means over these.

    The parallel coordinates of the HParams page leave out a trial that lacks what others have.
    """
    sources = epoch.validation.sources.values()
    return {
        "loss/training": epoch.training_loss,
        "loss/validation": epoch.validation_loss,
        "reading/accuracy": fmean(each.accuracy for each in sources),
    }


class RunningCurves:
    """Writes the curves of a trial while it runs, a run that is removed when it has ended.

    A step is one result: an epoch of a fold, or of several folds side by side, then their mean.

    Args:
        folder: The sweep's.
        number: The trial's.
        steps: Results before the sweep was taken up.
    """

    def __init__(self, folder: SweepFolder, number: int, steps: int) -> None:
        self._file, self._steps = EventFile(folder.running_events(number)), steps

    def add_epoch(self, folds: Sequence[FoldEpoch]) -> None:
        """Adds one epoch of some folds."""
        self._steps += 1
        for tag, value in _mean([common_measures(each) for each in folds]).items():
            self._file.add_scalar(tag, value, self._steps)
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def write_mean_curves(
    run: Path,
    epochs: Sequence[FoldEpoch],
    measured: Callable[[FoldEpoch], dict[str, float]] = common_measures,
) -> None:
    """Writes the mean over the folds of each epoch of a trial that has ended.

    Args:
        run: Gets the file.
        epochs: Of all its folds. An epoch's mean is of the folds that came so far.
        measured: Which measures.
    """
    by_epoch = defaultdict(list)
    for each in epochs:
        by_epoch[each.epoch].append(measured(each))
    if by_epoch:
        _write(run, {n: _mean(by_epoch[n]) for n in sorted(by_epoch)}, CURVES)


def write_fold_curves(run: Path, epochs: Sequence[FoldEpoch]) -> None:
    """Writes a run below another for each fold of a trial, its learning rate as well."""
    for fold in sorted({each.fold for each in epochs}):
        own = {each.epoch: each for each in epochs if each.fold == fold}
        rates = {n: {"training/learning_rate": each.learning_rate} for n, each in own.items()}
        curves = {n: {**measures(each), **rates[n]} for n, each in own.items()}
        _write(run / f"fold_{fold}", curves)


def _write(run: Path, curves: Mapping[int, Mapping[str, float]], suffix: str = "") -> None:
    file = EventFile(run, suffix)
    for epoch, values in curves.items():
        for tag, value in values.items():
            file.add_scalar(tag, value, epoch)
    file.close()


def _mean(several: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Returns the mean of each measure, over those that have it."""
    tags = dict.fromkeys(tag for each in several for tag in each)
    return {tag: fmean(each[tag] for each in several if tag in each) for tag in tags}


class SearchCurve:
    """Writes the sweep's own curve: `loss/best`, the lowest loss of a complete trial, nats.

    It goes by the fold-epochs of all trials.

    Args:
        folder: The sweep's.
    """

    def __init__(self, folder: SweepFolder) -> None:
        self._file = EventFile(folder.search_events)

    def add(self, best: float, fold_epochs: int) -> None:
        """Adds a point."""
        self._file.add_scalar("loss/best", best, fold_epochs)
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
