"""How a sweep tells what it does: plain lines, and in a terminal a view that is kept up to date."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from datasets.terminal.wrapping import wrapped
from results.durations import duration
from tune.watching.time_left import TimeLeft, about

REFRESHES = 2  # of the view, a second
WIDEST = 100  # columns of a bar
NAME = 10  # columns of a row's name

Row = tuple[str, RenderableType]


def say(console: Console, line: str, style: str = "") -> None:
    """Prints what has happened: wrapped in a terminal, elsewhere one line that begins with when."""
    told = (
        wrapped(line, console.width) if is_live(console) else f"{datetime.now():%H:%M:%S}  {line}"
    )
    console.print(told, soft_wrap=True, highlight=False, markup=False, style=style)


def describe(console: Console, name: str, what: str) -> None:
    """Prints a name and what it is, wrapped beside it."""
    line = wrapped(what, console.width, f"{name:{NAME}}")
    console.print(line, soft_wrap=True, highlight=False, markup=False)


def warn(console: Console, line: str, style: str = "yellow") -> None:
    """Prints a line that a quiet console shows, too."""
    say(_loud(console), line, style)


def _loud(console: Console) -> Console:
    return Console(file=console.file) if console.quiet else console


def is_live(console: Console) -> bool:
    """Tells whether a view can be kept up to date there, and is wanted."""
    return console.is_interactive and console.file.isatty() and not console.quiet


@contextmanager
def live(
    console: Console, frame: Callable[[], RenderableType]
) -> Iterator[Callable[[], None] | None]:
    """Shows a view below all that is printed while a block runs, and nothing of it afterwards.

    Args:
        console: Where it is shown, if it is a terminal.
        frame: Returns the view as it is now. It is called by another thread.

    Yields:
        What takes the view off early, or nothing where there is none.
    """
    if not is_live(console):
        yield None
        return
    view = Live(get_renderable=frame, console=console, refresh_per_second=REFRESHES, transient=True)
    with view:
        yield view.stop


class StepsView:
    """Shows how many of some steps are done, which take long: in a view, or in lines.

    Args:
        console: Where.
        title: What is done, in a word.
        total: How many steps there are.
        unit: What a step is, in the plural.
        left: How long the sweep may take to its end.
        more: Returns further rows.

    Attributes:
        done: How many steps are.
        total: How many there are.
    """

    def __init__(
        self,
        console: Console,
        title: str,
        total: int,
        unit: str,
        left: TimeLeft,
        more: Callable[[], list[Row]],
    ) -> None:
        self._console, self._title, self._unit = console, title, unit
        self._left, self._more = left, more
        self._started = time.monotonic()
        self.done, self.total, self._told = 0, total, 0

    @contextmanager
    def shown(self) -> Iterator[Self]:
        """Shows it while a block runs."""
        with live(self._console, lambda: self._frame(self._console.width)):
            yield self

    def say(self, line: str) -> None:
        """Says what has happened, and how far it is where there is no view."""
        so_far = "" if is_live(self._console) else f"; {self._so_far()}"
        say(self._console, f"{line}{so_far}")

    def say_at_fifths(self, what: str) -> None:
        """Says how far it is where there is no view, five times in all."""
        if not is_live(self._console) and self._fifth() > self._told:
            self._told = self._fifth()
            say(self._console, f"{what}: {self._so_far(f' {self._unit}')}")

    def _fifth(self) -> int:
        return 5 * self.done // self.total

    def _so_far(self, unit: str = "") -> str:
        """Returns how many steps are done, and how long the rest may take."""
        told = [f"{self.done} of {self.total}{unit}", about(self._left.seconds)]
        return ", ".join(filter(None, told))

    def _frame(self, width: int) -> RenderableType:
        told = f"{self.done} of {self.total} {self._unit}"
        elapsed = duration(time.monotonic() - self._started)
        return rows(
            width,
            (self._title, bar(self.done, self.total, told, width)),
            *self._more(),
            ("time", ", ".join(filter(None, [elapsed, about(self._left.seconds)]))),
        )


def rows(width: int, *told: Row) -> RenderableType:
    """Returns a view of a row for each thing told, below a blank line."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    longest = max(len(name) for name, _ in told)
    grid.add_column(style="cyan", no_wrap=True, min_width=NAME - 2)
    grid.add_column(overflow="fold")
    room = width - max(NAME, longest + 2)
    for name, what in told:
        grid.add_row(name, wrapped(what, room) if isinstance(what, str) else what)
    return Group("", grid)


def bar(done: int, total: int, told: str, width: int) -> RenderableType:
    """Returns a bar with what it says behind it, for a terminal of some width."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    room = width - len(told) - 16  # for the row's name and the gaps
    grid.add_row(ProgressBar(total, done, width=max(4, min(room, WIDEST))), told)
    return grid
