"""Writes down what trials report, as they report it."""

import csv
import shutil
from typing import Any

import optuna
from ray.tune import Callback
from ray.tune.experiment import Trial

from datasets.atomic import whole_file
from results import SweepFolder
from results.event_files import TrialEvents
from results.trials import write_trials
from tune.not_saved import NotSaved


class Recorder(NotSaved, Callback):  # type: ignore[misc]
    """Keeps `trials.csv`, each trial's `epochs.csv` and its event files up to date.

    Runs in the driver, so that workers on other machines need not reach the sweep's folder.

    Args:
        folder: The sweep's.
        study: The sweep's.
    """

    def __init__(self, folder: SweepFolder, study: optuna.Study) -> None:
        self._folder, self._study = folder, study
        self._events: dict[int, TrialEvents] = {}

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Opens the trial's event files."""
        number = trial.config["trial"]
        self._folder.epochs_csv(number).unlink(missing_ok=True)  # of a start without memory
        self._events[number] = TrialEvents(self._folder, number)
        write_trials(self._folder.trials_csv, self._study.get_trials(deepcopy=False))

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **_: Any
    ) -> None:
        """Writes one epoch."""
        if "folds" in result:
            number = trial.config["trial"]
            self._events[number].add_epoch(result)
            _append_epoch(self._folder, number, result)

    def on_trial_complete(
        self, iteration: int, trials: list[Trial], trial: Trial, **_: Any
    ) -> None:
        """Writes how the trial ended; the searcher has told the study already."""
        number = trial.config["trial"]
        if number in self._events:
            ended = self._study.get_trials(deepcopy=False)[number]
            events = self._events.pop(number)
            if ended.value is not None:
                events.add_hyperparameters(ended.params, ended.value)
            events.close()
        write_trials(self._folder.trials_csv, self._study.get_trials(deepcopy=False))

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **_: Any) -> None:
        """Writes that the trial's worker failed, and why."""
        number = trial.config["trial"]
        with whole_file(self._folder.error_txt(number)) as temporary:
            shutil.copyfile(trial.error_file, temporary)
        self.on_trial_complete(iteration, trials, trial)


def _append_epoch(folder: SweepFolder, number: int, result: dict[str, Any]) -> None:
    """Appends to `epochs.csv` a row for each fold: losses, learning rate, measures by source."""
    rows = [_epoch_row(fold) for fold in result["folds"]]
    path = folder.epochs_csv(number)
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        if fresh:
            writer.writeheader()
        writer.writerows(rows)


def _epoch_row(fold: dict[str, Any]) -> dict[str, Any]:
    row = {name: value for name, value in fold.items() if name != "sources"}
    for source, measures in fold["sources"].items():
        row[f"loss_{source}"] = measures["loss"]
        row[f"accuracy_{source}"] = measures["correct"] / measures["count"]
    return row
