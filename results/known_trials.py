"""What is known of a sweep's trials, whatever file is damaged.

The two files that the search writes for it, `trials.csv` and `search.json`, are read where both are
complete and nothing has happened since; else Optuna reads the journal, which takes longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from results.errors import ResultsError, unless_damaged
from results.store.folder import SweepFolder
from results.store.formats.hashing import sha256
from results.store.lock import is_held
from results.store.search.journal import has_news
from results.store.search.record import SearchRecord, read_search_record
from results.store.search.trial_records import TrialRecord, ended, read_records

if TYPE_CHECKING:
    import pandas as pd
    from optuna.trial import FrozenTrial


@dataclass(frozen=True)
class KnownTrials:
    """What is known of a sweep's trials.

    Attributes:
        folder: The sweep's.
        records: By the journal, or by `trials.csv` where that knows of more that have ended.
        lost: The trials that have ended by `trials.csv` alone.
        unreadable: Why the journal cannot be read; empty if it can.
        reported: How many results each trial has reported, by its number, as far as that is known.
        missed: The probability that a pruned trial is better than the best, once that is known.
        search: What `search.json` holds; nothing where Optuna has read the journal.
    """

    folder: SweepFolder
    records: Sequence[TrialRecord] = field(default_factory=list)
    lost: Sequence[int] = field(default_factory=list)
    unreadable: str = ""
    reported: Sequence[int] = field(default_factory=list)
    missed: float | None = None
    search: SearchRecord | None = None

    @cached_property
    def importance(self) -> dict[str, float]:
        """How much each parameter decides, together 1; empty with few trials."""
        if self.search:
            return self.search.importance
        from results.store.search.importance import importance  # a second

        return importance(self.study)

    @cached_property
    def table(self) -> "pd.DataFrame":
        """The records as a table, for those that compute."""
        from results.store.search.trials import table_of

        return table_of(self.records)

    @cached_property
    def study(self) -> "Sequence[FrozenTrial]":
        """The trials as Optuna has them in the journal; none where it cannot be read."""
        from results.store.search.study import read_study
        from results.store.search.trials import trials_of

        study = unless_damaged(read_study, self.folder)
        return trials_of(study) if study else []


def known_trials(folder: SweepFolder) -> KnownTrials:
    """Reads the trials of a sweep, whatever file is damaged."""
    if not (folder.journal.is_file() or folder.trials_csv.is_file()):
        return KnownTrials(folder)  # none has begun
    try:
        return _as_recorded(folder) or _as_in_journal(folder)
    except ResultsError:
        return _as_in_journal(folder)


def _as_recorded(folder: SweepFolder) -> KnownTrials | None:
    """Reads what the search has written for it; nothing where that is not all any more.

    Of a sweep that runs it is taken as it is: it is seconds old.

    Raises:
        ResultsError: If one of the files is damaged.
    """
    search, records = read_search_record(folder.search_json), read_records(folder.trials_csv)
    news = has_news(folder.journal, search.journal) and not is_held(folder)
    if news or sha256(folder.trials_csv) != search.table:
        return None
    return KnownTrials(
        folder, records, reported=search.reported, missed=search.missed, search=search
    )


def _as_in_journal(folder: SweepFolder) -> KnownTrials:
    """Has Optuna read the journal, and compares it with `trials.csv`."""
    from results.store.search.study import read_study
    from results.store.search.trials import MISSED, records_of, trials_of

    written = unless_damaged(read_records, folder.trials_csv) or []
    try:
        study = read_study(folder)
    except ResultsError as error:
        return KnownTrials(folder, written, sorted(ended(written)), str(error))
    trials = trials_of(study) if study else []
    records = records_of(trials)
    lost = sorted(ended(written) - ended(records))
    reported = [len(trial.intermediate_values) for trial in trials]
    missed = study.user_attrs.get(MISSED) if study else None
    return KnownTrials(folder, written if lost else records, lost, "", reported, missed)
