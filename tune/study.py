"""The study of a sweep: Optuna's record of every trial, in a journal."""

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from model import REPORT
from results import SweepFolder
from search_spaces import SearchSpace
from tune.sampling import Size
from tune.warm_start import EarlierSweep


def new_study(folder: SweepFolder) -> optuna.Study:
    """Makes the study of a sweep in its journal."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(folder.journal))),
        study_name=folder.name,
        direction="minimize",
    )


def enqueue_first(
    study: optuna.Study, space: SearchSpace, size: Size, earlier: EarlierSweep | None
) -> list[int]:
    """Has the report's configuration tried first, and then the best of an earlier sweep.

    Args:
        study: New.
        space: Where it leaves the report's configuration out, its nearest point is taken.
        size: Where the report's network is too large, it is not tried.
        earlier: If there is one.

    Returns:
        The numbers of the trials that are never to be stopped: the report's.
    """
    report = space.nearest(REPORT.to_dict())
    fits = size.excess(report) <= 0
    if fits:
        study.enqueue_trial(report, user_attrs={"origin": "report"})
    if earlier and size.excess(earlier.best) <= 0:
        study.enqueue_trial(earlier.best, user_attrs={"origin": "warm-start"}, skip_if_exists=True)
    return [0] if fits else []
