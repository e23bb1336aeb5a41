"""A terminal that a test can look at."""

import fcntl
import os
import pty
import struct
import termios
import threading

import pyte
from rich.console import Console

from tests.waiting import wait_until

BEGINNING = b"\r\x1b[2K"  # of each frame of a view, when that before is complete


class Terminal:
    """A pseudo-terminal, drawn by an emulator.

    Attributes:
        console: Writes to it.
        screens: The screen at the end of each frame, as lines without spaces behind them.
        output: All that came.
        file: Where a process may write.
    """

    def __init__(self, columns: int, lines: int) -> None:
        self._controller, place = pty.openpty()
        fcntl.ioctl(place, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._screen = pyte.HistoryScreen(columns, lines, history=10_000)
        self._stream = pyte.ByteStream(self._screen)
        self.file = os.fdopen(place, "w")
        colours = {"TERM": "xterm-256color"}
        self.console = Console(file=self.file, width=columns, height=lines, _environ=colours)
        self.screens: list[list[str]] = []
        self.output = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        left = b""
        while came := self._come():
            self.output += came
            *complete, left = (left + came).split(BEGINNING)
            for frame in complete:
                self._stream.feed(frame)
                self._look()
                self._stream.feed(BEGINNING)
        self._stream.feed(left)

    def _look(self) -> None:
        self.screens.append([line.rstrip() for line in self._screen.display])

    def _come(self) -> bytes:
        try:
            return os.read(self._controller, 65536)
        except OSError:  # the other end is closed
            return b""

    def wait_for_frames(self, count: int) -> None:
        """Waits until the view has been drawn some more times."""
        seen = len(self.screens)
        wait_until(lambda: len(self.screens) >= seen + count)

    def close(self) -> list[str]:
        """Closes it and returns all lines that are left on it, those scrolled out, too."""
        self.file.close()
        self._reader.join()
        os.close(self._controller)
        columns = range(self._screen.columns)
        above = ["".join(line[c].data for c in columns) for line in self._screen.history.top]
        return [line.rstrip() for line in [*above, *self._screen.display]]
