"""Writes what a study holds for those who read without Optuna: `trials.csv` and `search.json`."""

import optuna

from results.store.folder import SweepFolder
from results.store.formats.hashing import sha256
from results.store.search.importance import importance
from results.store.search.journal import JournalReader
from results.store.search.record import SearchRecord, write_search_record
from results.store.search.trial_records import write_records
from results.store.search.trials import MISSED, records_of, trials_of


class SearchWriter:
    """Keeps `trials.csv` and `search.json` up to date.

    Args:
        folder: The sweep's.
        study: The sweep's, in its journal.
    """

    def __init__(self, folder: SweepFolder, study: optuna.Study) -> None:
        self._folder, self._study = folder, study
        self._journal = JournalReader(folder.journal)
        self._importance: dict[str, float] = {}

    def weigh(self) -> None:
        """Finds anew how much each parameter decides, which `write` writes from now on."""
        self._importance = importance(trials_of(self._study))

    def write(self) -> None:
        """Writes both files, of the journal as it was before the trials were read, or later."""
        journal = self._journal.beginning()
        trials = trials_of(self._study)
        write_records(self._folder.trials_csv, records_of(trials))
        record = SearchRecord(
            journal=journal,
            table=sha256(self._folder.trials_csv),
            reported=[len(trial.intermediate_values) for trial in trials],
            importance=self._importance,
            missed=self._study.user_attrs.get(MISSED),
        )
        write_search_record(self._folder.search_json, record)


def write_search(folder: SweepFolder, study: optuna.Study) -> None:
    """Writes all there is to write, once."""
    writer = SearchWriter(folder, study)
    writer.weigh()
    writer.write()
