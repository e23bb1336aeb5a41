"""Writes down what trials report, as they report it."""

import shutil
import time
from collections import Counter
from typing import Any

import optuna
from optuna.trial import TrialState
from ray.tune import Callback
from ray.tune.experiment import Trial

from datasets.atomic import whole_file
from results import SweepFolder
from results.epochs import EpochLog
from results.event_files import TrialEvents
from results.trials import write_trials
from tune.not_saved import NotSaved

SHARE = 0.05  # of the driver's time, the most that is spent on writing the table


class Recorder(NotSaved, Callback):  # type: ignore[misc]
    """Keeps `trials.csv` and each trial's event files up to date.

    Runs in the driver, so that workers on other machines need not reach the sweep's folder.

    Args:
        folder: The sweep's.
        study: The sweep's.
    """

    def __init__(self, folder: SweepFolder, study: optuna.Study) -> None:
        self._folder, self._study, self._log = folder, study, EpochLog(folder)
        self._events: dict[str, TrialEvents] = {}  # of each run: workers may share a trial
        self._written: dict[int, set[tuple[int, int]]] = {}  # folds and epochs of each trial
        self._steps: Counter[int] = Counter()
        self._next_table = 0.0  # when, on the monotonic clock, the table is written again

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Opens the trial's event files."""
        number = trial.config["trial"]
        self._events[trial.trial_id] = TrialEvents(self._folder, number)
        if number not in self._written:
            self._take_up(number)
        self._write_trials()

    def _take_up(self, number: int) -> None:
        """Counts what a trial had before the search was broken off."""
        known = self._study.get_trials(deepcopy=False)[number].intermediate_values
        self._steps[number] = max(known, default=0)
        self._written[number] = {(row["fold"], row["epoch"]) for row in self._log.read(number)}

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **_: Any
    ) -> None:
        """Writes one epoch, unless it repeats one."""
        number = trial.config["trial"]
        epochs = {(fold["fold"], fold["epoch"]) for fold in result.get("folds", ())}
        written = self._written[number]
        if epochs - written:
            written |= epochs
            self._steps[number] += 1
            self._events[trial.trial_id].add_epoch(result, self._steps[number])

    def on_trial_complete(
        self, iteration: int, trials: list[Trial], trial: Trial, **_: Any
    ) -> None:
        """Writes how the trial ended, if it did; the searcher has told the study already."""
        if events := self._events.pop(trial.trial_id, None):
            ended = self._study.get_trials(deepcopy=False)[trial.config["trial"]]
            if ended.state == TrialState.COMPLETE and ended.value is not None:
                events.add_hyperparameters(ended.params, ended.value)
            events.close()
        self._write_trials()
        _forget_statistics(trial)

    def _write_trials(self) -> None:
        """Writes the table of all trials, which takes the longer the more there are."""
        if (now := time.monotonic()) < self._next_table:
            return
        write_trials(self._folder.trials_csv, self._study.get_trials(deepcopy=False))
        self._next_table = time.monotonic() + (time.monotonic() - now) / SHARE

    def on_experiment_end(self, trials: list[Trial], **_: Any) -> None:
        """Writes the table as it is now."""
        self._next_table = 0.0
        self._write_trials()

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Writes that the trial's worker failed, and why."""
        number = trial.config["trial"]
        with whole_file(self._folder.error_txt(number)) as temporary:
            shutil.copyfile(trial.error_file, temporary)
        self.on_trial_complete(iteration, trials, trial)


def _forget_statistics(run: Trial) -> None:
    """Frees what Ray keeps of every metric of a run that is over, which nobody reads."""
    run.metric_analysis.clear()
    run.metric_n_steps.clear()
