"""The study of a sweep: Optuna's record of every trial, in a journal."""

from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from model import REPORT
from results import ResultsError, SweepFolder
from results.epochs import cut_torn_line
from search_spaces import SearchSpace
from tune.sampling import Size
from tune.warm_start import EarlierSweep

# What Optuna raises of a journal that is not one.
DAMAGED = (ValueError, KeyError, TypeError, AttributeError, IndexError, UnicodeError)


def open_study(folder: SweepFolder) -> optuna.Study:
    """Opens the study of a sweep in its journal, or makes it; the caller holds the sweep's lock.

    Raises:
        ResultsError: If the journal is damaged.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    _mend(folder.journal)
    try:
        storage = JournalStorage(JournalFileBackend(str(folder.journal)))
        names = optuna.get_all_study_names(storage)
        if names:
            return optuna.load_study(study_name=names[0], storage=storage)
    except DAMAGED as error:
        raise ResultsError(f"{folder.journal} is damaged: {error!r}") from error
    return optuna.create_study(storage=storage, study_name=folder.name, direction="minimize")


def _mend(journal: Path) -> None:
    """Removes what a killed process left: half a line, and Optuna's lock."""
    journal.with_name(f"{journal.name}.lock").unlink(missing_ok=True)
    if journal.is_file():
        cut_torn_line(journal)


def enqueue_first(
    study: optuna.Study, space: SearchSpace, size: Size, earlier: EarlierSweep | None
) -> list[int]:
    """Has the report's configuration tried first, and then the best of an earlier sweep.

    Args:
        study: New, or one that was broken off: what it has is not tried again.
        space: Where it leaves the report's configuration out, its nearest point is taken.
        size: Where the report's network is too large, it is not tried.
        earlier: If there is one.

    Returns:
        The numbers of the trials that are never to be stopped: the report's.
    """
    report = space.nearest(REPORT.to_dict())
    fits = size.excess(report) <= 0
    if fits and not study.get_trials(deepcopy=False):
        study.enqueue_trial(report, user_attrs={"origin": "report"})
    if earlier and size.excess(earlier.best) <= 0:
        study.enqueue_trial(earlier.best, user_attrs={"origin": "warm-start"}, skip_if_exists=True)
    return [0] if fits else []
