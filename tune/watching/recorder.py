"""Writes down what trials report, as they report it."""

import shutil
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from ray.tune import Callback
from ray.tune.experiment import Trial

from datasets.atomic import atomic_file
from datasets.digit_set import DigitSet
from results.store.fold_readings import (
    FoldReading,
    forget_fold_readings,
    write_fold_readings,
)
from results.store.folder import SweepFolder
from results.store.search.epochs import EpochLog
from results.store.search.trial_records import TrialRecord
from results.store.search.trials import FINISHED, records_of, trials_of
from results.store.search.writer import SearchWriter
from results.tensorboard.best_trials import show_best
from results.tensorboard.curves import RunningCurves, SearchCurve, write_mean_curves
from results.tensorboard.entries import has_entry, write_entry
from results.tensorboard.text_card import write_text_card
from tune.watching.throttle import Throttle
from tune.workers.not_saved import NotSaved
from tune.workers.trainable import JOB, STEP

PART = 0.01  # of the driver's time, the most for the table, and as much again for importances


class Recorder(NotSaved, Callback):  # type: ignore[misc]
    """Keeps `trials.csv`, `search.json` and each trial's event files up to date.

    Runs in the driver, so that workers on other machines need not reach the sweep's folder.

    Args:
        folder: The sweep's.
        study: The sweep's.
        pool: The digits that trials are validated on.
        pictured: Of how many of the best trials so far there are pictures of how they read.
    """

    def __init__(
        self, folder: SweepFolder, study: optuna.Study, pool: DigitSet, pictured: int
    ) -> None:
        self._folder, self._study, self._log = folder, study, EpochLog(folder)
        self._pool, self._pictured = pool, pictured
        self._running: dict[int, RunningCurves] = {}  # by trial
        self._search = SearchCurve(folder)
        self._written: dict[int, set[tuple[int, int]]] = {}  # folds and epochs of each trial
        self._ended: set[int] = set()  # the trials whose end is written
        self._writer, self._is_written = SearchWriter(folder, study), True
        self._writing, self._weighing = Throttle(PART), Throttle(PART)

    def setup(self, **_: Any) -> None:
        """Writes what there is before the first trial begins; removes what a crash has left."""
        shutil.rmtree(self._folder.all_running_events, ignore_errors=True)
        write_text_card(self._folder, self._records())
        self._write_trials()

    def _records(self) -> list[TrialRecord]:
        return records_of(trials_of(self._study))

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Makes the trial's folder and opens its event files."""
        number = trial.config[JOB].trial
        self._folder.trial(number).mkdir(exist_ok=True)
        if number not in self._written:  # what it had before the search was broken off
            epochs = self._log.read(number)
            self._written[number] = {(each.fold, each.epoch) for each in epochs}
        if number not in self._running:
            self._show_running(number)
        self._write_trials()

    def _show_running(self, number: int) -> None:
        """Gives a trial a run and an entry that are removed when it has ended."""
        steps = len(self._written[number])
        self._running[number] = RunningCurves(self._folder, number, steps)
        running = self._study.get_trials(deepcopy=False)[number]
        write_entry(self._folder, records_of([running])[0])

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **_: Any
    ) -> None:
        """Writes one epoch, unless it repeats one."""
        number = trial.config[JOB].trial
        folds = result[STEP].folds
        write_fold_readings(self._folder, number, filter(None, map(FoldReading.of, folds)))
        epochs = {(fold.fold, fold.epoch) for fold in folds}
        written = self._written[number]
        if epochs - written:
            written |= epochs
            if number in self._running:  # the trial may have ended while a worker was at it
                self._running[number].add_epoch(folds)

    def on_trial_complete(
        self, iteration: int, trials: list[Trial], trial: Trial, **_: Any
    ) -> None:
        """Writes which trials have ended, and how; the searcher has told the study already."""
        self._write_ends()
        if self._weighing.is_due:
            with self._weighing.measured():
                self._writer.weigh()
        self._write_trials()
        _forget_results(trial)

    def _write_ends(self) -> None:
        """Writes how trials ended that had not before: some do while they wait."""
        trials = self._study.get_trials(deepcopy=False, states=FINISHED)
        new = [trial for trial in trials if trial.number not in self._ended]
        complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        for ended in new:
            if not has_entry(self._folder, ended.number):  # before the search was broken off
                self._show_end(ended)
                if ended.state == TrialState.COMPLETE:
                    self._add_point(complete, trials)
        if new:
            show_best(self._folder, complete, self._pictured, self._pool)
        for ended in new:
            forget_fold_readings(self._folder, ended.number)
            self._ended.add(ended.number)

    def _show_end(self, trial: FrozenTrial) -> None:
        """Writes a trial's entry and curves, and removes those that it had while it ran."""
        write_entry(self._folder, records_of([trial])[0])
        write_mean_curves(self._folder.trial(trial.number), self._log.read(trial.number))
        if running := self._running.pop(trial.number, None):
            running.close()
        shutil.rmtree(self._folder.running_events(trial.number), ignore_errors=True)

    def _add_point(self, complete: Sequence[FrozenTrial], trials: Sequence[FrozenTrial]) -> None:
        """Adds a point to the curve of the best loss."""
        best = min(trial.value for trial in complete if trial.value is not None)
        self._search.add(best, sum(trial.user_attrs["fold_epochs"] for trial in trials))

    def _write_trials(self) -> None:
        """Writes the table of all trials, unless it is too soon: it takes the longer the more."""
        self._is_written = self._writing.is_due
        if self._is_written:
            with self._writing.measured():
                self._writer.write()

    def on_step_end(self, iteration: int, trials: list[Trial], **_: Any) -> None:
        """Writes the table where it was too soon before."""
        if not self._is_written:
            self._write_trials()

    def on_experiment_end(self, trials: list[Trial], **_: Any) -> None:
        """Writes what is left to write."""
        self.finish()
        self._search.close()
        for running in self._running.values():
            running.close()

    def finish(self) -> None:
        """Writes the table and the ends as they are now; forecasts, too, are those of the end."""
        self._write_ends()
        records = self._records()
        for record in records:
            if record.state == "pruned":
                write_entry(self._folder, record)
        write_text_card(self._folder, records)
        self._writer.weigh()
        self._writer.write()

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Writes that the trial's worker failed, and why."""
        path = self._folder.error_txt(trial.config[JOB].trial)
        path.parent.mkdir(exist_ok=True)  # its worker may have failed before it began
        with atomic_file(path) as temporary:
            shutil.copyfile(trial.error_file, temporary)
        self.on_trial_complete(iteration, trials, trial)


def _forget_results(run: Trial) -> None:
    """Frees what Ray keeps of the results of a run that is over, which nobody reads."""
    run.run_metadata.last_result = {"done": True}  # of an empty one, Ray asks its worker again
    run.run_metadata.metric_analysis = {}
    run.run_metadata.metric_n_steps = {}
