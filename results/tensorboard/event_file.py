"""Event files, which TensorBoard reads, written through at every flush."""

import io
import itertools
import os
import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard.summary import scalar, text

VERSION = "brain.Event:2"
OPENED = itertools.count()
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
        suffix: Of that name: tells files of one run apart.
    """

    def __init__(self, folder: Path, suffix: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        now = time.time()
        name = f"{int(now):010d}.{socket.gethostname()}.{os.getpid()}.{next(OPENED)}{suffix}"
        self._records = RecordWriter(Unbuffered(folder / f"events.out.tfevents.{name}"))
        self._records.write(Event(wall_time=now, file_version=VERSION).SerializeToString())

    def add(self, summary: Summary, step: int = 0) -> None:
        """Adds what was measured at a step."""
        event = Event(wall_time=time.time(), step=step, summary=summary)
        self._records.write(event.SerializeToString())

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        """Adds one number of a step."""
        self.add(scalar(tag, value), step)  # type: ignore[no-untyped-call]

    def add_text(self, tag: str, markdown: str) -> None:
        """Adds a text in Markdown."""
        self.add(text(tag, markdown))  # type: ignore[no-untyped-call]

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
