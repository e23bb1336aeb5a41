"""Events as lines of JSON, for programs that start shuzi."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

from tune.errors import Interrupted, SweepEnded
from tune.watching.events import Ended, Event, Tell, as_line


class EventLines:
    """Writes each event as a line, at once; goes on without a reader where that has gone away.

    Args:
        stream: Where the lines go.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Writes one event."""
        try:
            print(as_line(event), file=self._stream, flush=True)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


@contextmanager
def events_on_stdout() -> Iterator[Tell]:
    """Gives what writes events to stdout; how a block ends early is the last of them.

    What else is printed there goes to stderr: Ray tells on stdout of a node that was lost.
    """
    tell = EventLines(sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            yield tell
    except SweepEnded as error:
        tell(_ended(error))
        raise
    except KeyboardInterrupt:
        tell(Ended("interrupted", "interrupted.", 130))
        raise


def _ended(error: SweepEnded) -> Ended:
    reason = " ".join(str(error).split())
    if isinstance(error, Interrupted):
        return Ended("interrupted", reason, error.status)
    return Ended("failed", reason, error.status)
