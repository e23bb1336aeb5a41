"""What of a sweep's folder can be read, and which files are damaged.

Nothing in a sweep's folder is ever unpickled: a folder from anywhere can be looked at.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from results.errors import ResultsError, unless_damaged
from results.known_trials import KnownTrials
from results.store.evaluation import read_evaluation, read_judged
from results.store.exports import check_export, export_again, read_exports
from results.store.finalist_records import read_finalists
from results.store.folder import SweepFolder
from results.store.kept_pictures import read_pictures
from results.store.manifest import read_manifest
from results.store.network_file import read_network_file
from results.store.readings import read_readings
from results.store.search.epochs import EpochLog
from results.store.search.record import read_search_record
from results.store.search.trial_records import ended, read_records


def damage(folder: SweepFolder, known: KnownTrials) -> list[str]:
    """Returns a line for each damaged file: which, why, and what becomes of it.

    Event files are not looked at: only TensorBoard reads them, and `epochs.csv` holds the same.
    """
    return [*_of_files(folder, known), *_of_epochs(folder, known)]


def _of_files(folder: SweepFolder, known: KnownTrials) -> Iterator[str]:
    checks: Sequence[tuple[Callable[[], Any], str]] = (
        (lambda: read_manifest(folder), "the sweep can be shown, but not resumed."),
        (lambda: _check_journal(known), "the sweep can be shown, but not searched on."),
        (lambda: read_records(folder.trials_csv), "study.journal holds the same."),
        (lambda: _check_search(folder), "study.journal holds the same."),
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
            (partial(read_network_file, path), "`shuzi export --ensemble` trains it again.")
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


def _check_journal(known: KnownTrials) -> None:
    if known.unreadable:
        raise ResultsError(known.unreadable)
    if lost := known.lost:
        few = ", ".join(map(str, lost[:5])) + (" ..." if len(lost) > 5 else "")
        raise ResultsError(f"{known.folder.journal} is damaged: it lacks the end of trial {few}.")


def _check_search(folder: SweepFolder) -> None:
    if folder.search_json.is_file():
        read_search_record(folder.search_json)


def _check_winner(folder: SweepFolder) -> None:
    if folder.evaluation_json.is_file():
        read_network_file(folder.weights)


def _of_epochs(folder: SweepFolder, known: KnownTrials) -> Iterator[str]:
    """Finds the trials that have reported more epochs than their file holds."""
    log, over = EpochLog(folder), ended(known.records)
    for trial, reported in enumerate(known.reported):
        if len(log.read(trial)) < reported:
            left = "it has ended." if trial in over else "what lacks is trained again."
            path = folder.epochs_csv(trial)
            yield f"{path} is damaged: it lacks epochs of trial {trial}; {left}"
