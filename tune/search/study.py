"""The study of a sweep, to go on with: Optuna's record of every trial, in a journal."""

from pathlib import Path

import optuna

from model import REPORT
from results import SweepFolder
from results.epochs import cut_torn_line
from results.study import read_study, study_storage
from search_spaces import SearchSpace
from tune.search.sampling import Size
from tune.warm_start import EarlierSweep


def open_study(folder: SweepFolder) -> optuna.Study:
    """Opens the study of a sweep in its journal, or makes it; the caller holds the sweep's lock.

    Raises:
        ResultsError: If the journal is damaged.
    """
    _mend(folder.journal)
    if study := read_study(folder):
        return study
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = study_storage(folder)
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
