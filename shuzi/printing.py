"""What the commands print, and where: results on stdout, what a sweep does on stderr."""

import json
import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from results.store.folder import SweepFolder
    from tune.watching.events import Tell

console = Console()
BEGAN = time.monotonic()  # when the command did


def print_line(line: object) -> None:
    """Prints a line as it is, however long."""
    console.print(line, soft_wrap=True, highlight=False, markup=False)


def print_json(content: object) -> None:
    """Prints JSON, for programs."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def progress_console(quiet: bool = False) -> Console:
    """Returns where a sweep tells what it does."""
    return Console(stderr=True, quiet=quiet)


def events(progress: str | None) -> "AbstractContextManager[Tell]":
    """Returns what gives the receiver of events."""
    from tune.watching.events import ignore
    from tune.watching.json_lines import events_on_stdout

    return events_on_stdout() if progress else nullcontext(ignore)


def print_ending(folder: "SweepFolder") -> None:
    """Prints in ten lines what a sweep has come to, and what may be done next."""
    from results.terminal.ending import ending

    console.print()
    for line in ending(folder, time.monotonic() - BEGAN, console.width):
        console.print(line, soft_wrap=True)


def print_sweep(folder: "SweepFolder") -> None:
    """Prints all that there is to show of a sweep."""
    from results.terminal.tables import sweep_tables

    for table in sweep_tables(folder):
        console.print()
        console.print(table, soft_wrap=isinstance(table, str), highlight=False)
