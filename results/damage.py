"""What of a sweep's folder can be read, and which files are damaged.

Nothing in a sweep's folder is ever unpickled: a folder from anywhere can be looked at.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from optuna.trial import FrozenTrial

from results.errors import ResultsError, unless_damaged
from results.store.epochs import EpochLog
from results.store.evaluation import read_evaluation, read_judged
from results.store.exports import check_export, export_again, read_exports
from results.store.finalist_table import read_finalists
from results.store.folder import SweepFolder
from results.store.kept_pictures import read_pictures
from results.store.manifest import read_asked
from results.store.readings import read_readings
from results.store.study import read_study
from results.store.trials import ENDED, MISSED, STATES, read_trials, trials_of, trials_table
from results.store.winner import load_network

ENDS = [STATES[state] for state in ENDED]


@dataclass(frozen=True)
class KnownTrials:
    """What is known of a sweep's trials.

    Attributes:
        study: As the journal has them; none where it cannot be read.
        table: By the journal, or by `trials.csv` where that knows of more that have ended.
        lost: The trials that have ended by `trials.csv` alone.
        missed: The probability that a stopped trial is better than the best, once that is known.
    """

    study: Sequence[FrozenTrial]
    table: pd.DataFrame
    lost: Sequence[int]
    missed: float | None = None


def known_trials(folder: SweepFolder) -> KnownTrials:
    """Reads the trials of a sweep, whatever file is damaged."""
    written = _written(folder)
    try:
        study = read_study(folder)
    except ResultsError:
        return KnownTrials([], written, sorted(_ended(written)))
    trials = trials_of(study) if study else []
    table = trials_table(trials)
    lost = sorted(_ended(written) - _ended(table))
    missed = study.user_attrs.get(MISSED) if study else None
    return KnownTrials(trials, written if lost else table, lost, missed)


def _written(folder: SweepFolder) -> pd.DataFrame:
    """Returns what `trials.csv` holds; no trials where it is damaged."""
    try:
        return read_trials(folder.trials_csv)
    except ResultsError:
        return trials_table([])


def _ended(table: pd.DataFrame) -> set[int]:
    return set(table.loc[table["state"].isin(ENDS), "trial"].astype(int))


def damage(folder: SweepFolder, known: KnownTrials) -> list[str]:
    """Returns a line for each damaged file: which, why, and what becomes of it.

    Event files are not looked at: only TensorBoard reads them, and `epochs.csv` holds the same.
    """
    return [*_of_files(folder, known), *_of_epochs(folder, known.study)]


def _of_files(folder: SweepFolder, known: KnownTrials) -> Iterator[str]:
    checks: Sequence[tuple[Callable[[], Any], str]] = (
        (lambda: read_asked(folder), "the sweep can be shown, but not resumed."),
        (lambda: _check_study(folder, known), "the sweep can be shown, but not searched on."),
        (lambda: read_trials(folder.trials_csv), "study.journal holds the same."),
        (lambda: read_finalists(folder.finalists_csv), "`shuzi resume` makes it again."),
        (lambda: read_judged(folder.judged_json), "`shuzi resume` makes it again."),
        (lambda: read_evaluation(folder.evaluation_json), "`shuzi resume` makes it again."),
        (lambda: _check_winner(folder), "`shuzi resume` trains the winner again."),
        (lambda: read_pictures(folder.pictures), "`shuzi resume` makes it again."),
        *(
            (partial(read_readings, path), "`shuzi resume` makes it again.")
            for path in sorted(folder.winner.glob("readings/*.safetensors"))
        ),
        *(
            (partial(load_network, path), "`shuzi export --ensemble` trains it again.")
            for path in sorted(folder.winner.glob("folds/*.safetensors"))
        ),
        (lambda: read_exports(folder.exports_json), "`shuzi export --force` makes it again."),
        *(
            (
                partial(check_export, folder, export),
                f"`{export_again(folder, export)}` makes it again.",
            )
            for export in unless_damaged(read_exports, folder.exports_json) or ()
            if export["form"] != "safetensors"  # the winner itself, see above
        ),
    )
    for check, consequence in checks:
        try:
            check()
        except ResultsError as error:
            yield f"{str(error).rstrip('.')}; {consequence}"


def _check_study(folder: SweepFolder, known: KnownTrials) -> None:
    if not known.study:
        read_study(folder)  # raises why it could not be read
    if lost := known.lost:
        few = ", ".join(map(str, lost[:5])) + (" ..." if len(lost) > 5 else "")
        raise ResultsError(f"{folder.journal} is damaged: it lacks the end of trial {few}.")


def _check_winner(folder: SweepFolder) -> None:
    if folder.evaluation_json.is_file():
        load_network(folder.weights)


def _of_epochs(folder: SweepFolder, trials: Sequence[FrozenTrial]) -> Iterator[str]:
    """Finds the trials that have reported more epochs than their file holds."""
    log = EpochLog(folder)
    for trial in trials:
        if len(log.read(trial.number)) < len(trial.intermediate_values):
            left = "it has ended." if trial.state in ENDED else "what lacks is trained again."
            path = folder.epochs_csv(trial.number)
            yield f"{path} is damaged: it lacks epochs of trial {trial.number}; {left}"
