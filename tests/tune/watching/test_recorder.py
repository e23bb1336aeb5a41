"""What is known of a search is written while it goes on."""

from pathlib import Path

import optuna
import pytest
from ray.tune.experiment import Trial
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from datasets.digit_set import DigitSet
from model.configuration import Configuration
from results.store.folder import SweepFolder
from results.store.search.record import read_search_record
from results.store.search.study import open_study
from results.store.search.trial_records import read_records
from results.store.search.trials import FORECASTS
from tests.results.made_sweep import made_sweep
from tests.waiting import wait_until
from tune.watching.recorder import Recorder
from tune.workers.job import Job
from tune.workers.trainable import JOB

TRIALS = 20


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    folder = made_sweep(tmp_path / "made", complete=TRIALS, judged=False)
    folder.search_json.unlink()
    return folder


@pytest.fixture
def study(folder: SweepFolder) -> optuna.Study:
    return open_study(folder)


@pytest.fixture
def recorder(folder: SweepFolder, study: optuna.Study, small_pool: DigitSet) -> Recorder:
    return Recorder(folder, study, small_pool, pictured=1)


def run_of(trial: int) -> Trial:
    return Trial("any", config={JOB: Job(0, trial, Configuration(), (0,))}, stub=True)


def test_files_are_there_before_the_first_trial_begins(
    folder: SweepFolder, recorder: Recorder
) -> None:
    recorder.setup()
    assert len(read_search_record(folder.search_json).reported) == TRIALS


def test_a_trial_that_began_too_soon_after_the_last_writing_is_written_later(
    folder: SweepFolder, study: optuna.Study, recorder: Recorder
) -> None:
    recorder.setup()
    recorder.on_trial_start(0, [], run_of(study.ask().number))

    def is_written() -> bool:
        recorder.on_step_end(0, [])
        return read_records(folder.trials_csv)[-1].state == "running"

    wait_until(is_written)
    assert len(read_search_record(folder.search_json).reported) == TRIALS + 1


def test_importances_are_told_before_the_search_is_over(
    folder: SweepFolder, study: optuna.Study, recorder: Recorder
) -> None:
    recorder.setup()
    assert read_search_record(folder.search_json).importance == {}
    recorder.on_trial_complete(0, [], run_of(0))

    def is_told() -> bool:
        recorder.on_step_end(0, [])
        return bool(read_search_record(folder.search_json).importance)

    wait_until(is_told)


def test_why_a_worker_failed_that_never_began_is_kept(
    folder: SweepFolder, study: optuna.Study, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.setup()
    told = folder.path / "error-of-ray.txt"
    told.write_text("no module small")
    monkeypatch.setattr(Trial, "error_file", str(told))
    recorder.on_trial_error(0, [], run_of(study.ask().number))
    assert folder.error_txt(TRIALS).read_text() == "no module small"


def test_at_the_end_tensorboard_has_the_forecasts_of_trials_csv(
    tmp_path: Path, small_pool: DigitSet
) -> None:
    folder = made_sweep(tmp_path / "ended", complete=3, pruned=4, judged=False)
    study = open_study(folder)
    recorder = Recorder(folder, study, small_pool, pictured=1)
    recorder.on_trial_complete(0, [], run_of(0))
    before = {number: _loss_shown(folder, number) for number in range(7)}
    study.set_user_attr(FORECASTS, [(number, 0.5 + number) for number in range(7)])
    recorder.finish()
    known = {each.trial: each.known_loss for each in read_records(folder.trials_csv)}
    shown = {number: _loss_shown(folder, number) for number in range(7)}
    assert shown == pytest.approx(known)
    assert all(shown[number] == 0.5 + number != before[number] for number in range(3, 7))


def _loss_shown(folder: SweepFolder, number: int) -> float:
    (point,) = EventAccumulator(str(folder.trial(number))).Reload().Scalars("loss")
    return float(point.value)
