"""The study of a sweep: Optuna's record of every trial, in a journal."""

from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from results.errors import ResultsError
from results.store.folder import SweepFolder
from results.store.search.epochs import cut_torn_line

# What Optuna raises of a journal that is not one.
DAMAGED = (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError)


class JournalFile(JournalFileBackend):
    """Appends nothing more once that has failed: half a line may be there, as on a full disk."""

    def append_logs(self, logs: list[dict[str, object]]) -> None:
        """Appends some operations.

        Raises:
            OSError: If the disk fails, or has failed before.
        """
        if failure := getattr(self, "_failure", None):
            raise failure
        try:
            super().append_logs(logs)
        except OSError as error:
            self._failure = error
            raise


def study_storage(folder: SweepFolder) -> JournalStorage:
    """Opens the journal; one that is not there is made."""
    return JournalStorage(JournalFile(str(folder.journal)))


def read_study(folder: SweepFolder) -> optuna.Study | None:
    """Opens the study of a sweep; nothing if its journal holds none yet.

    Half a line at the end, which a crash leaves, is passed over.

    Raises:
        ResultsError: If the journal is damaged.
    """
    if not folder.journal.is_file():
        return None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        storage = study_storage(folder)
        names = optuna.get_all_study_names(storage)
        return optuna.load_study(study_name=names[0], storage=storage) if names else None
    except DAMAGED as error:
        raise ResultsError(f"{folder.journal} is damaged: {error!r}") from error


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
