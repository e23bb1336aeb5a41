"""A trial's curves and hyperparameters as event files for TensorBoard."""

import itertools
import os
import socket
import time
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard.summary import hparams, scalar

from results.folder import SweepFolder

VERSION = "brain.Event:2"
OPENED = itertools.count()


class EventFile:
    """One event file, written through at every flush.

    TensorBoard's own writer hands each record to a thread, which fails unseen on a full disk.

    Args:
        folder: Gets the file, whose name is new each time, so that none is written behind a record
            that a crash has cut off.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        now = time.time()
        name = f"{int(now):010d}.{socket.gethostname()}.{os.getpid()}.{next(OPENED)}"
        self._records = RecordWriter((folder / f"events.out.tfevents.{name}").open("wb"))
        self._records.write(Event(wall_time=now, file_version=VERSION).SerializeToString())

    def add(self, summary: Summary, step: int = 0) -> None:
        """Adds what was measured at a step."""
        event = Event(wall_time=time.time(), step=step, summary=summary)
        self._records.write(event.SerializeToString())

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        """Adds one number of a step."""
        self.add(scalar(tag, value), step)  # type: ignore[no-untyped-call]

    def flush(self) -> None:
        """Writes out what was added."""
        self._records.flush()

    def close(self) -> None:
        """Writes out what was added and closes the file."""
        self._records.close()


class TrialEvents:
    """Writes the event files of one trial: a run for each fold, and one for the whole.

    The tags of a fold's run: `loss/training`, `loss/validation` (averaged over sources),
    `learning_rate`, and for each source `loss/<source>` and `accuracy/<source>`; of the trial's own
    run: `validation_loss`, the mean over the folds that are trained side by side, beside its
    hyperparameters.

    Args:
        folder: The sweep's.
        number: The trial's.
    """

    def __init__(self, folder: SweepFolder, number: int) -> None:
        self._folder = folder
        self._number = number
        self._whole = EventFile(folder.trial(number))
        self._folds: dict[int, EventFile] = {}

    def add_epoch(self, result: dict[str, Any], step: int) -> None:
        """Adds one epoch of some folds, as a trial reports it.

        Args:
            result: The losses and rates of each fold.
            step: How many such results the trial has had, this one included.
        """
        for fold in result["folds"]:
            self._add_fold(fold)
        self._whole.add_scalar("validation_loss", result["validation_loss"], step)
        for file in (self._whole, *self._folds.values()):
            file.flush()

    def _add_fold(self, fold: dict[str, Any]) -> None:
        file = self._file(fold["fold"])
        scalars = {
            "loss/training": fold["training_loss"],
            "loss/validation": fold["validation_loss"],
            "learning_rate": fold["learning_rate"],
        }
        for source, measures in fold["sources"].items():
            scalars[f"loss/{source}"] = measures["loss"]
            scalars[f"accuracy/{source}"] = measures["correct"] / measures["count"]
        for tag, value in scalars.items():
            file.add_scalar(tag, value, fold["epoch"])

    def _file(self, fold: int) -> EventFile:
        if fold not in self._folds:
            self._folds[fold] = EventFile(self._folder.fold_events(self._number, fold))
        return self._folds[fold]

    def add_hyperparameters(self, varied: dict[str, Any], validation_loss: float) -> None:
        """Adds the trial's parameters and its final validation loss to the HParams tab."""
        metrics = {"validation_loss": validation_loss}
        for summary in hparams(varied, metrics):  # type: ignore[no-untyped-call]
            self._whole.add(summary)

    def close(self) -> None:
        """Writes everything out and closes the files."""
        for file in (self._whole, *self._folds.values()):
            file.close()
