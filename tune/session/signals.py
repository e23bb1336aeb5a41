"""Ends a sweep on a signal: in order on the first, at once on the second."""

import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import FrameType

from results.store.folder import SweepFolder

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Stop:
    """What a user has asked for by signals.

    SIGTERM is passed on as SIGINT, which Ray Tune takes by a handler of its own: the running search
    ends in order and returns. Later, and elsewhere, SIGINT comes here.

    Args:
        last_words: How to go on, said when it ends at once.

    Attributes:
        last_words: The same.
        status: The exit status of the command line, by the first signal.
        searching: Whether Ray Tune's own handler takes the first SIGINT.
        asked: Whether the sweep is ending already.
        close_view: Takes off what is shown in a terminal, before the last words.
    """

    def __init__(self, last_words: str = "") -> None:
        self.last_words = last_words
        self.status = STATUS[signal.SIGINT]
        self.searching = False
        self.asked = False
        self.close_view: Callable[[], None] | None = None

    def take_signals(self) -> None:
        """Takes signals from now on; Ray must have started, for it takes them too."""
        signal.signal(signal.SIGINT, self.interrupt)
        signal.signal(signal.SIGTERM, self.terminate)

    def search_ended(self) -> bool:
        """Takes signals again: Ray Tune leaves its own handler where it was, which does nothing.

        Returns:
            Whether a signal came since the search began: with the first, Ray Tune's handler puts
            back the one that was there. The search may have been over by then.
        """
        self.searching = False
        if signal.getsignal(signal.SIGTERM) != self.terminate:
            return False
        came = signal.getsignal(signal.SIGINT) == self.interrupt
        self.take_signals()
        return came

    def terminate(self, number: int, frame: FrameType | None) -> None:
        """Handles SIGTERM."""
        if not self.asked:
            self.status = STATUS[signal.SIGTERM]
        signal.raise_signal(signal.SIGINT)

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Handles SIGINT, the first one but for Ray Tune's."""
        if self.asked or self.searching:
            self._close_view()
            print(f"shuzi: stopped at once. {self.last_words}", file=sys.stderr, flush=True)
            os._exit(self.status)  # Ray's processes end with this one
        self.asked = True
        raise KeyboardInterrupt

    def _close_view(self) -> None:
        """Waits no longer than a second: this handler may have cut into the drawing of the view."""
        if self.close_view:
            closing = Thread(target=self.close_view, daemon=True)
            closing.start()
            closing.join(1)


def how_to_resume(folder: SweepFolder) -> str:
    """Says how to go on with a sweep."""
    default = folder.path.parent == Path("runs").absolute()
    out = "" if default else f" --out {shlex.quote(str(folder.path.parent))}"
    return f"`shuzi resume {shlex.quote(folder.name)}{out}` goes on from here."


@contextmanager
def stoppable(last_words: str) -> Iterator[Stop]:
    """Gives what can take signals while a block runs, which must be in the main thread."""
    before = {number: signal.getsignal(number) for number in STATUS}
    try:
        yield Stop(last_words)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
