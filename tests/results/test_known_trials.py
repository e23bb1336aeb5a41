"""What is known of trials: by the search's own files, or by the journal where these lack it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from results.known_trials import KnownTrials, known_trials
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json, write_json
from results.store.lock import held
from results.store.search.study import read_study
from results.store.search.writer import write_search
from results.terminal.summary import briefs, summary
from tests.imports import HEAVY, said_and_imported
from tests.results.made_sweep import made_sweep


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    return made_sweep(tmp_path / "runs" / "made", complete=9, pruned=6, failed=2)


def study_of(folder: SweepFolder) -> optuna.Study:
    study = read_study(folder)
    assert study is not None
    return study


def by_the_journal(folder: SweepFolder) -> KnownTrials:
    """Returns what Optuna reads of a copy that has nothing else."""
    copy = SweepFolder(folder.path.with_name("copy") / folder.name)
    shutil.rmtree(copy.path, ignore_errors=True)
    copy.path.mkdir(parents=True)
    shutil.copy(folder.journal, copy.journal)
    return known_trials(copy)


def is_as_the_journal_has_it(folder: SweepFolder) -> bool:
    known, true = known_trials(folder), by_the_journal(folder)
    assert true.search is None
    return known == replace(true, folder=folder, search=known.search)


@pytest.mark.parametrize("command", ["list", "list --json", "show made", "show made --json"])
@pytest.mark.parametrize("is_running", [False, True])
def test_a_sweep_is_listed_and_shown_without_what_is_slow_to_import(
    folder: SweepFolder, command: str, is_running: bool
) -> None:
    if is_running:
        study_of(folder).ask()
        with held(folder):
            said, imported = said_and_imported(folder.path.parents[1], command)
    else:
        said, imported = said_and_imported(folder.path.parents[1], command)
    assert not imported & HEAVY
    assert "results" in imported
    if "--json" in command:
        told = json.loads(said)
        brief = told[0] if command.startswith("list") else told
        assert (brief["name"], brief["trials"]["complete"]) == ("made", 9)
        assert brief["state"] == ("running" if is_running else "judged")


def test_what_the_search_has_written_is_what_optuna_reads(folder: SweepFolder) -> None:
    assert known_trials(folder).search is not None
    assert is_as_the_journal_has_it(folder)
    before, listed = summary(folder), briefs([folder])
    folder.search_json.unlink()
    assert known_trials(folder).search is None
    assert summary(folder) == before
    assert briefs([folder]) == listed
    assert before["importance"]


def test_nothing_is_known_of_a_sweep_that_has_not_begun(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path / "new")
    folder.make({})
    assert known_trials(folder) == KnownTrials(folder)


def begin_a_trial(study: optuna.Study) -> None:
    study.ask()


def fail_a_trial(study: optuna.Study) -> None:
    study.tell(study.ask(), state=TrialState.FAIL)


def end_the_search(study: optuna.Study) -> None:
    study.set_user_attr("forecasts", [[9, 0.125]])
    study.set_user_attr("missed", 0.25)


@pytest.mark.parametrize("happens", [begin_a_trial, fail_a_trial, end_the_search])
def test_what_a_killed_search_had_no_time_to_write_is_read_from_the_journal(
    folder: SweepFolder, happens: Callable[[optuna.Study], None]
) -> None:
    before = known_trials(folder)
    happens(study_of(folder))
    with held(folder):  # while a search runs, it will be written in a moment
        assert known_trials(folder) == before
    assert known_trials(folder) != before
    assert is_as_the_journal_has_it(folder)
    write_search(folder, study_of(folder))
    assert known_trials(folder).search is not None
    assert is_as_the_journal_has_it(folder)


def test_what_trials_report_is_no_reason_to_read_the_journal(folder: SweepFolder) -> None:
    study = study_of(folder)
    trial = optuna.Trial(study, study.ask()._trial_id)
    write_search(folder, study)
    trial.report(0.5, 1)
    trial.set_user_attr("any", 1)
    assert known_trials(folder).search is not None
    with folder.journal.open("ab") as file:
        file.write(b'{"op_code": 4')  # half a line
    assert known_trials(folder).search is not None


def test_tables_that_are_older_than_the_journal_are_not_believed(
    folder: SweepFolder, tmp_path: Path
) -> None:
    old = made_sweep(tmp_path / "runs" / "old", complete=2)
    shutil.copy(old.trials_csv, folder.trials_csv)
    assert len(known_trials(folder).records) == 17
    shutil.copy(old.search_json, folder.search_json)  # of another journal
    assert len(known_trials(folder).records) == 17
    assert is_as_the_journal_has_it(folder)


def test_a_journal_that_is_not_as_it_was_is_read_by_optuna(folder: SweepFolder) -> None:
    content = folder.journal.read_text()
    folder.journal.write_text(content.replace('"origin"', '"Origin"'))
    known = known_trials(folder)
    assert known.search is None
    assert {record.origin for record in known.records} == {"search"}


def test_another_format_is_refused_by_its_number(folder: SweepFolder) -> None:
    before = summary(folder)
    write_json(folder.search_json, {**read_json(folder.search_json), "format": 3})
    told = summary(folder)
    (line,) = told["damaged"]
    assert f"{folder.search_json} has format 3, but this shuzi reads format 2" in line
    assert {**told, "damaged": []} == before
