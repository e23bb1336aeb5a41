"""The study of a sweep, to go on with: Optuna's record of every trial, in a journal."""

from pathlib import Path
from typing import Any

import optuna

from model import REPORT
from results import SweepFolder
from results.epochs import cut_torn_line
from results.study import read_study, study_storage
from search_spaces import SearchSpace
from tune.search.sampling import Size
from tune.warm_start import EarlierSweeps


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
    study: optuna.Study,
    space: SearchSpace,
    size: Size,
    trials: int,
    earlier: EarlierSweeps | None = None,
) -> list[int]:
    """Has the report's configuration tried first, then earlier sweeps' best and the portfolio.

    Args:
        study: New, or one that was broken off: what it has is not tried again.
        space: Where it leaves the report's configuration out, its nearest point is taken.
        size: What is too large is not tried.
        trials: How many there will be.
        earlier: What earlier sweeps have learnt, if there are any.

    Returns:
        The numbers of the trials that are never to be stopped: the report's.
    """
    report = space.nearest(REPORT.to_dict())
    points: list[tuple[str, dict[str, Any]]] = [("report", report)]
    points += [("warm-start", point) for point in (earlier.best if earlier else [])]
    points += [("portfolio", space.nearest(point)) for point in space.portfolio]
    first = [(origin, point) for origin, point in points if size.excess(point) <= 0]
    for origin, point in first[:trials]:
        study.enqueue_trial(point, user_attrs={"origin": origin}, skip_if_exists=True)
    return [0] if first[:1] == [("report", report)] else []
