"""How a sweep tells what it does: plain lines, and in a terminal a view that is kept up to date."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from results.durations import duration

REFRESHES = 2  # of the view, a second
WIDEST = 100  # columns of a bar

Row = tuple[str, RenderableType]


def say(console: Console, line: str, style: str = "") -> None:
    """Prints a line as it is, however long."""
    console.print(line, soft_wrap=True, highlight=False, markup=False, style=style)


def warn(console: Console, line: str, style: str = "yellow") -> None:
    """Prints a line that a quiet console shows, too."""
    say(Console(file=console.file) if console.quiet else console, line, style)


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
    """A view of how many of some steps are done, which take long.

    Args:
        title: What is done, in a word.
        total: How many steps there are.
        unit: What a step is, in the plural.
        more: Returns further rows.
    """

    def __init__(self, title: str, total: int, unit: str, more: Callable[[], list[Row]]) -> None:
        self._title, self._unit, self._more = title, unit, more
        self._started = time.monotonic()
        self.done, self.total = 0, total

    @contextmanager
    def shown(self, console: Console) -> Iterator[Self]:
        """Shows it while a block runs."""
        with live(console, lambda: self._frame(console.width)):
            yield self

    def _frame(self, width: int) -> RenderableType:
        told = f"{self.done} of {self.total} {self._unit}"
        elapsed = time.monotonic() - self._started
        return rows(
            (self._title, bar(self.done, self.total, told, width)),
            *self._more(),
            ("time", duration(elapsed)),
        )


def rows(*told: Row) -> RenderableType:
    """Returns a view of a row for each thing told, below a blank line."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="cyan", no_wrap=True, min_width=8)
    grid.add_column(overflow="fold")
    for name, what in told:
        grid.add_row(name, what)
    return Group("", grid)


def bar(done: int, total: int, told: str, width: int) -> RenderableType:
    """Returns a bar with what it says behind it, for a terminal of some width."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    room = width - len(told) - 16  # for the row's name and the gaps
    grid.add_row(ProgressBar(total, done, width=max(4, min(room, WIDEST))), told)
    return grid
