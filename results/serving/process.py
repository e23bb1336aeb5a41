"""The process that reads pictures: bytes from outside may crash, block or fill it, and no other."""

import multiprocessing
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Self

from datasets.errors import DataError, ExtensionError, naming
from results.errors import ResultsError

if TYPE_CHECKING:
    from results.predict.readers import Reader

MEMORY = 1_000_000_000  # bytes, beside what the network takes; 50 million pixels need 700 MB
STARTING_SECONDS = 120


@dataclass(frozen=True)
class Question:
    """A picture to be read; see `reading.answer_to`."""

    content: bytes
    single: bool
    seen: bool


class ReadingProcess:
    """Reads one picture after another in a process of its own, which is replaced when it fails.

    Used as a context: the process is started at once, and ends with the block.

    Args:
        model: A path, or the name of a sweep.
        out: The folder of sweeps.
        seconds: For one picture.
    """

    def __init__(self, model: str, out: Path, seconds: float) -> None:
        self._model, self._out, self._seconds = model, out, seconds
        self._open = False

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def wait(self) -> None:
        """Waits until the network is open.

        Raises:
            ResultsError: If there is no such model, it is damaged, or its network is not here.
        """
        if not self._open:
            trouble = self._heard(STARTING_SECONDS)
            if trouble is not None:
                raise ResultsError(trouble)
            self._open = True

    def ask(self, question: Question) -> str:
        """Returns the answer as JSON; for one thread at a time.

        Raises:
            DataError: If the picture cannot be read.
        """
        try:
            self.wait()
            self._connection.send(question)
            answer = self._heard(self._seconds)
        except (TimeoutError, EOFError, OSError) as error:
            self._end()
            self._start()
            raise DataError(self._failure(error)) from error
        if isinstance(answer, DataError):
            raise answer
        return str(answer)

    def _failure(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"The picture took longer to read than the {self._seconds:g} seconds allowed."
        return "The picture cannot be read: it ended the process that tried."

    def _heard(self, seconds: float) -> object:
        if not self._connection.poll(seconds):
            raise TimeoutError
        return self._connection.recv()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_read_pictures, args=(theirs, self._model, self._out), daemon=True
        )
        self._process.start()
        self._open = False
        theirs.close()

    def _end(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.join()


def _read_pictures(connection: Connection, model: str, out: Path) -> None:
    """Opens the network and answers questions until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the server, which ends this
    os.environ["OMP_NUM_THREADS"] = "1"
    from results.predict.readers import reader_of

    with suppress(EOFError, ConnectionError):  # the server is gone
        try:
            reader = reader_of(model, out)
        except (ExtensionError, ResultsError) as error:
            connection.send(str(error))
            return
        connection.send(None)
        _bound_memory()
        while True:
            connection.send(_answer(reader, connection.recv()))


def _answer(reader: "Reader", question: Question) -> str | DataError:
    from results.serving.reading import answer_to

    try:
        with naming("What was sent"):
            return answer_to(reader, question.content, question.single, question.seen)
    except DataError as error:
        return error
    except MemoryError:
        return DataError("The picture takes more memory to read than is allowed.")


def _bound_memory() -> None:
    """Lets this process take so much memory and no more."""
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + MEMORY, resource.RLIM_INFINITY))
