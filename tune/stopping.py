"""Ends a sweep on a signal: in order on the first, at once on the second."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from results import SweepFolder

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Stop:
    """What a user has asked for by signals.

    SIGTERM is passed on as SIGINT, which Ray Tune takes by a handler of its own: the running search
    ends in order and returns. Later, and elsewhere, SIGINT comes here.

    Args:
        last_words: What is said when it ends at once.

    Attributes:
        status: The exit status of the command line, by the first signal.
        searching: Whether Ray Tune's own handler takes the first SIGINT.
    """

    def __init__(self, last_words: str = "") -> None:
        self._last_words = last_words
        self.status = STATUS[signal.SIGINT]
        self.searching = False
        self._asked = False

    def search_ended(self) -> None:
        """Takes signals again: Ray Tune leaves its own handler where it was, which does nothing."""
        self.searching = False
        if signal.getsignal(signal.SIGTERM) == self.terminate:
            signal.signal(signal.SIGINT, self.interrupt)

    def terminate(self, number: int, frame: FrameType | None) -> None:
        """Handles SIGTERM."""
        if not self._asked:
            self.status = STATUS[signal.SIGTERM]
        signal.raise_signal(signal.SIGINT)

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Handles SIGINT, the first one but for Ray Tune's."""
        if self._asked or self.searching:
            print(f"shuzi: stopped at once. {self._last_words}", file=sys.stderr, flush=True)
            os._exit(self.status)  # Ray's processes end with this one
        self._asked = True
        raise KeyboardInterrupt


def how_to_resume(folder: SweepFolder) -> str:
    """Says how to go on with a sweep."""
    default = folder.path.parent == Path("runs").absolute()
    out = "" if default else f" --out {folder.path.parent}"
    return f"`shuzi resume {folder.name}{out}` goes on from here."


@contextmanager
def stoppable(last_words: str) -> Iterator[Stop]:
    """Handles signals while a block runs, which must be in the main thread."""
    stop = Stop(last_words)
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, stop.interrupt),
        signal.SIGTERM: signal.signal(signal.SIGTERM, stop.terminate),
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
