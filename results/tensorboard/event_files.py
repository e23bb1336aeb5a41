"""A trial's curves, hyperparameters and pictures as event files for TensorBoard."""

import io
import itertools
import os
import shutil
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState
from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.api_pb2 import STATUS_FAILURE
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard.summary import hparams, scalar

from model.training.fold_epoch import FoldEpoch
from results.store.folder import SweepFolder
from results.store.search.trials import STATES

VERSION = "brain.Event:2"
OPENED = itertools.count()
FIRST = ("learning_rate", "state")  # TensorBoard shows five columns unless it is asked for more
COLOURS, RGB = 64, 3  # of a picture that is kept; what TensorBoard calls one of three channels


class Unbuffered:
    """A file for `RecordWriter` that keeps what a full disk did not take, to be flushed again.

    One of Python's own that cannot be flushed is flushed once more when it is collected, and then
    prints that error beside whatever was said of the first.

    Args:
        path: The file's; it is made.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._left = bytearray()

    def write(self, content: bytes) -> None:
        """Takes some bytes."""
        self._left += content

    def flush(self) -> None:
        """Writes what is left to write.

        Raises:
            OSError: If the disk fails.
        """
        while self._left:
            del self._left[: self._file.write(self._left)]

    def close(self) -> None:
        """Writes what is left to write, and closes the file."""
        with self._file:
            self.flush()


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
        self._records = RecordWriter(Unbuffered(folder / f"events.out.tfevents.{name}"))
        self._records.write(Event(wall_time=now, file_version=VERSION).SerializeToString())

    def add(self, summary: Summary, step: int = 0) -> None:
        """Adds what was measured at a step."""
        event = Event(wall_time=time.time(), step=step, summary=summary)
        self._records.write(event.SerializeToString())

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        """Adds one number of a step."""
        self.add(scalar(tag, value), step)  # type: ignore[no-untyped-call]

    def add_picture(self, tag: str, picture: Image.Image) -> None:
        """Adds a picture."""
        image = Summary.Image(
            height=picture.height,
            width=picture.width,
            colorspace=RGB,
            encoded_image_string=as_png(picture),
        )
        self.add(Summary(value=[Summary.Value(tag=tag, image=image)]))

    def flush(self) -> None:
        """Writes out what was added."""
        self._records.flush()

    def close(self) -> None:
        """Writes out what was added and closes the file."""
        self._records.close()


def as_png(picture: Image.Image) -> bytes:
    """Returns a picture of few colours as a PNG file, half as large as with all of them."""
    encoded = io.BytesIO()
    picture.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(encoded, "PNG")
    return encoded.getvalue()


class TrialEvents:
    """Writes the curves of one trial: a run for each fold.

    The tags: `loss/training`, `loss/validation` (averaged over sources), `learning_rate`, and for
    each source `loss/<source>` and `accuracy/<source>`.

    Args:
        folder: The sweep's.
        number: The trial's.
    """

    def __init__(self, folder: SweepFolder, number: int) -> None:
        self._folder = folder
        self._number = number
        self._folds: dict[int, EventFile] = {}

    def add_epoch(self, folds: Sequence[FoldEpoch]) -> None:
        """Adds one epoch of some folds."""
        for each in folds:
            self._add_fold(each)
        for file in self._folds.values():
            file.flush()

    def _add_fold(self, each: FoldEpoch) -> None:
        file = self._file(each.fold)
        scalars = {
            "loss/training": each.training_loss,
            "loss/validation": each.validation_loss,
            "learning_rate": each.learning_rate,
        }
        for source, measures in each.validation.sources.items():
            scalars[f"loss/{source}"] = measures.loss
            scalars[f"accuracy/{source}"] = measures.accuracy
        for tag, value in scalars.items():
            file.add_scalar(tag, value, each.epoch)

    def _file(self, fold: int) -> EventFile:
        if fold not in self._folds:
            self._folds[fold] = EventFile(self._folder.fold_events(self._number, fold))
        return self._folds[fold]

    def close(self) -> None:
        """Writes everything out and closes the files."""
        for file in self._folds.values():
            file.close()


def write_end(folder: SweepFolder, trial: FrozenTrial) -> None:
    """Writes how a trial ended, complete, pruned or failed, to a run of its own.

    Its hyperparameters are those that vary, and `state`; its measures `end/validation_loss` and
    for each source `end/accuracy_<source>` (of a complete trial), `end/forecast` (what that loss
    was then expected to be), `end/fold_epochs` and `end/weights`. Losses are in nats.
    """
    complete, accuracies = (
        trial.state == TrialState.COMPLETE,
        trial.user_attrs.get("accuracies", {}),
    )
    measured = {
        "end/validation_loss": trial.value if complete else None,
        "end/forecast": trial.user_attrs.get("forecast"),
        **{f"end/accuracy_{name}": part if complete else None for name, part in accuracies.items()},
        "end/fold_epochs": trial.user_attrs.get("fold_epochs"),
        "end/weights": trial.user_attrs.get("weights"),
    }
    varied = {**trial.params, "state": STATES[trial.state]}
    file = EventFile(folder.trial(trial.number))
    for summary in hparams(varied, measured):  # type: ignore[no-untyped-call]
        file.add(_amended(summary, trial.state == TrialState.FAIL))
    for tag, value in measured.items():
        if value is not None:
            file.add_scalar(tag, value, 0)
    file.close()


def has_end(folder: SweepFolder, number: int) -> bool:
    """Tells whether a trial's end was written."""
    return any(folder.trial(number).glob("events.*"))


def write_pictures_run(folder: Path, pictures: Mapping[str, Image.Image]) -> None:
    """Writes a run of pictures by their tags, complete or not at all, instead of an earlier one.

    Args:
        folder: The run's.
        pictures: At least one.
    """
    beginning = folder.with_name(f".{folder.name}")
    for earlier in (beginning, folder):
        shutil.rmtree(earlier, ignore_errors=True)
    file = EventFile(beginning)
    for tag, picture in pictures.items():
        file.add_picture(tag, picture)
    file.close()
    beginning.rename(folder)


def _amended(summary: Summary, failed: bool) -> Summary:
    """Has a summary tell what torch does not: which columns come first, and that a trial failed."""
    for value in summary.value:
        told = HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for info in told.experiment.hparam_infos:
            info.differs = info.name in FIRST
        if failed and told.HasField("session_end_info"):
            told.session_end_info.status = STATUS_FAILURE
        value.metadata.plugin_data.content = told.SerializeToString()
    return summary


class SearchEvents:
    """Writes the sweep's own curve: `best`, the lowest loss of a complete trial, nats.

    It goes by the fold-epochs of all trials.

    Args:
        folder: The sweep's.
    """

    def __init__(self, folder: SweepFolder) -> None:
        self._file = EventFile(folder.search_events)

    def add(self, best: float, fold_epochs: int) -> None:
        """Adds a point."""
        self._file.add_scalar("best", best, fold_epochs)
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
